"""The storage processors: do both answer and agree, their fault LED, how busy they are, their clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data, derivation, identity
from pacs_rounds.derive.emc_vnx.common import SPS, each, said, silence, word
from pacs_rounds.derive.linux import number_of
from pacs_rounds.model import Context, NotApplicable, Row

DEFAULT_ZONE = "Asia/Shanghai"
_AGREEMENT = "agreement of the SPs"
_LED = {"on": "led_on", "off": "led_off"}


@derivation("emc_vnx.faults_list")
def faults_list(data: Data, context: Context) -> list[Row]:
    """A row per SP (normal or faulted), one per part that either calls faulted, and one for whether both agree."""
    both = each(data, context, "faults -list")
    rows: list[Row] = []
    parts: dict[str, list[str]] = {}
    for name, told, gap in both:
        if told is None:
            rows.append({"part": f"report of {name}", **gap})
            continue
        count = len(told["faults"])
        rows.append({"part": f"report of {name}", "state": "normal" if told["normal"] else "faulted",
                     "detail": "" if told["normal"] else f"it lists {count} faults"})
        for fault in told["faults"]:
            parts.setdefault(fault["part"], []).append(f"{name} says {fault['state'] or 'so without a word more'}")
    rows += [{"part": part, "state": "faulted", "detail": "; ".join(words)} for part, words in parts.items()]
    if all(told is not None for _, told, _ in both):
        lists = [sorted((one["part"], one["state"]) for one in told["faults"]) for _, told, _ in both]
        rows.append({"part": _AGREEMENT, "state": "agree" if lists[0] == lists[1] else "differ",
                     "detail": "" if lists[0] == lists[1] else "the SPs do not list the same faults"})
    return rows


@derivation("emc_vnx.sp_agreement")
def sp_agreement(data: Data, context: Context) -> list[Row]:
    """A row per SP (does the one expected answer at its address), and one for array and revision being the same."""
    both = each(data, context, "getagent")
    rows: list[Row] = []
    for (_, told, gap), (key, name) in zip(both, SPS, strict=True):
        if told is None:
            rows.append({"part": name, **gap})
            continue
        letter = told.get("sp_identifier")
        state = "answers" if letter in (None, name[-1]) else "swapped"
        detail = said(f"OE {told.get('revision')}", "" if state == "answers" else
                      f"the address of {key} is that of SP {letter}")
        rows.append({"part": name, "state": state, "detail": detail})
    if all(told is not None for _, told, _ in both):
        rows.append(_same(both[0][1], both[1][1]))
    return rows


def _same(one: dict[str, Any], other: dict[str, Any]) -> Row:
    if one.get("serial_no") != other.get("serial_no"):
        return {"part": _AGREEMENT, "state": "two_arrays",
                "detail": f"serial numbers {one.get('serial_no')} and {other.get('serial_no')}"}
    if one.get("revision") != other.get("revision"):
        return {"part": _AGREEMENT, "state": "other_revision",
                "detail": f"OE {one.get('revision')} and {other.get('revision')}"}
    if one.get("signature") is not None and one.get("signature") == other.get("signature"):
        return {"part": _AGREEMENT, "state": "same_sp", "detail": "both addresses are those of one SP"}
    return {"part": _AGREEMENT, "state": "agree", "detail": f"OE {one.get('revision')}"}


@derivation("emc_vnx.fault_led")
def fault_led(data: Data, context: Context) -> list[Row]:
    """The system fault LED as each SP tells it."""
    return [{"sp": name, **gap} if told is None else
            {"sp": name, "led": _LED.get(word(told["system_fault_led"]), word(told["system_fault_led"]))}
            if told.get("system_fault_led") else
            {"sp": name, "unknown": "empty", "detail": "the SP prints no system fault LED"}
            for name, told, gap in each(data, context, "getcontrol")]


@derivation("emc_vnx.sp_ticks")
def sp_ticks(data: Data, context: Context) -> list[Row]:
    """Busy and idle ticks of each SP since its start: what sp_busy compares with the next run."""
    rows: list[Row] = []
    for name, told, gap in each(data, context, "getcontrol"):
        for kind in ("busy", "idle"):
            row: Row = {"counter": f"{name} {kind}"}
            ticks = None if told is None else told.get(f"controller_{kind}_ticks")
            if told is None:
                rows.append(row | gap)
            elif ticks is None:
                rows.append(row | {"unknown": "empty", "detail": _statistics(told)})
            else:
                rows.append(row | {"ticks": ticks})
    return rows


def _statistics(told: dict[str, Any]) -> str:
    return f"the SP prints no ticks; statistics logging is {told.get('statistics_logging') or 'not told'}"


@derivation("emc_vnx.sp_busy")
def sp_busy(data: Data, context: Context) -> list[Row]:
    """Percent busy of each SP between the last sealed run and now, from its ticks; on the first run as the SP says."""
    return [{"sp": name, **gap} if told is None else {"sp": name, **_busy(name, told, context)}
            for name, told, gap in each(data, context, "getcontrol")]


def _busy(name: str, told: dict[str, Any], context: Context) -> Row:
    busy, idle = told.get("controller_busy_ticks"), told.get("controller_idle_ticks")
    if busy is None or idle is None:
        return {"unknown": "empty", "detail": _statistics(told)}
    before = [number_of(context.earlier("emc_vnx.sp_ticks", f"{name} {kind}")) for kind in ("busy", "idle")]
    if before[0] is None or before[1] is None:
        if told.get("prct_busy") is None:
            raise NotApplicable("the first run: there are no earlier ticks to compare with")
        return {"busy_percent": told["prct_busy"], "detail": "as the SP says itself: no earlier ticks to compare with"}
    reset = busy < before[0] or idle < before[1]
    if not reset:
        busy, idle = busy - before[0], idle - before[1]
    if busy + idle <= 0:
        return {"unknown": "no_previous", "detail": "the ticks did not move since the last run"}
    detail = said(f"{busy:.0f} of {busy + idle:.0f} ticks", "the SP restarted since the last run" if reset else
                  "since the last run")
    return {"busy_percent": round(100 * busy / (busy + idle), 2), "detail": detail}


def zone_of(context: Context) -> ZoneInfo:
    """The zone of the SPs' clocks: the baseline's sp_timezone, else the site's. An SP prints no zone."""
    names = (context.baseline.get("sp_timezone"), context.settings.get("rounds_timezone"),
             context.settings.get("timezone"), DEFAULT_ZONE)
    for name in names:
        try:
            return ZoneInfo(str(name)) if name else ZoneInfo("nowhere")
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo(DEFAULT_ZONE)


