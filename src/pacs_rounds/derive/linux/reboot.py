"""Reboots: uptime, kernels installed and running."""

from __future__ import annotations

import re

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import DAY_SECONDS, number_of, seconds_since
from pacs_rounds.model import Context, NotApplicable, Reason, Row


@derivation("linux.uptime")
def uptime(data: Data, context: Context) -> list[Row]:
    """Seconds since boot."""
    seconds = data["linux.uptime"]["uptime_seconds"]
    return [{"system": "system", "uptime_seconds": seconds, "detail": f"{seconds / DAY_SECONDS:.1f} days"}]


# The clock of the control node may be set between two runs; a boot takes longer than this.
JITTER_SECONDS = 60.0


@derivation("linux.unexpected_reboot")
def unexpected_reboot(data: Data, context: Context) -> list[Row]:
    """Whether the machine was booted after the last sealed run (its linux.uptime record), by uptimes alone."""
    now = data["linux.uptime"]["uptime_seconds"]
    earlier = context.earlier("linux.uptime", "system")
    before = number_of(earlier)
    passed = seconds_since(earlier, context.collected_at) if earlier else None
    if before is None or passed is None:
        raise NotApplicable("needs an earlier run of this host; this is the first")
    missing = before + passed - now
    booted = missing > JITTER_SECONDS and now <= passed + JITTER_SECONDS
    return [{"system": "boot", "boot": "rebooted" if booted else "unchanged",
             "detail": f"up for {now / DAY_SECONDS:.1f} days; the last run was {passed / DAY_SECONDS:.1f} days ago "
                       f"and found {before / DAY_SECONDS:.1f} days"}]


def _ordered(release: str) -> list[tuple[int, int, str]]:
    """A key that puts 3.10.0-1160 after 3.10.0-957: numbers by value, words by letter."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall(r"\d+|[a-z]+", release)]


def _flavour(release: str) -> str:
    """The letters of a release without its numbers: el7uek and el7, amd64 and rt-amd64 do not replace each other."""
    return "".join(re.findall(r"[a-z]+", re.sub(r"x86_64|amd64", "", release)))


@derivation("linux.pending_reboot")
def pending_reboot(data: Data, context: Context) -> list[Row]:
    """Whether an installed update waits for a reboot: Debian's own flag, or a newer kernel of the same flavour."""
    said = data["linux.pending_reboot"]
    if said["required"]:
        return [{"system": "system", "state": "required", "detail": ", ".join(said["packages"][:8])}]
    running = said["running_kernel"]
    installed = [one for one in said["installed_kernels"] if "rescue" not in one]
    if not installed:
        return [{"system": "system", "unknown": Reason.EMPTY.value,
                 "detail": f"running {running}; /boot shows no installed kernel to compare with"}]
    same = [one for one in installed if _flavour(one) == _flavour(running)]
    newest = max(same, key=_ordered, default="")
    detail = f"running {running}, newest installed {newest or 'none of this flavour'}"
    if newest and _ordered(newest) > _ordered(running):
        return [{"system": "system", "state": "newer_kernel_installed", "detail": detail}]
    return [{"system": "system", "state": "not_required" if running in installed else "running_kernel_removed",
             "detail": detail}]


@derivation("linux.kernel_release")
def kernel_release(data: Data, context: Context) -> list[Row]:
    """The running kernel, named as the item, so that the next run can see whether it is still the same."""
    release = data["linux.uname"]["kernel_release"]
    before = context.previous.get("linux.kernel_release", {})
    if release in before:
        return [{"kernel": release, "state": "unchanged"}]
    known = sorted(name for name in before if name != "*")
    return [{"kernel": release, "state": "changed" if known else "first_seen",
             "detail": f"the last run found {', '.join(known)}" if known else "no earlier run to compare with"}]
