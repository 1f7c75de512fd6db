"""Numbers, units, levels and times for people; text from devices made fit to show."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from pacs_rounds.report import words
from pacs_rounds.report.people import People, number, zone_of
from pacs_rounds.report.safe import shorten, visible

ZH = People(words.load("zh"), zone_of("Asia/Shanghai"))
EN = People(words.load("en"), zone_of("Asia/Shanghai"))


@pytest.mark.parametrize(("value", "shown"), [
    (0, "0"), (5.0, "5"), (1234567, "1,234,567"), (0.5, "0.5"), (97.4, "97.4"), (33.333333, "33.33"),
    (89.999, "89.999"), (89.9999, "89.9999"), (0.004, "0.004"), (-12.345, "-12.35"), (1999.999, "1,999.999"),
])
def test_a_number_never_rounds_to_a_whole_one_it_is_not(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(("value", "unit", "zh", "en"), [
    (None, "", "—", "—"),
    (80, "percent", "80 %", "80 %"),
    (0, "bytes", "0 B", "0 B"),
    (1536, "bytes", "1.5 KiB", "1.5 KiB"),
    (2 * 2**40, "bytes", "2 TiB", "2 TiB"),
    (1073741824, "bytes per day", "1 GiB/天", "1 GiB/day"),
    (0, "seconds", "0 秒", "0 s"),
    (0.34, "seconds", "340 毫秒", "340 ms"),
    (45, "seconds", "45 秒", "45 s"),
    (150, "seconds", "2 分 30 秒", "2 min 30 s"),
    (3600, "seconds", "1 小时", "1 h"),
    (35596800, "seconds", "412 天", "412 d"),
    (35610000, "seconds", "412 天 3 小时", "412 d 3 h"),
    (-90000, "seconds", "-1 天 1 小时", "-1 d 1 h"),
    (12.5, "days", "12.5 天", "12.5 days"),
    (3, "furlongs", "3 furlongs", "3 furlongs"),
    ("absent", "", "缺失 (absent)", "absent"),
    ("15.2(2)E7", "", "15.2(2)E7", "15.2(2)E7"),
    (True, "", "True", "True"),
    (float("nan"), "percent", "nan", "nan"),
])
def test_values_carry_their_unit(value: Any, unit: str, zh: str, en: str) -> None:
    assert (ZH.value(value, unit), EN.value(value, unit)) == (zh, en)


@pytest.mark.parametrize(("levels", "unit", "delta", "zh", "en"), [
    ({"direction": "upper", "warning": 80, "critical": 90}, "percent", False,
     "警告 ≥ 80 %，严重 ≥ 90 %", "warning ≥ 80 %, critical ≥ 90 %"),
    ({"direction": "lower", "critical": 14}, "days", False, "严重 < 14 天", "critical < 14 days"),
    ({"direction": "upper", "warning": 100}, "errors", True, "增量 警告 ≥ 100 个错误", "growth: warning ≥ 100 errors"),
    ({"words": {"ok": ["up", "rw"], "critical": ["down"]}}, "", False, "应为 连通 / 可读写", "should be up / rw"),
    ({"words": {}}, "", False, "—", "—"),
    (None, "", False, "—", "—"),
])
def test_levels_are_said_in_words(levels: Any, unit: str, delta: bool, zh: str, en: str) -> None:
    assert (ZH.levels(levels, unit, delta), EN.levels(levels, unit, delta)) == (zh, en)


@pytest.mark.parametrize(("delta", "unit", "zh"), [
    (6.2, "percent", "+6.2 个百分点"), (-3, "errors", "−3 个错误"), (0, "percent", "±0"), (None, "", "—"),
    (0.4, "seconds", "+400 毫秒"),
])
def test_changes_carry_their_sign(delta: Any, unit: str, zh: str) -> None:
    assert ZH.change(delta, unit) == zh


def test_times_stand_in_the_runs_zone_with_the_offset() -> None:
    assert ZH.moment("2026-11-22T02:00:00.120Z") == "2026-11-22 10:00:00 +08:00"
    assert People(words.load("en"), UTC).moment("2026-11-22T02:00:00Z") == "2026-11-22 02:00:00 +00:00"
    assert ZH.moment("1970-01-01T00:00:00.000Z") == ZH.moment(None) == "—"
    assert ZH.moment("yesterday") == "yesterday"
    assert zone_of("Middle/Earth") is UTC
    assert zone_of("../../etc/passwd") is UTC


@pytest.mark.parametrize(("raw", "shown"), [
    ("plain /dev/sda1", "plain /dev/sda1"),
    ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
    ("a\nb\tc\r", "a\\nb\\tc\\r"),
    ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
    ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
    ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
    ("\ud800", "\\ud800"),
    ("\U000e0041", "\\U000e0041"),
    ("叫号服务器", "叫号服务器"),
    ("e\u0301\u0301\u0301x", "e\u0301\u0301\\u0301x"),
    ("{{ 7*7 }} <b>", "{{ 7*7 }} <b>"),
])
def test_what_would_act_or_hide_is_written_out(raw: str, shown: str) -> None:
    assert visible(raw) == shown
    assert visible(visible(raw)) == shown


def test_long_text_is_cut_with_a_note() -> None:
    assert shorten("x" * 10, 10, "({n})") == "x" * 10
    assert shorten("x" * 51234, 10, "({n} in all)") == "x" * 10 + "… (51,234 in all)"
