"""Words and columns the way IOS writes them: spans of time, dates, addresses, interface names. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

LONG = {
    "Fa": "FastEthernet", "Gi": "GigabitEthernet", "Te": "TenGigabitEthernet", "Po": "Port-channel", "Vl": "Vlan",
    "Lo": "Loopback",
}
_NAME = re.compile(r"([A-Za-z-]+)\s?(\d[\d/]*)")
_YEAR, _WEEK, _DAY, _HOUR = 365 * 86400, 7 * 86400, 86400, 3600


def span(seconds: float) -> str:
    """`1 year, 38 weeks, 2 days, 1 hour, 48 minutes`: units that are zero are left out."""
    left = int(seconds)
    parts = []
    for unit, size in (("year", _YEAR), ("week", _WEEK), ("day", _DAY), ("hour", _HOUR), ("minute", 60)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "0 minutes"


def short_span(seconds: float) -> str:
    """`00:00:14`, `3d02h`, `38w2d`: how interface and neighbour tables write an age."""
    whole = int(seconds)
    if whole < _DAY:
        return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if whole < _WEEK:
        return f"{whole // _DAY}d{whole % _DAY // _HOUR:02d}h"
    return f"{whole // _WEEK}w{whole % _WEEK // _DAY}d"


def local(epoch: float, offset_hours: float) -> datetime:
    """The wall clock of a zone that is so many hours ahead of UTC."""
    return datetime.fromtimestamp(epoch, UTC) + timedelta(hours=offset_hours)


def moment(epoch: float, zone: str, offset_hours: float, milliseconds: bool = True) -> str:
    """`15:04:05.123 CST Mon Nov 23 2026`."""
    when = local(epoch, offset_hours)
    fraction = f".{when.microsecond // 1000:03d}" if milliseconds else ""
    return f"{when:%H:%M:%S}{fraction} {zone} {when:%a %b} {when.day} {when:%Y}"


def split(name: str) -> tuple[str, str]:
    """Type in its two-letter form and number: `GigabitEthernet1/0/1`, `gi 1/0/1` and `Gi1/0/1` are one."""
    match = _NAME.fullmatch(name.strip())
    if match is None:
        return name, ""
    kind = match.group(1).lower()
    fitting = [short for short, long in LONG.items() if long.lower().startswith(kind)]
    return (fitting[0] if len(fitting) == 1 else match.group(1)), match.group(2)


def short(name: str) -> str:
    """`Gi1/0/1`."""
    return "".join(split(name))


def long(name: str) -> str:
    """`GigabitEthernet1/0/1`."""
    kind, number = split(name)
    return LONG.get(kind, kind) + number


def three(name: str) -> str:
    """`Gig 1/0/1`, as `show cdp neighbors` writes it."""
    kind, number = split(name)
    return f"{LONG.get(kind, kind)[:3]} {number}"


def order(name: str) -> tuple[int, list[int]]:
    """Sort key: VLAN interfaces first, then by port type, then by number."""
    kind, number = split(name)
    kinds = ["Vl", "Fa", "Gi", "Te", "Po", "Lo"]
    return kinds.index(kind) if kind in kinds else len(kinds), [int(part) for part in number.split("/") if part]


def mac(base: int, step: int = 0) -> str:
    """`000f.2370.1200` for a 48-bit number."""
    digits = f"{base + step:012x}"
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def colon_mac(base: int, step: int = 0) -> str:
    """`00:0F:23:70:12:00`, as `show version` writes it."""
    digits = f"{base + step:012X}"
    return ":".join(digits[index:index + 2] for index in range(0, 12, 2))


def number_of(text: str) -> int:
    """A 48-bit number from an address in any notation."""
    return int(re.sub(r"[^0-9a-fA-F]", "", text), 16)


def draw(*words: str, low: int, high: int) -> int:
    """A number that looks measured and is the same in every run: traffic counters, process times."""
    digest = hashlib.sha256("/".join(words).encode()).digest()
    return low + int.from_bytes(digest[:6], "big") % (high - low + 1)


def dotted(address: str) -> str:
    """`0018.b9aa.0107` for an address with any separators."""
    digits = "".join(char for char in address.lower() if char in "0123456789abcdef")
    return ".".join(digits[start:start + 4] for start in range(0, 12, 4))
