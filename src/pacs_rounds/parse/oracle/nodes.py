"""Where the instances of HA pairs run, as this run's records know it (transport `records`)."""

from __future__ import annotations

from pacs_rounds.model import Reason
from pacs_rounds.parse import parser
from pacs_rounds.parse.inventory.register import mapping
from pacs_rounds.parse.oracle_text import Fields, fail


# host: pacs-a
# pairs:
# - nodes:
#   - {detail: Oracle 11.2.0.4.0 on pacs-a, host: pacs-a, reason: '', state: active}
#   - {detail: no ora_pmon process of this instance, host: pacs-b, reason: '', state: standby}
#   pair: pacs
#   sid: PACS
@parser("oracle.nodes")
def nodes(text: str) -> Fields:
    """{"host", "pairs": [{"pair", "sid", "nodes": [{"host", "state": active, standby or unknown, "reason",
    "detail"}]}]}."""
    data = mapping(text, {"host": str, "pairs": list})
    for pair in data["pairs"]:
        if not isinstance(pair, dict) or not {"pair", "sid", "nodes"} <= set(pair) or not pair["nodes"]:
            fail("a pair without its nodes", str(pair))
        for node in pair["nodes"]:
            if node["state"] not in {"active", "standby", "unknown"} or \
                    (node["state"] == "unknown") != (node["reason"] in set(Reason)):
                fail("a node in no state of ours", str(node))
    return data
