"""The result of a survey: what is known of each link, with its proofs, and what nobody has documented."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.trace import Link

BOTH, ONE, CONSISTENT, DOCUMENTED, CONTRADICTED, UNDOCUMENTED = (
    "proven_both", "proven_one", "consistent", "documented", "contradicted", "undocumented")
GRADES = (BOTH, ONE, CONSISTENT, DOCUMENTED, CONTRADICTED, UNDOCUMENTED)
CERTAIN, LIKELY, AGAINST = "certain", "likely", "against"


@dataclass(frozen=True, slots=True)
class Proof:
    """One statement about a link. `end`: which end it speaks for (a, b); `weight`: certain (this end is at that port),
    likely (agrees with it, would also be so otherwise), against. `host`, `answer` and `sha256` say where it stands."""

    kind: str
    end: str
    weight: str
    says: str
    host: str
    answer: str = ""
    sha256: str = ""


@dataclass(slots=True)
class Graded:
    """One link of the register. `state`: up, down, unknown. `found`: what stands at an end instead; `why` one of
    swapped, moved, panel, other_port, other_device, ends_disagree for a contradicted one."""

    link: Link
    grade: str = DOCUMENTED
    state: str = "unknown"
    proofs: list[Proof] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: dict[str, End] = field(default_factory=dict)
    why: str = ""
    with_: str = ""
    """The other link of a swapped pair."""

    @property
    def against(self) -> list[Proof]:
        """What speaks against it."""
        return [one for one in self.proofs if one.weight == AGAINST]


@dataclass(slots=True)
class Stray:
    """A link that is there and that no cable of the register describes. An end that nobody knows is NOWHERE; `what`
    says what is known of it. `explains`: the contradicted link that this one is in truth."""

    a: End
    b: End
    what: str
    proofs: list[Proof] = field(default_factory=list)
    explains: str = ""


@dataclass(slots=True)
class Survey:
    """Everything, in the register's order; `silent` are devices of the register that should speak and did not."""

    register: Register
    links: list[Graded]
    strays: list[Stray]
    doubts: list[str]
    silent: list[str]

    def counts(self) -> dict[str, int]:
        """How many links of each grade."""
        counted = Counter(one.grade for one in self.links)
        return {grade: counted[grade] for grade in GRADES[:-1]} | {UNDOCUMENTED: len(self.strays)}

    def by_cable(self) -> dict[str, Graded]:
        """The graded link that each cable is a part of."""
        return {name: one for one in self.links for name in one.link.cables}

    def cable_grade(self, cable: str) -> str:
        """A cable's own grade. Of a path through panels only the two ends are seen: a lead on the way is at best
        consistent, however well the path itself is proven."""
        one = self.by_cable()[cable]
        return CONSISTENT if not one.link.direct and one.grade in {BOTH, ONE} else one.grade

    def of(self, device: str) -> list[Graded]:
        """The links that end at a device."""
        return [one for one in self.links if device in (one.link.a.device, one.link.b.device)]
