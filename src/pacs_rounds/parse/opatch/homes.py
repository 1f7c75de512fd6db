"""The patches of each Oracle home of a host."""

from __future__ import annotations

from pacs_rounds.parse import oracle_parts, parser
from pacs_rounds.parse.opatch.inventory import lsinventory
from pacs_rounds.parse.oracle_text import Fields


# -- home /u01/app/oracle/product/11.2.0/db_1
# Oracle Home       : /u01/app/oracle/product/11.2.0/db_1
# …
# OPatch succeeded.
@parser("opatch.homes")
def homes(text: str) -> list[Fields]:
    """`opatch lsinventory` per Oracle home: [{"name": the home, "state", "reason", "detail", "said": as
    opatch.lsinventory reads it}]."""
    return oracle_parts.read(text, "home", lsinventory)
