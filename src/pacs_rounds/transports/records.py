"""What the other roles of this run have recorded, as text: what was learned of one device, or of both sides of a copy,
becomes evidence like any answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pacs_rounds.assets import facts as asset_facts
from pacs_rounds.backup import sides
from pacs_rounds.cabling import collect as cables
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle import nodes
from pacs_rounds.transports import archive
from pacs_rounds.transports.inventory import as_text

COMMAND = "assets device"
NOTHING = {COMMAND: "neither the contract nor any device of this run speaks of this host",
           sides.COMMAND: "the inventory says of no copy that it lies here (rounds_backup)",
           cables.COMMAND: cables.NOTHING,
           nodes.COMMAND: "the inventory says of no Oracle instance that it runs here (rounds_oracle)"}
Known = dict[str, dict[str, str]]


def gather(run_dir: Path, run: dict[str, Any], commands: Sequence[Collect],
           settings: Mapping[str, dict[str, Any]]) -> Known:
    """The texts by command and host, of the commands that are asked; the other roles must have written their records.
    `settings` are the hosts' agreed values."""
    asked = {one.command for one in commands}
    found: Known = {}
    if COMMAND in asked:
        found[COMMAND] = {host: as_text(one) for host, one in asset_facts.gather(run_dir, run).items()}
    if sides.COMMAND in asked:
        found[sides.COMMAND] = sides.gather(
            run_dir, {host: one.get("rounds_backup") or {} for host, one in settings.items()})
    if cables.COMMAND in asked:
        found[cables.COMMAND] = cables.gather(run_dir, run["site"])
    if nodes.COMMAND in asked:
        found[nodes.COMMAND] = nodes.gather(run_dir, settings)
    return found


def ask(site: str, host: str, known: Known, commands: Sequence[Collect]) -> list[Answer]:
    """The answers of one host; a command nobody here knows is `tool_missing`."""
    now = time.time()
    answers = archive.ask(site, host, [one for one in commands if one.transport == archive.NAME])
    for one in commands:
        if one.transport == archive.NAME:
            continue
        if one.command not in NOTHING:
            why = "the records know no such question"
            answers.append(Answer(one.command, "", None, now, now, Reason.TOOL_MISSING, why))
        elif host not in known[one.command]:
            answers.append(Answer(one.command, "", None, now, now, Reason.EMPTY, NOTHING[one.command]))
        else:
            answers.append(Answer(one.command, known[one.command][host], None, now, now))
    return answers
