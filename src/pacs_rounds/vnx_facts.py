"""A VNX array as typed data, from what its storage processors (SP) answered. Pure; the module `emc_vnx` returns it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pacs_rounds import parse
from pacs_rounds.model import Answer, ParseError, Reason

Facts = dict[str, Any]
SUBCOMMANDS = {
    "emc_vnx.arrayname": "arrayname", "emc_vnx.getagent": "getagent", "emc_vnx.getsp": "getsp",
    "emc_vnx.getdisk": "getdisk", "emc_vnx.storagepool": "storagepool -list -all", "emc_vnx.lun": "lun -list -all",
    "emc_vnx.getlun": "getlun -name -state -owner -default -capacity -rg", "emc_vnx.port": "port -list -all",
}
"""Parser -> the subcommand whose answer it reads; the facts rest on these."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one SP said to one subcommand, parsed, or why there is nothing."""

    sp: str
    data: Any = None
    reason: str = ""
    detail: str = ""


def _said(parser: str, sp: str, answers: dict[str, Answer]) -> _Said:
    answer = answers.get(f"{sp} {SUBCOMMANDS[parser]}")
    if answer is None:
        return _Said(sp, None, Reason.NOT_RUN, "was not asked")
    if answer.reason is not None:
        return _Said(sp, None, answer.reason, answer.detail)
    if not answer.text.strip() and not parse.means_none(parser):
        return _Said(sp, None, Reason.EMPTY, "the answer has no text")
    try:
        return _Said(sp, parse.parse(parser, answer.text))
    except ParseError as error:
        return _Said(sp, None, Reason.UNPARSABLE, str(error))


def facts(answers: Iterable[Answer]) -> Facts:
    """name, serial, model, revision, sps, disks, pools, luns, ports; and `unknown`: what could not be told, and why.

    Both SPs know the whole array: SP A is believed where it answered, else SP B. What neither told is None, never an
    empty list. Sizes are in gigabytes (2^30) or megabytes as the field's name says, percentages 0 to 100.
    """
    by_command = {answer.command: answer for answer in answers}
    unknown: list[dict[str, str]] = []

    def told(parser: str) -> Any:
        both = [_said(parser, sp, by_command) for sp in ("spa", "spb")]
        for one in both:
            if one.data is not None:
                return one.data
        unknown.append({"subcommand": SUBCOMMANDS[parser], "reason": both[0].reason,
                        "detail": "; ".join(f"{one.sp}: {one.detail}" for one in both)})
        return None

    def each(parser: str, shape: Callable[[Any], Facts]) -> list[Facts] | None:
        rows = told(parser)
        return None if rows is None else [shape(row) for row in rows]

    agent, name = told("emc_vnx.getagent") or {}, told("emc_vnx.arrayname") or {}
    pool_luns, group_luns, ports = each("emc_vnx.lun", _pool_lun), each("emc_vnx.getlun", _lun), told("emc_vnx.port")
    found = {
        "name": name.get("array_name"), "serial": agent.get("serial_no"), "model": agent.get("model"),
        "revision": agent.get("revision"), "sps": _sps(by_command, told("emc_vnx.getsp") or []),
        "disks": each("emc_vnx.getdisk", _disk), "pools": each("emc_vnx.storagepool", _pool),
        "luns": None if pool_luns is None or group_luns is None else [*pool_luns, *group_luns],
        "ports": None if ports is None else [_port(row, ports["counts"]) for row in ports["ports"]],
    }
    return {**found, "unknown": unknown}


def _sps(answers: dict[str, Answer], parts: list[Facts]) -> list[Facts]:
    """Both SPs: whether each answers for itself, and what either says of it."""
    rows = []
    for letter in "AB":
        own = _said("emc_vnx.getagent", f"sp{letter.lower()}", answers)
        part = next((one for one in parts if one.get("sp") == letter), {})
        agent = own.data or {}
        rows.append({
            "sp": letter, "answers": own.data is not None, "reason": own.reason or None, "detail": own.detail,
            "revision": agent.get("revision") or part.get("revision_number_for_the_sp"),
            "memory_mb": agent.get("sp_memory") or part.get("memory_size_for_the_sp"),
            "serial": part.get("serial_number_for_the_sp")})
    return rows


def _disk(row: Facts) -> Facts:
    group = row.get("raid_group_id")
    return {
        "disk": row["disk"], "state": row["state"], "drive_type": row.get("drive_type"),
        "capacity_mb": row.get("capacity"), "vendor": row.get("vendor_id"), "product": row.get("product_id"),
        "revision": row.get("product_revision"), "serial": row.get("serial_number"),
        "raid_group": str(group) if re.fullmatch(r"\d+", str(group)) else None,
        "hard_errors": _sum(row, "hard_read_errors", "hard_write_errors"),
        "soft_errors": _sum(row, "soft_read_errors", "soft_write_errors")}


def _sum(row: Facts, *names: str) -> int | None:
    """The sum, or None where one of them was not told: what cannot be read is not zero."""
    values = [row.get(name) for name in names]
    return sum(int(value) for value in values if value is not None) if None not in values else None


def _pool(row: Facts) -> Facts:
    return {
        "id": row["pool_id"], "name": row["pool_name"], "state": row.get("state"), "status": row.get("status"),
        "raid_type": row.get("raid_type"), "user_gb": row.get("user_capacity_gbs"),
        "consumed_gb": row.get("consumed_capacity_gbs"), "percent_full": row.get("percent_full"),
        "percent_subscribed": row.get("percent_subscribed"), "threshold_percent": row.get("percent_full_threshold"),
        "disks": row.get("disks")}


def _owner(text: Any) -> str | None:
    match = re.fullmatch(r"(?:SP ?)?([AB])", str(text or "").strip())
    return match[1] if match else None


def _owners(row: Facts) -> Facts:
    default, current = _owner(row.get("default_owner")), _owner(row.get("current_owner"))
    return {"default_owner": default, "current_owner": current,
            "trespassed": None if default is None or current is None else default != current}


def _pool_lun(row: Facts) -> Facts:
    return {"lun": row["lun"], "name": row.get("name"), "pool": row.get("pool_name"), "raid_group": None,
            "capacity_gb": row.get("user_capacity_gbs"), "state": row.get("current_state"), **_owners(row)}


def _lun(row: Facts) -> Facts:
    megabytes = row.get("lun_capacity_megabytes")
    return {"lun": row["lun"], "name": row.get("name"), "pool": None, "raid_group": row.get("raidgroup_id"),
            "capacity_gb": None if megabytes is None else megabytes / 1024, "state": row.get("state"), **_owners(row)}


def _port(row: Facts, counts: list[Facts]) -> Facts:
    count = next((one for one in counts if (one["sp"], one["port"]) == (row["sp"], row["port"])), {})
    return {"sp": row["sp"], "port": row["port"], "uid": row.get("sp_uid"), "link": row.get("link_status"),
            "status": row.get("port_status"), "speed": row.get("speed_value"),
            "registered_initiators": count.get("registered_initiators"),
            "logged_in_initiators": count.get("logged_in_initiators")}
