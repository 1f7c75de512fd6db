"""What the machine says of itself: type, model, serial number, UUID, firmware."""

from __future__ import annotations

from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM, entries, need, number_of, rows_of, text_of
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


# .1.3.6.1.4.1.2.3.51.3.1.5.20.1.2.1 = STRING: "Processor 1"
# .1.3.6.1.4.1.2.3.51.3.1.5.20.1.11.1 = STRING: "Normal"        IMM2 only
@parser("ibm_imm.processors")
def processors(text: str) -> list[dict[str, Any]]:
    """{processor, megahertz, cores, health}; None for what the IMM does not say. Source: systemCPUVpdTable."""
    base = f"{IMM}.1.5.20"
    columns = {2: "name", 3: "megahertz", 7: "cores", 11: "health"}
    return [{"processor": need(cells, "name", index).text.strip(),
             "megahertz": number_of(cells["megahertz"]) if "megahertz" in cells else None,
             "cores": number_of(cells["cores"]) if "cores" in cells else None, "health": text_of(cells, "health")}
            for index, cells in entries(rows_of(text, base, "processor"), f"{base}.1", columns).items()]


# .1.3.6.1.4.1.2.3.51.3.1.5.21.1.2.1 = STRING: "DIMM 1"
# .1.3.6.1.4.1.2.3.51.3.1.5.21.1.7.1 = INTEGER: 8               gigabytes
# .1.3.6.1.4.1.2.3.51.3.1.5.21.1.8.1 = STRING: "Normal"         IMM2 only
@parser("ibm_imm.memory")
def memory(text: str) -> list[dict[str, Any]]:
    """{module, part_number, serial, bytes, health}; None for what is not told. Source: systemMemoryVpdTable."""
    base = f"{IMM}.1.5.21"
    columns = {2: "name", 3: "part_number", 4: "serial", 7: "gigabytes", 8: "health"}
    result: list[dict[str, Any]] = []
    for index, cells in entries(rows_of(text, base, "memory module"), f"{base}.1", columns).items():
        size = number_of(cells["gigabytes"]) if "gigabytes" in cells else None
        result.append({"module": need(cells, "name", index).text.strip(), "part_number": text_of(cells, "part_number"),
                       "serial": text_of(cells, "serial"), "bytes": None if size is None else size * 2**30,
                       "health": text_of(cells, "health")})
    return result
