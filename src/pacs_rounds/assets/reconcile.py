"""One device's row of the contract against what the device says of itself. Pure: facts in, an Asset out.

The verdict says what follows for the row: `matched`; `different` (another serial or another model answered); `missing`
(at its address another row's device answered, and nobody told this row's serial); `extra` (a device without a row);
`unverifiable` (nobody was told a serial by the device, or the row has none). A device that did not answer is
unverifiable, never missing.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.assets.lifecycle import UNKNOWN, day
from pacs_rounds.derive.contract.device import NOT_FILLED_IN, shape_of
from pacs_rounds.derive.contract.tables import table

VERDICTS = ("matched", "different", "missing", "extra", "unverifiable")
SOON_DAYS = 365
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing a person should know; `kind` is a key of the report's words (assets.notes), `values` fill its gaps."""

    kind: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Support:
    """Until when somebody stands behind it. `kind`: hardware, os, warranty; `state`: supported, ends_soon, ended,
    unknown; `until` is an ISO date or unknown; `days` from the run's day to it."""

    kind: str
    name: str
    state: str
    until: str
    days: int | None
    source: str


@dataclass(slots=True)
class Asset:
    """One device, reconciled. `serial` and `model` are words (see `_serial`, `_model`), `*_told` the device's own."""

    host: str
    contract: dict[str, Any]
    verdict: str
    serial: str
    model: str
    serials_told: list[str]
    models_told: list[str]
    firmware: list[str]
    os: list[str]
    reason: str | None
    notes: list[Note]
    support: list[Support]
    told: list[Facts]


def reconcile(facts: Facts, on: datetime.date) -> Asset:
    """The asset as it stands on the run's day."""
    told = [one for one in facts["told"] if one["serial"] or one["model"] or one["os"]]
    serials = _each(one["serial"] for one in told)
    models = _each(one["model"] for one in told)
    contract = facts["contract"]
    notes: list[Note] = []
    serial = _serial(facts, serials, notes)
    model = _model(contract, models, notes)
    _scope(facts, notes)
    return Asset(
        host=facts["host"], contract=contract, verdict=_verdict(facts, serial, model), serial=serial, model=model,
        serials_told=serials, models_told=models, firmware=_each(one["firmware"] for one in told),
        os=_each(one["os"] for one in told), reason=None if serials else silence(facts), notes=notes,
        support=support(facts, on), told=told)


def _each(values: Any) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def silence(facts: Facts) -> str | None:
    """Why no role was told who the device is: the reason of the first that learnt nothing at all, or `not_run`."""
    if not facts["told"]:
        return "not_run"
    return next((one["reason"] for one in facts["told"] if one["reason"]), None)


def _written(contract: dict[str, Any]) -> str:
    """The contract's serial, or nothing where the row has none."""
    serial = str(contract.get("serial_as_written") or "").strip()
    return "" if serial.lower() in NOT_FILLED_IN else serial


def _serial(facts: Facts, serials: list[str], notes: list[Note]) -> str:
    """same, stack_member, sources_differ, other_row, letter_for_digit, other_code, different, not_told, not_written,
    no_row."""
    contract = facts["contract"]
    _between_devices(facts, serials, notes)
    if not contract:
        return "no_row"
    written = _written(contract)
    if not written:
        return "not_written"
    shape, why = shape_of(written, str(contract.get("model_as_written") or contract.get("model") or ""))
    if shape == "implausible":
        notes.append(Note("serial_implausible", {"why": why}))
    if not serials:
        return "not_told"
    is_ = _each(one["written_serial_is"] for one in facts["told"])
    if "serial number of another stack member" in is_:
        return "stack_member"
    known = {serial.upper() for serial in serials}
    if len(known) > 1:
        notes.append(Note("sources_differ", {"told": ", ".join(
            f"{one['role']}: {one['serial']}" for one in facts["told"] if one["serial"])}))
        return "sources_differ"
    if known == {written.upper()} or "serial number" in is_:  # some devices print two numbers for one chassis
        return "same"
    return _how_different(facts, written, serials[0], [word for word in is_ if word != "serial number"], notes)


def _how_different(facts: Facts, written: str, serial: str, is_: list[str], notes: list[Note]) -> str:
    if facts["rows_of_told_serial"]:
        return "other_row"
    if is_:
        notes.append(Note("serial_other_code", {"written": written, "what": is_[0], "serial": serial}))
        return "other_code"
    if serial.upper().replace("O", "0") == written.upper().replace("O", "0"):
        notes.append(Note("serial_letter", {"written": written, "serial": serial}))
        return "letter_for_digit"
    notes.append(Note("serial_different", {"written": written, "serial": serial}))
    return "different"


