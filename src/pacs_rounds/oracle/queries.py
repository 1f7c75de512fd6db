"""The queries as files: queries/<name>.sql, a head of comments, then one statement per range of versions.

    -- What the instance says of itself, in memory only.
    -- columns: instance_name text, startup_time time, archiver text
    -- cost: fixed
    -- rows: 1
    -- since: 9.2
    select instance_name, startup_time, archiver
      from v$instance

`columns`: name and type (`text`, `int`, `number`, `time`) in the order of the select list, whose names they must be.
`cost`: `fixed` (V$ views in memory), `control_file` (V$ views read from the control file), `dictionary` (DBA_ views
over dictionary tables). What scans segments or extents has no class and no place here. `rows`: how many there may be;
more make the answer `truncated`, unless it says `first 50`: then the first fifty are what is wanted. `since` (default
9.2) and `until` (exclusive) are releases of Oracle; a further `-- since:` line begins the statement for that release
and later ones, with the same columns.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds.model import BadInput

DIRECTORY = Path(__file__).parent / "queries"
TYPES = ("text", "int", "number", "time")
COSTS = ("fixed", "control_file", "dictionary")
OLDEST = (9, 2)
NEWEST = (99, 0)
_KEY = re.compile(r"^--\s*(columns|cost|rows|since|until):\s*(.*?)\s*$")
_COLUMN = re.compile(r"([a-z][a-z0-9_]{0,29}) (text|int|number|time)")
_ROWS = re.compile(r"(first )?([1-9]\d{0,4})")
_RELEASE = re.compile(r"(\d{1,2})\.(\d{1,2})")
# Licensed (Diagnostics and Tuning Pack), writing, calling out, or reading segments extent by extent.
_FORBIDDEN = re.compile(
    r"\b(?:dba_hist_\w+|cdb_hist_\w+|g?v\$active_session_history|dba_addm\w*|dba_advisor\w*|wr[hmri]\$\w*|\w*awr\w*|"
    r"dba_streams_tp\w*|g?v\$sql_monitor|g?v\$sql_plan_monitor|(?:dba|all|user|cdb)_(?:extents|segments)|"
    r"insert|update|delete|merge|drop|create|alter|grant|revoke|truncate|lock table|execute|begin|declare|"
    r"for update|dbms_\w+|utl_\w+|x\$\w+)\b|@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variant:
    """The statement for releases from `since` up to but not including `until`, as (major, minor)."""

    since: tuple[int, int]
    until: tuple[int, int]
    statement: str


@dataclass(frozen=True, slots=True)
class Query:
    """One query. `columns` are (name, type) pairs; `strict` says that more than `rows` rows are too many."""

    name: str
    summary: str
    columns: tuple[tuple[str, str], ...]
    cost: str
    rows: int
    strict: bool
    variants: tuple[Variant, ...]

    @property
    def since(self) -> tuple[int, int]:
        """The oldest release it is for."""
        return self.variants[0].since

    @property
    def head(self) -> str:
        """The line of column names of an answer."""
        return "|".join(name.upper() for name, _ in self.columns)

    def variant(self, release: tuple[int, int]) -> Variant | None:
        """The statement for a release, or None."""
        return next((one for one in self.variants if one.since <= release < one.until), None)


def _bad(path: Path, problem: str, remedy: str) -> BadInput:
    return BadInput(f"oracle/queries/{path.name}", problem, remedy)


def release(written: str) -> tuple[int, int]:
    """(11, 2) of `11.2`; ValueError for anything else."""
    match = _RELEASE.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is no release such as 11.2")
    return int(match[1]), int(match[2])


def _statement(path: Path, lines: list[str]) -> str:
    """The statement without its comments and blank lines, refused where SQL*Plus or the rules would not have it."""
    kept = [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("--")]
    text = "\n".join(kept)
    if not re.match(r"(?:select|with)\b", text, re.IGNORECASE):
        raise _bad(path, "a statement that does not begin with select or with", "queries only look")
    if not text.isascii() or ";" in text or "&" in text or "--" in text or "\t" in text:
        raise _bad(path, "holds a semicolon, &, a tab, a comment inside a line or a character beyond ASCII",
                   "remove it")
    if any(line.endswith("-") or len(line) > 1000 or line.strip() in {"/", "."} or line.startswith(("#", "@", "!"))
           for line in kept):
        raise _bad(path, "a line SQL*Plus would take for something else", "no - at the end, no / or . alone, no #, @ "
                   "or ! in front, at most 1000 characters")
    if found := _FORBIDDEN.search(re.sub(r"'[^']*'", "''", text)):
        raise _bad(path, f"uses {found[0]!r}",
                   "licensed views, writing, calling out and scanning segments are not for us")
    return text


def read(path: Path) -> Query:
    """One query file; BadInput says what is wrong with it."""
    head: dict[str, str] = {}
    summary: list[str] = []
    parts: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key = _KEY.match(line)
        if key and key[1] == "since":
            parts.append((key[2], []))
        elif key:
            if key[1] in head:
                raise _bad(path, f"{key[1]} stands there twice", "write it once")
            head[key[1]] = key[2]
        elif parts and not (line.startswith("--") and not parts[-1][1]):
            parts[-1][1].append(line)
        elif line.startswith("--"):
            summary.append(line[2:].strip())
        elif line.strip():
            parts.append((".".join(map(str, OLDEST)), [line]))
    missing = [name for name in ("columns", "cost", "rows") if name not in head]
    if missing or not summary or not parts:
        raise _bad(path, f"lacks {', '.join(missing) or 'its summary or statement'}", "see oracle/queries.py")
    rows = _ROWS.fullmatch(head["rows"])
    written = re.split(r",\s*", head["columns"])
    columns = tuple((match[1], match[2]) for match in map(_COLUMN.fullmatch, written) if match)
    if head["cost"] not in COSTS or not rows or len(columns) != len(written):
        raise _bad(path, "cost, rows or columns cannot be read",
                   f"costs are {', '.join(COSTS)}; types {', '.join(TYPES)}")
    if len({name for name, _ in columns}) != len(columns):
        raise _bad(path, "two columns of one name", "give each its own")
    return Query(path.stem, " ".join(summary), columns, head["cost"], int(rows[2]), not rows[1],
                 _variants(path, parts, head.get("until")))


def _variants(path: Path, parts: list[tuple[str, list[str]]], until: str | None) -> tuple[Variant, ...]:
    try:
        begins = [release(since) for since, _ in parts]
        ends = [*begins[1:], release(until) if until else NEWEST]
    except ValueError as error:
        raise _bad(path, str(error), "write since: 11.2") from None
    if any(begin >= end for begin, end in zip(begins, ends, strict=True)):
        raise _bad(path, "releases are not in their order", "the oldest first")
    return tuple(Variant(begin, end, _statement(path, lines))
                 for begin, end, (_, lines) in zip(begins, ends, parts, strict=True))


@functools.cache
def load(directory: Path = DIRECTORY) -> dict[str, Query]:
    """All queries by name."""
    return {path.stem: read(path) for path in sorted(directory.glob("*.sql"))}
