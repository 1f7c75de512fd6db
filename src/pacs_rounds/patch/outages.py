"""Planned interruptions and what became of them: booked against measured, per plan and per month. Pure.

What lies in the plan's window and within the booked seconds is planned; what is longer, or outside the window, is over,
and an availability report counts it as any other outage. What was not watched to its end is unknown and never zero.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
MEASURED, OPEN, CUT, UNWATCHED = "measured", "open", "cut", "not_measured"
RUN_GAP = 120.0
"""Seconds between two watches that still belong to one run; a longer pause is another run."""


@dataclass(slots=True)
class Outage:
    """One plan. Seconds; times RFC 3339. `parts` are the silences, each `planned` or `over`; `state` is measured,
    open (still silent when the last watch ended), cut (a watch was killed) or not_measured. `unwatched` are the seconds
    between watches of one run."""

    plan: str
    patch: str
    service: str
    begins: str
    ends: str
    planned: float
    state: str = UNWATCHED
    actual: float = 0.0
    over: float = 0.0
    longest: float = 0.0
    unwatched: float = 0.0
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether the figures are a measurement; else they are a lower bound."""
        return self.state == MEASURED


Span = tuple[float, float]


def silences(events: Sequence[Mapping[str, Any]]) -> tuple[list[Span], str, float]:
    """(silences, state, unwatched seconds) of one plan's watch events, oldest first."""
    spans: list[Span] = []
    state, down, running, ended, unwatched, last = UNWATCHED, None, False, None, 0.0, 0.0
    cut = False
    for one in events:
        event, at = one["event"], float(one["time"])
        last = max(last, at)
        if event == "begin":
            cut = cut or running
            if ended is not None and 0 <= at - ended <= RUN_GAP:
                unwatched += at - ended
            running, state = True, MEASURED
        elif event == "down":
            down = at if down is None else down
        elif event == "up" and down is not None:
            spans.append((down, max(down, at)))
            down = None
        elif event == "end":
            running, ended = False, at
    if down is not None:
        spans.append((down, last))
        state = OPEN
    return spans, CUT if (cut or running) and state != UNWATCHED else state, unwatched


def parts(spans: Iterable[Span], window: Span, planned: float) -> list[tuple[float, float, str]]:
    """The silences in pieces: the first `planned` seconds inside the window are planned, all else is over."""
    out: list[tuple[float, float, str]] = []
    left = planned
    for begin, end in merged(spans):
        marks = sorted({begin, end, *(mark for mark in window if begin < mark < end)})
        for one, two in itertools.pairwise(marks):
            inside = window[0] <= one and two <= window[1]
            good = min(left, two - one) if inside else 0.0
            left -= good
            if good > 0:
                out.append((one, one + good, "planned"))
            if two - one > good:
                out.append((one + good, two, "over"))
    return out


def merged(spans: Iterable[Span]) -> list[Span]:
    """Their union: what overlaps is one silence."""
    out: list[Span] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out


