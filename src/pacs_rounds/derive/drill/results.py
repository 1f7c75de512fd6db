"""What a drill did: its steps, the rungs of proof, the time it took and what would have been lost."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row
from pacs_rounds.postgres.segments import gaps, segment_number

STEPS = ("verify", "restore", "configure", "open", "read", "check", "stop", "clear")
_MANIFEST = re.compile(r"manifest|missing|not present on disk|no such file|present (?:on disk|in)", re.IGNORECASE)


def _order(data: Data) -> list[str]:
    """The steps of the plan, in its order."""
    return list(data["drill.plan"])


def _planned_only(data: Data) -> bool:
    return all(data.get(name) is None for name in STEPS)


def _why(data: Data, context: Context) -> Row | None:
    """What every rung and figure says of a drill that was not run: not applicable to one that was not asked to run."""
    if not _planned_only(data):
        return None
    if not data["drill.setup"]["execute"]:
        raise NotApplicable("a dry run: the plan was made and nothing was done")
    return {"unknown": Reason.NOT_RUN.value, "detail": "the drill did not run: see its preconditions"}


@derivation("drill.steps")
def steps(data: Data, context: Context) -> list[Row]:
    """One row per planned step: {step, state: done|failed|planned, detail}; `not_run` for what a failure prevented."""
    rows: list[Row] = []
    failed = ""
    for name in _order(data):
        one = data.get(name)
        answer = context.answers.get(f"drill step {name}")
        if one is not None:
            state = "done" if one["status"] == 0 else "failed"
            last = next((line for line in reversed(one["said"]) if not line.startswith("--")), "")
            said = f"{one['seconds']} s" + (f", status {one['status']}: {last[:160]}" if state == "failed" else "")
            rows.append({"step": name, "state": state, "detail": said})
            failed = failed or (name if state == "failed" else "")
        elif not data["drill.setup"]["execute"]:
            rows.append({"step": name, "state": "planned", "detail": "a dry run"})
        else:
            reason = answer.reason if answer and answer.reason else Reason.NOT_RUN
            said = answer.detail if answer and answer.detail else f"not reached after {failed or 'the preconditions'}"
            rows.append({"step": name, "unknown": reason.value, "detail": said})
    return rows


@derivation("drill.plan_guarded")
def plan_guarded(data: Data, context: Context) -> list[Row]:
    """The plan's own guards, looked for in the very text that would be sent: {guard, state: present|absent}."""
    setup, plan = data["drill.setup"], data["drill.plan"]
    text = "\n".join(plan.values())
    guards = _ORACLE_GUARDS if setup["drill"]["engine"] == "oracle" else _POSTGRES_GUARDS
    return [{"guard": name, "state": "present" if re.search(must, text, re.MULTILINE | re.IGNORECASE) is not None
             and (not never or re.search(never, text, re.MULTILINE | re.IGNORECASE) is None) else "absent"}
            for name, (must, never) in guards.items()]


_POSTGRES_GUARDS = {
    "no archiving": (r"^archive_mode = off$", r"^archive_(?:command|library) = "),
    "no network": (r"^listen_addresses = ''$", ""),
    "no replication": (r"^primary_conninfo = ''$", ""),
    "own configuration": (r"-c config_file=", ""),
    "own host only": (r"^\[ \"\$\(uname -n\)\" = ", ""),
    "removes only its own": (r"was not made by this drill", ""),
}
_ORACLE_GUARDS = {
    "auxiliary only": (r"^connect auxiliary /", r"^connect (?:target|catalog)|^\s*(?:delete|crosscheck|change)\b"),
    "other DB_UNIQUE_NAME": (r"db_unique_name\s*=", ""),
    "other recovery area": (r"db_recovery_file_dest\s*=", ""),
    "new file names": (r"set newname for database to", ""),
    "no file reused": (r"^duplicate database ", r"nofilenamecheck"),
    "own host only": (r"^\[ \"\$\(uname -n\)\" = ", ""),
}


