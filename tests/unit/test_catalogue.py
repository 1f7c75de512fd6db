"""The catalogue: read, validated, looked up; its commands merged for one round trip."""

from __future__ import annotations

from pathlib import Path

import pytest

from pacs_rounds import catalogue
from pacs_rounds.catalogue import Check, Collect, commands, from_data, select
from pacs_rounds.dialects import DIALECTS
from pacs_rounds.model import BadInput
from pacs_rounds.transports.replay import slug

GOOD = """id: linux.example
title: {en: Example, zh: 示例}
why: Because of the test.
impact: performance
clauses: [S1-015]
collect: {command: df -P, parser: linux.df}
item: mount
measure: used_percent
levels: {direction: upper, warning: 80}
remedy: docs/runbooks/example.md
"""


def write(tmp_path: Path, text: str = GOOD, name: str = "example") -> Path:
    path = tmp_path / "linux" / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_check_is_what_its_file_says(tmp_path: Path) -> None:
    check = catalogue.read(write(tmp_path))
    assert (check.id, check.domain, check.unit, check.delta, check.none) == ("linux.example", "linux", "", False, None)
    assert check.collect == (Collect("df -P", "linux.df", 10.0, (0,), False),)
    assert catalogue.load(tmp_path) == {"linux.example": check}


def test_a_parser_may_stand_beside_or_above_the_command(tmp_path: Path) -> None:
    above = GOOD.replace("collect: {command: df -P, parser: linux.df}", "collect: {command: df -P}\nparser: linux.df")
    assert catalogue.read(write(tmp_path, above)).collect == catalogue.read(write(tmp_path)).collect


@pytest.mark.parametrize(("old", "new", "words"), [
    ("id: linux.example", "id: linux.other", "does not say the file's own name"),
    (", parser: linux.df", "", "a command without a parser"),
    ("impact: performance", "impact: bad", "'bad' is not one of"),
    ("levels: {direction: upper, warning: 80}", "", "exactly one of these must stand here: levels, words"),
    ("levels: {direction: upper, warning: 80}", "levels: {direction: upper}", "warning, critical"),
    ("levels:", "words: {ok: [up]}\nlevels:", "exactly one of these"),
    ("item: mount\n", "", "'item' is a required property"),
    ("clauses: [S1-015]", "clauses: [S9-1]", "clauses.0"),
    ("why:", "whi:", "whi"),
    ("en: Example", "en: Example, en: Again", "stands twice"),
])
def test_a_broken_check_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(BadInput) as caught:
        catalogue.read(path)
    assert str(path) in caught.value.where
    assert words in caught.value.problem
    assert caught.value.remedy


def test_an_empty_catalogue_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no checks found"):
        catalogue.load(tmp_path)


def check(name: str, *collect: Collect) -> Check:
    made = from_data({"id": name, "title": {}, "why": "", "impact": "performance", "clauses": [], "item": "i",
                      "measure": "m", "collect": [{"command": "x", "parser": "p.x"}], "remedy": ""})
    return Check(**{field: getattr(made, field) for field in made.__slots__} | {"collect": collect})


def test_ids_and_shell_patterns_select_in_the_catalogues_order() -> None:
    known = {name: check(name) for name in ("catalyst.cpu", "linux.df", "linux.ps")}
    assert [one.id for one in select(["linux.ps", "*.cpu"], known)] == ["catalyst.cpu", "linux.ps"]
    assert [one.id for one in select(["linux.*", "linux.df"], known)] == ["linux.df", "linux.ps"]
    assert select([], known) == []


@pytest.mark.parametrize(("pattern", "near"), [("linux.dff", "linux.df"), ("cisco.*", "catalyst.cpu")])
def test_a_name_nobody_has_is_answered_with_those_that_are_near(pattern: str, near: str) -> None:
    known = {name: check(name) for name in ("catalyst.cpu", "linux.df", "linux.ps")}
    with pytest.raises(BadInput, match="no check is called") as caught:
        select(["linux.ps", pattern], known)
    assert near in caught.value.remedy


def test_a_command_of_several_checks_is_asked_once_with_the_widest_terms() -> None:
    one = check("a.a", Collect("df", "p.df", 5, (0,), True), Collect("ps", "p.ps"))
    two = check("a.b", Collect("df", "p.df", 20, (0, 1), False))
    assert commands([one, two]) == [Collect("df", "p.df", 20, (0, 1), False), Collect("ps", "p.ps")]


def test_in_the_real_catalogue_a_command_has_one_parser_per_command_line() -> None:
    """Replay finds a file by its command or its parser; a second parser would make that ambiguous. Two command lines
    that share a command have each its own, under one name: the device's platform tells which."""
    readers: dict[str, set[str]] = {}
    for one in catalogue.load().values():
        for collect in one.collect:
            readers.setdefault(collect.command, set()).add(collect.parser)
    several = {command: names for command, names in readers.items() if len(names) > 1}
    assert several
    for command, names in several.items():
        platforms = {name.partition(".")[0] for name in names}
        assert platforms <= DIALECTS, command
        assert len(platforms) == len(names), command
        assert {name.partition(".")[2] for name in names} == {slug(command)}
