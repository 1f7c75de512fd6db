"""What of the reconciliation is judged in a round. A serial that is not the contract's is told by the check of the
device's own platform, and is not told here again."""

from __future__ import annotations

import datetime
from typing import Any

from pacs_rounds.assets.reconcile import Asset, Support, reconcile, silence
from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row

SERVER_ROLES = frozenset({"linux_health", "windows_health"})
"""Roles that are told an operating system."""
OWN_MODEL_CHECK = frozenset({"ibm_imm_health"})
"""Roles whose own checks compare what they were told with the contract's model (imm.machine)."""
_ITEMS = {"hardware": "hardware", "os": "operating system", "warranty": "warranty"}


def _reconciled(data: Data, context: Context) -> tuple[dict[str, Any], Asset]:
    facts: dict[str, Any] = data["assets.device"]
    return facts, reconcile(facts, datetime.datetime.fromtimestamp(context.collected_at, datetime.UTC).date())


def _untold(item: str, what: str, facts: dict[str, Any]) -> Row:
    """Unknown, with the reason of the role that learnt nothing, where there is one."""
    reason = silence(facts)
    detail = f"no role of this round was told a {what} by the device"
    return {"item": item, "unknown": reason or Reason.EMPTY.value, "detail": detail}


@derivation("assets.listed")
def listed(data: Data, context: Context) -> list[Row]:
    """Row {item: device, word: listed|not_listed, detail}. A server without a row is told by contract.scope_matches."""
    facts, asset = _reconciled(data, context)
    if asset.contract:
        return [{"item": "device", "word": "listed", "detail": f"row {asset.contract.get('row', '?')}"}]
    if "servers" in facts["groups"]:
        raise NotApplicable("whether a server stands in both lists is judged by contract.scope_matches")
    told = ", ".join([*asset.models_told, *asset.serials_told])
    return [{"item": "device", "word": "not_listed", "detail": f"the device says {told}" if told else
             "it stands in the inventory and told nothing of itself"}]


@derivation("assets.model")
def model(data: Data, context: Context) -> list[Row]:
    """Row {item: model, word: same|other_name|different|sources_differ, detail}; only for a model that is known."""
    facts, asset = _reconciled(_without_what_is_told_elsewhere(data), context)
    if asset.model in {"no_row", "not_written", "not_in_table"}:
        raise NotApplicable({"no_row": "the equipment list has no row for this device",
                             "not_written": "the equipment list names no model for this device",
                             "not_in_table": "nobody has said yet what the written model is"}[asset.model])
    if asset.model == "not_told":
        return [_untold("model", "model", facts)]
    contract = asset.contract
    return [{"item": "model", "word": asset.model, "detail":
             f"written {contract['model_as_written']!r}, the device says {', '.join(asset.models_told)!r}"}]


def _without_what_is_told_elsewhere(data: Data) -> dict[str, Any]:
    """The facts without models that another check has judged already, as long as one is left to judge here."""
    facts: dict[str, Any] = data["assets.device"]
    rest = [one for one in facts["told"] if one["role"] not in OWN_MODEL_CHECK]
    return {"assets.device": {**facts, "told": rest} if any(one["model"] for one in rest) else facts}


@derivation("assets.serial_unique")
def serial_unique(data: Data, context: Context) -> list[Row]:
    """Row {item: serial, word: unique|sources_differ|other_row|told_twice, detail}."""
    facts, asset = _reconciled(data, context)
    if not asset.serials_told:
        return [_untold("serial", "serial number", facts)]
    told = ", ".join(f"{one['serial']} ({one['role']})" for one in asset.told if one["serial"])
    if len({serial.upper() for serial in asset.serials_told}) > 1:
        return [{"item": "serial", "word": "sources_differ", "detail": told}]
    if facts["rows_of_told_serial"]:
        rows = ", ".join(f"{one['host']} (row {one['row']})" for one in facts["rows_of_told_serial"])
        where = ", ".join(facts["written_told_by"])
        return [{"item": "serial", "word": "other_row", "detail": f"{told} is the serial number of {rows}; "
                 + (f"its own was told by {where}" if where else "its own was told by no device of this round")}]
    if facts["others_telling_it"]:
        return [{"item": "serial", "word": "told_twice",
                 "detail": f"{told} was told by {', '.join(facts['others_telling_it'])} as well"}]
    return [{"item": "serial", "word": "unique", "detail": told}]


@derivation("assets.support")
def support(data: Data, context: Context) -> list[Row]:
    """Rows {item: hardware|operating system|warranty, word, detail}. A date nobody has found is `not_known`."""
    facts, asset = _reconciled(data, context)
    rows = [_support_row(one) for one in asset.support]
    if any(one["role"] in SERVER_ROLES for one in facts["told"]) and not asset.os:
        reason = next((one["reason"] for one in facts["told"] if one["role"] in SERVER_ROLES and one["reason"]), None)
        rows.append({"item": _ITEMS["os"], "unknown": reason or Reason.EMPTY.value,
                     "detail": "the server did not tell its operating system"})
    return rows


def _support_row(one: Support) -> Row:
    word = {"unknown": "not_known", "ended": "out_of_warranty" if one.kind == "warranty" else "ended"}.get(
        one.state, one.state)
    if one.days is None:
        detail = f"{one.name}: no end of support is known" + (f"; look at {one.source}" if one.source else "")
    else:
        detail = f"{one.name}: until {one.until} ({one.days:+d} days); {one.source}"
    return {"item": _ITEMS[one.kind], "word": word, "detail": detail}
