"""The same queries over the network, where a site has an account for it: python-oracledb in thin mode, 12.1 and later.

One connection per database and round; the same statements, the same text of the answers as from SQL*Plus. What has no
query (listener, alert log, patches) is not asked this way. The driver's connect() knows no time limit once the other
side has taken the connection, and its calls none before that: everything happens in a thread that may be left behind.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle import queries, script, site
from pacs_rounds.oracle.answers import failed, table
from pacs_rounds.parse.oracle_rows import meaning, verdict
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.shell_round import QUERY

OLDEST = (12, 1)


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks for a network account."""
    settings = endpoint.ways.get("oracle") or {}
    known = site.read(settings)
    if known.gap:
        return known.gap
    if not settings.get("dsn"):
        return "rounds_oracle.dsn is missing in the inventory: write host:port/service"
    return "" if known.instances[0].user else "rounds_oracle.account is missing in the inventory"


@dataclass(slots=True)
class _Session:
    """What the thread has brought so far: the text of each query, when it came, and why there is no more."""

    parts: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    refused: str = ""
    asking: str = "connecting"


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """One Answer per command. Never raises for what the database does."""
    started = time.time()
    settings = endpoint.ways.get("oracle") or {}
    instance = site.read(settings).instances[0]
    known = queries.load()
    wanted = [(one, known[name]) for one in commands
              if one.command.startswith(QUERY) and (name := one.command[len(QUERY):]) in known]
    session = _Session()
    work = threading.Thread(target=_work, daemon=True,
                            args=(session, instance, str(settings["dsn"]), wanted, endpoint.connect_seconds))
    work.start()
    work.join(max(0.1, endpoint.deadline_seconds - 1.0))
    return [_answer(one, instance.sid, session, started, endpoint.deadline_seconds) for one in commands]


def _work(session: _Session, instance: site.Instance, dsn: str, wanted: list[tuple[Collect, queries.Query]],
          connect_seconds: float) -> None:
    try:
        connection = _connect(instance, dsn, connect_seconds)
    except Exception as error:  # noqa: BLE001, RUF100  (the driver's errors, its absence, and what a listener makes of it)
        session.refused = _failure(error)
        return
    try:
        release = _release(connection)
        cursor = connection.cursor()
        for text in [*script.SESSION, *([f'alter session set container = "{instance.container}"'] if instance.container
                                        else []), script.READ_ONLY]:
            cursor.execute(text)
        for collect, query in wanted:
            session.asking, began = query.name, time.time()
            session.parts[query.name] = (_block(connection, query, release, collect.limit_seconds), began, time.time())
    except Exception as error:  # noqa: BLE001, RUF100
        session.refused = _failure(error)
    finally:
        with contextlib.suppress(Exception):
            connection.close()


def _connect(instance: site.Instance, dsn: str, seconds: float) -> Any:
    import oracledb

    # Else the first connect() of the process holds a lock until it has succeeded, and one silent listener would keep
    # all other databases of the round waiting.
    oracledb.enable_thin_mode()  # type: ignore[no-untyped-call]
    return oracledb.connect(user=instance.user, password=instance.password, dsn=dsn, tcp_connect_timeout=seconds,
                            retry_count=0)


def _release(connection: Any) -> tuple[int, int]:
    major, minor = str(connection.version).split(".")[:2]
    return int(major), int(minor)


def _block(connection: Any, query: queries.Query, release: tuple[int, int], seconds: float) -> str:
    """The answer to one query below its instance's headline; its error costs this query only."""
    variant = query.variant(release)
    if variant is None:
        return failed(Reason.NOT_RUN, f"the query is for releases since {query.since[0]}.{query.since[1]}")
    connection.call_timeout = max(1, round(seconds * 1000))
    try:
        with connection.cursor() as cursor:
            cursor.execute(script.statement(query, variant.statement))
            return table(query, ["" if row[0] is None else str(row[0]) for row in cursor.fetchall()])
    except Exception as error:  # noqa: BLE001, RUF100
        return _failure(error)


def _failure(error: Exception) -> str:
    """The line in place of rows, from the driver's words: the database's own error where there is one."""
    if isinstance(error, ImportError):
        return failed(Reason.TOOL_MISSING, "python-oracledb is not installed on the control node: pacs-rounds[oracle]")
    words = " ".join(str(error).split())
    telling = [found for part in str(error).splitlines() if (found := meaning(part))]
    # The driver's own number comes first and says less than the database's or the network's behind it.
    best = next((one for one in telling if "ORA-" in one[1]), telling[0] if telling else None)
    if best and "connect" in words.lower() and "timed out" in words.lower():
        return failed(Reason.TIMED_OUT, words[:200])
    return failed(best[0], words[:200]) if best else failed(Reason.UNPARSABLE, f"{type(error).__name__}: {words[:160]}")


def _answer(one: Collect, sid: str, session: _Session, started: float, deadline: float) -> Answer:
    name = one.command[len(QUERY):]
    if not one.command.startswith(QUERY):
        return Answer(one.command, "", None, started, started, Reason.NOT_RUN,
                      "over a network account of the database only queries are asked")
    now = time.time()
    block, began, ended = session.parts.get(name, ("", started, now))
    if not block:
        late = failed(Reason.TIMED_OUT, f"no end within {deadline:g} s, while {session.asking}")
        block = session.refused or late
    text = f"-- instance {sid}\n{block}\n"
    return Answer(one.command, text, None, began, ended, *(verdict(text) or (None, "")))
