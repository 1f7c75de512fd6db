"""What a run knows of each device: its row of the contract, and what every role was told by the device itself.

Reads the run's own files (open or sealed) and nothing else. The result is plain data: it becomes the evidence of the
role asset_register, and the same functions of `reconcile` judge it there, in the report and in `rounds assets`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pacs_rounds.assets import lifecycle
from pacs_rounds.evidence import store
from pacs_rounds.evidence.layout import payload
from pacs_rounds.model import PAPERWORK_ROLES, BadInput

WORDS = ("serial", "model", "firmware", "os", "written_serial_is")
Facts = dict[str, Any]


def gather(run_dir: Path, run: dict[str, Any]) -> dict[str, Facts]:
    """Facts by host, for every device with a row in the contract or that stands among its devices or said who it is.

    `run` is the run's run.json. BadInput for records that cannot be read.
    """
    told: dict[str, list[Facts]] = {}
    for host, role in store.roles_of(run_dir):
        if role not in PAPERWORK_ROLES:
            told.setdefault(host, []).append(telling(run_dir, host, role))
    return assemble(run, told)


def assemble(run: dict[str, Any], told: dict[str, list[Facts]]) -> dict[str, Facts]:
    """The facts of every asset from the run's register and what was told, by host."""
    devices: dict[str, Any] = run.get("devices") or {}
    scope = run.get("software_scope") or []
    hosts = [host for host in dict.fromkeys([*devices, *told]) if _is_asset(host, devices, told, scope)]
    written = {host: serial for host in hosts if (serial := _written(devices.get(host) or {}))}
    serials = {host: {one["serial"].upper() for one in told.get(host, ()) if one["serial"]} for host in hosts}
    found: dict[str, Facts] = {}
    for host in hosts:
        device = devices.get(host) or {}
        mine = told.get(host, [])
        found[host] = {
            "host": host, "groups": device.get("groups") or [], "contract": device.get("contract") or {},
            "dates": device.get("dates") or {}, "told": mine,
            "software": [str(entry["software"]) for entry in scope if host in entry["hosts"]],
            "scope_known": bool(scope),
            "rows_of_told_serial": [
                {"host": other, "row": devices[other]["contract"].get("row")} for other, serial in written.items()
                if other != host and serial in serials[host]],
            "others_telling_it": [other for other in hosts if other != host and serials[other] & serials[host]],
            "written_told_by": [other for other in hosts if other != host and written.get(host) in serials[other]],
            "lifecycle": _lifecycle(device.get("contract") or {}, mine)}
    return found


def _is_asset(host: str, devices: dict[str, Any], told: dict[str, list[Facts]], scope: list[dict[str, Any]]) -> bool:
    device = devices.get(host) or {}
    return bool(device.get("contract") or "contract_devices" in (device.get("groups") or ())
                or any(one[name] for one in told.get(host, ()) for name in WORDS)
                or any(host in entry["hosts"] for entry in scope))


def _written(device: dict[str, Any]) -> str:
    return str((device.get("contract") or {}).get("serial_as_written") or "").strip().upper()


def _lifecycle(contract: dict[str, Any], told: list[Facts]) -> dict[str, Facts | None]:
    """The makers' dates by kind: of what the device calls itself, else of what the contract says it is."""
    named = [one["model"] for one in told if one["model"]] or [str(contract.get("model") or "")]
    hardware = next((entry for name in named if (entry := lifecycle.entry_for("hardware", name))), None)
    systems = [one["os"] for one in told if one["os"]]
    return {"hardware": hardware, "os": lifecycle.entry_for("os", systems[0]) if systems else None}


def telling(run_dir: Path, host: str, role: str) -> Facts:
    """What the device told one role, and the record that shows it: its line and the SHA-256 of that line.

    `reason` is set where the role learnt nothing at all (see common_reason).
    """
    path = payload(run_dir) / "records" / host / f"{role}.jsonl"
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line]
    try:
        records = [json.loads(line) for line in lines]
        device: Facts = next((one["device"] for one in records if any(one["device"].get(name) for name in WORDS)), {})
        chosen = _evidence(run_dir, records, device)
        source = _source(run_dir, records[chosen], device) if records else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(str(path), f"no records: {type(error).__name__}: {error}",
                       "the file was damaged: rounds verify") from None
    return {
        "role": role, **{name: device.get(name) for name in WORDS},
        # What a person saw at the device is nothing that the device told.
        "reason": common_reason([(one["outcome"], one["reason"]) for one in records if one["transport"] != "human"]),
        "record": f"records/{host}/{role}.jsonl:{chosen + 1}" if records else "",
        "sha256": hashlib.sha256(lines[chosen].encode("utf-8")).hexdigest() if records else "", "raw": source}


def common_reason(told: list[tuple[str, str | None]]) -> str | None:
    """Of (outcome, reason) pairs of one role: why it learnt nothing, by most of its records; None where it did."""
    if any(outcome in {"ok", "warning", "critical"} for outcome, _ in told):
        return None
    reasons = Counter(reason for _, reason in told if reason)
    return reasons.most_common(1)[0][0] if reasons else None


def _evidence(run_dir: Path, records: list[dict[str, Any]], device: dict[str, Any]) -> int:
    """The index of the first record that rests on a text in which the serial (or the model) stands; else the first."""
    for index, record in enumerate(records):
        if device and _source(run_dir, record, device):
            return index
    return 0


def _source(run_dir: Path, record: dict[str, Any], device: dict[str, Any]) -> str | None:
    """The raw file of this record that holds what the device told, relative to the run's data."""
    word = device.get("serial") or device.get("model")
    for source in record["sources"] if word else ():
        path = payload(run_dir) / "raw" / f"{source['sha256']}.txt"
        if path.is_file() and str(word) in path.read_text(encoding="utf-8", errors="replace"):
            return f"raw/{path.name}"
    return None
