"""Where each host stands: whom to ask what, what is kept of the answers, and the forms for others. I/O at the edge.

`<state>/patch/<site>/standing.json` holds the versions as the hosts told them and when; they are judged by the approved
list in force when they are read. An expired decision stands in every form, whether or not a host is concerned.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds import paths
from pacs_rounds.evidence.layout import read_json
from pacs_rounds.model import Answer, BadInput
from pacs_rounds.patch import desk as desks
from pacs_rounds.patch import plan as plans
from pacs_rounds.patch import standing
from pacs_rounds.patch.approved import Approved, Patch

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
FINE = frozenset({standing.CURRENT, standing.ABSENT, standing.DEFERRED, standing.REFUSED})
COLUMNS = ("host", "product", "title", "owner", "installed", "verdict", "patch", "approved_to", "state", "detail",
           "document", "document_sha256", "decided_by", "decided_on", "compensating_control", "expires")
VERDICTS = {
    "zh": {standing.CURRENT: "已是批准版本", standing.MISSING: "缺少已批准补丁", standing.AHEAD: "高于批准版本",
           standing.UNKNOWN: "未知", standing.ABSENT: "未安装", standing.DEFERRED: "已延期", standing.REFUSED: "已拒绝",
           standing.EXPIRED: "延期或拒绝已过期"},
    "en": {standing.EXPIRED: "decision expired"}}
HEADS = {"zh": ("主机", "产品", "已装版本", "状态", "补丁", "批准版本", "升级责任方", "说明"),
         "en": ("host", "product", "installed", "verdict", "patch", "approved", "owner", "why")}


@dataclass(frozen=True, slots=True)
class Status:
    """Where a site stands. `asked` is when the hosts told their versions (RFC 3339), `expired` the decisions of the
    list whose day has passed."""

    site: str
    asked: str
    day: str
    rows: list[standing.Standing]
    expired: list[Patch]
    approved: Approved

    @property
    def fine(self) -> bool:
        """Whether nothing is missing, ahead, unknown or to be decided anew."""
        return not self.expired and all(row.verdict in FINE for row in self.rows)


def hosts_of(approved: Approved, groups: Mapping[str, Sequence[str]], hosts: Sequence[str]) -> dict[str, list[str]]:
    """{host: [products it should have]}; BadInput for a name that is neither host nor group."""
    out: dict[str, list[str]] = {}
    for product in approved.products.values():
        for name in product.hosts:
            if name not in groups and name not in hosts:
                raise BadInput(f"product {product.name}", f"names {name!r}, which is neither a host nor a group",
                               "hosts: of the product names hosts or groups of hosts.yml")
            for host in groups.get(name, [name]):
                out.setdefault(host, [])
                if product.name not in out[host]:
                    out[host].append(product.name)
        if not any(product.name in names for names in out.values()):
            raise BadInput(f"product {product.name}", "is on no host: its groups are empty",
                           "name hosts, or groups that have some, or take it off the list")
    return out


def _site(site: str) -> tuple[Approved, dict[str, list[str]]]:
    from pacs_rounds.inventory import validate_site

    approved, files = desks.read_list(site), validate_site(paths.INVENTORIES / site)
    return approved, hosts_of(approved, files.groups, files.hosts)


def questions(site: str) -> dict[str, dict[str, str]]:
    """{host: {product: read-only command}}."""
    approved, hosts = _site(site)
    return {host: {name: standing.question(approved.products[name]) for name in names} for host, names in hosts.items()}


def _path(site: str) -> Path:
    return desks.Desk(site).root / "standing.json"


def keep(site: str, answers: Mapping[str, Mapping[str, Answer]]) -> None:
    """Keep what the hosts told: versions and why one is not known, no other text of theirs."""
    approved = desks.read_list(site)
    told = {host: {name: list(standing.installed(approved.products[name], answer)) for name, answer in said.items()}
            for host, said in answers.items()}
    path = _path(site)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"format": 1, "asked": plans.iso(desks.now()), "hosts": told}, ensure_ascii=False))
    part.replace(path)


def status(site: str) -> Status:
    """The newest answers judged by the list in force; a host or product nobody asked is unknown."""
    path = _path(site)
    if not path.exists():
        raise BadInput(f"site {site}", "nobody has asked its hosts yet", f"rounds patch status --site {site}")
    kept: dict[str, Any] = read_json(path)
    approved, hosts = _site(site)
    day = today()
    rows = []
    for product in approved.products.values():
        for host in (one for one, names in hosts.items() if product.name in names):
            version, why = kept["hosts"].get(host, {}).get(product.name, (standing.UNKNOWN, "nobody asked this host"))
            rows.append(standing.stand(approved, product, host, version, why, day))
    return Status(site, kept["asked"], day.isoformat(), rows, expired(approved, day), approved)


def today() -> datetime.date:
    """The hospital's day."""
    return datetime.datetime.fromtimestamp(desks.now(), SHANGHAI).date()


