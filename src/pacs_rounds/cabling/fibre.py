"""Fibre Channel: who is logged in where, told by the switch, by the adapter itself and by the array. Pure."""

from __future__ import annotations

from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import End
from pacs_rounds.cabling.survey import AGAINST, CERTAIN, LIKELY, Graded
from pacs_rounds.cabling.work import Work, proof

SWITCH = ("fc_ports", "name_server")
"""The answers of a switch that list logins."""


def logins(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """Judge a link from its end `near`, whichever of the two is the switch."""
    if work.register.devices[near.device].role == "san_switch":
        _switch(work, one, side, near, far)
    elif work.register.devices[far.device].role == "san_switch":
        _adapter(work, one, side, near, far)


def _switch(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """The switch's own list of logins on this port."""
    view = work.views.get(near.device)
    if view is None:
        return
    expected = set(work.wwns.get(far, ()))
    here = view.logins.get(near.port, set())
    found = expected & here
    if found:
        digits = min(found)
        sure = work.who.wwns[digits].ports == {far.port}
        one.proofs.append(proof(view, "fc_login", side, CERTAIN if sure else LIKELY,
                                f"{names.shown_wwn(digits)} of {far} is logged in on {near}", *SWITCH))
        if not sure:
            one.notes.append(f"which port of {far.device} has {names.shown_wwn(digits)} is written nowhere")
        return
    known = [(digits, work.who.wwns[digits]) for digits in sorted(here) if digits in work.who.wwns]
    if known:
        digits, owner = known[0]
        one.proofs.append(proof(view, "fc_login", side, AGAINST,
                                f"{names.shown_wwn(digits)} of {owner.device} is logged in on {near}", *SWITCH))
        one.found.setdefault(side, End(owner.device, next(iter(owner.ports)) if len(owner.ports) == 1 else ""))
    elif here and expected:
        one.proofs.append(proof(view, "fc_login", side, AGAINST,
                                f"{names.shown_wwn(min(here))} is logged in on {near} and is nobody's here", *SWITCH))
        one.found.setdefault(side, End("", ""))
    elif here:
        one.notes.append(f"{names.shown_wwn(min(here))} is logged in on {near}; nobody knows whose it is")
    else:
        _elsewhere(work, one, side, near, far, expected)


def _elsewhere(work: Work, one: Graded, side: str, near: End, far: End, expected: set[str]) -> None:
    for digits in sorted(expected):
        spots = work.logged_in.get(digits, set())
        if len(spots) == 1 and work.who.wwns[digits].ports == {far.port}:
            (spot,) = spots
            one.proofs.append(proof(work.views[spot.device], "fc_login", side, AGAINST,
                                    f"{names.shown_wwn(digits)} of {far} is logged in on {spot}", *SWITCH))
            one.found.setdefault("b" if side == "a" else "a", spot)


def _adapter(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """The adapter's or the array's own word about the switch port it is plugged into, and who an array has seen."""
    view = work.views.get(near.device)
    mine = [digits for digits in work.wwns.get(near, ()) if work.who.wwns[digits].ports == {near.port}]
    for digits in mine if view else ():
        told = view.fabric.get(digits) if view else None
        if view is None or told is None or told[0] not in work.switches:
            continue
        spot = End(work.switches[told[0]], told[1])
        says = f"{near} ({names.shown_wwn(digits)}) says that it is at {spot}"
        if spot == far:
            one.proofs.append(proof(view, "fc_fabric", side, CERTAIN, says, "fc_hosts", "array"))
        else:
            one.proofs.append(proof(view, "fc_fabric", side, AGAINST, says, "fc_hosts", "array"))
            one.found.setdefault(side, spot)
    for array in work.views.values():
        for port, seen in array.seen_wwns.items():
            for digits in mine:
                if digits in seen:
                    one.proofs.append(proof(array, "array", side, LIKELY,
                                            f"{array.host} {port} lists {names.shown_wwn(digits)} as logged in"))
