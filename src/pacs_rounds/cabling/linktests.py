"""Tests of links from what was recorded, and a cable tester's file. Pure; nothing is sent to any device.

Error counters count as the difference of two rounds; a counter that fell was reset and says nothing. A switch's own
cable test (TDR) interrupts the link, so it is never sent from here: its result can be imported like a tester's.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pacs_rounds.cabling import trace
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import DOWN, View

OK, BAD, UNKNOWN_ = "ok", "bad", "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """One test of one link. `kind`: errors, speed, duplex, light; `word`: ok, bad, unknown."""

    link: str
    end: str
    kind: str
    word: str
    says: str


def run(register: Register, after: Mapping[str, View], before: Mapping[str, View] | None = None) -> list[Result]:
    """Every test of every whole link, as far as its ends have said something."""
    found: list[Result] = []
    for link in trace.links(register):
        if not link.whole:
            continue
        found += _both_ends(link, after)
        for end in (link.a, link.b):
            view = after.get(end.device)
            if view is None:
                continue
            found += _light(link.name, end, view)
            if before is not None and end.port in view.counters:
                found.append(_errors(link.name, end, view, before.get(end.device)))
    return found


def _both_ends(link: trace.Link, views: Mapping[str, View]) -> list[Result]:
    """Speed and duplex must be the same at both ends: one forced and one negotiating end lose frames under load."""
    told = [views[end.device].ports.get(end.port) if end.device in views else None for end in (link.a, link.b)]
    if told[0] is None or told[1] is None or DOWN in {told[0].state, told[1].state}:
        return []  # a port without a link has negotiated nothing
    found = []
    for kind in ("speed", "duplex"):
        one, two = getattr(told[0], kind), getattr(told[1], kind)
        if one is not None and two is not None:
            found.append(Result(link.name, f"{link.a} - {link.b}", kind, OK if one == two else BAD, f"{one} and {two}"))
    return found


def _errors(name: str, end: End, view: View, earlier: View | None) -> Result:
    now = view.counters[end.port]
    then = earlier.counters.get(end.port) if earlier else None
    if then is None:
        return Result(name, str(end), "errors", UNKNOWN_, "no earlier count of this port")
    if any(now[key] < then[key] for key in now.keys() & then.keys()):
        return Result(name, str(end), "errors", UNKNOWN_, "a counter was reset in between")
    grown = {key: now[key] - then[key] for key in sorted(now.keys() & then.keys()) if now[key] > then[key]}
    said = ", ".join(f"{key} +{count}" for key, count in grown.items())
    return Result(name, str(end), "errors", BAD if grown else OK, said or "no new errors")


def _light(name: str, end: End, view: View) -> list[Result]:
    """Received light against the module's own limits; without limits in the answer it is told and not judged."""
    told = view.light.get(end.port)
    if told is None:
        return []
    microwatts, limits = told
    if not limits:
        return [Result(name, str(end), "light", UNKNOWN_, f"{microwatts:g} uW; the module tells no limits")]
    low, high = limits[2] or limits[0], limits[3] or limits[1]
    word = OK if low <= microwatts <= high else BAD
    return [Result(name, str(end), "light", word, f"{microwatts:g} uW, agreed {low:g} to {high:g} uW")]


# A cable tester's file ------------------------------------------------------------------------------------------------

_HEADS = {
    "id": ("cable id", "cableid", "cable label", "id", "label", "线缆编号", "电缆标识"),
    "result": ("test result", "overall result", "result", "overall", "summary", "结果", "测试结果"),
    "day": ("date", "test date", "date/time", "date & time", "日期", "测试日期"),
    "by": ("operator", "tested by", "操作员"), "length": ("length (m)", "length m", "length", "长度(m)", "长度")}
_WORDS = {"pass": "pass", "pass*": "marginal", "fail": "fail", "fail*": "fail", "marginal": "marginal", "合格": "pass",
          "通过": "pass", "不合格": "fail", "失败": "fail"}
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d")
_ROWS = 100_000


def read_tester(text: str, file: str, register: Register) -> tuple[Register | None, list[str], list[str]]:
    """A tester's CSV tied to cable ids: (the register with its tests or None, what changed, mistakes by row and
    column). The newest test of a cable counts; nothing is taken over where there is a mistake."""
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    head_at = next((number for number, row in enumerate(lines[:40]) if _columns(row).keys() >= {"id", "result"}), None)
    if head_at is None or len(lines) > _ROWS:
        return None, [], ["no heading with the columns Cable ID and Test Result in the first 40 lines"]
    columns = _columns(lines[head_at])
    mistakes: list[str] = []
    newest: dict[str, dict[str, str]] = {}
    for number, row in enumerate(lines[head_at + 1:], start=head_at + 2):
        if not any(cell.strip() for cell in row):
            continue
        told = {key: row[place].strip() if place < len(row) else "" for key, place in columns.items()}
        test = _test(told, number, file, register, mistakes)
        if test and test["on"] >= newest.get(told["id"], {"on": ""})["on"]:
            newest[told["id"]] = test
    if mistakes:
        return None, [], mistakes
    changed = replace(register, cables={name: replace(cable, test=newest[name]) if name in newest else cable
                                        for name, cable in register.cables.items()})
    changed.plug()
    return changed, [f"{name}: {test['result']} on {test['on']}" for name, test in newest.items()], []


def _columns(row: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        plain = re.sub(r"\s+", " ", cell.strip().lower())
        key = next((key for key, known in _HEADS.items() if plain in known), None)
        if key:
            found.setdefault(key, place)
    return found


def _test(told: dict[str, str], number: int, file: str, register: Register, mistakes: list[str]) -> dict[str, Any]:
    if told["id"] not in register.cables:
        mistakes.append(f"row {number}, column Cable ID: the register has no cable {told['id']!r}")
        return {}
    word = _WORDS.get(told["result"].lower())
    if word is None:
        mistakes.append(f"row {number}, column Test Result: {told['result']!r} is neither pass nor fail")
        return {}
    day = _day(told.get("day", ""))
    if "day" in told and day is None:
        mistakes.append(f"row {number}, column Date: {told['day']!r} is no day of the calendar")
        return {}
    return {"on": day or "unknown", "result": word, "file": file, **({"by": told["by"]} if told.get("by") else {})}


def _day(text: str) -> str | None:
    plain = text.strip().split(" ")[0].split("T")[0]
    for form in _DAYS:
        try:
            return datetime.datetime.strptime(plain, form).date().isoformat()
        except ValueError:
            continue
    return None
