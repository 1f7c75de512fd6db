"""What people saw: kept once, found again by the next round, never mistaken for another visit or another machine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import observations, parse, paths
from pacs_rounds.catalogue import Collect
from pacs_rounds.cli import main
from pacs_rounds.model import BadInput, Reason
from pacs_rounds.transports import human, several
from pacs_rounds.transports.endpoint import Endpoint

JPEG = b"\xff\xd8\xff\xe0" + b"lamps" * 100
LOOK = [Collect("look at indicator-lamps", "human.observation", transport="human")]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_0412.jpg"
    path.write_bytes(JPEG)
    return path


def observe(*arguments: str | Path, site: str = "lab", saw: str = "normal") -> int:
    with pytest.raises(SystemExit) as ended:
        main(["observe", *map(str, arguments), "--site", site, "--saw", saw])
    return int(ended.value.code or 0)


def endpoint(**more: Any) -> Endpoint:
    return Endpoint("vnx5500", "unknown", ways={"human": {"site": "lab"}}, **more)


def test_nobody_looked_is_not_run_and_says_what_to_type() -> None:
    answer, = several.asker("human", LOOK)(endpoint(), LOOK)
    assert answer.reason is Reason.NOT_RUN
    assert "rounds observe vnx5500 indicator-lamps --site lab" in answer.detail


def test_a_look_is_found_by_the_next_round(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert observe("vnx5500", "indicator-lamps", "--who", "张三", "--photo", photo) == 0
    digest = hashlib.sha256(JPEG).hexdigest()
    assert digest in capsys.readouterr().out
    answer, = human.ask(endpoint(), LOOK)
    assert answer.reason is None
    seen = parse.parse("human.observation", answer.text)
    assert (seen["who"], seen["saw"], seen["photo_name"], seen["photo_sha256"]) == (
        "张三", "normal", "IMG_0412.jpg", digest)


def test_the_newest_look_counts_and_the_older_one_stays(photo: Path, state: Path) -> None:
    for at, saw in (("2026-09-22T10:00+08:00", "fault"), ("2026-09-21T10:00+08:00", "normal")):
        assert observe("vnx5500", "indicator-lamps", "--who", "A", "--photo", photo, "--at", at, saw=saw) == 0
    answer, = human.ask(endpoint(), LOOK)
    assert parse.parse("human.observation", answer.text)["saw"] == "fault"
    assert len(list(state.rglob("*.yml"))) == 2


@pytest.mark.parametrize(("arguments", "words"), [
    (("vnx5501", "indicator-lamps", "--who", "A"), "asked of: vnx5500"),
    (("san-1", "indicator-lamps", "--who", "A"), "asked of: vnx5500"),
    (("vnx5500", "indicator-lamps", "--who", "A", "--policy", "none"), "no such profile"),
    (("vnx5500", "lamps", "--who", "A"), "known: indicator-lamps"),
    (("vnx5500", "indicator-lamps", "--who", " "), "--who"),
    (("vnx5500", "indicator-lamps", "--who", "A", "--at", "yesterday"), "--at"),
    (("vnx5500", "indicator-lamps", "--who", "A", "--at", "2017-11-21T14:05"), "offset"),
    (("vnx5500", "indicator-lamps", "--who", "A", "--at", "2999-11-21T14:05Z"), "future"),
])
def test_a_look_that_cannot_be_meant_is_refused_and_nothing_kept(
        arguments: tuple[str, ...], words: str, photo: Path, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert observe(*arguments, "--photo", photo) == 2
    assert words in capsys.readouterr().err
    assert list(state.rglob("*.yml")) == []


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("all green")
    with pytest.raises(BadInput, match="is no picture"):
        observations.photograph(path)
    with pytest.raises(BadInput, match="No such file"):
        observations.photograph(tmp_path / "gone.jpg")


def test_the_same_moment_is_not_written_twice(photo: Path) -> None:
    at = ("--at", "2026-09-21T10:00Z")
    assert observe("vnx5500", "indicator-lamps", "--who", "A", "--photo", photo, *at) == 0
    assert observe("vnx5500", "indicator-lamps", "--who", "B", "--photo", photo, *at) == 2


def test_a_command_that_names_no_duty_is_bad_input() -> None:
    with pytest.raises(BadInput, match="look at"):
        observations.duty_of("show version")


def test_a_simulated_look_is_replaced_and_gives_way_to_a_person(photo: Path, state: Path) -> None:
    for saw in ("normal", "fault"):
        observations.plant(state, "lab", "vnx5500", {"indicator-lamps": saw})
    answer, = human.ask(endpoint(), LOOK)
    seen = parse.parse("human.observation", answer.text)
    assert (seen["saw"], seen["who"]) == ("fault", "simulated engineer")
    observations.plant(state, "lab", "vnx5500", {"indicator-lamps": None})
    assert human.ask(endpoint(), LOOK)[0].reason is Reason.NOT_RUN
    assert observe("vnx5500", "indicator-lamps", "--who", "A", "--photo", photo, "--at", "2026-09-21T10:00Z") == 0
    observations.plant(state, "lab", "vnx5500", {"indicator-lamps": "fault"})
    answer, = human.ask(endpoint(), LOOK)
    assert parse.parse("human.observation", answer.text)["who"] == "A"
    observations.plant(state, "lab", "vnx5500", {})
    assert len(list(state.rglob("*.yml"))) == 1
