"""Copies on another host: the image store against its copy, and backup pieces against what the database wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds.backup import drills, ladder
from pacs_rounds.backup.ladder import Proof
from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.backup.common import agreed, day, limits, listed
from pacs_rounds.model import Context, NotApplicable, Reason, Row

SETTLED = 24 * 3600.0
"""What was stored within this time may still be on its way; older days must be whole."""
TODO = {
    "exists": "the PACS administrator finds out why the copy does not run",
    "readable": "the PACS administrator has a sample read on both sides",
    "logically_clean": "the PACS administrator compares a sample of both sides",
    "restored_elsewhere": "the PACS administrator brings a sample back from the copy to a test server, and records it",
    "recovered_and_opened": "the PACS administrator imports the sample into a test archive",
    "application_reads": "a radiologist opens the sample at a workstation"}


def _ends(data: Data, context: Context) -> tuple[dict[str, Any], dict[str, Any]]:
    """The copy's side and the store's. NotApplicable on a host that holds no copy of images."""
    found = data.get("backup.sides") or {}
    if not (agreed(context).get("images") or {}).get("copy_of"):
        raise NotApplicable("this host holds no copy of an image store")
    nothing = {"said": None, "reason": str(Reason.NOT_RUN), "detail": "it was not asked in this round"}
    return found.get("images here") or nothing, found.get("images there") or nothing


def _gap(here: dict[str, Any], there: dict[str, Any]) -> tuple[str, str] | None:
    """(reason, words) where a side said nothing that can be compared."""
    for name, side in (("copy", here), ("store", there)):
        if side["said"] is None:
            return side["reason"], f"the {name} gave no answer: {side['detail']}"
        if side["said"]["state"] in ("refused", "not agreed"):
            return str(Reason.REFUSED), f"the {name}'s directory may not be read or is not agreed"
    return None


@derivation("backup.image_ladder")
def image_ladder(data: Data, context: Context) -> list[Row]:
    """Eight rows: the ladder of the copy of the image store."""
    here, there = _ends(data, context)
    proofs = _image_proofs(here, there)
    written = agreed(context).get("drills") or []
    proofs += drills.proofs(data.get("backup.drill_register"), written, "images", "images")
    return ladder.rows("images", proofs, context.collected_at, limits(context), TODO)


def _image_proofs(here: dict[str, Any], there: dict[str, Any]) -> list[Proof]:
    gap = _gap(here, there)
    if gap:
        return [Proof(rung, "unknown", None, gap[1].replace(";", ","), reason=Reason(gap[0]))
                for rung in ladder.RUNGS[:5]]
    mine, theirs = here["said"], there["said"]
    for name, side in (("copy", mine), ("store", theirs)):
        if side["state"] == "absent":
            return [Proof("exists", "missing", None, f"the directory of the {name} is not there", side["root"])]
    newest = max((one["newest"] for one in mine["days"] if one["newest"]), default=None)
    if newest is None:
        return [Proof("exists", "missing", None, f"no image of the last {len(mine['days'])} days", mine["root"])]
    return [Proof("exists", "proved", float(newest), "newest image in the copy", mine["root"]),
            *_counts(mine, theirs, here["at"]), *_sample(mine, theirs, here["at"])]


def _counts(mine: dict[str, Any], theirs: dict[str, Any], at: float) -> list[Proof]:
    """Days of which nothing is on its way any more: as many files, as many bytes."""
    store = {one["day"]: one for one in theirs["days"]}
    copy = {one["day"]: one for one in mine["days"]}
    failed = [name for name, one in [*store.items(), *copy.items()] if one["state"] == "failed"]
    if failed:
        why = f"not all of {listed(failed)} could be read"
        return [Proof(rung, "unknown", None, why, reason=Reason.REFUSED) for rung in ("complete_set", "plausible_size")]
    whole = [name for name, one in store.items() if one["newest"] and at - one["newest"] > SETTLED]
    short = [f"{name} ({copy[name]['files'] if name in copy else 0} of {store[name]['files']})" for name in whole
             if name not in copy or copy[name]["files"] < store[name]["files"]]
    alike = [name for name in whole if name in copy and copy[name]["files"] == store[name]["files"]]
    thin = [name for name in alike if copy[name]["bytes"] != store[name]["bytes"]]
    if not whole:
        return [Proof(rung, "unknown", None, "the store has no settled day to compare", reason=Reason.EMPTY)
                for rung in ("complete_set", "plausible_size")]
    files = sum(store[name]["files"] for name in whole)
    counted = Proof("complete_set", "missing", None, f"files are missing of {listed(short)}", "count of both sides") \
        if short else Proof("complete_set", "proved", at, f"{files} files of {len(whole)} days on both sides",
                            "count of both sides")
    if not alike:
        return [counted, Proof("plausible_size", "unknown", None, "no day has as many files on both sides",
                               reason=Reason.EMPTY)]
    size = sum(store[name]["bytes"] for name in alike)
    sized = Proof("plausible_size", "broken", at, f"other bytes than the store: {listed(thin)}", "sum of both sides") \
        if thin else Proof("plausible_size", "proved", at, f"{ladder.amount(size)} on both sides", "sum of both sides")
    return [counted, sized]


def _sample(mine: dict[str, Any], theirs: dict[str, Any], at: float) -> list[Proof]:
    """A sample read to its end on both sides, and compared."""
    if "none" in (mine["hash"], theirs["hash"]) or mine["hash"] != theirs["hash"]:
        why = f"no common program to hash with: {theirs['hash']} and {mine['hash']}"
        return [Proof(rung, "unknown", None, why, reason=Reason.TOOL_MISSING)
                for rung in ("readable", "logically_clean")]
    store = {one["path"]: one for one in theirs["sample"]}
    copy = {one["path"]: one for one in mine["sample"]}
    both = sorted(set(store) & set(copy))
    bad = [path for path, one in copy.items() if one["bytes"] is None]
    if not copy:
        return []
    read = Proof("readable", "broken", at, f"{len(bad)} of {len(copy)} sampled files cannot be read", "sampled read") \
        if bad else Proof("readable", "proved", at, f"{len(copy)} sampled files read to the end", "sampled read")
    differ = [path for path in both if store[path]["content"] != copy[path]["content"]]
    if differ:
        what = f"{len(differ)} of {len(both)} sampled files differ: {listed([path[:12] for path in differ], 3)}"
        return [read, Proof("logically_clean", "broken", at, what, "hash of both sides")]
    if not both:
        return [read, Proof("logically_clean", "unknown", None, "the samples of both sides have no file in common",
                            reason=Reason.EMPTY)]
    return [read, Proof("logically_clean", "proved", at, f"{len(both)} of {len(store)} sampled files are the same",
                        "hash of both sides")]


@derivation("backup.image_copy_lag")
def image_copy_lag(data: Data, context: Context) -> list[Row]:
    """One row: how many hours the newest image of the copy is behind the store's."""
    here, there = _ends(data, context)
    gap = _gap(here, there)
    if gap:
        return [{"item": "images", "unknown": gap[0], "detail": gap[1]}]
    newest = [max((one["newest"] for one in side["said"]["days"] if one["newest"]), default=None)
              for side in (there, here)]
    days = len(there["said"]["days"])
    if newest[0] is None:
        return [{"item": "images", "unknown": "empty", "detail": f"the store has no image of the last {days} days"}]
    if newest[1] is None:  # at least the whole window is missing
        return [{"item": "images", "hours": days * 24.0, "detail": f"the copy has no image of the last {days} days"}]
    return [{"item": "images", "hours": round(max(0.0, newest[0] - newest[1]) / 3600, 1),
             "detail": f"newest in the store {day(newest[0])}, in the copy {day(newest[1])}"}]


