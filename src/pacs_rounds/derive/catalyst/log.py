"""Log levels and the messages of severity 0 to 3."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, Row
from pacs_rounds.parse.cisco_ios.log import LEVELS

_GRAVE = 3
# IOS gives severity 3 to every link that goes up or down; on an access switch that is a workstation switched on.
_LINK_CHANGES = {("LINK", 3, "UPDOWN")}


@derivation("catalyst.logging_severity")
def logging_severity(data: Data, context: Context) -> list[Row]:
    """Whether buffer and syslog servers still receive the agreed level (default informational)."""
    found = said(data, "show_logging")
    agreed = str(context.baseline.get("logging_severity") or "informational")
    wanted = LEVELS.index(agreed) if agreed in LEVELS else LEVELS.index("informational")
    rows: list[Row] = []
    for name in ("buffer", "trap"):
        level = found["levels"][name]
        if not found["enabled"] or level is None:
            state, detail = "disabled", "logging is disabled"
        else:
            state = "sufficient" if LEVELS.index(level) >= wanted else "too_few"
            detail = f"{level}, agreed at least {LEVELS[wanted]}"
        if name == "trap":
            detail += f", {len(found['servers'])} syslog servers"
            state = "no_server" if state == "sufficient" and not found["servers"] else state
        rows.append({"destination": name, "state": state, "detail": detail})
    return rows


@derivation("catalyst.logging_errors")
def logging_errors(data: Data, context: Context) -> list[Row]:
    """One row per kind of message of severity 0 to 3 in the buffer, with count and last occurrence."""
    rows: list[Row] = []
    for one in said(data, "show_logging")["messages"]:
        if one["severity"] > _GRAVE:
            continue
        key = (one["facility"], one["severity"], one["mnemonic"])
        stamp = f", last {one['last_stamp']}" if one["last_stamp"] else ""
        rows.append({"message": "%" + "-".join(str(part) for part in key),
                     "severity": "link_change" if key in _LINK_CHANGES else LEVELS[one["severity"]],
                     "detail": f"{one['count']} times{stamp}: {one['last_text'][:120]}"})
    return rows
