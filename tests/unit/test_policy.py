"""Which levels apply, and whose; waivers stand beside an outcome until their last day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pacs_rounds.catalogue import Check, load
from pacs_rounds.policy import relevant, resolve, waiver_for

UP = {"direction": "upper", "warning": 1}


def example() -> Check:
    return load()["linux.filesystem_usage"]


def rule(check: str = "linux.filesystem_usage", **more: Any) -> dict[str, Any]:
    return {"check": check, "reason": "agreed", "levels": UP, **more}


def test_without_a_rule_the_catalogue_speaks() -> None:
    assert resolve(example(), "pacs-a", "/", []).levels == example().levels
    assert resolve(example(), "pacs-a", "/", [rule("linux.other")]).origin == "catalogue"


def test_the_first_rule_that_fits_wins() -> None:
    rules = [rule(hosts=["ris-*"], reason="of another host"), rule(items=["/u0?"], reason="the second"),
             rule("linux.*", reason="the third"), rule(reason="the fourth")]
    assert resolve(example(), "pacs-a", "/u01", rules).origin == "check_rules #2: the second"
    assert resolve(example(), "pacs-a", "/", rules).origin == "check_rules #3: the third"
    assert resolve(example(), "ris-b", "/u01", rules).origin == "check_rules #1: of another host"


def test_a_rule_keeps_its_number_in_the_sites_list_after_narrowing() -> None:
    narrowed = relevant([rule(hosts=["ris-*"]), rule(), rule(hosts=["pacs-a"])], "pacs-a")
    assert [one["index"] for one in narrowed] == [2, 3]
    assert resolve(example(), "pacs-a", "/", narrowed).origin.startswith("check_rules #2")


def test_a_rule_of_the_wrong_kind_is_passed_over() -> None:
    words = {"check": "linux.*", "reason": "words for all", "words": {"ok": ["up"]}}
    assert resolve(example(), "h", "/", [words, rule(reason="levels")]).origin == "check_rules #2: levels"
    services = load()["linux.services"]
    assert resolve(services, "h", "sshd", [rule("linux.*"), words]).words == {"ok": ["up"]}


def test_patterns_are_of_the_shell_and_heed_case() -> None:
    assert resolve(example(), "PACS-A", "/", [rule(hosts=["pacs-*"])]).origin == "catalogue"
    assert resolve(example(), "pacs-a", "/", [rule(hosts=["pacs-[ab]"])]).levels == UP
    assert resolve(example(), "pacs-c", "/", [rule(hosts=["pacs-[ab]"])]).levels != UP


def waiver(**more: Any) -> dict[str, Any]:
    return {"check": "linux.*", "reason": "awaiting delivery", "approver": "Wang", "expires": "2026-11-22", **more}


@pytest.mark.parametrize(("moment", "covers"), [
    ((2026, 11, 22, 0, 0, 0), True), ((2026, 11, 22, 23, 59, 59), True), ((2026, 11, 23, 0, 0, 0), False),
    ((2020, 1, 1, 0, 0, 0), True),
])
def test_a_waiver_holds_through_its_last_day_in_utc(moment: tuple[int, ...], covers: bool) -> None:
    at = datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]
    found = waiver_for("linux.uptime", "pacs-a", "system", [waiver()], at)
    assert found == ({"reason": "awaiting delivery", "approver": "Wang", "expires": "2026-11-22"} if covers else None)


def test_an_expired_waiver_gives_way_to_the_next() -> None:
    waivers = [waiver(expires="2020-01-01"), waiver(hosts=["ris-a"]), waiver(items=["/"]), waiver(reason="general")]
    at = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    found = waiver_for("linux.filesystem_usage", "pacs-a", "/u01", waivers, at)
    assert found
    assert found["reason"] == "general"
    assert waiver_for("catalyst.cpu_load", "pacs-a", "/u01", waivers, at) is None
