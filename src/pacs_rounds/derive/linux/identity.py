"""Who the machine says it is and what time it has."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation, identity
from pacs_rounds.derive.linux import answer_to, not_answered
from pacs_rounds.model import Context, NotApplicable, Reason, Row

DATE_COMMAND = "date '+%s %z'"
SERIAL_COMMAND = "cat /sys/class/dmi/id/product_serial"
# A command that took longer than this says nothing about seconds.
SLOWEST_SECONDS = 20.0


def _offset(data: Data, context: Context) -> tuple[float, float] | None:
    """Device clock minus collector clock, and its uncertainty: half the command's duration plus one second, since
    date prints whole seconds. None when the collector did not note when it asked."""
    answer = answer_to(context, DATE_COMMAND)
    if answer is None or answer.ended <= 0 or answer.ended < answer.started:
        return None
    middle = (answer.started + answer.ended) / 2
    return data["linux.date"]["epoch_seconds"] - middle, (answer.ended - answer.started) / 2 + 1


@identity("linux")
def linux_identity(data: Data, context: Context) -> dict[str, Any]:
    """Serial number and clock, each None when the host did not tell."""
    serial = data.get("linux.dmi_serial") or {}
    clock = data.get("linux.date") or {}
    offset = _offset(data, context) if clock else None
    return {"serial": serial.get("serial"), "clock": clock.get("epoch_seconds"),
            "clock_offset_seconds": round(offset[0], 1) if offset else None}


@derivation("linux.time_offset")
def time_offset(data: Data, context: Context) -> list[Row]:
    """How far the clock is off for certain: the measured difference less its uncertainty."""
    measured = _offset(data, context)
    if measured is None:
        return [{"clock": "system", "unknown": Reason.EMPTY.value, "detail": "the time of asking was not recorded"}]
    offset, uncertainty = measured
    if uncertainty > SLOWEST_SECONDS:
        return [{"clock": "system", "unknown": Reason.TIMED_OUT.value,
                 "detail": f"the answer took {2 * uncertainty:.0f} s, too long to compare clocks"}]
    return [{"clock": "system", "offset_seconds": round(max(0.0, abs(offset) - uncertainty), 1),
             "detail": f"device minus collector {offset:+.1f} s, ± {uncertainty:.1f} s"}]


@derivation("linux.time_source")
def time_source(data: Data, context: Context) -> list[Row]:
    """Whether the time daemon has chosen a source."""
    sync = data["linux.time_sync"]
    sources = sync["sources"]
    chosen = [one for one in sources if one["state"] == "selected"]
    if not sync["running"]:
        state, detail = "not_running", "the client found no daemon to talk to"
    elif chosen:
        state = "synchronised"
        detail = f"{chosen[0]['address']}, stratum {chosen[0]['stratum']}, offset {chosen[0]['offset_seconds']:+.6f} s"
    elif not sources:
        state, detail = "no_sources", "no source is configured"
    else:
        reached = [one for one in sources if one["reach_bits"]]
        state = "no_source_selected" if reached else "no_source_reachable"
        detail = f"{len(reached)} of {len(sources)} sources answer"
    return [{"daemon": sync["daemon"], "state": state, "detail": detail}]


@derivation("linux.serial_number")
def serial_number(data: Data, context: Context) -> list[Row]:
    """The serial number in the board against the contract's row."""
    written = context.contract.get("serial_as_written")
    if not written:
        raise NotApplicable("the contract lists no serial number for this host")
    said = data["linux.dmi_serial"]
    if said is None:
        return [not_answered(answer_to(context, SERIAL_COMMAND), "chassis", "chassis")]
    if said["serial"] is None:
        return [{"chassis": "chassis", "unknown": Reason.EMPTY.value,
                 "detail": f"the board holds only the placeholder {said['as_printed']!r}"}]
    device, row = said["serial"].upper(), str(written).strip().upper()
    detail = f"device {said['serial']}, contract {written}"
    if device != row and device.replace("O", "0") == row.replace("O", "0"):
        detail += ": a letter O stands for a zero"
    return [{"chassis": "chassis", "serial": "match" if device == row else "different", "detail": detail}]
