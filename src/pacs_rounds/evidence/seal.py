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
from pacs_rounds.evidence.layout import (
    SiteEvidence,
    is_run_id,
    json_bytes,
    jsonl_bytes,
    read_json,
    read_jsonl,
    write_new,
)
from pacs_rounds.evidence.verify import bag_faults
from pacs_rounds.model import BadInput, Outcome, Reason

logging.getLogger("bagit").setLevel(logging.CRITICAL)  # it logs what it raises, with a traceback


def fill_gaps(run_dir: Path, run: dict[str, Any], catalogue: dict[str, Check]) -> int:
    """Write `unknown: not_run` for everything the plan expects and no record speaks of. Returns how many."""
    filled = 0
    for part in run["plan"]:
        for host in part["hosts"]:
            path = run_dir / "records" / host / f"{part['role']}.jsonl"
            records = read_jsonl(path) if path.exists() else _recovered(run_dir, host, part["role"], catalogue)
            spoken = {record["check"] for record in records}
            missing = [check for check in part["checks"] if check not in spoken]
            if not missing and path.exists():
                continue
            new = _not_run(run, part["role"], host, missing, catalogue, [r["sources"] for r in records])
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, jsonl_bytes(records + new))
            filled += len(missing)
    return filled


def _recovered(run_dir: Path, host: str, role: str, catalogue: dict[str, Check]) -> list[Record]:
    """Records from the answers of a role that was killed between keeping these and writing its records."""
    if not (run_dir / "inputs" / host / f"{role}.json").exists():
        return []
    return judge_host(*store.read_role(run_dir, host, role), catalogue)


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
    if not is_run_id(run_id):
        raise BadInput(run_id, "is no run id", "rounds runs lists what there is")
    with chain.locked(evidence):
        if chain.link_of(evidence, run_id):
            raise BadInput(run_id, "is sealed already", f"rounds verify {run_id}")
        if not run_dir.is_dir():
            raise BadInput(str(run_dir), "no such open run", "rounds runs lists what there is")
        if (evidence.root / run_id).exists():
            raise BadInput(str(evidence.root / run_id), "stands where this run would go, and no link seals it",
                           f"find out who put it there; rounds verify {evidence.site}")
        chain.finish_moves(evidence)
        if (run_dir / "bagit.txt").exists():
            _whole_bag(run_dir)
        else:
            _pack(run_dir, catalogue)
        run = read_json(run_dir / "data" / "run.json")
        link = chain.append(
            evidence, run_id, sha256((run_dir / "tagmanifest-sha256.txt").read_bytes()).hexdigest(),
            timestamp(time.time()), {"counts": run["counts"], "round": run["round"], "policy": run["policy"]["id"]})
        run_dir.rename(evidence.root / run_id)
    return link


def _whole_bag(run_dir: Path) -> None:
    """Refuse the rest of an interrupted seal: its manifests may end in the middle."""
    faults = bag_faults(run_dir)
    if faults:
        raise BadInput(str(run_dir), f"was left half packed by an interrupted seal: {faults[0].what}",
                       "it stays in open/ as it is; run the inspection again")


def _pack(run_dir: Path, catalogue: dict[str, Check]) -> None:
    """From an open folder to a bag: gaps, counts, manifests, and everything on the disk before the link says so."""
    run = read_json(run_dir / "run.json")
    run["gaps_filled"] = fill_gaps(run_dir, run, catalogue)
    records = store.records_of(run_dir)
    _raw_is_there(run_dir, records)
    counts = Counter(record["outcome"] for record in records)
    run["counts"] = {str(outcome): counts.get(outcome, 0) for outcome in Outcome}
    run["ended"] = timestamp(time.time())
    write_new(run_dir / "run.json", json_bytes(run))
    for leftover in list(run_dir.rglob(".*")):  # half-written files of workers that were killed
        if leftover.is_file():
            leftover.unlink()
    facts = {"Source-Organization": "Rounds", "External-Identifier": run["run"],
             "External-Description": f"{run['site']}: {run['round']}"}
    try:
        bagit.make_bag(str(run_dir), facts, processes=1, checksums=["sha256"])
    except (bagit.BagError, RuntimeError) as error:
        raise BadInput(str(run_dir), f"cannot be packed: {error}", "look at the folder's permissions") from None
    os.sync()


def _raw_is_there(run_dir: Path, records: list[Record]) -> None:
    """A record without its raw text cannot be followed by anybody: refuse to seal such a run."""
    named = {source["sha256"] for record in records for source in record["sources"]} - {sha256(b"").hexdigest()}
    for name in sorted(named):
        path = run_dir / "raw" / f"{name}.txt"
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != name:
            raise BadInput(str(path), "a record rests on this text, and it is not there or not what was judged",
                           "the run stays in open/; look at the disk, and run the inspection again")