@derivation("drill.ladder")
def ladder(data: Data, context: Context) -> list[Row]:
    """The rungs this drill proved or broke: {item: engine/source/name/rung, state: proved|broken, detail}."""
    why = _why(data, context)
    drill = data["drill.setup"]["drill"]
    figures = _figures(data)
    rungs = {"exists": _exists(data), "complete_set": _complete(data), "readable": _readable(data),
             "logically_clean": _from_step(data, "check", "every table and index was checked in the restored copy"),
             "restored_elsewhere": _from_step(data, "configure", f"restored to {drill['target']} on another host"),
             "recovered_and_opened": _recovered(data), "application_reads": _application(data)}
    rows: list[Row] = []
    for rung, found in rungs.items():
        item = f"{drill['engine']}/{drill['source']}/{drill['name']}/{rung}"
        if why:
            rows.append({"item": item, **why})
        elif found is None:
            rows.append({"item": item, "unknown": Reason.NOT_RUN.value, "detail": "this drill did not get that far"})
        else:
            rows.append({"item": item, "state": found[0], "detail": "; ".join([*figures, found[1]])})
    return rows


Found = tuple[str, str] | None


def _figures(data: Data) -> list[str]:
    rto, rpo = _rto_seconds(data), _rpo_seconds(data)
    return [f"{name} {value} s" for name, value in (("RTO", rto), ("RPO", rpo)) if value is not None]


def _exists(data: Data) -> Found:
    look = data["drill.look"]
    if look is None:
        return None
    there = bool(look.get("backup")) and look["backup"] != "none"
    return ("proved" if there else "broken",
            f"{look['backup']}, begun {look.get('started') or 'at an unknown time'}" if there else "no backup is there")


def _blamed(data: Data) -> list[str]:
    """What verifying complained of."""
    verify = data.get("verify")
    return [line for line in verify["said"] if re.search(r"error|fatal|fail|refused|no backup|gzip:|tar:", line)] \
        if verify and verify["status"] else []


def _complete(data: Data) -> Found:
    blamed = [line for line in _blamed(data) if _MANIFEST.search(line)]
    if blamed:
        return "broken", _tidy(blamed[0])
    missing = gaps(data["drill.look"]) if data["drill.look"] else None
    if missing:
        return "broken", f"log segments missing from the archive: {len(missing)}, the first is {missing[0]}"
    if data.get("verify") is None or missing is None:
        return None
    return "proved", "every file of the manifest and the log from the backup's beginning on are there"


def _readable(data: Data) -> Found:
    verify = data.get("verify")
    if verify is None:
        return None
    if verify["status"] == 0:
        return "proved", "the whole backup was read, and every file has its checksum"
    read = [line for line in _blamed(data) if not _MANIFEST.search(line)]
    return ("broken", _tidy(read[0])) if read else None


def _tidy(line: str) -> str:
    return line.strip().replace(";", ",")[:200]


def _from_step(data: Data, name: str, proved: str) -> Found:
    needed = ["restore", name] if name == "configure" else [name]
    for one in (data.get(step) for step in needed):
        if one is None:
            return None
        if one["status"]:
            return "broken", _tidy(one["said"][-1] if one["said"] else f"status {one['status']}")
    return "proved", proved


def _recovered(data: Data) -> Found:
    one = data.get("open")
    if one is None:
        return None
    if one["status"]:
        fatal = [line for line in one["said"] if "FATAL" in line or "PANIC" in line]
        return "broken", _tidy((fatal or one["said"] or ["it did not open"])[-1])
    opened = one["opened"]
    if opened["in_recovery"]:
        return "broken", "the restored instance is still recovering"
    stopped = _stopped_early(data["drill.look"], opened["replayed_lsn"])
    if stopped:
        return "broken", stopped
    return "proved", f"recovered to {opened['replayed_lsn']} and opened on timeline {opened['timeline']}"


def _stopped_early(look: dict[str, Any] | None, replayed: str | None) -> str:
    """The archive's last segment against the place where recovery ended: a gap is passed over in silence."""
    if not look or not look["wal"] or not replayed:
        return ""
    size = look.get("segment_bytes") or 16 << 20
    high, _, low = replayed.partition("/")
    ended = max(0, (int(high, 16) << 32) + int(low, 16) - 1) // size
    last = max(look["wal"], key=lambda name: segment_number(name, size))
    behind = segment_number(last, size) - ended
    return f"recovery ended at {replayed}, {behind} segments before the archive's last, {last}" if behind > 0 else ""


