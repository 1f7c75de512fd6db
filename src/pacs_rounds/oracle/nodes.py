"""On which node of an HA pair does its instance run? Gathered from what oracle_health recorded on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pacs_rounds.evidence.layout import payload, read_jsonl
from pacs_rounds.model import BadInput
from pacs_rounds.transports.inventory import as_text

COMMAND = "oracle nodes"
CHECK = "oracle.instance_state"
ROLE = "oracle_health"
_AWAY = {"not_here", "absent"}


def gather(run_dir: Path, settings: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """The text of `oracle nodes` by host: for each pair of the host, where its instance runs. `settings` are the hosts'
    agreed values; hosts without Oracle get no text."""
    members: dict[tuple[str, str], list[str]] = {}
    mine: dict[str, list[tuple[str, str]]] = {}
    for host, one in settings.items():
        for instance in (one.get("oracle") or {}).get("instances") or []:
            key = (str(instance.get("pair") or ""), str(instance["sid"]))
            mine.setdefault(host, [])
            if key[0]:
                members.setdefault(key, []).append(host)
                mine[host].append(key)
    told = {host: _told(run_dir, host) for host in mine}
    return {host: as_text({"host": host, "pairs": [
        {"pair": pair, "sid": sid, "nodes": [_node(other, sid, told[other]) for other in members[pair, sid]]}
        for pair, sid in keys]}) for host, keys in mine.items()}


def _told(run_dir: Path, host: str) -> list[dict[str, Any]] | None:
    """The records of the instances of a host, None where the role recorded nothing."""
    path = payload(run_dir) / "records" / host / f"{ROLE}.jsonl"
    try:
        return [one for one in read_jsonl(path) if one["check"] == CHECK] if path.exists() else None
    except (BadInput, KeyError, TypeError):
        return None


def _node(host: str, sid: str, told: list[dict[str, Any]] | None) -> dict[str, Any]:
    """What is known of one node: state `active`, `standby` or `unknown`, with why and with the record's place."""
    record = next((one for one in told or [] if one["item"] in {sid, "*"}), None)
    if record is None:
        return {"host": host, "state": "unknown", "reason": "not_run", "detail": "this node was not looked at"}
    if record["outcome"] == "unknown":
        return {"host": host, "state": "unknown", "reason": record["reason"] or "not_run", "detail": record["detail"]}
    state = "standby" if record["observed"] in _AWAY else "active"
    return {"host": host, "state": state, "reason": "", "detail": record["detail"]}
