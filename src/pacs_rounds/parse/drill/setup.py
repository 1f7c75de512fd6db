"""What was agreed about a drill, and its plan, as the role restore_drill wrote them down."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.inventory.register import mapping

_NEEDED: dict[str, type] = {"drill": dict, "drill_host": str, "drill_address": str, "source_address": str,
                            "execute": bool, "moment": str, "run": str, "timezone": str}
_STEP = re.compile(r"-- (?:step|script) ([a-z_]+)$")


# drill: {engine: postgresql, name: web, source: web, backup: /backup/postgres/base, target: /restore/web, …}
# drill_host: ims
# drill_address: 192.0.2.9
# source_address: 192.0.2.7
# execute: false
# moment: '2026-11-22T09:00:00Z'
# run: 20261122T090000Z-drill-restore-ab12
# timezone: Asia/Shanghai
@parser("drill.setup")
def setup(text: str) -> dict[str, Any]:
    """The mapping as it stands; `drill` is the inventory's rounds_drill, `moment` the control node's clock in UTC."""
    data = mapping(text, _NEEDED)
    if data["drill"].get("engine") not in {"postgresql", "oracle"}:
        raise ParseError(f"drill: engine is {str(data['drill'].get('engine'))[:40]!r}, neither postgresql nor oracle")
    for key in ("name", "source", "target"):
        if not isinstance(data["drill"].get(key), str):
            raise ParseError(f"drill: {key} is missing")
    return data


# -- step verify
# cd /
# …
# -- end of plan
@parser("drill.plan")
def plan(text: str) -> dict[str, str]:
    """Step -> what would be sent, in order. A plan without its last line is cut off."""
    lines = text.rstrip("\n").split("\n")
    if lines[-1] != "-- end of plan":
        raise ParseError(f"the plan ends in the middle: {lines[-1][:60]!r}")
    found: dict[str, str] = {}
    name = ""
    for line in lines[:-1]:
        begin = _STEP.match(line)
        if begin:
            name = begin[1]
            if name in found:
                raise ParseError(f"the step {name} stands there twice")
            found[name] = ""
        elif not name:
            raise ParseError(f"{line[:60]!r} before the first step")
        else:
            found[name] += f"{line}\n"
    if not found:
        raise ParseError("a plan without a step")
    return found
