"""Restore drills that were sealed, read back: only these prove the upper rungs of a ladder.

The role restore_drill writes one record per rung: check `drill.ladder`, item `<engine>/<source host>/<name>/<rung>`,
observed `proved` or `broken`. A drill on paper stands in the inventory (`rounds_backup.drills`) and is told as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pacs_rounds.backup.ladder import RUNGS, Proof
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence, payload, read_jsonl
from pacs_rounds.model import BadInput

CHECK = "drill.ladder"
ROUND = "-drill-restore-"
RUNS = 24
"""How many drills are read back: more than five years of quarterly ones."""


def sealed(site: str, host: str) -> list[dict[str, Any]]:
    """The rungs that sealed drills proved or disproved of a host's backups, newest run first:
    [{"engine", "name", "rung", "state", "at", "run", "by", "detail"}]. A damaged run is told with its fault."""
    runs = [folder for folder in chain.sealed_runs(SiteEvidence.of(site)) if ROUND in folder.name][:RUNS]
    found: list[dict[str, Any]] = []
    for folder in runs:
        for path in sorted((payload(folder) / "records").glob("*/*.jsonl")):
            try:
                found += [one for record in read_jsonl(path) if (one := _rung(record, host)) is not None]
            except (BadInput, OSError, KeyError, TypeError, ValueError):
                found.append({"run": folder.name, "fault": "its records cannot be read: rounds verify"})
    return found


def _rung(record: dict[str, Any], host: str) -> dict[str, Any] | None:
    words = str(record["item"]).split("/")
    if record["check"] != CHECK or len(words) != 4 or words[1] != host or words[3] not in RUNGS:
        return None
    if record["observed"] not in ("proved", "broken"):
        return None
    return {"engine": words[0], "name": words[2], "rung": words[3], "state": record["observed"], "at": record["ended"],
            "run": record["run"], "by": f"drill on {record['host']}", "detail": record["detail"]}


def proofs(register: dict[str, Any] | None, written: Iterable[dict[str, Any]], engine: str, name: str) -> list[Proof]:
    """The proofs of one backup: from sealed drills (`register` as the parser backup.drill_register gives it) and from
    the inventory's register of drills on paper."""
    found = []
    for one in (register or {}).get("drills") or []:
        if one.get("engine") == engine and one.get("name") == name:
            what = " ".join(str(one["detail"]).replace(";", ",").split()) or "a sealed drill"
            found.append(Proof(one["rung"], one["state"], _epoch(one["at"]), what, f"{one['by']} in run {one['run']}"))
    for one in written:
        if one["engine"] == engine and one["name"] == name:
            what = f"a drill on paper ({one['evidence']})"
            found += [Proof(rung, one.get("state", "proved"), _epoch(one["at"]), what, one["who"])
                      for rung in one["rungs"]]
    return found


def _epoch(written: str) -> float:
    at = datetime.fromisoformat(str(written))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
