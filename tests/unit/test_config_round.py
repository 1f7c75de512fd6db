"""From a device's answers to its copy: what is chosen, what is refused, what is told; nothing unredacted comes out."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pyrage
import pytest

from pacs_rounds import parse
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.facts import COMMAND, MOST_LINES, block
from pacs_rounds.config_round.plan import plans
from pacs_rounds.configs import rules
from pacs_rounds.model import Answer, Reason

AT = 1_795_338_000.0
SECRET = "s3cret-of-a-switch"
BODY = ("version 12.2\nno service pad\nservice password-encryption\n!\nhostname sw-7\n!\n"
        "enable secret 5 $1$abcd$efghijklmnopqrstuvwxyz\n"
        f"snmp-server community {SECRET} RO 10\ninterface Vlan99\n ip address 192.0.2.7 255.255.255.0\n!\n"
        "ip classless\nlogging 192.0.2.9\nline con 0\nline vty 0 4\n transport input ssh\n"
        "ntp server 192.0.2.9\nend\n\n")
RUNNING = f"Building configuration...\n\nCurrent configuration : {len(BODY)} bytes\n!\n{BODY}"
IDENTITY = pyrage.x25519.Identity.generate()


def answer(command: str, told: str | Reason) -> Answer:
    if isinstance(told, Reason):
        return Answer(command, "", None, AT - 1, AT, told, "why")
    return Answer(command, told, None, AT - 1, AT)


def answers(**said: Any) -> list[Answer]:
    """One answer per command of the IOS plan: text, or a reason."""
    texts: dict[str, Any] = {"show running-config": RUNNING, **said}
    found = []
    for one in plans()["cisco_ios"].commands():
        told = texts.get(one.command, Reason.TOOL_MISSING)
        found.append(answer(one.command, told))
    return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> taking.Desk:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    return taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, {
        "path": str(tmp_path / "copies"), "recipients": [str(IDENTITY.to_public())]}, b"k" * 32)


def facts(given: list[Answer]) -> dict[str, Any]:
    assert given[0].command == COMMAND
    told: dict[str, Any] = parse.parse("configs.device", given[0].text)
    return told


def document(told: dict[str, Any], word: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["documents"] if one["document"] == word)
    return found


@pytest.mark.parametrize("platform", sorted(plans()))
def test_every_document_of_the_plan_is_known_to_the_gate(platform: str) -> None:
    plan = plans()[platform]
    assert plan.main in {one.word for one in plan.documents}
    for one in plan.documents:
        assert rules.document(platform, one.word), one.word
    names = [one.command for one in plan.commands()]
    assert len(names) == len(set(names))


def test_a_whole_configuration_is_kept_sealed_and_told_redacted(desk: taking.Desk, tmp_path: Path) -> None:
    given = taking.take_home(desk, "sw-7", "cisco_ios", answers())
    told = facts(given)
    assert document(told, "running_config")["state"] == "new"
    assert told["last_good"] == AT
    assert document(told, "inventory")["state"] == "not_offered"
    assert document(told, "vlan")["state"] == "gap"
    assert all(SECRET not in one.text for one in given)
    assert "<redacted:" in next(one.text for one in given if one.command == "show running-config")
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert all(SECRET.encode() not in content for content in files)
    sealed = next(tmp_path.rglob("*.age")).read_bytes()
    assert pyrage.decrypt(sealed, [IDENTITY]).decode() == RUNNING


def test_a_cut_configuration_is_no_copy_and_the_last_one_stays(desk: taking.Desk) -> None:
    taking.take_home(desk, "sw-7", "cisco_ios", answers())
    assert desk.store
    before = desk.store.history.text("sw-7", "running_config")
    cut = answers(**{"show running-config": RUNNING[:len(RUNNING) // 2]})
    told = facts(taking.take_home(desk, "sw-7", "cisco_ios", cut))
    assert document(told, "running_config")["state"] == "quarantined"
    assert told["golden"] is None
    assert told["last_good"] == AT
    assert desk.store.history.text("sw-7", "running_config") == before


def test_a_changed_secret_shows_as_a_change_and_stays_untold(desk: taking.Desk) -> None:
    taking.take_home(desk, "sw-7", "cisco_ios", answers())
    other = RUNNING.replace(SECRET, SECRET[::-1])
    given = taking.take_home(desk, "sw-7", "cisco_ios", answers(**{"show running-config": other}))
    one = document(facts(given), "running_config")
    assert (one["state"], one["added"], one["removed"]) == ("changed", 1, 1)
    assert "snmp-server community <redacted:" in one["change"]
    assert SECRET[::-1] not in given[0].text


def test_a_full_disk_is_told_and_loses_nothing(desk: taking.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taking.take_home(desk, "sw-7", "cisco_ios", answers())
    assert desk.store
    head = desk.store.history.head()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pacs_rounds.configs.store.write_new", full)
    other = answers(**{"show running-config": RUNNING.replace("192.0.2.9", "192.0.2.10")})
    told = facts(taking.take_home(desk, "sw-7", "cisco_ios", other))
    assert "No space left on device" in told["fault"]
    assert desk.store.history.head() == head
    monkeypatch.undo()
    assert document(facts(taking.take_home(desk, "sw-7", "cisco_ios", other)), "running_config")["state"] == "changed"


def test_without_a_recipient_nothing_is_sealed_and_the_facts_say_so(tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    bare = taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, {"path": str(tmp_path / "c")}, b"k" * 32)
    told = facts(taking.take_home(bare, "sw-7", "cisco_ios", answers()))
    assert (told["recipients"], document(told, "running_config")["sealed"]) == (False, "")
    assert list(tmp_path.rglob("*.age")) == []


@pytest.mark.parametrize("settings", [{"recipients": ["age1nonsense"]}, {"fault": "rounds_configs cannot be used"}])
def test_settings_that_cannot_be_used_are_the_fault_of_every_device(settings: dict[str, Any], tmp_path: Path) -> None:
    desk = taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, settings, b"k" * 32)
    assert facts(taking.take_home(desk, "sw-7", "cisco_ios", answers()))["fault"]


def test_a_device_that_never_came_home_timed_out(desk: taking.Desk) -> None:
    told = facts(taking.take_home(desk, "sw-7", "cisco_ios", []))
    assert {(one["state"], one["reason"]) for one in told["documents"]} == {("gap", "timed_out")}


def test_a_platform_nobody_described_is_not_run(desk: taking.Desk) -> None:
    first = taking.take_home(desk, "x", "unknown", [])[0]
    assert (first.reason, first.text) == (Reason.NOT_RUN, "")


def test_the_second_command_is_taken_where_the_first_is_unknown(desk: taking.Desk) -> None:
    said: dict[str, str | Reason] = {"configshow -all": Reason.TOOL_MISSING, "configshow": "switch.name:a\n" * 30}
    given = [answer(one.command, said.get(one.command, Reason.TIMED_OUT)) for one in plans()["brocade_fos"].commands()]
    told = facts(taking.take_home(desk, "san-7", "brocade_fos", given))
    assert document(told, "configshow")["command"] == "configshow"


def test_a_listing_without_the_vlan_database_is_not_the_vlan_database(desk: taking.Desk) -> None:
    listing = "Directory of flash:/\n\n    2  -rwx   7211  Mar 1 1993 00:01:00  config.text\n\n"
    listing += "1 bytes total (1 bytes free)\n"
    told = facts(taking.take_home(desk, "sw-7", "cisco_ios", answers(dir=listing)))
    assert document(told, "vlan_dat")["state"] in {"not_offered", "gap"}


def test_an_answer_without_text_is_no_copy_but_a_gap(desk: taking.Desk) -> None:
    told = facts(taking.take_home(desk, "sw-7", "cisco_ios", answers(**{"show running-config": "\n"})))
    assert (document(told, "running_config")["state"], document(told, "running_config")["reason"]) == ("gap", "empty")


def test_differences_are_bounded_and_printable() -> None:
    told = block(["+ a\x1b[2J\tb  "] + ["x"] * (MOST_LINES + 5))
    assert told.splitlines()[0] == "+ a\\x1b[2J    b"
    assert told.splitlines()[-1] == "@@ 6 more lines: rounds configs diff"
    assert block([]) == ""
