"""Planned interruptions: the watch over a service that really stops, and what is made of its lines."""

from __future__ import annotations

import csv
import io
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from patch_site import Site
from patch_site import site as site
from pynetdicom import AE

from pacs_rounds import yamlfile
from pacs_rounds.cli import cli
from pacs_rounds.model import Answer, BadInput
from pacs_rounds.patch import conduct, desk, outages, watch
from pacs_rounds.patch.engine import StepFailed
from pacs_rounds.patch.journal import Journal

BEGIN = 1_795_305_600.0  # 2026-11-22T00:00Z, 08:00 in Shanghai
WINDOW = {"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T02:00:00Z"}


def lines(*events: tuple[str, float], plan: str = "a" * 64, planned: float = 60, window: dict[str, str] = WINDOW
          ) -> list[dict[str, Any]]:
    """A ledger of one plan; times in seconds after the window's begin."""
    booked = {"plan": plan, "kind": "planned", "service": "pacs", "window": window, "seconds": planned, "patch": "P2"}
    return [booked, *({"plan": plan, "kind": "watch", "event": event, "time": BEGIN + at} for event, at in events)]


@pytest.mark.parametrize(("events", "state", "actual", "over"), [
    ([("begin", 0), ("up", 0), ("end", 60)], "measured", 0, 0),
    ([("begin", 0), ("up", 0), ("down", 10), ("up", 40), ("end", 60)], "measured", 30, 0),
    ([("begin", 0), ("up", 0), ("down", 10), ("up", 100), ("end", 200)], "measured", 90, 30),
    ([("begin", 0), ("up", 0), ("down", 7190), ("up", 7220), ("end", 7300)], "measured", 30, 20),
    ([("begin", 0), ("down", 10), ("end", 60), ("begin", 70), ("down", 70), ("up", 80), ("end", 90)], "measured", 70,
     10),
    ([("begin", 0), ("down", 10), ("end", 60), ("begin", 70), ("up", 70), ("end", 90)], "measured", 60, 0),
    ([("begin", 0), ("up", 0), ("down", 10), ("end", 60)], "open", 50, 0),
    ([("begin", 0), ("up", 0), ("down", 10)], "cut", 0, 0),
    ([("begin", 0), ("up", 0), ("begin", 30), ("up", 30), ("end", 60)], "cut", 0, 0),
    ([], "not_measured", 0, 0)])
def test_what_a_plan_cost(events: list[tuple[str, float]], state: str, actual: float, over: float) -> None:
    (one,) = outages.read(lines(*events))
    assert (one.state, one.actual, one.over) == (state, actual, over)
    assert one.known is (state == "measured")


def test_pause_between_visits_is_told_and_one_between_runs_is_not() -> None:
    (one,) = outages.read(lines(("begin", 0), ("end", 10), ("begin", 14), ("end", 20), ("begin", 4000), ("end", 4010)))
    assert one.unwatched == 4


def test_overlapping_silences_count_once_and_months_end_in_shanghai() -> None:
    assert outages.merged([(0, 10), (5, 20), (30, 40)]) == [(0, 20), (30, 40)]
    window = {"from": "2026-11-30T15:00:00Z", "to": "2026-11-30T17:00:00Z"}
    at = 8 * 86400 + 16 * 3600  # midnight in Shanghai between November and December
    listed = outages.read(lines(("begin", at - 100), ("up", at - 100), ("down", at - 60), ("up", at + 30),
                                ("end", at + 90), planned=60, window=window))
    assert [(one.month, one.plans, one.planned, one.actual, one.over) for one in outages.months(listed)] == [
        ("2026-11", 1, 1.0, 1.0, 0.0), ("2026-12", 0, 0.0, 0.5, 0.5)]


