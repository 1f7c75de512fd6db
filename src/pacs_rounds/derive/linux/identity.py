"""Who the machine says it is and what time it has."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation, identity
from pacs_rounds.derive.linux import answer_to, not_answered
from pacs_rounds.model import Context, NotApplicable, Reason, Row

DATE_COMMAND = "date '+%s %z'"
SERIAL_COMMAND = "cat /sys/class/dmi/id/product_serial"
DMI_PREFIX = "grep -H . /sys/class/dmi/id/"
RELEASE_PREFIX = "cat /etc/os-release"
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
    """Serial number, model, BIOS, operating system and clock, each None when the host did not tell."""
    serial = (data.get("linux.dmi_serial") or {}).get("serial")
    dmi = data.get("linux.dmi") or {}
    release = data.get("linux.os_release") or {}
    clock = data.get("linux.date") or {}
    offset = _offset(data, context) if clock else None
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    return {"serial": serial, "model": _model(dmi), "firmware": _firmware(dmi), "os": release.get("name"),
            "written_serial_is": "serial number" if serial and serial.upper() == written else None,
            "clock": clock.get("epoch_seconds"), "clock_offset_seconds": round(offset[0], 1) if offset else None}


def _model(dmi: dict[str, Any]) -> str | None:
    """Maker and product in one text; makers such as HP write their own name into the product as well."""
    vendor, product = dmi.get("sys_vendor"), dmi.get("product_name")
    if not product or not vendor or product.lower().startswith(vendor.lower()):
        return product
    return f"{vendor} {product}"


def _firmware(dmi: dict[str, Any]) -> str | None:
    version, date = dmi.get("bios_version"), dmi.get("bios_date")
    return f"BIOS {version}" + (f" ({date})" if date else "") if version else None


@derivation("linux.identification")
def identification(data: Data, context: Context) -> list[Row]:
    """Rows {part: model|firmware|operating system, state: told, detail: what the machine said}, or unknown. A machine
    without DMI (`no_dmi`) that no row of the contract demands has nothing to tell."""
    dmi, release = data["linux.dmi"], data["linux.os_release"]
    asked = {prefix: next((one for name, one in context.answers.items() if name.startswith(prefix)), None)
             for prefix in (DMI_PREFIX, RELEASE_PREFIX)}
    if dmi is None and release is None:
        return [not_answered(asked[DMI_PREFIX], "part", "*")]
    rows: list[Row] = []
    for part, text in (("model", _model(dmi or {})), ("firmware", _firmware(dmi or {}))):
        if dmi is None:
            rows.append(not_answered(asked[DMI_PREFIX], "part", part))
        else:
            rows.append({"part": part, "state": "told", "detail": text} if text else _untold(part, dmi, context))
    if release is None:
        return [*rows, not_answered(asked[RELEASE_PREFIX], "part", "operating system")]
    return [*rows, {"part": "operating system", "state": "told", "detail": release["name"]}]


def _untold(part: str, dmi: dict[str, Any], context: Context) -> Row:
    complaints = "; ".join(dmi["complaints"])
    if "permission denied" in complaints.lower():
        return {"part": part, "unknown": Reason.REFUSED.value, "detail": complaints[:160]}
    if dmi["complaints"] and not any(dmi[name] for name in dmi if name != "complaints") and not context.contract:
        return {"part": part, "state": "no_dmi", "detail": "the machine has no DMI table"}
    return {"part": part, "unknown": Reason.EMPTY.value, "detail": complaints[:160] or "the field holds a placeholder"}


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
             "detail": f"device minus collector {offset:+z.1f} s, ± {uncertainty:.1f} s"}]


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
