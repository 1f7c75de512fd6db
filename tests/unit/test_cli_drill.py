"""`rounds drill`: what it refuses before anything is started."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pacs_rounds.cli.drill import drill
from pacs_rounds.model import BadInput


@pytest.mark.parametrize(("words", "said"), [
    (["--site", "lab", "--execute"], "on which drill host?"),
    (["--site", "lab", "--host", "web"], "is no drill host of this site"),
    (["--site", "cancer-hospital"], "the group drill_hosts has no host"),
    (["--site", "nowhere"], "there is no such site"),
])
def test_what_cannot_be_a_drill_is_refused(words: list[str], said: str) -> None:
    result = CliRunner().invoke(drill, words)
    assert isinstance(result.exception, BadInput)
    assert said in str(result.exception)
