"""The report's smaller tables: assets, clocks, changes, unseen devices, commands, all values. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pacs_rounds.assets import facts
from pacs_rounds.assets.reconcile import Asset, reconcile
from pacs_rounds.model import PAPERWORK_ROLES, Outcome
from pacs_rounds.report.view import Record, RunView, verdict

MOST_CHANGES = 40


@dataclass(slots=True)
class Identity:
    """A device's serial and clock: as the contract writes them, as the device says. `compared` is a word key, `asset`
    the whole reconciliation (None for a device that is no asset, such as a modality)."""

    host: str
    address: str
    contract: dict[str, Any]
    serial: str | None
    clock: str | None
    offset: float | None
    compared: str
    asset: Asset | None = None

    @property
    def listed(self) -> bool:
        """Whether the serial table shows it: a contract device, or one that gave a serial or a clock."""
        return bool(self.contract or self.serial or self.clock)


def identities(view: RunView) -> list[Identity]:
    """One per device that was looked at or stands in the contract, in the inventory's order."""
    said: dict[str, dict[str, Any]] = {}
    for record in view.records:
        for key, value in record.device.items():
            if value is not None:
                said.setdefault(record.host, {}).setdefault(key, value)
    found = []
    assets = reconciled(view)
    for host in dict.fromkeys([*view.devices, *view.hosts]):
        entry = view.devices.get(host) or {}
        contract, device = entry.get("contract") or {}, said.get(host, {})
        if not contract and not device and host not in view.hosts:
            continue
        found.append(Identity(
            host, str(entry.get("address") or ""), contract, device.get("serial"), device.get("clock"),
            device.get("clock_offset_seconds"), _compare(contract, device.get("serial")), assets.get(host)))
    return found


def reconciled(view: RunView) -> dict[str, Asset]:
    """Every asset by host, on the run's own day, from the records alone."""
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in view.records:
        if record.role not in PAPERWORK_ROLES:
            groups[record.host, record.role].append(record)
    told: dict[str, list[dict[str, Any]]] = {}
    for (host, role), records in groups.items():
        told.setdefault(host, []).append(_telling(role, records))
    run = {"devices": view.devices, "software_scope": view.facts.get("software_scope")}
    try:
        on = datetime.fromisoformat(str(view.facts.get("started"))).date()
    except ValueError:
        on = datetime.fromtimestamp(0, UTC).date()
    return {host: reconcile(one, on) for host, one in facts.assemble(run, told).items()}


def _telling(role: str, records: list[Record]) -> dict[str, Any]:
    chosen = next((one for one in records if any(one.device.get(name) for name in facts.WORDS)), records[0])
    reason = facts.common_reason([(one.outcome, str(one.reason) if one.reason else None) for one in records])
    return {"role": role, **{name: _text(chosen.device.get(name)) for name in facts.WORDS},
            "reason": reason, "record": f"{chosen.file}:{chosen.line}", "sha256": "",
            "raw": None}


def _text(value: Any) -> str | None:
    return str(value) if value else None


def _compare(contract: dict[str, Any], serial: Any) -> str:
    if not contract:
        return "no_contract"
    written = str(contract.get("serial_as_written") or "").strip()
    if not written:
        return "no_written"
    if serial is None:
        return "silent"
    return "same" if written.casefold() == str(serial).strip().casefold() else "differs"


def changes(view: RunView) -> tuple[list[Record], int]:
    """Records whose value differs from the previous one, gravest first; and how many did not change."""
    compared = [record for record in view.records if record.previous is not None]
    order = {Outcome.CRITICAL: 0, Outcome.UNKNOWN: 1, Outcome.WARNING: 2}
    changed = [record for record in compared
               if (record.delta != 0 if record.delta is not None else record.observed != record.previous)]
    changed.sort(key=lambda record: (order.get(record.outcome, 3), -_growth(record)))
    return changed, len(compared) - len(changed)


def _growth(record: Record) -> float:
    """How large a change is beside what it was before."""
    if not isinstance(record.delta, int | float) or not isinstance(record.previous, int | float):
        return 0.0
    return abs(record.delta) / (abs(record.previous) or 1.0)


@dataclass(slots=True)
class Unseen:
    """A device or group nothing was asked of. `reason` None: nobody wrote one down."""

    subject: str
    count: int
    hosts: list[str]
    reason: dict[str, str] | None


def unseen(view: RunView) -> list[Unseen]:
    """What run.json says was left out, and every device that nothing accounts for."""
    listed = [Unseen(str(one.get("host") or one.get("group") or "?"), int(one.get("count") or 1),
                     list(one.get("hosts") or ()), one.get("reason"))
              for one in view.facts.get("not_looked_at") or ()]
    named = {one.subject for one in listed} | {host for one in listed for host in one.hosts}
    seen = set(view.hosts)
    forgotten = [Unseen(host, 1, [host], None) for host, entry in view.devices.items()
                 if host not in seen and host not in named and not named & set(entry.get("groups") or ())]
    return listed + forgotten


@dataclass(slots=True)
class Sent:
    """One command of a role: how many devices answered it, and with how much."""

    role: str
    command: str
    answered: int = 0
    failed: int = 0
    longest: float = 0.0
    bytes: int = 0


def commands(view: RunView) -> list[Sent]:
    """Every command that was to be sent, by role."""
    found: dict[tuple[str, str], Sent] = {}
    for (_, role), answers in view.answers.items():
        for answer in answers:
            command = str(answer.get("command"))
            sent = found.setdefault((role, command), Sent(role, command))
            if answer.get("reason"):
                sent.failed += 1
            else:
                sent.answered += 1
            sent.longest = max(sent.longest, _took(answer))
            sent.bytes += int(answer.get("bytes") or 0)
    return sorted(found.values(), key=lambda sent: sent.role)


def _took(answer: dict[str, Any]) -> float:
    started, ended = answer.get("started"), answer.get("ended")
    if isinstance(started, int | float) and isinstance(ended, int | float):
        return float(ended - started)
    try:
        return (datetime.fromisoformat(str(ended)) - datetime.fromisoformat(str(started))).total_seconds()
    except ValueError:
        return 0.0


@dataclass(slots=True)
class Values:
    """All items of one check on one device; `check` is None for a device of whose role nothing at all was learnt."""

    host: str
    check: str | None
    outcome: Outcome
    records: list[Record]


def values(view: RunView) -> list[Values]:
    """One per device, role and check, in the order of devices and of the catalogue.

    A role that gave one and the same "unknown" for everything on a device is one line, not one per check.
    """
    roles: dict[tuple[str, str], list[Record]] = defaultdict(list)
    groups: dict[tuple[str, str, str | None], list[Record]] = defaultdict(list)
    for record in view.records:
        roles[record.host, record.role].append(record)
    for (host, role), records in roles.items():
        silent = len(records) > 1 and len({(one.outcome, one.reason, one.detail) for one in records}) == 1 and \
            records[0].outcome is Outcome.UNKNOWN and len({one.check for one in records}) == len(records)
        for record in records:
            groups[host, role, None if silent else record.check].append(record)
    hosts = {host: index for index, host in enumerate(view.hosts)}
    checks: dict[str | None, int] = {check: index for index, check in enumerate(view.checks)}
    keys = sorted(groups, key=lambda key: (hosts[key[0]], key[1], checks.get(key[2], -1)))
    return [Values(key[0], key[2], verdict(groups[key]), groups[key]) for key in keys]
