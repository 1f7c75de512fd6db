"""show running-config, show startup-config: read whole or refused; compared line by line without the noise."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_NOISE = re.compile(
    r"^(?:Building configuration\.\.\.|Current configuration ?:.*|Using \d+ out of \d+ bytes.*|! ?|"
    r"! Last configuration change .*|! NVRAM config last updated .*|! No configuration change since last restart|"
    r"!Time: .*|ntp clock-period \d+|Uncompressed configuration from .*)$")
_NOISE_BEGINS = frozenset("BCU!n")
"""The first letters of what _NOISE may match: most lines begin otherwise, and none of its patterns is tried on them."""
_CERTIFICATE = re.compile(r"^(\s+certificate (?:self-signed |ca )?[0-9A-F]+)( nvram:\S+)?$")
_ZONE = re.compile(r"^clock timezone (?P<name>\S+) (?P<hours>-?\d+)(?: (?P<minutes>\d+))?$")
_ABSENT = re.compile(r"^(?:%+ ?)?(?:startup-config is not present|Non-volatile configuration memory (?:is not present|"
                     r"invalid or not present))", re.IGNORECASE)


def _configuration(lines: list[str]) -> dict[str, Any]:
    body = _without_certificates([line for line in lines if line and not (
        line.lstrip()[:1] in _NOISE_BEGINS and _NOISE.match(line.strip()))])
    if not body or not any(line.startswith("version ") for line in body[:5]):
        fail("no version line at the beginning: not a configuration", body[0] if body else "")
    if body[-1] != "end":
        fail("the configuration does not end with 'end': cut off", body[-1])
    zone = next((match for line in body if line.startswith("clock ") and (match := _ZONE.match(line))), None)
    hostname = next((line.removeprefix("hostname ").strip() for line in body if line.startswith("hostname ")), None)
    return {"present": True, "hostname": hostname, "lines": body, "timezone": _offset(zone) if zone else None}


def _without_certificates(lines: list[str]) -> list[str]:
    """Running shows a certificate's body, startup names its file in NVRAM: only the line that names it is kept."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if inside:
            inside = not line.endswith("quit")
            continue
        match = _CERTIFICATE.match(line) if line[0] in " \t" and "certificate " in line else None
        kept.append(match[1] if match else line)
        inside = match is not None and match[2] is None
    return kept


def _offset(zone: re.Match[str]) -> dict[str, Any]:
    hours, minutes = int(zone["hours"]), int(zone["minutes"] or 0)
    seconds = hours * 3600 + (minutes * 60 if hours >= 0 else -minutes * 60)
    return {"name": zone["name"], "offset_seconds": seconds}


# Building configuration...
#
# Current configuration : 9321 bytes
# !
# version 12.2
# hostname access-9
# ...
# end
@parser("cisco_ios.show_running_config")
def show_running_config(text: str) -> dict[str, Any]:
    """The configuration's lines without noise and separators, host name, and `clock timezone` with its offset.

    A text without a version line at its head or `end` as its last line raises ParseError.
    """
    return _configuration(lines_of(text))


# Using 9321 out of 524288 bytes
# !
# version 12.2
# ...
# end
@parser("cisco_ios.show_startup_config")
def show_startup_config(text: str) -> dict[str, Any]:
    """As `show running-config`; `present` is false and there are no lines where nothing was ever saved."""
    lines = lines_of(text)
    if any(_ABSENT.match(line.strip()) for line in lines[:2]):
        return {"present": False, "hostname": None, "lines": [], "timezone": None}
    return _configuration(lines)
