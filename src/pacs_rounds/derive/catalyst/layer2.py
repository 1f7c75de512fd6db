"""Spanning tree, VTP, VLANs."""

from __future__ import annotations

import re

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, NotApplicable, Row

_RANGE = re.compile(r"^(?P<kind>[A-Z]+)(?P<first>\d+)-(?:[A-Z]+)?(?P<last>\d+)$")


def _instance(name: object) -> str:
    text = str(name).strip().upper()
    return f"VLAN{int(text):04d}" if text.isdigit() else text


def _roots(names: list[str]) -> set[str]:
    """Names of instances; VLAN0001-VLAN0004 stands for four."""
    found: set[str] = set()
    for name in names:
        match = _RANGE.match(name.upper())
        if match:
            width, numbers = len(match["first"]), range(int(match["first"]), int(match["last"]) + 1)
            found |= {f"{match['kind']}{number:0{width}d}" for number in numbers}
        else:
            found.add(name.upper())
    return found


@derivation("catalyst.spanning_tree")
def spanning_tree(data: Data, context: Context) -> list[Row]:
    """Whether it runs, in the agreed mode, as root of the agreed instances; one row per inconsistent port."""
    summary = said(data, "show_spanning_tree_summary")
    wanted = context.baseline.get("spanning_tree") or {}
    total = summary["total"] or {"active": 0, "blocking": 0}
    state = "active" if total["active"] else "not_running"
    if state == "active" and wanted.get("mode"):
        state = "as_agreed" if summary["mode"] == wanted["mode"] else "differs"
    agreed = f", agreed {wanted['mode']}" if wanted.get("mode") else ""
    rows: list[Row] = [{"part": "mode", "state": state, "detail": f"{summary['mode'] or 'no mode printed'}{agreed}, "
                        f"{total['active']} active ports, {total['blocking']} blocking"}]
    roots = _roots(summary["root_for"])
    rows += [{"part": f"root of {_instance(name)}", "state": "root" if _instance(name) in roots else "root_lost",
              "detail": "the baseline says this switch is its root"} for name in wanted.get("root_for") or []]
    rows += [{"part": f"{one['interface']} {one['instance']}", "state": "inconsistent", "detail": one["kind"]}
             for one in said(data, "show_spanning_tree_inconsistentports")]
    return rows


@derivation("catalyst.spanning_tree_changes")
def spanning_tree_changes(data: Data, context: Context) -> list[Row]:
    """The count of topology changes per instance; the last one's age and port as detail."""
    rows: list[Row] = []
    for one in said(data, "show_spanning_tree_detail"):
        last = f"last {one['last_age']} ago" if one["last_age"] else "none dated"
        rows.append({"instance": one["instance"], "changes": one["changes"],
                     "detail": last + (f", from {one['last_port']}" if one["last_port"] else "")})
    return rows


@derivation("catalyst.vtp")
def vtp(data: Data, context: Context) -> list[Row]:
    """Mode and domain against the baseline."""
    wanted = context.baseline.get("vtp") or {}
    found = said(data, "show_vtp_status")
    rows: list[Row] = []
    for key in ("mode", "domain"):
        if wanted.get(key) is None:
            continue
        same = str(wanted[key]).lower() == found[key].lower() if key == "mode" else str(wanted[key]) == found[key]
        rows.append({"part": key, "state": "as_agreed" if same else "differs",
                     "detail": f"{found[key] or '(none)'}, agreed {wanted[key] or '(none)'}, "
                               f"revision {found['revision']}"})
    if not rows:
        raise NotApplicable("the baseline names no VTP mode or domain")
    return rows


_VLAN = {"active": "active", "act/unsup": "active", "suspended": "suspended", "act/lshut": "shutdown",
         "act/ishut": "shutdown", "sus/lshut": "suspended", "sus/ishut": "suspended"}


@derivation("catalyst.vlans")
def vlans(data: Data, context: Context) -> list[Row]:
    """One row per VLAN of the baseline."""
    wanted = [int(number) for number in context.baseline.get("vlans") or []]
    if not wanted:
        raise NotApplicable("the baseline names no VLAN")
    known = {one["vlan"]: one for one in said(data, "show_vlan_brief")}
    rows: list[Row] = []
    for number in wanted:
        one = known.get(number)
        if one is None:
            rows.append({"vlan": f"VLAN {number}", "state": "absent",
                         "detail": "listed in the baseline, not on the switch"})
        else:
            rows.append({"vlan": f"VLAN {number}", "state": _VLAN.get(one["status"], one["status"]),
                         "detail": f"{one['name']}, {len(one['ports'])} access ports"})
    return rows