def _seconds(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def month_of(text: str) -> str:
    """The month of a time, in the hospital's zone."""
    return datetime.datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m")


def _iso(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(events: Sequence[Mapping[str, Any]]) -> list[Outage]:
    """Every booked plan of a ledger, oldest window first."""
    out = []
    for row in (one for one in events if one.get("kind") == "planned"):
        watched = [one for one in events if one.get("kind") == "watch" and one["plan"] == row["plan"]]
        spans, state, unwatched = silences(watched)
        window = (_seconds(row["window"]["from"]), _seconds(row["window"]["to"]))
        pieces = parts(spans, window, float(row["seconds"]))
        out.append(Outage(
            row["plan"], row["patch"], row["service"], row["window"]["from"], row["window"]["to"],
            float(row["seconds"]), state, _sum(merged(spans)),
            _sum((one, two) for one, two, kind in pieces if kind == "over"),
            round(max((two - one for one, two in merged(spans)), default=0.0), 1), round(unwatched, 1),
            [{"from": _iso(one), "to": _iso(two), "counts_as": kind} for one, two, kind in pieces]))
    return sorted(out, key=lambda one: one.begins)


def _sum(spans: Iterable[Span]) -> float:
    return round(sum(two - one for one, two in spans), 1)


@dataclass(slots=True)
class Month:
    """A month (Asia/Shanghai) of one service, in minutes. `unknown` plans make `actual` and `over` lower bounds."""

    month: str
    service: str
    plans: int = 0
    planned: float = 0.0
    actual: float = 0.0
    over: float = 0.0
    unknown: int = 0


def months(listed: Iterable[Outage]) -> list[Month]:
    """Totals per month and service: what was booked by its window's begin, silences by when they were."""
    found: dict[tuple[str, str], Month] = {}

    def of(at: float, service: str) -> Month:
        name = datetime.datetime.fromtimestamp(at, SHANGHAI).strftime("%Y-%m")
        return found.setdefault((name, service), Month(name, service))

    for one in listed:
        booked = of(_seconds(one.begins), one.service)
        booked.plans += 1
        booked.planned += one.planned / 60
        booked.unknown += not one.known
        for part in one.parts:
            at, end = _seconds(part["from"]), _seconds(part["to"])
            while at < end:
                here = datetime.datetime.fromtimestamp(at, SHANGHAI)
                first = (here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
                         + datetime.timedelta(days=32)).replace(day=1)
                until = min(end, first.timestamp())
                month = of(at, one.service)
                month.actual += (until - at) / 60
                month.over += (until - at) / 60 if part["counts_as"] == "over" else 0.0
                at = until
    for month in found.values():
        month.planned, month.actual = round(month.planned, 2), round(month.actual, 2)
        month.over = round(month.over, 2)
    return [found[key] for key in sorted(found)]


WORDS = {
    "en": {MEASURED: "measured", OPEN: "still silent", CUT: "watch cut", UNWATCHED: "not measured",
           "heads": ("plan", "patch", "service", "window", "planned s", "actual s", "over s", "longest s", "measured"),
           "month": "{month} {service}: {plans} plan(s), planned {planned} min, actual {actual} min, over {over} min",
           "unknown": ", {unknown} not measured to the end: at least", "none": "no interruption was booked"},
    "zh": {MEASURED: "已测量", OPEN: "仍未恢复", CUT: "监测中断", UNWATCHED: "未测量",
           "heads": ("方案", "补丁", "服务", "窗口", "计划秒", "实际秒", "超出秒", "最长秒", "测量"),
           "month": "{month} {service}：{plans} 个方案，计划 {planned} 分钟，实际 {actual} 分钟，超出 {over} 分钟",
           "unknown": "，其中 {unknown} 个未测量完整，为下限", "none": "没有登记的计划中断"}}


def figure(value: float, one: Outage) -> str:
    """A figure, a lower bound, or `?` where nothing was measured."""
    return "?" if one.state == UNWATCHED else f"{'' if one.known else '>='}{value:g}"


def as_table(listed: Sequence[Outage], lang: str) -> str:
    """For a terminal: one line per plan, then the months."""
    from rich.cells import cell_len

    words: dict[str, Any] = WORDS[lang]
    if not listed:
        return f"{words['none']}\n"
    lines = [list(words["heads"]), *([
        one.plan[:12], one.patch, one.service, f"{one.begins}/{one.ends}", f"{one.planned:g}", figure(one.actual, one),
        figure(one.over, one), figure(one.longest, one), words[one.state]] for one in listed)]
    widths = [max(cell_len(line[number]) for line in lines) for number in range(len(lines[0]))]
    text = "".join("  ".join(value + " " * (width - cell_len(value)) for value, width in
                             zip(line, widths, strict=True)).rstrip() + "\n" for line in lines)
    for month in months(listed):
        text += words["month"].format(**asdict(month))
        text += (words["unknown"].format(unknown=month.unknown) if month.unknown else "") + "\n"
    return text


def as_json(listed: Sequence[Outage], lang: str) -> str:
    """schemas/patch-outages.json; null where nothing was measured."""
    rows = []
    for one in listed:
        row = asdict(one)
        if one.state == UNWATCHED:
            row |= dict.fromkeys(("actual", "over", "longest"))
        rows.append(row)
    data = {"format": "rounds-patch-outages", "version": 1, "resolution_seconds": 1, "outages": rows,
            "months": [asdict(one) for one in months(listed)]}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_csv(listed: Sequence[Outage], lang: str) -> str:
    """One row per plan; empty where nothing was measured."""
    names = ("plan", "patch", "service", "begins", "ends", "planned", "state", "actual", "over", "longest", "unwatched")
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(names)
    for row in json.loads(as_json(listed, lang))["outages"]:
        writer.writerow(["" if row[name] is None else row[name] for name in names])
    return out.getvalue()


FORMS: dict[str, Callable[[Sequence[Outage], str], str]] = {"table": as_table, "json": as_json, "csv": as_csv}
