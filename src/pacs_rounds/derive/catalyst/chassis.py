"""Stack members, chassis modules, supervisor redundancy."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said, unanswered, word
from pacs_rounds.model import Context, NotApplicable, Row

_MISMATCH = {"ver_mismatch": "version_mismatch", "v_mismatch": "version_mismatch", "syncing": "progressing"}


@derivation("catalyst.stack_members")
def stack_members(data: Data, context: Context) -> list[Row]:
    """A row per member and, where two or more are ready, one for the ring of stack cables."""
    found = said(data, "show_switch_detail")
    listed = [int(number) for number in context.baseline.get("stack_members") or []]
    if found is None:
        return unanswered(context, ["show switch detail"], bool(listed), "stack members")
    rows: list[Row] = []
    for one in found["members"]:
        state = _MISMATCH.get(word(one["state"]), word(one["state"]))
        if listed and one["switch"] not in listed and state in {"provisioned", "unprovisioned", "removed"}:
            state = "not_in_baseline"
        elif one["switch"] in listed and state in {"provisioned", "unprovisioned"}:
            state = "absent"  # configured for, and not there
        rows.append({"member": f"switch {one['switch']}", "state": state,
                     "detail": f"{one['role'].lower()}, priority {one['priority']}, says {one['state']}"})
    seen = {one["switch"] for one in found["members"]}
    rows += [{"member": f"switch {number}", "state": "absent", "detail": "listed in the baseline, not in the stack"}
             for number in listed if number not in seen]
    return rows + _ring(found)


def _ring(found: dict[str, Any]) -> list[Row]:
    ready = [one["switch"] for one in found["members"] if word(one["state"]) == "ready"]
    ports = [(port["switch"], number, port[f"port_{number}"]) for port in found["ports"] for number in (1, 2)]
    if len(ready) < 2 or not ports:
        return []
    down = [f"switch {switch} port {number} is {state}" for switch, number, state in ports if word(state) != "ok"]
    return [{"member": "stack ring", "state": "half" if down else "full",
             "detail": "; ".join(down) or f"{len(ports)} stack ports are connected"}]


_STATUS = {
    "ok": "ok", "pwrdown": "power_down", "pwrdeny": "power_down", "shutdown": "power_down", "offline": "power_down",
    "majfail": "failed", "failed": "failed", "faulty": "failed", "fail": "failed", "minfail": "minor_error",
    "other": "other", "unknown": "other",
}
_DIAGNOSIS = {
    "pass": "ok", "not_applicable": "ok", "": "ok", "minor_error": "minor_error", "major_error": "major_error",
    "fail": "failed", "failed": "failed", "unknown": "unknown_diagnosis", "untested": "unknown_diagnosis",
}


@derivation("catalyst.modules")
def modules(data: Data, context: Context) -> list[Row]:
    """A row per slot that is filled or should be, and one per sub-module."""
    found = said(data, "show_module")
    listed = {int(slot): model for slot, model in (context.baseline.get("modules") or {}).items()}
    if found is None:
        return unanswered(context, ["show module"], bool(listed), "modules")
    if not listed and all(one["status"] is None for one in found):
        raise NotApplicable("this is a stack: its members are judged by catalyst.stack_members")
    rows: list[Row] = []
    for one in found:
        name = f"switch {one['switch']} module {one['module']}" if one["switch"] else f"module {one['module']}"
        rows.append({"module": name, "state": _module(one, listed),
                     "detail": " ".join(str(one[key]) for key in ("model", "type", "serial") if one[key])})
        rows += [{"module": f"{name} {sub['type']}", "detail": f"{sub['model']} {sub['serial']}",
                  "state": _STATUS.get(word(sub["status"]), word(sub["status"]))} for sub in one["submodules"]]
    seen = {one["module"] for one in found}
    return rows + [{"module": f"module {slot}", "state": "absent",
                    "detail": f"the baseline lists {model or 'a module'}"}
                   for slot, model in listed.items() if slot not in seen]


def _module(one: dict[str, Any], listed: dict[int, Any]) -> str:
    state = _STATUS.get(word(one["status"]), word(one["status"]) or "unknown_diagnosis")
    if state in {"other", "power_down"} and listed and one["module"] not in listed:
        return "not_in_baseline"
    if state != "ok":
        return state
    diagnosis = _DIAGNOSIS.get(word(one["diagnosis"]), word(one["diagnosis"]))
    wanted = listed.get(one["module"])
    if diagnosis == "ok" and wanted and str(wanted).upper() != str(one["model"]).upper():
        return "other_model"
    return diagnosis


@derivation("catalyst.redundancy")
def redundancy(data: Data, context: Context) -> list[Row]:
    """Whether the standby supervisor would take over; the baseline may say that one supervisor is agreed."""
    found = said(data, "show_redundancy")
    agreed = str(context.baseline.get("redundancy", ""))
    if found is None:
        return unanswered(context, ["show redundancy"], agreed == "redundant", "redundant supervisors")
    standby = found["standby"] or {"state": None, "location": None}
    state = word(standby["state"])
    detail = (f"hardware {found['hardware_mode']}, operating {found['operating_mode']}, standby "
              f"{standby['location'] or ''} {standby['state'] or 'none'}, communications {found['communications']}, "
              f"{found['switchovers']} switchovers")
    if word(found["hardware_mode"]) == "simplex":
        verdict = "single_as_agreed" if agreed == "single" else "single"
    elif word(found["communications"]) not in {"up", ""}:
        verdict = "not_ready"
    else:
        verdict = {"standby_hot": "hot", "standby_cold": "cold"}.get(state, "not_ready")
    return [{"part": "standby supervisor", "state": verdict, "detail": " ".join(detail.split())}]
