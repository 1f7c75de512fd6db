"""Ports: err-disabled, up as documented, duplex, error counters."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, NotApplicable, Row
from pacs_rounds.parse.cisco_ios.text import short_interface

_PHYSICAL = re.compile(r"^(?:Ethernet|FastEthernet|(?:Ten|TwentyFive|Forty|Two|Five|Hundred)?Gig\w*)\d[\d/]*$")


def _state(one: dict[str, Any]) -> str:
    if "err-disabled" in (one["note"] or ""):
        return "err_disabled"
    if one["link"] == "administratively down":
        return "disabled"
    if one["link"] != "up":
        return "down"
    return "up" if one["protocol"] == "up" else "protocol_down"


def _connected(interfaces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in interfaces if one["link"] == "up" and _PHYSICAL.match(one["interface"])]


def _described(one: dict[str, Any]) -> list[str]:
    return [one["description"]] if one["description"] else []


@derivation("catalyst.interfaces_err_disabled")
def interfaces_err_disabled(data: Data, context: Context) -> list[Row]:
    """One row per port the switch shut down; the cause comes from the second command where it is known.

    `show interfaces` decides: old IOS answers the second command with nothing at all when there is no such port.
    """
    causes = {short_interface(str(one["interface"])): one["reason"]
              for one in said(data, "show_interfaces_status_err_disabled") or []}
    rows: list[Row] = []
    for one in said(data, "show_interfaces"):
        cause = causes.pop(short_interface(one["interface"]), None)
        if cause or _state(one) == "err_disabled":
            detail = ", ".join([f"cause {cause or 'not told'}", *_described(one)])
            rows.append({"interface": one["interface"], "state": "err_disabled", "detail": detail})
    rows += [{"interface": name, "state": "err_disabled", "detail": f"cause {cause}"} for name, cause in causes.items()]
    return rows


@derivation("catalyst.interfaces_up")
def interfaces_up(data: Data, context: Context) -> list[Row]:
    """One row per port of the baseline."""
    wanted = [str(name) for name in context.baseline.get("interfaces_up") or []]
    if not wanted:
        raise NotApplicable("the baseline names no port that must be up")
    known = {short_interface(one["interface"]): one for one in said(data, "show_interfaces")}
    rows: list[Row] = []
    for name in wanted:
        one = known.get(short_interface(name))
        if one is None:
            rows.append({"interface": name, "state": "absent", "detail": "listed in the baseline, not on the switch"})
        else:
            said_by_switch = f"{one['link']}, line protocol {one['protocol']}"
            rows.append({"interface": one["interface"], "state": _state(one),
                         "detail": ", ".join([said_by_switch, *_described(one)])})
    return rows


@derivation("catalyst.interface_duplex")
def interface_duplex(data: Data, context: Context) -> list[Row]:
    """One row per connected physical port."""
    return [{"interface": one["interface"], "duplex": one["duplex"],
             "detail": ", ".join([f"{one['duplex']} duplex, {one['speed']}", *_described(one)])}
            for one in _connected(said(data, "show_interfaces"))]


@derivation("catalyst.interface_errors")
def interface_errors(data: Data, context: Context) -> list[Row]:
    """Input plus output errors per connected physical port. IOS counts CRC errors among the input errors already."""
    rows: list[Row] = []
    for one in _connected(said(data, "show_interfaces")):
        if one["input_errors"] is None or one["output_errors"] is None:
            rows.append({"interface": one["interface"], "unknown": "empty",
                         "detail": "the port prints no error counters"})
            continue
        shown = [f"input {one['input_errors']} (CRC {one['crc_errors']})", f"output {one['output_errors']}",
                 f"counters cleared: {one['last_cleared'] or 'not told'}", *_described(one)]
        rows.append({"interface": one["interface"], "errors": one["input_errors"] + one["output_errors"],
                     "detail": ", ".join(shown)})
    return rows
