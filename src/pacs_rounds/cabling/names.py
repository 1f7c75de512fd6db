"""One spelling for ports, hosts, MAC addresses and world-wide names. Pure.

A device writes `Gig 1/0/1`, its neighbour `Gi1/0/1`, the register `GigabitEthernet1/0/1`: one port. What a device has
cut off (`Ten-GigabitEthernet1/0/` of an LLDP summary) is never completed by guessing: `same_port` says maybe.
"""

from __future__ import annotations

import functools
import re

from pacs_rounds.parse.cisco_ios.text import short_interface

_ADDRESS = re.compile(r"(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9.]+|[0-9a-f:-]+")
_HEX = re.compile(r"[^0-9a-f]")
_SP = re.compile(r"(?:sp\s*)?([ab])[\s-]*(?:port\s*)?(\d+)", re.IGNORECASE)
_SEPARATED = re.compile(r"(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}|(?:[0-9a-f]{4}[.:-]){2}[0-9a-f]{4}|[0-9a-f]{12}",
                        re.IGNORECASE)
_KERNEL = re.compile(r"eth\d+")  # Linux's own name, no abbreviation of Ethernet0
YES, NO, MAYBE = "yes", "no", "maybe"


@functools.lru_cache(maxsize=262144)
def port(name: str) -> str:
    """The short spelling: Gi1/0/1 for GigabitEthernet1/0/1, Gig 1/0/1 and gi1/0/1; A-0 for SP A port 0; others as
    written, without blanks at the ends."""
    text = name.strip()
    if _KERNEL.fullmatch(text):
        return text
    match = _SP.fullmatch(text)
    return f"{match[1].upper()}-{int(match[2])}" if match else short_interface(text)


def same_port(documented: str, told: str) -> str:
    """Whether a told port name means the documented one: yes, no, or maybe where it is cut off or no port's name."""
    left, right = port(documented).lower(), port(told).lower()
    if left == right:
        return YES
    if not right or mac(right):
        return MAYBE  # an LLDP port id may be a MAC address: it names a port, but which one is not said here
    longer = documented.strip().lower()
    if len(right) >= 4 and right[-1] in "/." and (left.startswith(right) or longer.startswith(right)):
        return MAYBE
    return NO


@functools.lru_cache(maxsize=65536)
def host(name: str) -> str:
    """Lower case, without domain and without the serial number Nexus adds in brackets; addresses stay whole."""
    text = re.sub(r"\(.*\)$", "", name.strip()).lower()
    return text if _ADDRESS.fullmatch(text) else text.partition(".")[0]


@functools.lru_cache(maxsize=524288)
def mac(text: str) -> str:
    """Twelve hexadecimal digits in lower case, whatever the separators; nothing where the text is no MAC address."""
    bare = text.strip().lower()
    if not _SEPARATED.fullmatch(bare):
        return ""
    parts = re.split(r"[:.-]", bare)
    if len(parts) == 6:
        return "".join(part.zfill(2) for part in parts)
    return "".join(parts)


def shown_mac(digits: str) -> str:
    """aa:bb:cc:dd:ee:ff."""
    return ":".join(digits[start:start + 2] for start in range(0, 12, 2))


@functools.lru_cache(maxsize=65536)
def wwn(text: str) -> str:
    """Sixteen hexadecimal digits in lower case; of a pair node:port (32 digits) the port's; nothing for other text."""
    digits = _HEX.sub("", text.strip().lower().removeprefix("0x"))
    return digits[-16:] if len(digits) in {16, 32} else ""


def shown_wwn(digits: str) -> str:
    """10:00:00:05:1e:01:02:03."""
    return ":".join(digits[start:start + 2] for start in range(0, 16, 2))


def end(text: str) -> tuple[str, str]:
    """`core-1:Gi9/1` as device and port; the port may hold colons itself. ("", "") where there is no port."""
    device, colon, name = text.strip().partition(":")
    return (device.strip(), port(name)) if colon and device.strip() and name.strip() else ("", "")


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key that puts Gi1/0/9 before Gi1/0/10."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", text) if part)
