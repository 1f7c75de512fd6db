"""Many devices side by side: one that hangs or breaks costs only itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from pacs_rounds import fan_out
from pacs_rounds.catalogue import Collect
from pacs_rounds.fan_out import side_by_side
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.endpoint import Endpoint

COMMANDS = [Collect("show version", "p.v"), Collect("show clock", "p.c")]


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "GRACE_SECONDS", 0.1)


def endpoints(*names: str, deadline: float = 0.2, **more: str) -> list[Endpoint]:
    return [Endpoint(name, more.get("address", "10.0.0.1"), deadline_seconds=deadline) for name in names]


def fine(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    return [Answer(one.command, endpoint.host, 0, 1.0, 2.0) for one in commands]


def reasons(found: dict[str, list[Answer]]) -> dict[str, set[Reason | None]]:
    return {host: {answer.reason for answer in answers} for host, answers in found.items()}


def behave(**special: Callable[[], None]) -> Callable[[Endpoint, Sequence[Collect]], list[Answer]]:
    def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
        special.get(endpoint.host, lambda: None)()
        return fine(endpoint, commands)
    return ask


def test_every_device_comes_home_once_with_every_answer() -> None:
    names = [f"h{number}" for number in range(50)]
    found = list(side_by_side(endpoints(*names, deadline=20), COMMANDS, fine, workers=7))
    assert sorted(host for host, _ in found) == sorted(names)
    assert all([answer.text for answer in answers] == [host, host] for host, answers in found)


def test_a_device_whose_thread_never_returns_is_given_up_and_the_others_are_not() -> None:
    release = threading.Event()
    started = time.monotonic()
    found = dict(side_by_side(endpoints("a", "stuck", "b"), COMMANDS, behave(stuck=lambda: release.wait(30) and None),
                              workers=3))
    release.set()
    assert time.monotonic() - started < 3
    assert reasons(found) == {"a": {None}, "b": {None}, "stuck": {Reason.TIMED_OUT}}
    assert "deadline of 0.2 s" in found["stuck"][0].detail
    assert [answer.command for answer in found["stuck"]] == ["show version", "show clock"]


def test_devices_that_wait_behind_stuck_ones_are_still_asked() -> None:
    release = threading.Event()
    stuck = {name: (lambda: release.wait(30) and None) for name in ("s1", "s2")}
    found = dict(side_by_side(endpoints("s1", "s2", "a", "b", "c"), COMMANDS, behave(**stuck), workers=2))
    release.set()
    assert reasons(found) == {"s1": {Reason.TIMED_OUT}, "s2": {Reason.TIMED_OUT}, "a": {None}, "b": {None}, "c": {None}}


def test_an_answer_that_comes_too_late_does_not_come_twice() -> None:
    found = list(side_by_side(
        endpoints("late") + endpoints("slow", deadline=5), COMMANDS,
        behave(late=lambda: time.sleep(0.6), slow=lambda: time.sleep(1.0)), workers=2))
    assert [host for host, _ in found] == ["late", "slow"]
    assert reasons(dict(found)) == {"late": {Reason.TIMED_OUT}, "slow": {None}}


def raises(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error
    return act


def test_a_fault_with_one_device_costs_only_it() -> None:
    found = dict(side_by_side(endpoints("a", "bad", "b", deadline=5), COMMANDS,
                              behave(bad=raises(ZeroDivisionError("ours"))), workers=2))
    assert reasons(found) == {"a": {None}, "b": {None}, "bad": {Reason.FAULT_IN_CHECK}}
    assert found["bad"][0].detail == "ZeroDivisionError: ours"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_itself_is_given_up_at_the_deadline() -> None:
    found = dict(side_by_side(endpoints("a", "gone", "b"), COMMANDS, behave(gone=raises(SystemExit())), workers=1))
    assert reasons(found) == {"a": {None}, "b": {None}, "gone": {Reason.TIMED_OUT}}


@pytest.mark.parametrize("workers", [0, -3, 1, 1000])
def test_any_number_of_workers_ends(workers: int) -> None:
    assert len(dict(side_by_side(endpoints("a", "b"), COMMANDS, fine, workers))) == 2


def test_no_devices_are_no_work() -> None:
    assert list(side_by_side([], COMMANDS, fine, 4)) == []


def test_waiting_costs_nothing() -> None:
    """Devices answer late; the process that waits for them does not spin."""
    began = time.process_time()
    list(side_by_side(endpoints("a", "b", deadline=5), COMMANDS, behave(a=lambda: time.sleep(0.5)), 2))
    assert time.process_time() - began < 0.2