def _between_devices(facts: Facts, serials: list[str], notes: list[Note]) -> None:
    """What one device alone cannot show: serials of other rows, serials told twice, a row's serial told elsewhere."""
    for other in facts["rows_of_told_serial"]:
        notes.append(Note("serial_of_row", {"serial": ", ".join(serials), "row": str(other["row"]),
                                            "host": other["host"]}))
    if facts["others_telling_it"]:
        notes.append(Note("serial_told_twice", {"hosts": ", ".join(facts["others_telling_it"])}))
    if facts["written_told_by"]:
        notes.append(Note("written_told_by", {"written": _written(facts["contract"]),
                                              "hosts": ", ".join(facts["written_told_by"])}))


def _model(contract: dict[str, Any], models: list[str], notes: list[Note]) -> str:
    """same, other_name, different, sources_differ, not_told, not_written, not_in_table, no_row."""
    if not contract:
        return "no_row"
    written = str(contract.get("model_as_written") or "").strip()
    if written.lower() in NOT_FILLED_IN:
        return "not_written"
    known = next((entry for entry in table("models") if written.lower() in
                  (entry["written"].lower(), entry["model"].lower())), None)
    if known is None:
        return "not_in_table"
    values = {"written": written, "model": known["model"], "told": ", ".join(models)}
    if not models:
        if known.get("assumed"):
            notes.append(Note("model_assumed", {**values, "confirm": known["confirm"]}))
        return "not_told"
    fits = [bool(re.search(known["told"], one, re.IGNORECASE)) for one in models]
    if not all(fits):
        notes.append(Note("model_sources_differ" if any(fits) else "model_different", values))
        return "sources_differ" if any(fits) else "different"
    if _plain(written) in _plain(known["model"]):
        return "same"
    notes.append(Note("model_confirmed" if known.get("assumed") else "model_other_name", values))
    return "other_name"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _scope(facts: Facts, notes: list[Note]) -> None:
    """The software scope and the equipment list name the same servers, or somebody's server is maintained by nobody."""
    if not facts["scope_known"]:
        return
    if facts["software"] and not facts["contract"]:
        notes.append(Note("no_hardware_row", {"software": ", ".join(facts["software"])}))
    if facts["contract"].get("type") == "server" and not facts["software"]:
        notes.append(Note("no_software_row"))


def _verdict(facts: Facts, serial: str, model: str) -> str:
    if not facts["contract"]:
        return "extra"
    if serial == "other_row" and not facts["written_told_by"]:
        return "missing"
    if serial in {"different", "letter_for_digit", "other_code", "other_row", "sources_differ"} or model in {
            "different", "sources_differ"}:
        return "different"
    return "unverifiable" if serial in {"not_told", "not_written"} else "matched"


def support(facts: Facts, on: datetime.date) -> list[Support]:
    """Hardware always, the operating system where the device told one, the warranty where the site wrote it down.

    What the site itself agreed (asset_dates) goes before the maker's date.
    """
    dates, entries = facts["dates"], facts["lifecycle"]
    models = _each(one["model"] for one in facts["told"])
    name = models[0] if models else str(facts["contract"].get("model") or "")
    found = [_agreed("hardware", name, dates, "support_until", on) or _of("hardware", name, entries["hardware"], on)]
    found += [_of("os", one, entries["os"], on) for one in _each(one["os"] for one in facts["told"])[:1]]
    warranty = _agreed("warranty", name, dates, "warranty_until", on)
    return [*found, warranty] if warranty else found


def _agreed(kind: str, name: str, dates: dict[str, Any], key: str, on: datetime.date) -> Support | None:
    if not dates.get(key):
        return None
    return _support(kind, name, str(dates[key]), str(dates.get("source") or ""), on)


def _of(kind: str, name: str, entry: dict[str, Any] | None, on: datetime.date) -> Support:
    if entry is None:
        return Support(kind, name, UNKNOWN, UNKNOWN, None, "")
    return _support(kind, name, entry["end_of_support"], entry.get("source") or entry.get("look_at") or "", on)


def _support(kind: str, name: str, until: str, source: str, on: datetime.date) -> Support:
    end = day(until)
    if end is None:
        return Support(kind, name, UNKNOWN, UNKNOWN, None, source)
    days = (end - on).days
    state = "ended" if days < 0 else "ends_soon" if days <= SOON_DAYS else "supported"
    return Support(kind, name, state, until, days, source)
