"""Disks: getdisk. An empty slot and a disk that was taken out print nothing but their state."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, lines_of, need, read, typed

_START = re.compile(r"^\s*Bus\s+(\d+)\s+Enclosure\s+(\d+)\s+Disk\s+([A-Z]?\d+)\s*$")
_NUMBERS = (r"(?:hard|soft)_(?:read|write)_errors|(?:read|write)_retries|remapped_sectors|number_of_\w+|capacity|"
            r"user_capacity|(?:read|write)_requests|kbytes_\w+|(?:idle|busy)_ticks\w*|queue_\w+|prct_(?:idle|busy)|"
            r"spinning_ticks|standby_ticks|arrivals_\w+|high_sum_of_seeks")


# Bus 0 Enclosure 0  Disk 9
# State:                   Enabled
# Hot Spare:               NO
# Hard Read Errors:        0
#
# Bus 0 Enclosure 0  Disk 10
# State:                   Removed
@parser("emc_vnx.getdisk")
def getdisk(text: str) -> list[Fields]:
    """One per slot: {"disk": "0_0_9", "bus", "enclosure", "slot", "state" (as printed), …}, the fields by the array's
    own names; `capacity` is in megabytes. Error counters are None where the array prints N/A."""
    found = []
    for match, body in blocks(lines_of(text), _START):
        fields = typed(read(body), _NUMBERS)
        need(fields, "state", "hard_read_errors", "serial_number", "raid_group_id")
        found.append({"disk": "_".join(match.groups()), "bus": int(match[1]), "enclosure": int(match[2]),
                      "slot": match[3], **fields})
    return found
