"""The server's serial number, model and UUID as its IMM tells them, against contract and baseline."""

from __future__ import annotations

import re

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.ibm_imm.identity import firmware_of, model_of
from pacs_rounds.model import Context, NotApplicable, Reason, Row

_SERIAL = re.compile(r"0[0-9A-Z]{6}")


@derivation("imm.serial_number")
def serial_number(data: Data, context: Context) -> list[Row]:
    """The contract's serial number against the machine's.

    Where the contract writes what no such serial can be, and the machine tells what was meant (a letter O for a zero, a
    character too many), the finding is the contract's (contract.serial_plausible) and is not told twice.
    """
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    if not written:
        raise NotApplicable("the contract lists no serial number for this server")
    serial = (data["ibm_imm.vpd"]["serial"] or "").upper()
    if not serial:
        return [{"part": "serial number", "unknown": Reason.EMPTY.value, "detail": "the IMM tells no serial number"}]
    detail = f"IMM {serial}, contract {written}"
    if serial == written:
        state = "match"
    elif not _SERIAL.fullmatch(written) and written.replace("O", "0").startswith(serial.replace("O", "0")):
        state, detail = "misspelt", f"{detail}: what the contract writes is no such number, contract.serial_plausible"
    else:
        state = "different"
    return [{"part": "serial number", "state": state, "detail": detail}]


@derivation("imm.machine")
def machine(data: Data, context: Context) -> list[Row]:
    """Rows for the model (contract), the UUID (baseline, where it lists one) and the firmware (told, not judged)."""
    vpd, baseline = data["ibm_imm.vpd"], context.baseline.get("imm") or {}
    rows = [_model(vpd, context)]
    if baseline.get("uuid") or vpd["uuid"]:
        rows.append(_uuid(vpd["uuid"], baseline.get("uuid")))
    return [*rows, _told("firmware", firmware_of(data.get("ibm_imm.firmware")))]


def _model(vpd: dict[str, str | None], context: Context) -> Row:
    written, said = str(context.contract.get("model") or "").strip(), model_of(vpd)
    if not said or not written:
        return _told("model", said)
    # "IBM System x3850 X5" is found in "System x3850 X5 (7143-AC1)" by the words that name the model.
    wanted = [word for word in re.findall(r"[A-Za-z0-9]+", written.lower()) if word not in {"ibm", "system", "lenovo"}]
    have = re.findall(r"[a-z0-9]+", said.lower())
    if vpd["product"] is None:
        return {"part": "model", "state": "told", "detail": f"{said}; the IMM tells no product name to compare"}
    same = bool(wanted) and all(word in have for word in wanted)
    return {"part": "model", "state": "match" if same else "different", "detail": f"IMM {said}, contract {written}"}


def _uuid(said: str | None, wanted: str | None) -> Row:
    if not wanted:
        return _told("UUID", said)
    if not said:
        return {"part": "UUID", "unknown": Reason.EMPTY.value, "detail": "the IMM tells no UUID"}
    same = _plain(said) == _plain(str(wanted))
    return {"part": "UUID", "state": "match" if same else "different", "detail": f"IMM {said}, baseline {wanted}"}


def _plain(uuid: str) -> str:
    return re.sub(r"[^0-9a-f]", "", uuid.lower())


def _told(part: str, said: str | None) -> Row:
    if said:
        return {"part": part, "state": "told", "detail": said}
    return {"part": part, "unknown": Reason.EMPTY.value, "detail": f"the IMM tells no {part}"}
