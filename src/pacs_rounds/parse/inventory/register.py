"""The contract's register, one device or the whole site, as YAML."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput, ParseError
from pacs_rounds.parse import parser


def mapping(text: str, needed: Mapping[str, type]) -> dict[str, Any]:
    """The YAML mapping of a whole text that holds every needed key, of its type; else ParseError."""
    if not text.endswith("\n"):
        raise ParseError(f"the text ends in the middle of a line: {text.splitlines()[-1][:60]!r}")
    data = _json(text)
    try:
        data = yamlfile.loads(text, "the register") if data is None else data
    except BadInput as problem:
        raise ParseError(str(problem).splitlines()[0]) from None
    if not isinstance(data, dict):
        raise ParseError(f"a {type(data).__name__} in place of a mapping: {text.strip()[:60]!r}")
    for key, kind in needed.items():
        if key not in data:
            raise ParseError(f"{key} is missing")
        if not isinstance(data[key], kind):
            raise ParseError(f"{key} is {str(data[key])[:40]!r}, not a {kind.__name__}")
    return data


def _json(text: str) -> dict[str, Any] | None:
    """The mapping of a text that is JSON and so YAML, too; None where only YAML's own reader can tell."""
    if not text.startswith("{"):
        return None
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _row(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict) or any(not isinstance(key, str) for key in row):
        raise ParseError(f"{where}: the contract's row is no mapping: {str(row)[:60]!r}")
    return row


# address: 192.0.2.8
# contract: {model: IBM System x3650 M4, model_as_written: IBM M3650M4, row: 8, serial_as_written: 06AWWCM}
# groups: [contract_devices, servers]
# host: queue
# platform: unknown
# roles_planned: [contract_register]
@parser("inventory.device")
def device(text: str) -> dict[str, Any]:
    """{host, groups, address, platform, contract, roles_planned}; `contract` is empty for a device without a row."""
    data = mapping(text, {"host": str, "groups": list, "address": str, "platform": str, "contract": dict})
    _row(data["contract"], str(data["host"]))
    planned = data.get("roles_planned", [])
    if not isinstance(planned, list):
        raise ParseError(f"roles_planned is {str(planned)[:40]!r}, not a list")
    return {**data, "roles_planned": planned}


# hosts:
#   ct-1: ''
#   queue: 192.0.2.8
@parser("inventory.hosts")
def hosts(text: str) -> dict[str, Any]:
    """{hosts: {name: address}} of the whole inventory; the address is empty where the round did not need it."""
    return {**_hosts(text)}


@functools.lru_cache(maxsize=4)
def _hosts(text: str) -> dict[str, Any]:
    """Every device of a round is given the same text, as long as there are devices."""
    data = mapping(text, {"hosts": dict})
    for name, address in data["hosts"].items():
        if not isinstance(name, str) or not isinstance(address, str):
            raise ParseError(f"hosts: {str(name)[:40]!r} has {str(address)[:40]!r} in place of an address")
    return data


# devices:
#   queue: {contract: {row: 8, type: server}, groups: [contract_devices, servers]}
# software_scope:
# - {clause: S1-033, hosts: [ris-a, ris-b], software: RIS V3.1.S12.0}
@parser("inventory.site")
def site(text: str) -> dict[str, Any]:
    """{devices: {host: {groups, contract}}, software_scope: [{clause, software, hosts}]}; both may be empty."""
    data = mapping(text, {"devices": dict, "software_scope": list})
    for host, entry in data["devices"].items():
        if not isinstance(entry, dict) or not isinstance(entry.get("groups"), list):
            raise ParseError(f"devices: {str(host)[:40]!r} has no groups")
        _row(entry.get("contract"), str(host))
    for number, entry in enumerate(data["software_scope"], start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("software"), str) \
                or not isinstance(entry.get("hosts"), list):
            raise ParseError(f"software_scope #{number} has no software or no hosts: {str(entry)[:60]!r}")
    return data
