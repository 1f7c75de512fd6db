"""Logs of expdp and impdp, and of the old exp and imp, in English and Chinese."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.datapump.messages import ANNOUNCED, understand
from pacs_rounds.parse.oracle_text import ERROR, OMITTED, Fields, fail, lines_of, message, seconds, size, stamp

_PREFIX = re.compile(r"^(?:(?:\d\d-[\w ]{3,6}-\d\d(?:\d\d)? )?\d\d:\d\d:\d\d\.\d+: )?(?:W-\d+ )?")
_PROMPT = re.compile(r"^\s*(?:[\w@\[\]~:\\/. -]*[$#>])\s*(?P<program>expdp|impdp|exp|imp)\b", re.IGNORECASE)
_FAILING = re.compile(r"^\s*(?:Failing sql is|失败的 ?sql 为)\s*[:：]\s*(?P<rest>.*)$", re.IGNORECASE)
_OWN = re.compile(r"(?:EXP|IMP|UDE|UDI)-|ORA-(?:39\d{3}|31[67]\d\d)$")
_UNFINISHED, _STOPPED = "unfinished", "stopped"


class _Log:
    def __init__(self) -> None:
        self.facts: Fields = {
            "program": None, "release": None, **stamp("started", None), "database": None, "job": None,
            "parameters": None, "outcome": _UNFINISHED, "complete": False, "errors_announced": None,
            **stamp("ended", None), "elapsed_seconds": None, "estimate_method": None, "estimated_bytes": None,
            "legacy_mode": False}
        self.tables: list[Fields] = []
        self.object_types: list[str] = []
        self.steps: list[str] = []
        self.files: list[str] = []
        self.errors: list[Fields] = []
        self.notes: list[str] = []
        self.other: list[str] = []
        self.omitted = 0
        self.understood = 0
        self._marked = False
        self._collect = ""

    def read(self, text: str) -> None:
        for line in lines_of(text):
            self._line(line)
        if not self._marked:
            fail("no message of Data Pump, exp or imp in English or Chinese",
                 next((line for line in self.other if line.strip()), ""))
        if len(self.other) > 10 + 4 * self.understood:
            fail("most lines are no messages of Data Pump, exp or imp", self.other[0])

    def _line(self, line: str) -> None:
        shown = _PREFIX.sub("", line)
        if not shown.strip():
            self._collect = "" if self._collect != "files" else self._collect
        elif OMITTED.match(shown):
            self.omitted += 1
        elif ERROR.match(shown):
            self._error(shown)
        elif failing := _FAILING.match(shown):
            self._collect = "sql"
            (self.errors[-1] if self.errors else {})["failing_sql"] = failing["rest"]
        else:
            name, match = understand(shown)
            if match:
                self.understood += 1
                self._marked = self._marked or name not in ("noise", "connected", "note")
                self._collect = ""
                getattr(self, f"_on_{name}")(match)
            elif not self._continued(shown):
                self._unknown(shown)

    def _unknown(self, line: str) -> None:
        typed = _PROMPT.match(line)
        if typed:
            self.facts["program"] = typed["program"].lower()
        (self.notes if typed else self.other).append(line.strip())

    def _continued(self, line: str) -> bool:
        """A line that goes on with what the one before it began."""
        if self._collect == "sql" and self.errors:
            self.errors[-1]["failing_sql"] = f"{self.errors[-1]['failing_sql']} {line.strip()}".strip()
        elif self._collect == "error" and self.errors:
            self.errors[-1]["message"] = f"{self.errors[-1]['message']} {line.strip()}".strip()
        elif self._collect == "parameters":
            self.facts["parameters"] = f"{self.facts['parameters']} {line.strip()}".strip()
        elif self._collect == "database":
            self.notes.append(line.strip())
        elif self._collect == "files" and re.match(r"^\s*(?:[/+\\]|[A-Za-z]:[\\/])", line):
            self.files.append(line.strip())
        else:
            return False
        return True

    def _error(self, line: str) -> None:
        match = ERROR.match(line)
        assert match is not None  # noqa: S101  (the caller looked)
        self.understood += 1
        found = message(match)
        self._marked = self._marked or _OWN.match(found["code"]) is not None
        if announced := ANNOUNCED.search(found["message"]):
            self.facts |= {"outcome": "failed", "complete": False}
            old = "exp" if announced[1] == "Export" or announced[2] == "导出" else "imp"
            self.facts["program"] = self.facts["program"] or old
        self._collect = "error"
        self.errors.append(found)

    def _on_banner(self, match: re.Match[str]) -> None:
        self.facts |= {"program": self.facts["program"] or match["program"].lower(), "release": match["release"],
                       **stamp("started", match["when"])}

    def _on_connected(self, match: re.Match[str]) -> None:
        self.facts["database"] = match["database"].strip() or None
        self._collect = "database"

    def _on_starting(self, match: re.Match[str]) -> None:
        self.facts |= {"job": match["job"].replace('"', ""), "parameters": match["parameters"].strip()}
        self._collect = "parameters"

    def _on_estimating(self, match: re.Match[str]) -> None:
        self.facts["estimate_method"] = (match["method"] or match["method_zh"]).upper()

    def _on_estimate(self, match: re.Match[str]) -> None:
        self.facts |= {"estimate_method": match["method"].upper(), "estimated_bytes": size(match["size"])}

    def _on_object_type(self, match: re.Match[str]) -> None:
        self.object_types.append(match["step"])

    def _on_step(self, match: re.Match[str]) -> None:
        self.steps.append(match["step"])

    def _on_table(self, match: re.Match[str]) -> None:
        said = match.groupdict()
        names = re.findall(r'"((?:[^"]|"")*)"', said["table"])
        owner, table = (names[0], names[1]) if len(names) > 1 else (None, names[0])
        one: Fields = {"owner": owner, "table": table, "partition": ".".join(names[2:]) or None,
                       "bytes": size(said["size"]), "rows": int(said["rows"]) if said.get("rows") else None}
        if said.get("of"):
            one["rows_in_dump"] = int(said["of"])
        self.tables.append(one)

    def _on_old_table(self, match: re.Match[str]) -> None:
        said = match.groupdict()
        self.tables.append({"owner": None, "table": said["table"].strip().strip('"'), "partition": None, "bytes": None,
                            "rows": int(said["rows"]) if said.get("rows") else None})

    def _on_old_partition(self, match: re.Match[str]) -> None:
        name, rows = match["table"].strip().strip('"'), int(match["rows"]) if match["rows"] else None
        if not self.tables:
            fail("a partition of no table", match[0])
        last = self.tables[-1]
        if last["partition"] is None and last["rows"] is None:
            last |= {"partition": name, "rows": rows}
        else:
            self.tables.append({**last, "partition": name, "rows": rows})

    def _on_old_rows(self, match: re.Match[str]) -> None:
        if self.tables and self.tables[-1]["rows"] is None:
            self.tables[-1]["rows"] = int(match["rows"])
        else:
            self.other.append(match[0].strip())

    def _on_files(self, match: re.Match[str]) -> None:
        self._collect = "files"

    def _on_legacy(self, match: re.Match[str]) -> None:
        self.facts["legacy_mode"] = True
        self.notes.append(match[0].strip())

    def _on_done(self, match: re.Match[str]) -> None:
        said = match.groupdict()
        errors = int(said["errors"]) if said.get("errors") else 0
        self._end("succeeded_with_errors" if errors else "succeeded", said, errors)

    def _on_stopped(self, match: re.Match[str]) -> None:
        self._end(_STOPPED, match.groupdict(), None)
        self.notes.append(match[0].strip())

    def _end(self, outcome: str, said: dict[str, str | None], errors: int | None) -> None:
        when, _, elapsed = (said["when"] or "").partition(" elapsed ")
        days, _, clock = elapsed.rpartition(" ")
        self.facts |= {"job": (said["job"] or "").replace('"', "") or self.facts["job"], "outcome": outcome,
                       "complete": outcome != _STOPPED, "errors_announced": errors, **stamp("ended", when),
                       "elapsed_seconds": int(days or 0) * 86400 + seconds(clock) if clock else None}

    def _on_old_done(self, match: re.Match[str]) -> None:
        clean = match["clean"]
        self.facts["program"] = self.facts["program"] or ("exp" if match["program"] in ("Export", "导出") else "imp")
        self.facts |= {"outcome": "succeeded" if clean else "succeeded_with_warnings", "complete": True}

    def _on_note(self, match: re.Match[str]) -> None:
        self.notes.append(match[0].strip())
        self._collect = "note"

    def _on_noise(self, match: re.Match[str]) -> None:
        """Accompanies the rest."""


def _name_program(facts: Fields, one: _Log) -> None:
    """Both generations call themselves Export and Import; what they say and their message numbers tell which it is."""
    codes = [error["code"] for error in one.errors]
    pump = bool(facts["job"] or facts["estimate_method"] or one.object_types
                or any(table["bytes"] is not None for table in one.tables)
                or any(code[:3] not in ("EXP", "IMP") and _OWN.match(code) for code in codes))
    old = bool(one.steps or one.tables or any(code[:4] in ("EXP-", "IMP-") for code in codes)
               or facts["outcome"] == "succeeded_with_warnings" or (facts["complete"] and not facts["job"]))
    if facts["program"] in ("export", "import"):
        new_name, old_name = ("expdp", "exp") if facts["program"] == "export" else ("impdp", "imp")
        facts["program"] = new_name if pump else old_name if old else None
    elif facts["program"] is None and facts["job"]:
        facts["program"] = "impdp" if "_IMPORT_" in facts["job"] else "expdp" if "_EXPORT_" in facts["job"] else None


# Export: Release 11.2.0.4.0 - Production on Fri Nov 20 23:00:01 2026
# Starting "SYSTEM"."SYS_EXPORT_SCHEMA_01":  system/******** schemas=RIS dumpfile=ris.dmp
# . . exported "RIS"."ORDERS"                              425.6 KB    3966 rows
# Job "SYSTEM"."SYS_EXPORT_SCHEMA_01" successfully completed at 23:01:58
@parser("datapump.log")
def log(text: str) -> Fields:
    """A log of expdp, impdp, exp or imp: {"program": expdp, impdp, exp or imp (None where the text does not say),
    "release", "started_at", "started_as_written", "database", "job": owner.name, "parameters", "outcome": succeeded,
    succeeded_with_errors, succeeded_with_warnings (exp and imp do not count), stopped, failed or unfinished,
    "complete", "errors_announced", "ended_at" (None where only the time of day is written), "ended_as_written",
    "estimate_method", "estimated_bytes", "estimate_only", "legacy_mode", "tables": [{"owner", "table", "partition",
    "bytes", "rows"}], "object_types" (Data Pump), "steps" (exp and imp), "dump_files", "errors": [{"code",
    "message", perhaps "failing_sql"}], "error_counts": code to number, "notes", "other_lines", "omitted_lines"}.

    Whether errors matter is for the reader to judge: ORA-31684 (exists already) and ORA-39111 alone are harmless. A log
    without its end is the finding itself (a job that was killed or still runs): outcome unfinished, complete False.
    """
    one = _Log()
    one.read(text)
    counts: dict[str, int] = {}
    for error in one.errors:
        counts[error["code"]] = counts.get(error["code"], 0) + 1
    facts = one.facts
    _name_program(facts, one)
    if facts["outcome"] == _UNFINISHED and one.errors and facts["release"] and not facts["job"] and not one.tables:
        facts["outcome"] = "failed"
    only = re.search(r"estimate_only *= *y", facts["parameters"] or "", re.IGNORECASE) is not None
    return {**facts, "estimate_only": only, "tables": one.tables, "object_types": one.object_types, "steps": one.steps,
            "dump_files": one.files,
            "errors": one.errors, "error_counts": counts, "notes": one.notes, "other_lines": one.other,
            "omitted_lines": one.omitted}

