"""What is sent to PostgreSQL and SQL Server: queries that only read and are bounded, and no password."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from pacs_rounds.mssql import site as mssql
from pacs_rounds.postgres import session
from pacs_rounds.postgres import site as postgres

QUERIES = [("postgres", name, sql) for name, sql in postgres.queries().items()] + \
    [("tsql", name, sql) for name, sql in mssql.queries().items()]
ONE_ROW = {"server", "archiver", "standby"}
"""Of one row by nature."""


@pytest.mark.parametrize(("dialect", "name", "sql"), QUERIES, ids=[f"{one[0]}-{one[1]}" for one in QUERIES])
def test_a_query_is_one_bounded_select(dialect: str, name: str, sql: str) -> None:
    (tree,) = sqlglot.parse(sql, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(tree, exp.Select)
    for kind in (exp.Into, exp.Insert, exp.Update, exp.Delete, exp.Command, exp.Lock):
        assert not list(tree.find_all(kind)), f"{name} does more than read"
    assert tree.args.get("limit") or name in ONE_ROW, f"{name} is without a bound on rows"


def run(text: str, **more: Any) -> str:
    done = subprocess.run(["/bin/sh"], input=text, capture_output=True, text=True, check=False, timeout=20,
                          env={"PATH": "/usr/bin:/bin", **more})
    return done.stdout


def test_a_host_without_instances_is_asked_nothing() -> None:
    for words in (postgres.words(None), postgres.words({"instances": []}), mssql.words({})):
        for script in words.values():
            assert "no instance" in run(script)


def test_each_instance_says_its_own_name_even_where_no_program_is() -> None:
    settings = {"instances": [{"name": "a", "os_user": "none", "program": "/nonexistent"},
                              {"name": "b", "os_user": "none", "program": "/nonexistent"}]}
    for script in (postgres.words(settings)[postgres.HEALTH], mssql.words(settings)[mssql.HEALTH]):
        said = run(script)
        names = [line for line in said.splitlines() if line.startswith("-- instance")]
        assert names == ["-- instance a", "-- instance b"]
        assert said.count("not found") == 2


def test_a_password_file_is_named_and_never_read_into_a_command() -> None:
    instance = {"name": "a", "passfile": "/etc/rounds/pw", "user": "reader"}
    assert "PGPASSFILE='/etc/rounds/pw'" in session.psql(instance)
    assert " -w " in session.psql(instance), "psql must not stop to ask for a password"
    assert mssql.sqlcmd(instance).startswith("SQLCMDPASSWORD=$(cat '/etc/rounds/pw')")
    assert " -P" not in mssql.sqlcmd(instance)


def test_sqlcmd_gets_each_query_as_a_batch_of_its_own() -> None:
    script = mssql.script(mssql.queries())
    assert script.count("\ngo\n") == len(mssql.queries()) + 2
    assert script.rstrip().endswith("print '-- query end';\ngo")
    for name in mssql.queries():
        assert f"print '-- query {name}';\n" in script
