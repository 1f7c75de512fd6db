"""The address table: whether it came whole, and what it holds."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, Reason, Row


@derivation("catalyst.address_table")
def address_table(data: Data, _context: Context) -> list[Row]:
    """One row. A table with fewer entries than the switch counts was cut off: unknown."""
    told = said(data, "show_mac_address_table")
    entries = told["entries"]
    learned = [entry for entry in entries if entry["type"] == "dynamic"]
    ports = {port for entry in learned for port in entry["ports"]}
    if told["total"] is not None and told["total"] > len(entries):
        return [{"table": "addresses", "unknown": str(Reason.TRUNCATED),
                 "detail": f"the switch counts {told['total']} entries, {len(entries)} came"}]
    return [{"table": "addresses", "word": "complete" if learned else "nothing_learned",
             "detail": f"{len(learned)} addresses on {len(ports)} ports"}]