@derivation("backup.off_host")
def off_host(data: Data, context: Context) -> list[Row]:
    """A row per database whose backups are copied here: whether its newest pieces have arrived: complete, behind, short
    (other sizes), no_copy, absent."""
    known = agreed(context).get("copies") or {}
    if not known:
        raise NotApplicable("this host holds no copy of backups")
    found = data.get("backup.sides") or {}
    mine = found.get("copies here")
    if mine is None or mine["said"] is None:
        reason, detail = (mine["reason"], mine["detail"]) if mine else ("not_run", "the directories were not asked")
        return [{"item": name, "unknown": reason, "detail": detail} for name in known]
    return [{"item": name, **_off_host(name, str(one["of"]), mine["said"]["copies"], found)}
            for name, one in known.items()]


def _off_host(name: str, origin: str, copies: list[dict[str, Any]], found: dict[str, Any]) -> Row:
    places = [one for one in copies if one["of"] == name]
    if any(one["state"] in ("refused", "cut") for one in places):
        return {"unknown": "refused", "detail": "not all of the directory of the copies could be read"}
    if not places or all(one["state"] == "absent" for one in places):
        return {"state": "absent", "detail": f"the directory of the copies is not there: "
                f"{listed([one['path'] for one in places])}"}
    files = {one["name"]: one for place in places for one in place["files"]}
    sides = [found.get(f"{what} of {origin}") or {"said": None, "reason": "not_run", "detail": "it was not asked"}
             for what in ("pieces", "database")]
    silent = next((one for one in sides if one["said"] is None), None)
    if silent:
        return {"unknown": silent["reason"], "detail": f"{origin} did not say what it wrote: {silent['detail']}"}
    parts = [next((part for part in one["said"] if part["sid"] == name and part["running"]), None) for one in sides]
    if any(part is None or part["reason"] for part in parts):
        return {"unknown": "not_run", "detail": f"no instance {name} answered on {origin}"}
    asked = datetime.fromisoformat(parts[1]["rows"][0]["asked_at"]) if parts[1] and parts[1]["rows"] else None
    return _arrived(parts[0]["rows"] if parts[0] else [], files, asked)


