"""What may be asked of a database: nothing that needs a licence, writes, scans or has no bound; never too much."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.oracle import queries

LICENSED = re.compile(
    r"\b(?:(?:dba|cdb)_hist_\w+|g?v\$active_session_history|wr[hmri]\$_?\w+|awr\w*rpt\w*|ashrpt\w*|dbms_workload\w*|"
    r"dba_addm\w*|dba_advisor\w*|g?v\$sql_(?:plan_)?monitor|dbms_sqltune|dbms_advisor)\b", re.IGNORECASE)
"""Views and packages of the Diagnostics and Tuning Packs: a script that reads them has used the licence."""
MOST_QUERIES = 30
WHERE_THEY_MAY_BE_NAMED = {"queries.py", "schema.py"}
"""The lists of what is refused: when a query is loaded, and by the lab's database."""
HEALTH = sorted(one.command for one in catalogue.commands(list(catalogue.load().values()))
                if one.command.startswith("sqlplus "))


@pytest.mark.parametrize("path", sorted(queries.DIRECTORY.glob("*.sql")), ids=lambda path: path.name)
def test_a_query_reads_nothing_that_has_to_be_licensed(path: Path) -> None:
    assert not LICENSED.search(path.read_text(encoding="utf-8"))


def test_no_python_of_ours_asks_for_what_has_to_be_licensed() -> None:
    sources = [*(paths.ROOT / "src").rglob("*.py"), *(paths.ROOT / "library").glob("*.py"),
               *(paths.ROOT / "action_plugins").glob("*.py"), *(paths.ROOT / "roles").rglob("*.y*ml"),
               *(paths.ROOT / "checks").rglob("*.yml"), *(paths.ROOT / "playbooks").glob("*.yml")]
    assert len(sources) > 300
    named = {path.name for path in sources if LICENSED.search(path.read_text(encoding="utf-8"))}
    assert named <= WHERE_THEY_MAY_BE_NAMED


@pytest.mark.parametrize("text", [
    "select * from DBA_HIST_SYSSTAT", "from gv$active_session_history a", "@?/rdbms/admin/awrrpt",
    "wrh$_active_session_history", "select * from dba_hist_snapshot"])
def test_the_search_would_find_it(text: str) -> None:
    assert LICENSED.search(text)


def test_a_round_asks_no_more_than_it_may() -> None:
    assert 0 < len(queries.load()) <= MOST_QUERIES


@pytest.mark.parametrize("command", HEALTH)
def test_what_the_catalogue_asks_exists(command: str) -> None:
    assert command.removeprefix("sqlplus ") in queries.load()


def test_every_query_is_asked_by_a_check() -> None:
    assert set(queries.load()) == {command.removeprefix("sqlplus ") for command in HEALTH}


@pytest.mark.parametrize("name", sorted(queries.load()))
def test_every_release_from_9i_on_has_one_variant_or_none(name: str) -> None:
    query = queries.load()[name]
    for release in [(9, 2), (10, 1), (10, 2), (11, 1), (11, 2), (12, 1), (12, 2), (19, 0), (23, 0)]:
        found = query.variant(release)
        assert found is None or found.since <= release < found.until
    assert query.variant((11, 2)), "the release of this hospital must be answered"
    assert query.rows <= 9000
