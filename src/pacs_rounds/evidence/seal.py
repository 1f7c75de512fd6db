"""Closing a run: every gap named, everything hashed, one signed link. After this nobody writes here again."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import bagit

from pacs_rounds.catalogue import Check
from pacs_rounds.conductor import Inputs, Record, judge_host, timestamp, unanswered
from pacs_rounds.evidence import chain, store
from pacs_rounds.evidence.layout import SiteEvidence, json_bytes, jsonl_bytes, read_json, read_jsonl, write_new
from pacs_rounds.model import BadInput, Outcome, Reason

logging.getLogger("bagit").setLevel(logging.WARNING)


def fill_gaps(run_dir: Path, run: dict[str, Any], catalogue: dict[str, Check]) -> int:
    """Write `unknown: not_run` for everything the plan expects and no record speaks of. Returns how many."""
    filled = 0
    for part in run["plan"]:
        for host in part["hosts"]:
            path = run_dir / "records" / host / f"{part['role']}.jsonl"
            records = read_jsonl(path) if path.exists() else []
            spoken = {record["check"] for record in records}
            missing = [check for check in part["checks"] if check not in spoken]
            if not missing:
                continue
            new = _not_run(run, part["role"], host, missing, catalogue, [r["sources"] for r in records])
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, jsonl_bytes(records + new))
            filled += len(missing)
    return filled


def _not_run(run: dict[str, Any], role: str, host: str, checks: list[str], catalogue: dict[str, Check],
             others: list[Any]) -> list[Record]:
    inputs = Inputs(run=run["run"], site=run["site"], host=host, role=role, platform="", transport="none",
                    checks=checks, commit=run.get("commit", ""))
    now = time.time()
    why = "the role wrote no record of this check" if others else "the role did not run on this host"
    return judge_host(inputs, unanswered(inputs, catalogue, Reason.NOT_RUN, why, now, now), catalogue)


def seal(evidence: SiteEvidence, run_id: str, catalogue: dict[str, Check]) -> chain.Link:
    """Seal an open run. Raises BadInput or OSError and leaves the run open when anything is amiss."""
    run_dir = evidence.open / run_id
    if chain.link_of(evidence, run_id):
        raise BadInput(run_id, "is sealed already", f"rounds verify {run_id}")
    if not run_dir.is_dir():
        raise BadInput(str(run_dir), "no such open run", "rounds runs lists what there is")
    if not (run_dir / "bagit.txt").exists():
        _pack(run_dir, catalogue)
    with chain.locked(evidence):
        chain.finish_moves(evidence)
        run = read_json(run_dir / "data" / "run.json")
        link = chain.append(
            evidence, run_id, sha256((run_dir / "tagmanifest-sha256.txt").read_bytes()).hexdigest(),
            timestamp(time.time()), {"counts": run["counts"], "round": run["round"], "policy": run["policy"]["id"]})
        (run_dir).rename(evidence.root / run_id)
    return link


def _pack(run_dir: Path, catalogue: dict[str, Check]) -> None:
    """From an open folder to a bag: gaps, counts, manifests, and everything on the disk before the link says so."""
    run = read_json(run_dir / "run.json")
    run["gaps_filled"] = fill_gaps(run_dir, run, catalogue)
    records = store.records_of(run_dir)
    counts = Counter(record["outcome"] for record in records)
    run["counts"] = {str(outcome): counts.get(outcome, 0) for outcome in Outcome}
    run["ended"] = timestamp(time.time())
    write_new(run_dir / "run.json", json_bytes(run))
    for leftover in run_dir.rglob(".*"):
        if leftover.is_file():
            leftover.unlink()
    bagit.make_bag(
        str(run_dir), {"Source-Organization": "Rounds", "External-Identifier": run["run"],
                       "External-Description": f"{run['site']}: {run['round']}"},
        processes=1, checksums=["sha256"])
    os.sync()