def test_table_and_files_say_what_is_not_known(site: Site) -> None:
    for row in [*lines(("begin", 0), ("up", 0), ("down", 5), ("up", 65), ("end", 90)), *lines(plan="b" * 64),
                *lines(("begin", 0), ("up", 0), ("down", 9), ("end", 60), plan="c" * 64)]:
        desk.Desk("lab").outages.add(row)
    said = {form: CliRunner().invoke(cli, ["patch", "outages", "--site", "lab", "--format", form])
            for form in ("table", "json", "csv")}
    assert {one.exit_code for one in said.values()} == {1}
    data = json.loads(said["json"].stdout)
    yamlfile.validate(data, "patch-outages", Path("x.json"))
    assert [row["actual"] for row in data["outages"]] == [60, None, 51]
    assert data["months"][0] == {"month": "2026-11", "service": "pacs", "plans": 3, "planned": 3.0, "actual": 1.85,
                                 "over": 0.0, "unknown": 2}
    assert "2 not measured to the end: at least" in said["table"].stdout
    assert ">=51" in said["table"].stdout
    rows = list(csv.DictReader(io.StringIO(said["csv"].stdout.removeprefix("\ufeff"))))
    assert [row["actual"] for row in rows] == ["60.0", "", "51.0"]
    chinese = CliRunner().invoke(cli, ["patch", "outages", "--site", "lab", "--lang", "zh"]).stdout
    assert "仍未恢复" in chinese
    empty = CliRunner().invoke(cli, ["patch", "outages", "--site", "lab", "--month", "2026-10"])
    assert (empty.exit_code, empty.stdout) == (0, "no interruption was booked\n")
    wrong = CliRunner().invoke(cli, ["patch", "outages", "--site", "lab", "--month", "11"])
    assert isinstance(wrong.exception, BadInput)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def served(port: int) -> Any:
    ae = AE(ae_title="PACS")
    ae.add_supported_context("1.2.840.10008.1.1")
    return ae.start_server(("127.0.0.1", port), block=False)


def test_watch_measures_a_service_that_stops_and_comes_back(tmp_path: Path, port: int) -> None:
    ledger = Journal(tmp_path / "outages.jsonl")

    def seen(event: str, times: int = 1) -> Callable[[], bool]:
        return lambda: sum(one["event"] == event for one in ledger.events()) >= times

    server = served(port)
    ask = watch.probe({"address": "127.0.0.1", "port": port, "ae_title": "PACS"})
    with watch.Watch(ledger, {"plan": "p"}, ask, 0.05):
        until(seen("up"))
        server.shutdown()
        stopped = time.time()
        until(seen("down"))
        server = served(port)
        back = time.time()
        until(seen("up", 2))
    server.shutdown()
    rows = ledger.events()
    assert [one["event"] for one in rows] == ["begin", "up", "down", "up", "end"]
    spans, state, _ = outages.silences(rows)
    assert state == "measured"
    assert spans[0][0] <= stopped, "the silence begins with the last answer"
    assert spans[0][1] >= back
    assert spans[0][1] - spans[0][0] >= back - stopped


def test_watch_that_begins_and_ends_in_silence(tmp_path: Path) -> None:
    ledger = Journal(tmp_path / "o")
    with watch.Watch(ledger, {}, lambda: False, 0.01):
        until(lambda: len(ledger.events()) > 1)
    assert outages.silences(ledger.events())[1] == "open"
    with watch.Watch(ledger, {}, lambda: True, 0.01):
        until(lambda: len(ledger.events()) > 4)
    assert outages.silences(ledger.events())[1] == "measured"


@pytest.mark.parametrize("fault", [OSError(24, "too many open files"), RuntimeError("no thread")])
def test_watch_that_could_not_look_is_cut_and_disturbs_nothing(tmp_path: Path, fault: Exception) -> None:
    ledger, looks = Journal(tmp_path / "o"), iter([True])

    def ask() -> bool:
        for answer in looks:
            return answer
        raise fault

    with watch.Watch(ledger, {}, ask, 0.01) as one:
        until(lambda: not one._thread.is_alive())
    assert [row["event"] for row in ledger.events()] == ["begin", "up"]
    assert outages.silences(ledger.events())[1] == "cut"


def test_visit_of_a_node_is_watched_also_when_a_step_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "probe", lambda service: lambda: True)
    name = site.plan(time.time() - 60, time.time() + 36000)
    with pytest.raises(StepFailed):
        conduct.steps("lab", name, ["pacs-b/drain"], "do", lambda *_: Answer("", "no", 1), 1)
    rows = desk.Desk("lab").outages.events()
    assert (rows[0]["event"], rows[-1]["event"]) == ("begin", "end")
    assert {(one["plan"], one["service"], one["node"], one["direction"]) for one in rows} == {
        (name, "pacs", "pacs-b", "do")}
    before = len(rows)
    conduct.steps("lab", name, ["pacs-b/folder"], "do", lambda *_: Answer("", "", 0), 1)
    assert len(desk.Desk("lab").outages.events()) == before, "copying silences nothing"
    desk.Desk("lab").book(desk.Desk("lab").plan(name), name)
    desk.Desk("lab").book(desk.Desk("lab").plan(name), name)
    (one,) = outages.read(desk.Desk("lab").outages.events())
    assert one.planned == 60