def _arrived(pieces: list[dict[str, Any]], files: dict[str, Any], asked: datetime | None) -> Row:
    """The pieces of the last eight days by name and size; those written within a day may still be on their way."""
    if asked is None or not pieces:
        return {"unknown": "empty", "detail": "the database lists no piece to compare"}
    ages = {row["handle"].rpartition("/")[2]: (asked - datetime.fromisoformat(row["completion_time"])).total_seconds()
            for row in pieces}
    due = [row for row in pieces if SETTLED < ages[row["handle"].rpartition("/")[2]] <= 8 * ladder.DAY
           and row["status"] == "A"]
    names = {row["handle"].rpartition("/")[2]: row["bytes"] for row in due}
    lacking = [name for name in names if name not in files]
    other = [name for name, size in names.items() if name in files and size and files[name]["bytes"] < size]
    here = [name for name in ages if name in files]
    newest = min((ages[name] for name in here), default=None)
    told = f"{len(names) - len(lacking)} of {len(names)} pieces of the last eight days are here"
    if newest is not None:
        told += f"; the newest copied piece is {newest / ladder.DAY:.1f} days old"
    if not here:
        return {"state": "no_copy", "detail": f"no piece that the database lists is here; {told}"}
    if lacking:
        return {"state": "behind", "detail": f"not here: {listed(lacking, 3)}; {told}"}
    if other:
        return {"state": "short", "detail": f"shorter than the original: {listed(other, 3)}; {told}"}
    return {"state": "complete", "detail": told}


@derivation("backup.places")
def places(data: Data, context: Context) -> list[Row]:
    """A row per agreed directory on this host, of images or of copies: filled, empty, absent."""
    known = agreed(context)
    asked = [name for name in ("images", "copies") if known.get(name)]
    if not asked:
        raise NotApplicable("the inventory names no place of images or of copies here (rounds_backup)")
    rows: list[Row] = []
    for name in asked:
        said = data.get(f"backup.{name}")
        if said is None:
            answer = context.answers.get(f"backup {name}")
            why = str(answer.reason or Reason.EMPTY) if answer else str(Reason.NOT_RUN)
            rows.append({"item": name, "unknown": why, "detail": answer.detail if answer else "it was not asked"})
        else:
            rows += [_images_place(said)] if name == "images" else [_copies_place(one) for one in said["copies"]]
    return rows


def _images_place(said: dict[str, Any]) -> Row:
    item = f"images {said['root']}"
    if said["state"] in ("refused", "not agreed") or any(one["state"] == "failed" for one in said["days"]):
        return {"item": item, "unknown": "refused", "detail": "not all of it may be read by this user"}
    if said["state"] == "absent":
        return {"item": item, "state": "absent", "detail": "the agreed directory is not there"}
    files = sum(one["files"] for one in said["days"])
    size = sum(one["bytes"] for one in said["days"])
    return {"item": item, "state": "filled" if files else "empty",
            "detail": f"{files} files, {ladder.amount(size)} of the last {len(said['days'])} days"}


def _copies_place(one: dict[str, Any]) -> Row:
    item = f"{one['of']} {one['path']}"
    if one["state"] == "refused":
        return {"item": item, "unknown": "refused", "detail": "this user may not look into the directory"}
    if one["state"] == "absent":
        return {"item": item, "state": "absent", "detail": "the agreed directory is not there"}
    size = sum(file["bytes"] for file in one["files"])
    more = " at least" if one["state"] == "cut" else ""
    return {"item": item, "state": "filled" if one["files"] else "empty",
            "detail": f"{len(one['files'])} files{more}, {ladder.amount(size)}"}
