"""Linux checks that need more than one field of one row. Helpers shared by the modules of this package."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pacs_rounds.model import Answer, Context, NotApplicable, Reason, Row

# No space of their own to run out of, or read-only and full by nature.
PSEUDO_TYPES = frozenset({
    "aufs", "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cramfs", "debugfs", "devfs", "devpts",
    "devtmpfs", "efivarfs", "erofs", "fuse.gvfsd-fuse", "fuse.lxcfs", "fuse.portal", "fusectl", "hugetlbfs", "iso9660",
    "mqueue", "nfsd", "none", "nsfs", "overlay", "proc", "pstore", "ramfs", "rootfs", "rpc_pipefs", "securityfs",
    "selinuxfs", "squashfs", "sysfs", "tmpfs", "tracefs", "udf", "usbfs"})
# What df calls the source of such filesystems, for answers without a type column.
PSEUDO_SOURCES = frozenset({"tmpfs", "devtmpfs", "udev", "shm", "overlay", "none", "rootfs", "proc", "sysfs", "devpts"})

DAY_SECONDS = 86400.0


def agreed(context: Context, key: str, kind: type = list) -> Any:
    """The baseline's list or mapping under `key`; empty when the baseline says nothing about it."""
    value = context.baseline.get(key)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(f"baseline.{key} must be a {kind.__name__}, it is a {type(value).__name__}")
    return value


def demanded(context: Context, key: str, kind: type = list) -> Any:
    """Like `agreed`, but a host whose baseline names none has nothing to judge: NotApplicable."""
    value = agreed(context, key, kind)
    if not value:
        raise NotApplicable(f"the host's baseline names no {key}")
    return value


def pseudo(kind: str | None, source: str | None) -> bool:
    """Whether a filesystem is one of the kernel's own, by its type or, without one, by its source."""
    if kind is not None:
        return kind in PSEUDO_TYPES
    return source in PSEUDO_SOURCES or str(source).startswith(("/dev/loop", "/dev/sr"))


def answer_to(context: Context, command: str) -> Answer | None:
    """What became of a command."""
    return context.answers.get(command)


def tool_missing(answer: Answer | None) -> bool:
    """Whether the target said that it has no such program."""
    return answer is not None and (
        answer.reason is Reason.TOOL_MISSING or (answer.reason is None and answer.status == 127))


def not_answered(answer: Answer | None, item: str, name: str) -> Row:
    """The row for an optional command that gave nothing to parse: unknown, with what is known about why."""
    if answer is None:
        return {item: name, "unknown": Reason.NOT_RUN.value, "detail": "no answer was recorded"}
    said = answer.detail or next((line.strip() for line in answer.text.splitlines() if line.strip()), "")[:160]
    refused = answer.status == 126 or "permission denied" in answer.text[:2000].lower()
    reason = answer.reason or (Reason.REFUSED if refused else
                               Reason.TOOL_MISSING if answer.status == 127 else Reason.UNPARSABLE)
    return {item: name, "unknown": reason.value, "detail": said or f"exit status {answer.status}"}


def seconds_since(record: dict[str, Any], now: float) -> float | None:
    """Seconds between the end of an earlier record's collection and `now`; None when the record does not say."""
    ended = record.get("ended")
    if not isinstance(ended, str):
        return None
    try:
        then = datetime.fromisoformat(ended)
    except ValueError:
        return None
    return now - (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()


def number_of(record: dict[str, Any] | None) -> float | None:
    """The number an earlier record observed, or None."""
    observed = record.get("observed") if record else None
    return float(observed) if isinstance(observed, int | float) and not isinstance(observed, bool) else None


def human_bytes(size: float) -> str:
    """Bytes for people: 1536 -> 1.5 KiB."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(size) < 1024 or unit == "TiB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return ""
