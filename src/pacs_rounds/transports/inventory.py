"""What was agreed, as text: the inventory's own words become evidence like any device's answer. No I/O.

`inventory device` answers with one device's row, `inventory site` with the whole register, `inventory hosts` with the
names (and addresses, as far as known) of everything the inventory has.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def as_text(data: dict[str, Any]) -> str:
    """The words of an answer. The site's are the same for every host: write them once."""
    return str(yaml.dump(data, Dumper=_DUMPER, allow_unicode=True, sort_keys=True, width=120))


def ask(known: Mapping[str, str], commands: Sequence[Collect]) -> list[Answer]:
    """Answers for the pseudo-commands that are known, command -> text; any other is `tool_missing`."""
    now = time.time()
    answers = []
    for one in commands:
        if one.command in known:
            answers.append(Answer(one.command, known[one.command], None, now, now))
        else:
            why = "the inventory knows no such question"
            answers.append(Answer(one.command, "", None, now, now, Reason.TOOL_MISSING, why))
    return answers
