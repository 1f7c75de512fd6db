"""What the other roles of this run have recorded, as text: the facts of one device become evidence like any answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pacs_rounds.assets import facts as asset_facts
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.inventory import as_text

COMMAND = "assets device"


def gather(run_dir: Path, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The facts of every asset of the run, by host; the other roles must have written their records."""
    return asset_facts.gather(run_dir, run)


def ask(host: str, known: dict[str, dict[str, Any]], commands: Sequence[Collect]) -> list[Answer]:
    """The answer to `assets device`; any other command is `tool_missing`."""
    now = time.time()
    answers = []
    for one in commands:
        if one.command != COMMAND:
            why = "the records know no such question"
            answers.append(Answer(one.command, "", None, now, now, Reason.TOOL_MISSING, why))
        elif host not in known:
            why = "neither the contract nor any device of this run speaks of this host"
            answers.append(Answer(one.command, "", None, now, now, Reason.EMPTY, why))
        else:
            answers.append(Answer(one.command, as_text(known[host]), None, now, now))
    return answers
