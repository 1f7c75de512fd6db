"""Cables as documented and as seen: one row per link, per undocumented port, per kind of path, per fault."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row

PARSER = "cabling.device"
MOST = 3


def _told(data: Data) -> dict[str, Any]:
    found: dict[str, Any] = data[PARSER]
    return found


def _ends(link: dict[str, Any]) -> str:
    return f"{link['name']} {link['a']} - {link['b']}"


def _proofs(link: dict[str, Any], *weights: str) -> str:
    """The first few statements with the digits of the text they stand in."""
    said = [f"{proof['says']}{f' [{proof['sha256'][:12]}]' if proof['sha256'] else ''}" for proof in link["proofs"]
            if proof["weight"] in weights]
    more = f"; and {len(said) - MOST} more" if len(said) > MOST else ""
    return "; ".join(said[:MOST]) + more


@derivation("cabling.links")
def links(data: Data, _context: Context) -> list[Row]:
    """The grade of each link in use. What nobody could see because a device was silent is unknown."""
    rows: list[Row] = []
    for link in _told(data)["links"]:
        if link["status"] != "connected":
            continue
        row: Row = {"link": _ends(link)}
        notes = "; ".join(link["notes"][:MOST])
        if not link["whole"]:
            row |= {"unknown": str(Reason.EMPTY), "detail": "one of its ends is not written down"}
        elif link["grade"] == "contradicted":
            row |= {"grade": "contradicted", "detail": _joined(_why(link), _proofs(link, "against"), notes)}
        elif link["grade"] == "documented" and link["silent_ends"]:
            row |= {"unknown": str(Reason.UNREACHABLE),
                    "detail": f"nothing was heard from {', '.join(link['silent_ends'])}"}
        else:
            row |= {"grade": link["grade"], "detail": _joined(_proofs(link, "certain", "likely"), notes)}
        rows.append(row)
    return _or_none(rows, "no cable of this device is documented")


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _why(link: dict[str, Any]) -> str:
    """What is there instead."""
    found = ", ".join(link["found"].values())
    return {
        "swapped": f"swapped with {link['with']}", "moved": f"moved to {found}", "panel": f"wrong panel port: {found}",
        "other_port": f"another port: {found}", "other_device": f"another device: {found}",
        "ends_disagree": "its two ends disagree"}.get(link["why"], "not there")


def _or_none(rows: list[Row], why: str) -> list[Row]:
    if not rows:
        raise NotApplicable(why)
    return rows


@derivation("cabling.link_state")
def link_state(data: Data, _context: Context) -> list[Row]:
    """Whether a documented cable has a link; spare and planned ones need none."""
    rows: list[Row] = []
    for link in _told(data)["links"]:
        if link["status"] != "connected" or not link["whole"]:
            continue
        row: Row = {"link": _ends(link)}
        if link["state"] == "unknown":
            row |= {"unknown": str(Reason.UNREACHABLE if link["silent_ends"] else Reason.EMPTY),
                    "detail": "no port at either end told its state"}
        else:
            row |= {"state": link["state"], "detail": "; ".join(
                note for note in link["notes"] if note.endswith("has no link")) if link["state"] == "down" else ""}
        rows.append(row)
    return _or_none(rows, "no cable of this device is documented")


@derivation("cabling.undocumented")
def undocumented(data: Data, _context: Context) -> list[Row]:
    """Links at ports where the register has no cable."""
    return [{"port": stray["a"], "word": "undocumented", "detail": _joined(
        f"{stray['b']} {stray['what']}" if stray["b"] != "unknown" else stray["what"],
        f"in truth {stray['explains']}" if stray["explains"] else "", _proofs(stray, "certain", "likely"))}
        for stray in _told(data)["strays"]]


@derivation("cabling.second_path")
def second_path(data: Data, _context: Context) -> list[Row]:
    """How many of a device's documented paths are there."""
    rows: list[Row] = []
    for path in _told(data)["paths"]:
        lost = [name for name in path["documented"] if name not in path["usable"]]
        word = "redundant" if len(path["usable"]) > 1 else "one_path" if path["usable"] else "no_path"
        rows.append({"path": path["use"], "word": word if word != "redundant" or not lost else "path_lost",
                     "detail": f"{len(path['usable'])} of {len(path['documented'])}" + (
                         f"; without: {', '.join(lost)}" if lost else "")})
    return _or_none(rows, "no second path is documented for this device")


@derivation("cabling.register")
def register(data: Data, _context: Context) -> list[Row]:
    """Faults of the register at this device, and what hangs on one feed, one switch or one tray."""
    faults = _told(data)["faults"]
    rows: list[Row] = []
    for fault in faults:
        word = "wrong" if fault["error"] else "single_point" if fault["kind"].startswith("one_") else "to_do"
        about = ", ".join(name for name in fault["about"] if name != _told(data)["device"])
        rows.append({"fault": f"{fault['kind']} {about}".strip()[:80], "word": word,
                     "detail": f"{fault['problem']} ({fault['where']})"})
    return rows or [{"fault": "register", "word": "clean"}]
