"""What the machine says of itself: type, model, serial number, UUID, firmware."""

from __future__ import annotations

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM, rows_of
from pacs_rounds.parse.snmp_text import scalar, table

_VPD = {1: "machine_type", 2: "machine_model", 3: "serial", 4: "uuid", 5: "product"}


# .1.3.6.1.4.1.2.3.51.3.1.5.2.1.1.0 = STRING: "7915"
# .1.3.6.1.4.1.2.3.51.3.1.5.2.1.2.0 = STRING: "AC1"
# .1.3.6.1.4.1.2.3.51.3.1.5.2.1.3.0 = STRING: "06ZZZ01"
# .1.3.6.1.4.1.2.3.51.3.1.5.2.1.5.0 = STRING: "System x3650 M4"
@parser("ibm_imm.vpd")
def vpd(text: str) -> dict[str, str | None]:
    """{machine_type, machine_model, serial, uuid, product}; None for what the IMM does not say. Source: machineVpd."""
    rows = rows_of(text, f"{IMM}.1.5.2", "machine data")
    said: dict[str, str | None] = {}
    for number, name in _VPD.items():
        value = scalar(rows, f"{IMM}.1.5.2.1.{number}.0")
        said[name] = " ".join(value.text.split()) or None if value else None
    if not any(said.values()):
        raise ParseError(f"no machine data ({IMM}.1.5.2.1) in the text")
    return said


# .1.3.6.1.4.1.2.3.51.3.1.5.1.1.2.1 = STRING: "IMM"
# .1.3.6.1.4.1.2.3.51.3.1.5.1.1.3.1 = STRING: "YUOOF7A"
# .1.3.6.1.4.1.2.3.51.3.1.5.1.1.4.1 = STRING: "2013/10/02"
@parser("ibm_imm.firmware")
def firmware(text: str) -> list[dict[str, str | None]]:
    """{type, version, released}, the last two None where the IMM does not say. Source: immVpdTable."""
    rows = rows_of(text, f"{IMM}.1.5.1", "firmware")
    columns = {2: "type", 3: "version", 4: "released"}
    found = table(rows, f"{IMM}.1.5.1.1", columns)
    if not found:
        raise ParseError(f"no firmware ({IMM}.1.5.1.1) in the text")
    return [{name: (" ".join(cells[name].text.split()) or None) if name in cells else None
             for name in columns.values()} for cells in found.values()]
