"""Software packages: ndu -list."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, lines_of, need, read, says_none, typed

_START = re.compile(r"^\s*Name of the software package:\s*(\S.*?)\s*$")
_FLAGS = r"commit_required|revert_possible|active_state|is_installation_completed|is_this_system_software"


def packages(lines: list[str]) -> list[Fields]:
    """The packages in some lines; see ndu."""
    found = []
    for match, body in blocks(lines, _START):
        fields = typed(read(body), flags=_FLAGS)
        need(fields, "commit_required", "active_state", "revision_of_the_software_package")
        revision = fields.pop("revision_of_the_software_package", None)
        found.append({"name": match[1], "revision": None if revision == "-" else revision, **fields})
    return found


# Name of the software package:        VNX-Block-Operating-Environment
# Revision of the software package:    05.32.000.5.201
# Commit Required:                     NO
# Active State:                        YES
@parser("emc_vnx.ndu")
def ndu(text: str) -> list[Fields]:
    """One per package: {"name", "revision", "commit_required", "active_state", "is_installation_completed", …}."""
    lines = lines_of(text)
    return [] if says_none(lines) else packages(lines)
