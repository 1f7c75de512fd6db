"""Ports against their documentation, segmented ports, error counters, optical power."""

from __future__ import annotations

import math
from typing import Any

from pacs_rounds.derive import Data, Derivation, derivation
from pacs_rounds.derive.brocade.common import PORT_WALK, by_port, documented, online, said, silence, unanswered
from pacs_rounds.model import Context, NotApplicable, Row

_FAULTY = {"laser_flt", "port_flt", "diag_flt", "mod_inv", "faulty", "laser_fault", "port_fault", "diag_fault",
           "invalid_module"}


def _said_of(data: Data) -> dict[str, dict[str, Any]]:
    """What is known of each port: state, type, wwn, disabled (with the reason), remark; SNMP's word where it is graver.

    A port is faulty when either source says so; where the CLI is silent SNMP's states count alone.
    """
    known: dict[str, dict[str, Any]] = {}
    for one in (said(data, "switchshow") or {"ports": []})["ports"]:
        known[one["port"]] = {**one, "faulty": one["state"] in _FAULTY, "source": ""}
    alone = said(data, "switchshow") is None
    for name, one in by_port(data, "snmp_ports").items():
        faulty = one["state"] == "faulty" or one["physical"] in _FAULTY
        if alone:
            known[name] = {
                "state": one["state"] if one["state"] in {"online", None} else one["physical"] or one["state"],
                "type": None, "wwn": None, "faulty": faulty, "remark": None, "source": "told by SNMP alone",
                "disabled": "by its administrator" if one["admin"] == "offline" else None}
        elif faulty and name in known and not known[name]["faulty"]:
            known[name] |= {"faulty": True, "source": f"SNMP says {one['physical']}, {one['state']}"}
    return known


@derivation("brocade.ports")
def ports(data: Data, context: Context) -> list[Row]:
    """One row per documented port, and one per other port that is online or faulty."""
    known, wanted = _said_of(data), documented(context)
    if not known:
        return unanswered(context, ["switchshow", PORT_WALK], "ports")
    rows: list[Row] = []
    for name, agreed in wanted.items():
        one = known.get(name)
        if one is None:
            rows.append({"port": f"port {name}", "state": "absent",
                         "detail": "listed in the baseline, not on the switch"})
        elif one["state"] is None and not one["faulty"]:
            rows.append({"port": f"port {name}", "unknown": "empty", "detail": "the agent does not tell it"})
        else:
            rows.append({"port": f"port {name}", "state": _against(one, agreed), "detail": _shown(one, agreed)})
    for name, one in known.items():
        if name not in wanted and (one["faulty"] or one["state"] == "online"):
            state = "faulty" if one["faulty"] else "undocumented" if wanted else "online"
            rows.append({"port": f"port {name}", "state": state, "detail": _shown(one, {})})
    return rows


def _against(one: dict[str, Any], agreed: dict[str, Any]) -> str:
    if one["faulty"]:
        return "faulty"
    if agreed["state"] == "disabled":
        return "as_documented" if one["disabled"] else "not_disabled" if one["state"] != "online" else "undocumented"
    if agreed["state"] == "empty":
        return "undocumented" if one["state"] == "online" else "as_documented"
    if one["state"] != "online":
        return "disabled" if one["disabled"] else "down"
    if agreed.get("type") and one["type"] and one["type"] != agreed["type"]:
        return "other_type"
    wwns = [str(wwn).lower() for wwn in agreed.get("wwns") or []]
    if wwns and one["wwn"] and one["wwn"] not in wwns:
        return "other_device"
    return "as_documented"


def _shown(one: dict[str, Any], agreed: dict[str, Any]) -> str:
    parts = [one["state"], one["remark"] or "", one["source"], f"documented: {_words(agreed)}" if agreed else ""]
    return "; ".join(part for part in parts if part)


def _words(agreed: dict[str, Any]) -> str:
    words = [agreed["state"], agreed.get("type"), *(agreed.get("wwns") or []), agreed.get("connected")]
    return " ".join(str(word) for word in words if word)


@derivation("brocade.segmented_ports")
def segmented_ports(data: Data, context: Context) -> list[Row]:
    """One row per port whose link to another switch was refused, with the switch's reason."""
    return [{"port": f"port {one['port']}", "state": "segmented",
             "detail": f"{one['segmented']}; neighbour {one['neighbour'] or one['wwn'] or 'not told'}"}
            for one in said(data, "switchshow")["ports"] if one["segmented"]]


def _counter(data: Data, context: Context, check: str, fields: tuple[str, ...]) -> list[Row]:
    """Sum of some counters per port that is online or documented as such.

    porterrshow rounds large counters (4.2m): the exact ones come from SNMP, where it answers and counts the same.
    """
    shown, exact = by_port(data, "porterrshow"), by_port(data, "snmp_ports")
    if not shown and not exact:
        return unanswered(context, ["porterrshow", PORT_WALK], "error counters")
    live = online(data)
    wanted = {name for name, agreed in documented(context).items() if agreed["state"] == "online"}
    rows: list[Row] = []
    for name in dict.fromkeys([*shown, *exact]):
        if live is not None and name not in live and name not in wanted:
            continue
        row = _sum(shown.get(name), exact.get(name), fields, context.earlier(check, f"port {name}"))
        if row is not None:
            rows.append({"port": f"port {name}", **row})
    silent = sorted(name for name in (live or set()) - {*shown, *exact} if "ge" not in name)
    return rows + [{"port": f"port {name}", "unknown": "empty", "detail": "the port prints no error counters"}
                   for name in silent]


