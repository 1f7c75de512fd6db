"""The HA pairs: exactly one node has the instance."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.common import Fields
from pacs_rounds.model import Context, NotApplicable, Reason, Row


@derivation("oracle.active_node")
def active_node(data: Data, context: Context) -> list[Row]:
    """One row per pair this host belongs to: whether exactly one of its nodes has the instance."""
    said = data["oracle.nodes"]
    if not said["pairs"]:
        raise NotApplicable("no instance of this host belongs to an HA pair")
    return [_pair(pair, context.host) for pair in said["pairs"]]


def _pair(pair: Fields, host: str) -> Row:
    item = pair["sid"]
    nodes = pair["nodes"]
    by_state = {state: [one["host"] for one in nodes if one["state"] == state]
                for state in ("active", "standby", "unknown")}
    active = by_state["active"]
    where = f"active on {', '.join(active) or 'no node'}; not on {', '.join(by_state['standby']) or 'any other'}"
    if len(active) > 1:
        return {"instance": item, "state": "both_active", "detail": where}
    if by_state["unknown"]:
        first = next(one for one in nodes if one["state"] == "unknown")
        return {"instance": item, "unknown": first["reason"],
                "detail": f"{where}; of {first['host']} nothing is known: {first['detail']}"}
    if len(nodes) < 2:
        return {"instance": item, "unknown": Reason.NOT_RUN.value,
                "detail": f"{where}; no other node of the pair {pair['pair']} is in this round"}
    if not active:
        return {"instance": item, "state": "none_active", "detail": where}
    return {"instance": item, "state": "active" if active == [host] else "standby", "detail": where}
