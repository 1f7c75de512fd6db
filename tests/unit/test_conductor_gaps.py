"""A check nobody ran is `unknown: not_run`, whatever its derivation makes of missing answers and missing variables."""

from __future__ import annotations

import pytest

from pacs_rounds import catalogue
from pacs_rounds.conductor import Inputs, judge_host, unanswered
from pacs_rounds.model import Reason

CATALOGUE = catalogue.load()


@pytest.mark.parametrize("check", sorted(CATALOGUE))
def test_not_run_is_unknown_never_not_applicable(check: str) -> None:
    inputs = Inputs(run="run", site="lab", host="pacs-a", role="role", platform="", transport="none", checks=[check])
    answers = unanswered(inputs, CATALOGUE, Reason.NOT_RUN, "the role did not run on this host", 0.0, 0.0)
    for given in (answers, []):
        records = judge_host(inputs, given, CATALOGUE)
        assert [(one["outcome"], one["reason"]) for one in records] == [("unknown", "not_run")]
