"""The facts of one device that `pacs_rounds.assets.facts` gathered from a run's records, as YAML."""

from __future__ import annotations

from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.inventory.register import mapping

_NEEDED: dict[str, type] = {
    "host": str, "contract": dict, "dates": dict, "groups": list, "lifecycle": dict, "others_telling_it": list,
    "rows_of_told_serial": list, "scope_known": bool, "software": list, "told": list, "written_told_by": list}
_TOLD = ("role", "serial", "model", "firmware", "os", "written_serial_is", "reason", "record", "sha256")


# contract: {model: IBM System x3650 M4, model_as_written: IBM M3650M4, row: 8, serial_as_written: 06AWWCM}
# dates: {}
# groups: [contract_devices, servers]
# host: queue
# lifecycle: {hardware: null, os: null}
# others_telling_it: []
# rows_of_told_serial: []
# scope_known: true
# software: []
# told:
# - {role: linux_health, serial: 06AWWCM, model: "IBM System x3650 M4: -[7915AC1]-", firmware: BIOS 1.80, …}
# written_told_by: []
@parser("assets.device")
def device(text: str) -> dict[str, Any]:
    """The facts as `pacs_rounds.assets.facts.assemble` describes them; every telling has all its keys."""
    data = mapping(text, _NEEDED)
    for number, one in enumerate(data["told"], start=1):
        if not isinstance(one, dict):
            raise ParseError(f"told #{number} is {str(one)[:40]!r}, not a mapping")
        for key in _TOLD:
            if key not in one:
                raise ParseError(f"told #{number}: {key} is missing")
            if one[key] is not None and not isinstance(one[key], str):
                raise ParseError(f"told #{number}: {key} is {str(one[key])[:40]!r}, not a text")
    for number, row in enumerate(data["rows_of_told_serial"], start=1):
        if not isinstance(row, dict) or not {"host", "row"} <= set(row):
            raise ParseError(f"rows_of_told_serial #{number} has no host or no row")
    for kind in ("hardware", "os"):
        entry = data["lifecycle"].get(kind)
        if entry is not None and (not isinstance(entry, dict) or not isinstance(entry.get("end_of_support"), str)):
            raise ParseError(f"lifecycle: {kind} has no end_of_support")
    return data