def expired(approved: Approved, day: datetime.date) -> list[Patch]:
    """Deferrals and refusals whose day has passed: nobody has decided since, and the control was agreed until then."""
    return [one for one in approved.patches.values() if one.until is not None and one.until < day]


def exchange(one: Status) -> list[dict[str, str]]:
    """The rows for others, with who decided what until when."""
    out = []
    for row in standing.exchange(one.rows, one.approved):
        patch = one.approved.patches.get(row["patch"])
        more = {"title": one.approved.products[row["product"]].title,
                "decided_by": patch.approved.get("by", "") if patch else "",
                "decided_on": patch.approved.get("on", "") if patch else "",
                "expires": patch.until.isoformat() if patch and patch.until else ""}
        out.append({name: (row | more)[name] for name in COLUMNS})
    return out


def _expired_rows(one: Status) -> list[dict[str, str]]:
    return [{"patch": patch.id, "product": patch.product, "decision": patch.state, "control": patch.control,
             "expired": patch.until.isoformat() if patch.until else ""} for patch in one.expired]


def as_json(one: Status, lang: str) -> str:
    """schemas/patch-states.json."""
    data = {"format": "rounds-patch-states", "version": 1, "site": one.site, "asked": one.asked, "day": one.day,
            "rows": exchange(one), "expired_decisions": _expired_rows(one)}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_csv(one: Status, lang: str) -> str:
    """One row per host and product; CRLF and a byte-order mark, so that Excel reads the Chinese."""
    from pacs_rounds.report.exports import cell

    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([cell(row[name]) for name in COLUMNS] for row in exchange(one))
    return out.getvalue()


def as_xlsx(one: Status, lang: str) -> bytes:
    """One sheet with a filter, and one with expired decisions where there are any."""
    from pacs_rounds.report.workbook import Book, Column, Styled, moment

    book = Book(moment(one.asked), {"title": "Patch states", "subject": one.site, "comments": one.asked},
                "text cut at {n} characters", lambda n: f"{n} rows left out")
    style = {standing.MISSING: "warning", standing.AHEAD: "warning", standing.UNKNOWN: "unknown",
             standing.EXPIRED: "critical", standing.CURRENT: "ok"}
    sheet = book.sheet("补丁状态" if lang == "zh" else "Patch states")
    sheet.line(f"{one.site}   {one.asked}", style="note")
    rows = ([Styled(_word(row["verdict"], lang), style.get(row["verdict"], "")) if name == "verdict" else row[name]
             for name in COLUMNS] for row in exchange(one))
    wide = {"detail", "compensating_control"}
    sheet.table([Column(name, 30 if name in wide else 16, "wrap") for name in COLUMNS], rows, frozen=2)
    if one.expired:
        late = book.sheet("过期决定" if lang == "zh" else "Expired decisions")
        heads = ("patch", "product", "decision", "control", "expired")
        late.table([Column(name, 24, "wrap") for name in heads],
                   ([row[name] for name in heads] for row in _expired_rows(one)))
    return book.finished()


def _word(verdict: str, lang: str) -> str:
    return VERDICTS[lang].get(verdict, verdict)


def as_table(one: Status, lang: str) -> str:
    """For a terminal: one line per host and product, expired decisions below."""
    from rich.cells import cell_len

    heads = HEADS[lang]
    lines = [list(heads), *([row.host, row.product, row.installed, _word(row.verdict, lang), row.patch, row.approved_to,
                             row.owner, row.detail] for row in one.rows)]
    widths = [max(cell_len(line[number]) for line in lines) for number in range(len(heads) - 1)]
    text = "".join("  ".join([value + " " * (width - cell_len(value)) for value, width in
                              zip(line, widths, strict=False)] + [line[-1]]).rstrip() + "\n" for line in lines)
    said = {"zh": "已过期，需重新决定：", "en": "expired, decide anew: "}[lang]
    text += "".join(f"{said}{patch.id} ({patch.state}, {patch.until}): {patch.control}\n" for patch in one.expired)
    return text + {"zh": "询问时间 ", "en": "asked "}[lang] + one.asked + "\n"


FORMS: dict[str, Callable[[Status, str], str | bytes]] = {
    "table": as_table, "json": as_json, "csv": as_csv, "xlsx": as_xlsx}
