"""Running against saved configuration of a switch: what the next power cut would undo."""

from __future__ import annotations

import difflib
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row

RUNNING, STARTUP = "show running-config", "show startup-config"
CONFIG_MODE = "show config mode"
_SHOWN = 5


@derivation("configs.unsaved_changes")
def unsaved_changes(data: Data, context: Context) -> list[Row]:
    """One row: equal, differs (with the first differing lines), or never saved. The texts are redacted alike."""
    if context.platform == "cisco_catos":
        return _catos(data, context)
    running, startup = data["cisco_ios.show_running_config"], data["cisco_ios.show_startup_config"]
    if running is None or startup is None:
        return [_missing(context)]
    if not startup["present"]:
        return [{"part": "configuration", "state": "never_saved", "detail": "there is no startup configuration"}]
    if running["lines"] == startup["lines"]:
        return [{"part": "configuration", "state": "equal", "detail": f"{len(running['lines'])} lines compared"}]
    return [_different(running["lines"], startup["lines"])]


def _catos(data: Data, context: Context) -> list[Row]:
    """CatOS keeps each command at once, unless somebody chose the text mode: what is in that file nobody reads here."""
    told = data.get("cisco_catos.show_config_mode")
    if told is None:
        asked = context.answers.get(CONFIG_MODE)
        if asked is not None and asked.reason is Reason.TOOL_MISSING:
            raise NotApplicable("this release keeps each command at once: it knows no other configuration mode")
        reason = asked.reason if asked is not None and asked.reason else Reason.EMPTY
        detail = asked.detail if asked is not None and asked.detail else "nothing says how it keeps its configuration"
        return [{"part": "*", "unknown": reason, "detail": f"{CONFIG_MODE}: {detail}"}]
    if told["mode"] == "binary":
        raise NotApplicable("this switch keeps each command at once (binary configuration mode)")
    file = f" ({told['file']})" if told["file"] else ""
    return [{"part": "*", "unknown": Reason.NOT_RUN,
             "detail": f"text configuration mode: only `write memory` keeps a change, and the file{file} is not read"}]


def _different(running: list[str], startup: list[str]) -> dict[str, Any]:
    changes = [line for line in difflib.unified_diff(*_unlike(startup, running), n=0, lineterm="")
               if not line.startswith(("---", "+++", "@@"))]
    shown = "; ".join(line[:80] for line in changes[:_SHOWN])
    more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return {"part": "configuration", "state": "differs",
            "detail": f"{len(changes)} lines differ (+ running, - saved): {shown}{more}"}


def _unlike(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Without the lines that both begin and end with: a thousand are alike where two differ."""
    first = _alike(one, other)
    one, other = one[first:], other[first:]
    last = _alike(one[::-1], other[::-1])
    return one[:len(one) - last], other[:len(other) - last]


def _alike(one: list[str], other: list[str]) -> int:
    """With how many alike both begin."""
    shorter = min(len(one), len(other))
    return next((number for number in range(shorter) if one[number] != other[number]), shorter)


def _missing(context: Context) -> Row:
    """Unknown with the reason of the answer that is missing; not applicable to what has no startup configuration."""
    asked = [context.answers[one] for one in (RUNNING, STARTUP) if one in context.answers]
    if not asked and context.platform != "cisco_ios":
        raise NotApplicable("only switches with IOS run one configuration and keep another")
    refused = next((one for one in asked if one.reason), None)
    if refused is None:
        return {"part": "*", "unknown": Reason.NOT_RUN, "detail": "one of the two was not read"}
    return {"part": "*", "unknown": refused.reason, "detail": f"{refused.command}: {refused.detail}"}
