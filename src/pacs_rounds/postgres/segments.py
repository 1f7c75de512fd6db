"""Names of PostgreSQL's log segments as numbers, and what is missing in a row of them. Pure."""

from __future__ import annotations

from typing import Any


def gaps(look: dict[str, Any]) -> list[str] | None:
    """Missing segment names between the backup's first and the archive's last, on whatever timeline; None if unsaid."""
    start, size = look.get("start_segment"), look.get("segment_bytes") or 16 << 20
    if not start or len(start) != 24:
        return None
    numbers = {segment_number(name, size): name for name in look["wal"]}
    first = segment_number(start, size)
    last = max(numbers, default=first)
    per_log = (1 << 32) // size
    return [f"{start[:8]}{number // per_log:08X}{number % per_log:08X}" for number in range(first, last + 1)
            if number not in numbers][:1000]


def segment_number(name: str, size: int) -> int:
    """Which segment of the log a file name means, whatever its timeline."""
    return int(name[8:16], 16) * ((1 << 32) // size) + int(name[16:24], 16)
