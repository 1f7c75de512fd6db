"""Zoning defined, in effect and unsaved; logins at the name server; the fabric's members."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.brocade.common import documented, said, silence
from pacs_rounds.model import Context, NotApplicable, Row

_SHOWN = 5


@derivation("brocade.zoning")
def zoning(data: Data, context: Context) -> list[Row]:
    """Rows "effective configuration", "defined = effective" and "unsaved changes"."""
    found = said(data, "cfgshow")
    agreed = str(context.baseline.get("zoning") or "")
    if found["effective"] is None:
        return [{"part": "effective configuration", "unknown": "truncated",
                 "detail": "cfgshow printed no effective configuration"}]
    name = next(iter(found["effective"]["cfgs"]), None)
    rows = [_effective(name, agreed), _equal(found, name)]
    transaction = said(data, "cfgtransshow")
    if transaction is None:
        gone = silence(context, "cfgtransshow")
        if gone and gone[0] != "tool_missing":
            rows.append({"part": "unsaved changes", "unknown": gone[0], "detail": gone[1]})
    elif transaction["outstanding"]:
        rows.append({"part": "unsaved changes", "state": "unsaved",
                     "detail": f"somebody's zoning transaction {transaction['token']} is open"})
    else:
        rows.append({"part": "unsaved changes", "state": "equal", "detail": "no transaction is open"})
    return rows


def _effective(name: str | None, agreed: str) -> Row:
    row: Row = {"part": "effective configuration",
                "detail": f"in effect: {name or 'none'}, agreed: {agreed or 'not said'}"}
    if name is None:
        return {**row, "state": "no_zoning"}
    return {**row, "state": "as_agreed" if name == agreed or not agreed else "other_configuration"}


def _equal(found: dict[str, Any], name: str | None) -> Row:
    row: Row = {"part": "defined = effective"}
    if found["defined"] is None:
        return {**row, "unknown": "truncated", "detail": "cfgshow printed no defined configuration"}
    if name is None:
        count = len(found["defined"]["cfgs"])
        return {**row, "state": "differs" if count else "equal",
                "detail": f"{count} configurations defined, none in effect"}
    if name not in found["defined"]["cfgs"]:
        return {**row, "state": "differs", "detail": f"{name} is in effect and no longer defined"}
    differences = _differences(found["defined"], found["effective"], name)
    if not differences:
        return {**row, "state": "equal", "detail": f"{len(found['effective']['zones'])} zones"}
    more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
    return {**row, "state": "differs", "detail": "; ".join(differences[:_SHOWN]) + more}


def _members(names: list[str], aliases: dict[str, list[str]]) -> set[str]:
    """Aliases replaced by what they stand for; the first member of a peer zone (00:…) is its property, no device."""
    found: set[str] = set()
    for name in names:
        found |= set(aliases.get(name, [name]))
    return {one.lower() for one in found if not one.startswith("00:")}


def _differences(defined: dict[str, Any], effective: dict[str, Any], name: str) -> list[str]:
    wanted = dict.fromkeys(defined["cfgs"][name])
    found: list[str] = []
    for zone in wanted:
        if zone not in effective["zones"]:
            found.append(f"zone {zone} is defined, not in effect")
            continue
        if zone not in defined["zones"]:
            found.append(f"zone {zone} is in effect and no longer defined")
            continue
        ahead = _members(defined["zones"][zone], defined["aliases"])
        now = _members(effective["zones"][zone], {})
        if ahead - now:
            found.append(f"zone {zone}: {', '.join(sorted(ahead - now)[:3])} defined, not in effect")
        if now - ahead:
            found.append(f"zone {zone}: {', '.join(sorted(now - ahead)[:3])} in effect, no longer defined")
    found += [f"zone {zone} is in effect and no longer defined" for zone in effective["zones"] if zone not in wanted]
    return found


@derivation("brocade.name_server")
def name_server(data: Data, context: Context) -> list[Row]:
    """One row per port WWN that the baseline documents, and one per login that it does not."""
    wanted: dict[str, str] = {}
    for port, agreed in documented(context).items():
        for wwn in agreed.get("wwns") or []:
            wanted[str(wwn).lower()] = f"{agreed.get('connected') or 'device'}, port {port}"
    if not wanted:
        raise NotApplicable("the baseline documents no port WWN")
    logins = {one["wwn"]: one for one in said(data, "nsshow")}
    rows: list[Row] = []
    for wwn, name in wanted.items():
        one = logins.get(wwn)
        rows.append({"wwn": wwn, "state": "logged_in" if one else "absent",
                     "detail": f"{name}; address {one['address']}" if one else f"{name}; not logged in"})
    for wwn, one in logins.items():
        if wwn not in wanted:
            symbol = one["node_symbol"] or one["port_symbol"] or "without a symbol"
            rows.append({"wwn": wwn, "state": "undocumented", "detail": f"address {one['address']}; {symbol}"})
    return rows


@derivation("brocade.fabric")
def fabric(data: Data, context: Context) -> list[Row]:
    """One row per switch that the baseline names, and one per other switch of the fabric."""
    wanted = [str(name) for name in context.baseline.get("fabric_members") or []]
    if not wanted:
        raise NotApplicable("the baseline names no switch of the fabric")
    known = {one["name"]: one for one in said(data, "fabricshow")}
    rows: list[Row] = []
    for name in wanted:
        one = known.get(name)
        rows.append({"switch": name, "state": "in_fabric" if one else "absent", "detail": _switch(one)})
    rows += [{"switch": name, "state": "undocumented", "detail": _switch(one)}
             for name, one in known.items() if name not in wanted]
    return rows


def _switch(one: dict[str, Any] | None) -> str:
    if one is None:
        return "listed in the baseline, not in the fabric"
    return f"domain {one['domain']}, {one['address']}, {one['wwn']}" + (", principal" if one["principal"] else "")