def offset_of(key: str, clock: str, context: Context) -> float | None:
    """Seconds that a clock told by getcontrol is ahead of the collector's; None where no time of asking is recorded."""
    answer = context.answers.get(f"{key} getcontrol")
    if answer is None or not answer.ended:
        return None
    at = datetime.fromisoformat(clock).replace(tzinfo=zone_of(context)).timestamp()
    return at - (answer.started + answer.ended) / 2


@derivation("emc_vnx.sp_clock_offset")
def sp_clock_offset(data: Data, context: Context) -> list[Row]:
    """Seconds that each SP's clock is off the collector's, whichever way."""
    rows: list[Row] = []
    for (key, name), (_, told, gap) in zip(SPS, each(data, context, "getcontrol"), strict=True):
        clock = told.get("clock") if told else None
        offset = offset_of(key, clock, context) if clock else None
        if told is None:
            rows.append({"sp": name, **gap})
        elif not clock:
            rows.append({"sp": name, "unknown": "empty", "detail": "the SP prints no date and time"})
        elif offset is None:
            rows.append({"sp": name, "unknown": "not_run", "detail": "no time is recorded for the answer"})
        else:
            way = "ahead" if offset > 0 else "behind"
            rows.append({"sp": name, "offset_seconds": round(abs(offset), 1),
                         "detail": f"{abs(offset):.1f} s {way}, zone {zone_of(context).key}: the SP prints none"})
    return rows


@identity("emc_vnx")
def who(data: Data, context: Context) -> dict[str, Any]:
    """See derive.identity; the array's serial and model as the agent of an SP says, the first clock that is told."""
    agent = data.get("emc_vnx.getagent") or {}
    control = data.get("emc_vnx.getcontrol") or {}
    found: dict[str, Any] = {
        "serial": agent.get("serial_no"), "model": agent.get("model"), "clock": None, "clock_offset_seconds": None,
        "firmware": f"OE {agent['revision']}" if agent.get("revision") else None,
        "written_serial_is": _written(agent, context)}
    key = next((key for key, _ in SPS if silence(context.answers.get(f"{key} getcontrol"))[0] == "unparsable"), "")
    if control.get("clock") and key:
        at = datetime.fromisoformat(control["clock"]).replace(tzinfo=zone_of(context)).timestamp()
        offset = offset_of(key, control["clock"], context)
        found |= {"clock": at, "clock_offset_seconds": round(offset, 3) if offset is not None else None}
    return found


def _written(agent: dict[str, Any], context: Context) -> str | None:
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    return "serial number" if written and written == str(agent.get("serial_no") or "").upper() else None
