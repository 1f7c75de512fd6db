"""The same hardware by IPMI, where the inventory agrees to that second source.

`ipmitool sdr` says ok for a discrete sensor whatever states it asserts; `ipmitool sensor` prints the states as bits
(Power Supply 1 0x0980: present, and its input lost). Where both speak of a sensor the graver counts.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.imm.common import GRAVEST
from pacs_rounds.model import Context, NotApplicable, Reason, Row

SDR, SENSOR, LAN = "ipmitool sdr", "ipmitool sensor", "ipmitool lan print"
NOT_AGREED = "no rounds_ipmi"
"""How the transport's reason begins where the inventory names no second source."""

_STATES = {"ok": "ok", "nc": "warning", "unc": "warning", "lnc": "warning", "cr": "critical", "uc": "critical",
           "ucr": "critical", "lcr": "critical", "lc": "critical", "nr": "nonrecoverable", "unr": "nonrecoverable",
           "lnr": "nonrecoverable", "ns": "", "na": "", "us": ""}

# Names of IBM System x, and for their sensor types the states (IPMI 2.0, table 42-3) that are no good.
_BITS: tuple[tuple[re.Pattern[str], dict[int, tuple[str, str]]], ...] = (
    (re.compile(r"(?:Power Supply|PS) ?\d+", re.I),
     {1: ("critical", "failed"), 2: ("warning", "failure predicted"), 3: ("critical", "input lost"),
      4: ("critical", "input lost or out of range"), 5: ("warning", "input out of range"),
      6: ("warning", "wrong configuration")}),
    (re.compile(r"(?:Power Unit|Power Redundancy|Cooling Zone \d|Fan Redundancy)", re.I),
     {1: ("critical", "redundancy lost"), 2: ("warning", "redundancy degraded"), 3: ("critical", "not redundant"),
      4: ("critical", "not redundant"), 5: ("critical", "not enough resources")}),
    (re.compile(r"(?:Drive|Disk) ?\d+", re.I),
     {1: ("critical", "fault"), 2: ("warning", "failure predicted"), 5: ("critical", "in a critical array"),
      6: ("critical", "in a failed array")}),
    (re.compile(r"(?:DIMM \d+|One of the DIMMs|All DIMMS)", re.I),
     {0: ("warning", "correctable ECC error"), 1: ("critical", "uncorrectable ECC error"),
      4: ("warning", "disabled"), 5: ("warning", "ECC errors at the limit"), 7: ("warning", "wrong configuration")}),
    (re.compile(r"(?:CPU \d+|One of The CPUs|All CPUs)", re.I),
     {0: ("critical", "internal error"), 1: ("critical", "thermal trip"), 5: ("critical", "configuration error"),
      8: ("warning", "disabled")}),
)
# Two states: deasserted, asserted.
_FAULT = re.compile(r"(?:.* Fault|.* OverTemp|.* Therm Fault|Sys Board Fault)", re.I)


@derivation("imm.ipmi_sensors")
def ipmi_sensors(data: Data, context: Context) -> list[Row]:
    """A row per sensor that is not ok, and one that counts those that are; NotApplicable without rounds_ipmi."""
    found = {command: data.get(parser) for command, parser in ((SDR, "ipmi.sdr"), (SENSOR, "ipmi.sensor"))}
    if not any(found.values()):
        return _nobody(context, (SDR, SENSOR), "sensor")
    worst: dict[str, tuple[str, list[str]]] = {}
    judged: set[str] = set()
    for command, rows in found.items():
        for one in rows or []:
            state, detail = _of_bits(one) if one.get("discrete") is not None else _of_state(one)
            if state is None:
                continue
            judged.add(one["sensor"])
            before, said = worst.get(one["sensor"], ("ok", []))
            if state != "ok":
                said = [*said, f"{command}: {detail}"]
                before = min((state, before), key=GRAVEST.index)
            worst[one["sensor"]] = (before, said)
    silent = "".join(f"; {command} gave nothing: {_why(context, command)[1]}"
                     for command, rows in found.items() if not rows)
    everything = {one["sensor"] for rows in found.values() for one in rows or []}
    rest = len(everything - judged)
    summary: Row = {"sensor": "sensors", "state": "ok",
                    "detail": f"{len(judged)} sensors judged, {rest} without a reading or of unknown kind{silent}"}
    if not judged:
        summary = {"sensor": "sensors", "unknown": Reason.EMPTY.value, "detail": f"no sensor could be judged{silent}"}
    return [summary] + [{"sensor": name, "state": state, "detail": "; ".join(said)}
                        for name, (state, said) in sorted(worst.items()) if state != "ok"]


def _of_state(one: dict[str, Any]) -> tuple[str | None, str]:
    state = _STATES.get(one["state"] or "", "")
    reading = one.get("reading") or f"{one['value']} {one['unit']}"
    return state or None, f"{reading}, state {one['state']}"


def _of_bits(one: dict[str, Any]) -> tuple[str | None, str]:
    """The gravest of the asserted states; None for a sensor whose type its name does not tell."""
    bits = [number for number in range(15) if one["discrete"] >> number & 1]
    if _FAULT.fullmatch(one["sensor"]):
        return ("critical", "asserted") if 1 in bits else ("ok", "")
    for pattern, bad in _BITS:
        if pattern.fullmatch(one["sensor"]):
            said = [bad[number] for number in bits if number in bad]
            worst = min((state for state, _ in said), key=GRAVEST.index, default="ok")
            return worst, ", ".join(words for _, words in said)
    return None, ""


def _why(context: Context, command: str) -> tuple[str, str]:
    answer = context.answers.get(command)
    if answer is None:
        return Reason.NOT_RUN.value, f"no answer was recorded for: {command}"
    return (answer.reason or Reason.EMPTY).value, answer.detail or "no text"


def _nobody(context: Context, commands: tuple[str, ...], item: str) -> list[Row]:
    reasons = [_why(context, command) for command in commands]
    if all(detail.startswith(NOT_AGREED) for _, detail in reasons):
        raise NotApplicable("the inventory agrees to no IPMI for this server (rounds_ipmi); SNMP alone is asked")
    reason, detail = reasons[0]
    return [{item: "IPMI", "unknown": reason, "detail": detail}]


@derivation("imm.ipmi_cipher_zero")
def ipmi_cipher_zero(data: Data, context: Context) -> list[Row]:
    """Whether cipher suite 0 (no authentication at all) may log in."""
    found = data.get("ipmi.lan_print")
    if found is None:
        return _nobody(context, (LAN,), "suite")
    letters = found["cipher_privileges"]
    if letters is None:
        return [{"suite": "cipher suite 0", "unknown": Reason.EMPTY.value, "detail": "the controller lists no suites"}]
    letter = letters.get(0, "X")
    return [{"suite": "cipher suite 0", "state": "off" if letter == "X" else "on",
             "detail": f"suites {', '.join(map(str, found['cipher_suites']))}, privilege of suite 0: {letter}"}]
