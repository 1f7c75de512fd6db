"""What a person saw at the device, as a transport: the newest observation that `rounds observe` has kept."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pacs_rounds import observations
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.endpoint import Endpoint


def gap(endpoint: Endpoint) -> str:
    """A person needs no address."""
    return ""


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """One answer per duty; `not_run` where nobody has looked. `endpoint.ways["human"]` is {"site": name}."""
    site = str(endpoint.ways["human"]["site"])
    now = time.time()
    answers = []
    for one in commands:
        duty = observations.duty_of(one.command)
        text = observations.newest(site, endpoint.host, duty)
        if text is None:
            detail = f"nobody has looked: rounds observe {endpoint.host} {duty} --site {site}"
            answers.append(Answer(one.command, "", None, now, now, Reason.NOT_RUN, detail))
        else:
            answers.append(Answer(one.command, text, 0, now, now))
    return answers
