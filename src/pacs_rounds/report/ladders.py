"""The ladders of proof of a run, rung by rung with their evidence: for the chapter on data security. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pacs_rounds.backup.ladder import RUNGS, age_of
from pacs_rounds.report.page import Page
from pacs_rounds.report.view import Record, RunView

CLAUSE = "S1-019"
"""The heading under which the ladders stand."""
_BY, _TODO = "by ", "to do: "


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its record, what was proved in the words of the record, when and by whom, and what is to be done."""

    name: str
    record: Record
    proof: list[str]
    at: str | None
    days: float | None
    by: str
    todo: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """One backup of one host. `proved` counts the rungs from the lowest one up to the first that is not in order."""

    host: str
    check: str
    subject: str
    rungs: list[Rung]

    @property
    def proved(self) -> int:
        """How far up it is proved without a gap."""
        count = 0
        for rung in self.rungs:
            if rung.record.outcome != "ok":
                break
            count += 1
        return count


def ladders(view: RunView) -> list[Ladder]:
    """Every ladder of the run; a check is one when its name ends so and its items name rungs."""
    found: dict[tuple[str, str, str], dict[str, Record]] = {}
    for record in view.records:
        subject, _, rung = record.item.rpartition("/")
        if record.check.endswith("_ladder") and rung in RUNGS:
            found.setdefault((record.host, record.check, subject), {})[rung] = record
    return [Ladder(*key, [_rung(name, rungs[name]) for name in RUNGS if name in rungs])
            for key, rungs in found.items()]


def _rung(name: str, record: Record) -> Rung:
    parts = [part for part in record.detail.split("; ") if part]
    dated = next(((part, age) for part in parts if (age := age_of(part))), None)
    by = next((part.removeprefix(_BY) for part in parts if part.startswith(_BY)), "")
    todo = next((part for part in parts if part.startswith(_TODO)), "")
    rest = [part for part in parts if not part.startswith((_BY, _TODO)) and not (dated and part == dated[0])]
    return Rung(name, record, rest, dated[1][0] if dated else None, dated[1][1] if dated else None, by, todo)


def title(page: Page, one: Ladder) -> str:
    """The check's title with host and subject."""
    return f"{page.title(one.check)}{page.words('remarks.colon')}{one.host} · {page.short(one.subject, 60)}"


def proof(page: Page, rung: Rung) -> str:
    """What was proved, in the reader's language; for an unknown its reason first."""
    said = page.words("remarks.join").join(page.words.phrase(part) for part in rung.proof)
    if rung.record.reason:
        said = f"{page.words(f'reasons.{rung.record.reason}')}{page.words('remarks.colon')}{said}"
    return page.short(said, 300)


def todo(page: Page, rung: Rung) -> str:
    """Who must do what; '' where the rung is proved."""
    return page.short(page.words.phrase(rung.todo), 300) if rung.todo else ""


def age(page: Page, rung: Rung) -> str:
    """How old the proof is, '—' where there is none."""
    return "—" if rung.days is None else page.words("ladders.age", days=f"{rung.days:.1f}")


def by(page: Page, rung: Rung) -> str:
    """Who or what proved it."""
    return page.short(page.words.phrase(rung.by), 120) if rung.by else "—"
