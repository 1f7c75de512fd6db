"""show logging. Own parser: the template drops the header, which says what is logged where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_DESTINATION = re.compile(r"^\s*(?P<name>Console|Monitor|Buffer|Trap) logging:\s*"
                          r"(?:level (?P<level>\w+)|(?P<off>disabled))")
_SERVER = re.compile(r"^\s+Logging to (?P<address>[0-9A-Fa-f.:]+|\S+)\s*(?:\(|,|$)")
_BUFFER = re.compile(r"^Log Buffer \((?P<bytes>\d+) bytes\):")
_MESSAGE = re.compile(r"%(?P<facility>[A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*)-(?P<severity>[0-7])-"
                      r"(?P<mnemonic>[A-Z0-9_]+): ?(?P<text>.*)$")
_STAMP = re.compile(r"^(?:\d+: )?(?:\S+: )??"
                    r"(?P<stamp>[*.]?(?:[A-Z][a-z]{2} +\d+ (?:\d{4} )?\d\d:\d\d:\d\d\S*(?: [A-Z]{2,5})?|"
                    r"\d+w\d+d|\d+d\d+h|\d\d:\d\d:\d\d)): ")
LEVELS = ("emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational", "debugging")


# Syslog logging: enabled (0 messages dropped, 2 messages rate-limited, 0 flushes, 0 overruns, xml disabled)
#     Console logging: level debugging, 41 messages logged, xml disabled,
#     Buffer logging:  level informational, 312 messages logged, xml disabled,
#     Trap logging: level informational, 318 message lines logged
#         Logging to 127.13.1.9  (udp port 514, audit disabled, link up), 318 message lines logged
#
# Log Buffer (4096 bytes):
# Nov 20 03:14:15.926: %LINK-3-UPDOWN: Interface GigabitEthernet1/0/7, changed state to up
@parser("cisco_ios.show_logging")
def show_logging(text: str) -> dict[str, Any]:
    """Levels per destination (None where it is disabled), syslog servers, and the buffered messages counted.

    `messages` is one row per facility, severity and mnemonic, with the count and the last time stamp and text. Lines of
    the buffer without a `%FACILITY-n-MNEMONIC` (continuations, messages the ring buffer has cut) are counted.
    """
    lines = lines_of(text)
    found: dict[str, Any] = {
        "enabled": None, "levels": {}, "servers": [], "buffer_bytes": None, "messages": [], "other_lines": 0}
    rest = iter(lines)
    for line in rest:
        if match := re.match(r"^Syslog logging: (enabled|disabled)", line):
            found["enabled"] = match[1] == "enabled"
        elif match := _DESTINATION.match(line):
            found["levels"][match["name"].lower()] = _level(match["level"], line) if match["level"] else None
        elif match := _SERVER.match(line):
            found["servers"].append(match["address"])
        elif match := _BUFFER.match(line):
            found["buffer_bytes"] = int(match["bytes"])
            found["messages"], found["other_lines"] = _messages(rest)
    if found["enabled"] is None:
        fail("no line 'Syslog logging': not show logging", lines[0])
    if not {"buffer", "trap"} <= set(found["levels"]):
        fail("no level of the buffer or of the trap destination: cut off")
    if found["levels"]["buffer"] is not None and found["buffer_bytes"] is None:
        fail("the log buffer is missing: cut off")
    return found


def _level(word: str, line: str) -> str:
    if word not in LEVELS:
        fail("unknown log level", line)
    return word


def _messages(lines: Iterable[str]) -> tuple[list[dict[str, Any]], int]:
    counted: dict[tuple[str, int, str], dict[str, Any]] = {}
    others = 0
    for line in lines:
        match = _MESSAGE.search(line) if "%" in line else None
        if match is None:
            others += bool(line.strip())
            continue
        stamp = _STAMP.match(line)
        key = (match["facility"], int(match["severity"]), match["mnemonic"])
        one = counted.setdefault(key, {"facility": key[0], "severity": key[1], "mnemonic": key[2], "count": 0,
                                       "last_stamp": None, "last_text": ""})
        one["count"] += 1
        one["last_stamp"], one["last_text"] = stamp["stamp"] if stamp else None, match["text"].strip()
    return sorted(counted.values(), key=lambda one: (one["severity"], one["facility"], one["mnemonic"])), others
