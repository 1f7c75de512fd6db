"""The array's derivations beyond their fixtures: who the array is, what an event's code means, whose clock is told."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import derive, parse
from pacs_rounds.derive.emc_vnx.common import Told, each, either
from pacs_rounds.derive.emc_vnx.log import severity
from pacs_rounds.model import Answer, Context, ParseError, Reason

FIXTURES = Path(__file__).parents[1] / "fixtures" / "emc_vnx"
AT = 1_795_133_000.0  # 2026-11-20 00:03:20 UTC


def _text(name: str) -> str:
    return (FIXTURES / f"{name}.raw").read_text(encoding="utf-8")


def _context(**fields: Any) -> Context:
    return Context(host="vnx5500", platform="emc_vnx", collected_at=AT, **fields)


def _who(data: dict[str, Any], context: Context) -> dict[str, Any]:
    function = derive.identity_of("emc_vnx")
    assert function is not None
    return function(data, context)


def test_the_array_says_who_it_is_and_what_time_it_has() -> None:
    control = parse.parse("emc_vnx.getcontrol", _text("getcontrol/whole").replace("09:59:16", "08:03:25"))
    answers = {"spa getcontrol": Answer("spa getcontrol", "x", None, AT - 1, AT + 1)}
    context = _context(contract={"serial_as_written": "fcn00100000001"}, answers=answers,
                       settings={"rounds_timezone": "Asia/Shanghai"})
    said = _who({"emc_vnx.getagent": parse.parse("emc_vnx.getagent", _text("getagent/vnx5500")),
                 "emc_vnx.getcontrol": control}, context)
    assert said["serial"] == "FCN00100000001"
    assert said["model"] == "VNX5500"
    assert said["firmware"] == "OE 05.32.000.5.201"
    assert said["written_serial_is"] == "serial number"
    assert said["clock"] == AT + 5
    assert said["clock_offset_seconds"] == 5.0


def test_an_array_that_says_nothing_has_no_identity() -> None:
    assert set(_who({}, _context()).values()) == {None}


def test_the_clock_is_compared_with_the_sp_that_told_it() -> None:
    """SP A is silent: the time between asking SP B and having its answer is what counts."""
    answers = {"spa getcontrol": Answer("spa getcontrol", "", None, AT - 90, AT - 70, Reason.TIMED_OUT, "late"),
               "spb getcontrol": Answer("spb getcontrol", "x", None, AT - 1, AT + 1)}
    control = parse.parse("emc_vnx.getcontrol", _text("getcontrol/whole").replace("09:59:16", "00:03:20"))
    said = _who({"emc_vnx.getcontrol": control}, _context(answers=answers, baseline={"sp_timezone": "UTC"}))
    assert said["clock_offset_seconds"] == 0.0


@pytest.mark.parametrize(("code", "expected"), [
    ("60b", "ok"), ("67d", "ok"), ("76", "ok"), ("4600", "ok"), ("1b7c", "ok"), ("2006", "ok"), ("780d", "ok"),
    ("711a", "ok"), ("7306", "notice"), ("820", "notice"), ("7a7", "notice"), ("7464", "errors"), ("743a", "errors"),
    ("906", "errors"), ("799", "errors"), ("76cc", "critical"), ("a07", "critical"), ("2580", "critical"),
    ("71670001", "ok"), ("71674002", "notice"), ("71058243", "errors"), ("7167c001", "critical")])
def test_an_events_code_tells_its_severity(code: str, expected: str) -> None:
    assert severity(code) == expected


def test_one_silent_sp_is_named_and_two_say_why() -> None:
    silent = {f"{sp} getdisk": Answer(f"{sp} getdisk", "", None, AT, AT, Reason.REFUSED, f"{sp} refuses")
              for sp in ("spa", "spb")}
    told = either({"spa": None, "spb": [1]}, _context(answers=silent), "getdisk")
    assert isinstance(told, Told)
    assert told.remark == "told by SP B; SP A is silent: refused"
    both = either({"spa": None, "spb": None}, _context(answers=silent), "getdisk")
    assert both == [{"unknown": "refused", "detail": "SP A: spa refuses; SP B: spb refuses"}]


def test_an_answer_nobody_recorded_is_not_run() -> None:
    assert [row.get("unknown") for _, _, row in each({}, _context(), "getdisk")] == ["not_run", "not_run"]


ERRORS = [
    "Security file not found. Already removed or check -secfilepath option.",
    "Error returned from the target: 127.13.2.1\nAuthentication failed. Possible reasons for failure are invalid "
    "security file, invalid username, password and/or scope.",
    "Caller not privileged.", "Timed out", "Request timed out.", "The operation has timed out.",
    "Could not connect to the specified host spa\n  Usage:\n    [-User <username>] [-Password <password>]",
    "A network error occurred while trying to connect: '127.13.2.2'.\nMessage : Error occurred because connection "
    "refused. Management Server is not running.",
    "Unable to validate the identity of the server.  There are issues with the certificate presented.",
    "CLI commands are not supported by the target storage system.", "bash: naviseccli: command not found",
    "Error occurred during request operation.\nError: getdisk command failed",
]


@pytest.mark.parametrize("name", [name for name in parse.names() if name.startswith("emc_vnx.")])
@pytest.mark.parametrize("text", ERRORS, ids=[text.split()[0] + str(len(text)) for text in ERRORS])
def test_an_error_text_is_never_an_answer(name: str, text: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse.parse(name, text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", [name for name in parse.names() if name.startswith("emc_vnx.")])
@pytest.mark.parametrize("text", ["11/20/2026 08:14:22 " + " " * 19000 + "x", "x" + " " * 19000 + "=", "(" * 19000,
                                  "Bus 0 " + "Enclosure " * 1900, "SP A State" + " State" * 3000, "a" * 30000],
                         ids=["stamp", "blanks", "brackets", "enclosures", "states", "long"])
def test_no_text_keeps_a_parser_busy(name: str, text: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(ParseError):
        parse.parse(name, text)
    assert time.monotonic() - started < 2
