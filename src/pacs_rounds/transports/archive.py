"""What earlier sealed runs of this site say of a host, as a transport: today's run takes it into its own evidence."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pacs_rounds.backup import drills, history
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.transports.inventory import as_text

NAME = "archive"
HISTORY, DRILLS = "backup history", "drill register"


def ask(site: str, host: str, commands: Sequence[Collect]) -> list[Answer]:
    """One answer per question; a chain that cannot be read is `unparsable`, another question `tool_missing`."""
    answers = []
    for one in commands:
        began = time.time()
        try:
            if one.command == HISTORY:
                text = history.as_text(history.gather(site, host, began))
            elif one.command == DRILLS:
                text = as_text({"drills": drills.sealed(site, host)})
            else:
                raise KeyError(one.command)
        except KeyError:
            why = "the archive knows no such question"
            answers.append(Answer(one.command, "", None, began, began, Reason.TOOL_MISSING, why))
        except (BadInput, OSError) as error:
            said = f"the archive cannot be read: {error}".splitlines()[0][:300]
            answers.append(Answer(one.command, "", None, began, time.time(), Reason.UNPARSABLE, said))
        else:
            answers.append(Answer(one.command, text, None, began, time.time()))
    return answers
