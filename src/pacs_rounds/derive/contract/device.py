"""One device's row of the equipment list: is its serial possible, its model named, its address filled in?"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.contract.tables import table
from pacs_rounds.model import PAPERWORK_ROLES, Context, NotApplicable, Reason, Row

NOT_FILLED_IN = {"", "unknown", "none", "null"}


def contract_row(data: Data) -> dict[str, Any]:
    """The device's row; NotApplicable when the equipment list has none (contract.scope_matches reports that)."""
    row: dict[str, Any] = data["inventory.device"]["contract"]
    if not row:
        raise NotApplicable("the equipment list has no row for this device")
    return row


@derivation("contract.serial_plausible")
def serial_plausible(data: Data, context: Context) -> list[Row]:
    """Row {item: serial, word: plausible|implausible|not_written|no_rule, detail}."""
    row = contract_row(data)
    serial = row.get("serial_as_written")
    if serial is None or str(serial).strip().lower() in NOT_FILLED_IN:
        return [{"item": "serial", "word": "not_written", "detail": f"row {row.get('row', '?')} has no serial"}]
    if not isinstance(serial, str):
        return [{"item": "serial", "unknown": Reason.UNPARSABLE, "serial": str(serial)[:40],
                 "detail": f"the serial is written as the number {serial}: put it in quotes, or its zeros are lost"}]
    word, detail = shape_of(serial.strip(), str(row.get("model_as_written") or row.get("model") or ""))
    return [{"item": "serial", "word": word, "detail": detail}]


def shape_of(serial: str, model: str) -> tuple[str, str]:
    """Whether the maker of that model writes serials like this: plausible, implausible or no_rule, and why."""
    rule = next((rule for rule in table("serials") if re.search(rule["models"], model)), None)
    if rule is None:
        return "no_rule", f"no rule for the serials of {model[:60]!r}"
    return _against(rule, serial)


def _against(rule: dict[str, Any], serial: str) -> tuple[str, str]:
    match = re.fullmatch(rule["shape"], serial)
    if match and match.groupdict():
        year, week = rule["year_zero"] + int(match["year"]), int(match["week"])
        if 1 <= week <= 53:
            return "plausible", f"{serial}: built {year}, week {week}"
        return "implausible", f"{serial}: a year has no week {week}"
    if match:
        return "plausible", f"{serial}: {rule['shape_words']}"
    said = [fault["says"] for fault in rule["faults"] if re.fullmatch(fault["shape"], serial)]
    expected = f"{rule['maker']} writes {rule['shape_words']}"
    return "implausible", f"{serial}: {'; '.join([*said, expected])}"


@derivation("contract.model_normalised")
def model_normalised(data: Data, context: Context) -> list[Row]:
    """Row {item: model, word: as_named|other_name|assumed|different|not_written|not_in_table, detail}."""
    row = contract_row(data)
    written, model = (str(row.get(key) or "").strip() for key in ("model_as_written", "model"))
    if written.lower() in NOT_FILLED_IN:
        return [{"item": "model", "word": "not_written", "detail": f"row {row.get('row', '?')} has no model"}]
    known = next((entry for entry in table("models") if entry["written"].lower() == written.lower()), None)
    if known is None and model.lower() in {entry["model"].lower() for entry in table("models")} & {written.lower()}:
        return [{"item": "model", "word": "as_named", "detail": written}]
    if known is None:
        return [{"item": "model", "word": "not_in_table", "detail": f"nobody has said yet what {written[:60]!r} is"}]
    if model and model.lower() != known["model"].lower():
        return [{"item": "model", "word": "different",
                 "detail": f"written {written!r}, which is {known['model']}; the register reads it as {model[:60]!r}"}]
    detail = f"written {written!r}, which is {known['model']}"
    if known.get("assumed"):
        return [{"item": "model", "word": "assumed", "detail": f"{detail}, most likely; confirm: {known['confirm']}"}]
    same = known["model"].lower() == written.lower()
    return [{"item": "model", "word": "as_named" if same else "other_name", "detail": written if same else detail}]


@derivation("contract.address_known")
def address_known(data: Data, context: Context) -> list[Row]:
    """Rows {item: address|platform, word: filled_in|not_filled_in, detail}."""
    device = data["inventory.device"]
    rows: list[Row] = []
    for item, variable in (("address", "ansible_host"), ("platform", "rounds_platform")):
        value = str(device[item]).strip()
        missing = value.lower() in NOT_FILLED_IN
        rows.append({
            "item": item, "word": "not_filled_in" if missing else "filled_in",
            "detail": f"{variable} of {device['host']} is still {value or 'empty'}: the device cannot be looked at"
            if missing else value})
    return rows


@derivation("contract.device_covered")
def device_covered(data: Data, context: Context) -> list[Row]:
    """Row {item: device, word: inspected, detail}, or unknown: not_run when only the paperwork looks at the device."""
    planned = [role for role in data["inventory.device"]["roles_planned"] if role not in PAPERWORK_ROLES]
    if planned:
        return [{"item": "device", "word": "inspected", "detail": ", ".join(map(str, planned))}]
    groups = ", ".join(map(str, data["inventory.device"]["groups"]))
    return [{"item": "device", "unknown": Reason.NOT_RUN, "detail": f"no role of this round inspects it ({groups})"}]