def _sum(shown: dict[str, Any] | None, exact: dict[str, Any] | None, fields: tuple[str, ...],
         earlier: dict[str, Any] | None) -> Row | None:
    total, step, words = 0, 0, []
    for field in fields:
        value = (shown or {}).get(field)
        rounded = shown is not None and field in shown["rounded"]
        precise = (exact or {}).get(field)
        if precise is not None and (value is None or rounded or precise > value):
            value, rounded = precise, False
        if value is None:
            continue  # this image has no such column
        total += value
        step = max(step, _step(value)) if rounded else step
        words.append(f"{field} {value}")
    if not words:
        return None
    detail = ", ".join(words)
    if not step:
        return {"count": total, "detail": detail}
    before = earlier.get("observed") if earlier else None
    if isinstance(before, int) and total >= before + step:
        return {"count": total, "detail": f"{detail}; rounded to {step} by the switch"}
    return {"unknown": "unparsable", "detail": f"{detail}; rounded to {step} by the switch, and SNMP gives no exact "
            "count: whether it grew cannot be told"}


def _step(value: int) -> int:
    """How exact a rounded counter is: 7.0k and 665k stand beside each other, so the decimals promise nothing."""
    return next((scale for scale in (10**12, 10**9, 10**6, 10**3) if value >= scale), 1)


_CHECKS = {
    "brocade.port_crc_errors": ("crc_err",),
    "brocade.port_encoding_errors": ("enc_in", "enc_out"),
    "brocade.port_discards": ("disc_c3",),
    "brocade.port_link_failures": ("link_fail", "loss_sync", "loss_sig")}


def _counting(check: str, fields: tuple[str, ...]) -> Derivation:
    def rows(data: Data, context: Context) -> list[Row]:
        return _counter(data, context, check, fields)

    return rows


for _check, _fields in _CHECKS.items():
    derivation(_check)(_counting(_check, _fields))


WEAK_DBM, DEAD_DBM = -10.0, -14.0
"""Receive or transmit power of a shortwave transceiver where the switch prints no limits of its own."""


@derivation("brocade.sfp_power")
def sfp_power(data: Data, context: Context) -> list[Row]:
    """Light received and sent per online port, against the transceiver's own limits where the switch prints them."""
    modules = said(data, "sfpshow")
    if modules is None:
        gone = silence(context, "sfpshow -all")
        if gone and gone[0] != "tool_missing":
            return [{"unknown": gone[0], "detail": gone[1]}]
        raise NotApplicable("this Fabric OS does not print optical power")
    live = online(data)
    if live is None:
        return unanswered(context, ["switchshow", PORT_WALK], "ports")
    found = [one for one in modules if one["present"] and one["port"] in live]
    if found and all(one["rx_microwatts"] is None for one in found):
        raise NotApplicable("this Fabric OS does not print optical power")
    rows: list[Row] = []
    for one in found:
        maker = " ".join(part for part in (one["vendor"], one["part"], one["serial"]) if part)
        for way, title in (("rx", "receives"), ("tx", "sends")):
            rows.append({"port": f"port {one['port']} {title}", **_light(one, way, maker)})
    optical = {one["port"] for one in (said(data, "switchshow") or {"ports": []})["ports"] if one["media"] == "id"}
    silent = sorted((live & optical) - {one["port"] for one in found})
    return rows + [{"port": f"port {name}", "unknown": "empty", "detail": "the port prints no optical power"}
                   for name in silent]


def _light(one: dict[str, Any], way: str, maker: str) -> Row:
    power, dbm = one[f"{way}_microwatts"], one[f"{way}_dbm"]
    if power is None:
        return {"state": "not_measured", "detail": maker}
    shown = f"{dbm} dBm ({power} µW)" if dbm is not None else f"{power} µW"
    limits = one["limits"].get(f"{way}_microwatts")
    if power <= 0:
        return {"state": "dark", "detail": f"{shown}; {maker}"}
    if limits:
        alarm_low, alarm_high, warning_low, warning_high = limits
        state = "too_weak" if power < alarm_low else "too_strong" if power > alarm_high else \
            "weak" if power < warning_low else "strong" if power > warning_high else "ok"
        return {"state": state, "detail": f"{shown}; its limits {alarm_low} to {alarm_high} µW; {maker}"}
    level = dbm if dbm is not None else _dbm(power)
    state = "too_weak" if level < DEAD_DBM else "weak" if level < WEAK_DBM else "ok"
    return {"state": state, "detail": f"{shown}; the switch prints no limits; {maker}"}


def _dbm(microwatts: float) -> float:
    return 10 * math.log10(microwatts / 1000)
