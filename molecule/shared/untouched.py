"""The second side of every scenario: the targets are as they were."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from shared import witness

from pacs_rounds.transports import naviseccli

LOOKING = re.compile(r"(show|dir|terminal (length|width)|enable|exit)\b")

SAN_LOOKING = re.compile(r"(\w+show( -all)?|date|version|uptime|errdump|tsclockserver|exit)$")


def servers_untouched() -> None:
    """No file of any server is new, gone or different, and no process of a session is left."""
    assert witness.changed_on_servers() == []
    assert witness.sessions() == []


def switches_only_looked_at(asked: set[str]) -> None:
    """Each of the switches was asked something, nobody else was, and nothing but looking was asked."""
    told = witness.switch_commands()
    assert {name for name, lines in told.items() if lines} == asked
    assert [line for lines in told.values() for line in lines if not LOOKING.match(line)] == []


def san_only_looked_at() -> None:
    """The Fibre Channel switch was asked something, and nothing but looking was asked."""
    told = witness.san_commands()
    assert set(told) == {"san-1"}
    assert told["san-1"]
    assert [line for line in told["san-1"] if not SAN_LOOKING.match(line)] == []


def arrays_only_looked_at() -> None:
    """Each array was asked something, and nothing but subcommands of the list of those that only look."""
    told = witness.array_commands()
    assert told
    for name, lines in told.items():
        assert lines, f"{name} was never asked"
        assert [(line, why) for line in lines if (why := naviseccli.split(line)[2])] == []


def exchanges(lines: list[dict[str, Any]]) -> list[list[str]]:
    """The PDUs and messages of each association with one provider, in order. Fails when two were open at once."""
    ordered = [list(group) for _, group in groupby(lines, key=lambda line: line["association"])]
    numbers = [group[0]["association"] for group in ordered]
    assert numbers == sorted(set(numbers)), f"associations overlap: {numbers}"
    return [[str(line.get("dimse") or line["pdu"]) for line in group] for group in ordered]


ECHO = ["A-ASSOCIATE-RQ", "P-DATA-TF", "C-ECHO-RQ", "A-RELEASE-RQ"]
"""The whole of a C-ECHO, as the provider sees it arrive."""


def peers_only_echoed(times: int, refusing: set[tuple[str, str]]) -> None:
    """Every provider got, for each of its AE titles, `times` C-ECHOs in associations that were released, one at a
    time; those in `refusing` (host, called AE title) rejected or aborted, and got nothing but the request."""
    seen = witness.associations()
    assert len(seen) > 40
    for host, lines in seen.items():
        called = [line["called"] for line in lines if "called" in line]
        for title, exchange in zip(called, exchanges(lines), strict=True):
            assert exchange == (ECHO[:1] if (host, title) in refusing else ECHO), (host, title)
        assert called, f"{host} was never asked"
        assert {called.count(title) for title in called} == {times}, host
        assert {line["calling"] for line in lines if "calling" in line} == {"MAINTCHK"}


def nobody_was_asked() -> None:
    """No server, no switch and no DICOM provider heard anything."""
    servers_untouched()
    told, seen = {**witness.switch_commands(), **witness.san_commands()}, witness.associations()
    assert len(told) == 6
    assert len(seen) > 40
    assert [name for name, lines in [*told.items(), *seen.items()] if lines] == []
