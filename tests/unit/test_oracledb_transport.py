"""The network account: listeners that refuse, hang and talk nonsense, and a driver's stub for what a database says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import oracledb as transport
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.several import asker

ROW = "PACS|pacs-a|12.2.0.1.0|2026-08-02T02:11:09|2026-11-20T08:10:00|OPEN|ALLOWED|NO|ACTIVE|STARTED|NO"
COMMANDS = [Collect("sqlplus instance", "oracle.sql_instance"), Collect("sqlplus database", "oracle.sql_database"),
            Collect("lsnrctl status", "oracle.listeners")]


def endpoint(dsn: str = "127.0.0.1:1/PACS", deadline: float = 3.0, **more: Any) -> Endpoint:
    oracle = {"instances": [{"sid": "PACS", "oracle_home": "/u01"}], "dsn": dsn,
              "account": {"user": "ROUNDS", "password": "a secret"}, **more}
    return Endpoint("pacs-a", "127.0.0.1", connect_seconds=1.0, deadline_seconds=deadline, ways={"oracle": oracle})


@contextmanager
def listener(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)

        def serve() -> None:
            while True:
                try:
                    behave(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}/PACS"


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)
    connection.close()


def test_nobody_listens() -> None:
    pytest.importorskip("oracledb", reason="python-oracledb is an optional extra")
    answers = transport.ask(endpoint(), COMMANDS)
    assert [one.reason for one in answers] == [Reason.UNREACHABLE, Reason.UNREACHABLE, Reason.NOT_RUN]
    assert "a secret" not in str(answers)


def test_a_listener_that_talks_nonsense_is_no_database() -> None:
    pytest.importorskip("oracledb", reason="python-oracledb is an optional extra")
    with listener(nonsense) as dsn:
        assert {one.reason for one in transport.ask(endpoint(dsn), COMMANDS[:2])} == {Reason.UNREACHABLE}


def test_a_silent_listener_is_left_at_the_deadline_and_keeps_nobody_else_waiting() -> None:
    pytest.importorskip("oracledb", reason="python-oracledb is an optional extra")
    kept: list[socket.socket] = []
    with listener(kept.append) as silent:
        other: list[Answer] = []
        first = threading.Thread(target=lambda: other.extend(transport.ask(endpoint(silent, 2.5), COMMANDS[:1])))
        first.start()
        time.sleep(0.3)
        began = time.monotonic()
        assert transport.ask(endpoint(deadline=10), COMMANDS[:1])[0].reason is Reason.UNREACHABLE
        assert time.monotonic() - began < 1.0
        first.join(5)
        assert [(one.reason, "while connecting" in one.detail) for one in other] == [(Reason.TIMED_OUT, True)]
        for one in kept:
            one.close()


class Cursor:
    def __init__(self, database: Database) -> None:
        self.database, self.rows = database, [("",)]

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *what: object) -> None:
        return None

    def execute(self, text: str) -> None:
        self.database.said.append(text)
        for word, answer in self.database.answers.items():
            if word in text:
                if isinstance(answer, Exception):
                    raise answer
                if callable(answer):
                    answer()
                self.rows = answer

    def fetchall(self) -> Any:
        return self.rows


class Database:
    """What the driver gives back for a connection."""

    def __init__(self, answers: dict[str, Any], version: str = "12.2.0.1.0") -> None:
        self.answers, self.version = answers, version
        self.said: list[str] = []
        self.closed, self.call_timeout = False, 0

    def cursor(self) -> Cursor:
        return Cursor(self)

    def close(self) -> None:
        self.closed = True


def asked(database: Database, monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[Answer]:
    monkeypatch.setattr(transport, "_connect", lambda *_: database)
    return transport.ask(endpoint(**more), COMMANDS[:2])


def test_rows_are_the_same_text_as_from_sqlplus(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database({"v$instance": [(ROW,)], "v$database": []})
    instance, nothing = asked(database, monkeypatch, container="PACSPDB")
    assert parse.parse("oracle.sql_instance", instance.text)[0]["rows"][0]["version"] == "12.2.0.1.0"
    assert nothing.text.endswith("-- 0 rows\n")
    assert database.closed
    assert any("nls_numeric_characters" in text for text in database.said)
    assert database.said[2] == "set transaction read only"


def test_one_errors_query_is_alone_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = RuntimeError("ORA-00942: table or view does not exist\nHelp: https://docs.oracle.com/error-help/db/ora-00942/")
    instance, database = asked(Database({"v$instance": broken, "v$database": []}), monkeypatch)
    assert (instance.reason, database.reason) == (Reason.REFUSED, None)
    assert "ORA-00942" in instance.detail


def test_a_call_cut_by_the_driver_is_timed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    late = RuntimeError("DPY-4024: call timeout of 10000 ms exceeded")
    assert asked(Database({"v$instance": late, "v$database": []}), monkeypatch)[0].reason is Reason.TIMED_OUT


def test_a_call_that_never_ends_costs_the_rest_and_keeps_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database({"v$instance": [(ROW,)], "v$database": lambda: time.sleep(30)})
    instance, hung = asked(database, monkeypatch, deadline=1.5)
    assert (instance.reason, hung.reason) == (None, Reason.TIMED_OUT)
    assert "while database" in hung.detail


def test_a_missing_driver_is_a_missing_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'oracledb'")

    monkeypatch.setattr(transport, "_connect", no_driver)
    assert transport.ask(endpoint(), COMMANDS[:1])[0].reason is Reason.TOOL_MISSING


@pytest.mark.parametrize(("settings", "words"), [
    ({}, "rounds_oracle is missing"), ({"dsn": ""}, "dsn is missing"), ({"account": None}, "account is missing")])
def test_what_the_inventory_lacks(settings: dict[str, Any], words: str) -> None:
    place = endpoint(**settings) if settings else Endpoint("pacs-a", "127.0.0.1")
    assert words in transport.gap(place)
    answers = asker("oracledb", COMMANDS)(place, COMMANDS)
    assert {one.reason for one in answers} == {Reason.UNREACHABLE}