def _application(data: Data) -> Found:
    rows = _compared(data)
    if rows is None:
        return None
    bad = [f"{row['table']} {row['state']}" for row in rows if row.get("state") in {"differs", "unreadable"}]
    if bad:
        return "broken", ", ".join(bad)[:200]
    if any("unknown" in row for row in rows):
        return None
    return "proved", f"{len(rows)} tables read as in production"


@derivation("drill.tables")
def tables(data: Data, context: Context) -> list[Row]:
    """One row per named table: {table, state: same|differs|unreadable}; unknown where production did not tell."""
    why = _why(data, context)
    if why:
        return [{"table": "*", **why}]
    rows = _compared(data)
    if rows is None:
        return [{"table": "*", "unknown": Reason.NOT_RUN.value, "detail": "the restored database was not read"}]
    return rows


def _compared(data: Data) -> list[Row] | None:
    read = data.get("read")
    if read is None:
        return None
    if read["status"]:
        return [{"table": "*", "state": "unreadable", "detail": _tidy((read["said"] or [""])[-1])}]
    production = data.get("drill.tables") or {}
    return [_one_table(name, one, production.get(name)) for name, one in read["tables"].items()]


def _one_table(name: str, here: dict[str, Any], there: dict[str, Any] | None) -> Row:
    if "trouble" in here:
        return {"table": name, "state": "unreadable", "detail": here["trouble"]}
    if there is None or "trouble" in there:
        why = there["trouble"] if there else "production was not asked"
        return {"table": name, "unknown": Reason.NOT_RUN.value, "detail": f"{here['rows']} rows here; {why}"}
    if here["rows"] == there["rows"] == 0:
        return {"table": name, "unknown": Reason.EMPTY.value, "detail": "no row to compare on either side"}
    same = (here["rows"], here["checksum"]) == (there["rows"], there["checksum"])
    said = f"{here['rows']} rows, checksum {here['checksum']}" + \
        ("" if same else f"; production {there['rows']} rows, checksum {there['checksum']}")
    return {"table": name, "state": "same" if same else "differs", "detail": said}


@derivation("drill.rto")
def rto(data: Data, context: Context) -> list[Row]:
    """Seconds from the restore's beginning until the application's tables had been read."""
    why = _why(data, context)
    seconds = _rto_seconds(data)
    if why or seconds is None:
        return [why or {"unknown": Reason.NOT_RUN.value, "detail": "the drill did not get as far as reading"}]
    parts = ", ".join(f"{name} {data[name]['seconds']} s" for name in ("restore", "configure", "open", "read"))
    return [{"seconds": seconds, "detail": parts}]


def _rto_seconds(data: Data) -> int | None:
    restore, read = data.get("restore"), data.get("read")
    if restore is None or read is None or read["status"]:
        return None
    return round(_at(read["ended"]) - _at(restore["began"]))


@derivation("drill.rpo")
def rpo(data: Data, context: Context) -> list[Row]:
    """Seconds between the moment of the drill and the last transaction that came back: at most this would be lost."""
    why = _why(data, context)
    seconds = _rpo_seconds(data)
    if why or seconds is None:
        return [why or {"unknown": Reason.NOT_RUN.value, "detail": "no transaction's time was recovered"}]
    said = f"at most: the last transaction that came back is of {data['open']['opened']['last_commit']}, " \
        f"production was asked at {_loss(data)}"
    return [{"seconds": seconds, "detail": said}]


def _loss(data: Data) -> str:
    """The moment at which production is taken to be lost: its own clock, or ours where it no longer answers."""
    production = data.get("drill.production")
    return str(production["moment"] if production else data["drill.setup"]["moment"])


def _rpo_seconds(data: Data) -> int | None:
    one = data.get("open")
    last = one["opened"]["last_commit"] if one and one["status"] == 0 else None
    return None if last is None else max(0, round(_at(_loss(data)) - _at(last)))


def _at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
