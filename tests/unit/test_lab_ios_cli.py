"""The simulated Catalyst: its command line, its faults, and that the five switches tell one story."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest

from pacs_rounds import catalogue
from pacs_rounds.lab import hospital, ios_text
from pacs_rounds.lab.ios_cli import MORE, WIPE, IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import BadInput

NOW = 1_795_000_000.25  # a Sunday in November 2026
SWITCHES = ("access-1", "access-2", "core-1", "core-2", "access-3")
DEVICES: dict[str, Device] = {name: device for name, device in hospital.load().items() if name in SWITCHES}


def device(name: str = "access-1", born: float | None = None, **changes: Any) -> IosDevice:
    state = copy.deepcopy(DEVICES[name].state)
    for key, value in changes.items():
        if isinstance(state[key], dict):
            state[key].update(value)
        else:
            state[key] = value
    return IosDevice(name, DEVICES[name].address, state, lambda: NOW, born)


def session(name: str = "access-1", level: int = 15, **changes: Any) -> IosCli:
    cli = IosCli(device(name, **changes))
    cli.level = level
    return cli


class TestCommandLine:
    def test_a_session_begins_with_the_user_prompt(self) -> None:
        assert IosCli(device("core-1")).greeting() == "\r\ncore-1>"

    def test_what_is_typed_is_echoed_and_the_prompt_comes_back(self) -> None:
        cli = session("core-1", level=1)
        assert cli.feed("show priv") == "show priv"
        assert cli.feed("\r") == "\r\nCurrent privilege level is 1\r\ncore-1>"

    def test_cr_lf_is_one_enter(self) -> None:
        assert session().feed("\r\n") == "\r\naccess-1#"

    def test_backspace_and_line_kill(self) -> None:
        cli = session()
        cli.feed("show clxx\b\x7f")
        assert "CST" in cli.feed("ock\r")
        cli.feed("nonsense")
        assert cli.feed("\x15") == "\b \b" * 8
        assert "CST" in cli.feed("show clock\r")

    @pytest.mark.parametrize("abbreviated", ["sh ver", "sho vers", "SHOW Version", "  show   version  "])
    def test_abbreviations(self, abbreviated: str) -> None:
        cli = session()
        assert cli.run(abbreviated) == cli.run("show version")

    @pytest.mark.parametrize(("line", "column"), [
        ("shaw version", 2), ("show foo", 6), ("show verb", 8), ("show module", 6), ("frobnicate", 1), ("?", 0),
        ("show version please", 13), ("show clock | frob x", 13)])
    def test_the_caret_stands_under_the_first_character_that_fits_nothing(self, line: str, column: int) -> None:
        said = session().run(line)
        assert said == " " * (len("access-1#") + column) + "^\r\n% Invalid input detected at '^' marker.\r\n\r\n"

    def test_a_port_that_is_not_there_is_no_mistake_of_the_parsers(self) -> None:
        assert session().run("show interfaces Gi9/9") == "% Invalid interface type and number\r\n"

    def test_an_ambiguous_word(self) -> None:
        assert session().run("show v") == '% Ambiguous command:  "show v"\r\n'

    def test_an_exact_word_is_never_ambiguous(self) -> None:
        assert "VLAN Name" in session().run("show vlan")
        assert "Switch/Stack" in session().run("show switch")

    @pytest.mark.parametrize(("line", "said"), [
        ("show", '% Type "show ?" for a list of subcommands\r\n'), ("show ip", "% Incomplete command.\r\n\r\n"),
        ("show interfaces Gi1/0/1 |", "% Incomplete command.\r\n\r\n"),
        ("show version | include", "% Incomplete command.\r\n\r\n"),
    ])
    def test_an_incomplete_command(self, line: str, said: str) -> None:
        assert session().run(line) == said

    def test_interface_names_in_any_form(self) -> None:
        cli = session()
        whole = cli.run("show interfaces GigabitEthernet1/0/1")
        assert whole.startswith("GigabitEthernet1/0/1 is up, line protocol is up (connected)")
        assert cli.run("show interfaces gi1/0/1") == cli.run("show int Gig 1/0/1") == whole


class TestModifiers:
    def test_include_exclude_begin_section(self) -> None:
        cli = session()
        included = cli.run("show version | include uptime|returned")
        assert included.count("\r\n") == 2
        assert "uptime" not in cli.run("show version | exclude uptime").split("Switch Uptime")[0]
        assert cli.run("show version | begin Configuration register").startswith("Configuration register is 0xF\r\n")
        lines = cli.run("show running-config | section line vty").split("\r\n")
        assert lines[0] == "line vty 0 4"
        assert all(line.startswith((" ", "line vty")) or not line for line in lines)
        assert len(lines) > 4

    def test_abbreviated_and_unknown_modifiers(self) -> None:
        cli = session()
        assert cli.run("show version | i uptime is") == cli.run("show version | include uptime is")
        assert "% Invalid input" in cli.run("show version | frob x")
        assert "% Failed to compile" in cli.run("show version | include (")


class TestPrivilege:
    def test_enable_with_the_secret(self) -> None:
        cli = IosCli(device())
        assert cli.feed("enable\r") == "enable\r\nPassword: "
        assert cli.feed("rounds-lab-enable") == ""  # never echoed
        assert cli.feed("\r") == "\r\naccess-1#"
        assert cli.feed("disable\r").endswith("access-1>")

    def test_three_wrong_secrets(self) -> None:
        cli = IosCli(device())
        cli.feed("enable\r")
        assert cli.feed("one\r") == "\r\nPassword: "
        assert cli.feed("two\r") == "\r\nPassword: "
        assert cli.feed("three\r") == "\r\n% Bad secrets\r\n\r\naccess-1>"

    def test_enable_refused_by_aaa(self) -> None:
        cli = IosCli(device(session={"enable_refused": True}))
        assert cli.feed("enable\r") == "enable\r\n% Error in authentication.\r\n\r\naccess-1>"

    def test_the_configuration_is_for_the_privileged(self) -> None:
        assert "% Invalid input" in session(level=1).run("show running-config")
        assert session().run("show running-config").endswith("end\r\n\r\n")

    @pytest.mark.parametrize("line", [
        "configure terminal", "conf t", "write memory", "copy running-config startup-config", "reload",
        "clear counters", "delete flash:vlan.dat", "no shutdown", "test cable-diagnostics tdr interface Gi1/0/1",
        "debug all", "erase startup-config"])
    def test_changes_are_refused_and_counted(self, line: str) -> None:
        cli = session()
        before = cli.run("show running-config")
        assert cli.run(line) == "% Authorization failed.\r\n\r\n"
        assert cli.device.changes == [line]  # type: ignore[attr-defined]
        assert cli.run("show running-config") == before

    def test_an_unprivileged_session_does_not_even_know_them(self) -> None:
        cli = session(level=1)
        assert "% Invalid input" in cli.run("configure terminal")
        assert cli.device.changes == []  # type: ignore[attr-defined]


class TestPager:
    def test_a_page_is_one_line_shorter_than_the_terminal(self) -> None:
        cli = session()
        shown = cli.feed("show version\r")
        assert shown.endswith("\r\n" + MORE)
        assert shown.count("\r\n") == 24  # the echoed line and 23 of the text

    def test_space_enter_and_q(self) -> None:
        cli = session()
        whole = cli.run("show version").split("\r\n")
        cli.feed("show version\r")
        one_more = cli.feed("\r")
        assert one_more == f"{WIPE}{whole[23]}\r\n{MORE}"
        rest = ""
        while MORE in (page := cli.feed(" ")):
            rest += page
        assert page.endswith("access-1#")
        cli.feed("show version\r")
        assert cli.feed("q") == WIPE + "\r\naccess-1#"

    def test_length_zero_pages_nothing_and_short_texts_are_never_paged(self) -> None:
        cli = session()
        assert MORE not in cli.feed("show clock\r")
        cli.feed("terminal length 0\r")
        assert cli.feed("show running-config\r").endswith("end\r\n\r\naccess-1#")

    def test_a_length_that_cannot_be(self) -> None:
        assert "% Invalid input" in session().run("terminal length 9999")


class TestFaults:
    def test_a_literal_answer_and_a_missing_command(self) -> None:
        cli = session(faults={"answers": {"show clock": "hello", "show version": {"text": "a\nb", "status": 1}},
                              "missing": ["show env all"]})
        assert cli.run("show clock") == "hello\r\n"
        assert cli.run("show version") == "a\r\nb\r\n"
        assert "% Invalid input" in cli.run("show env all")

    def test_truncate_and_flood(self) -> None:
        cli = session(faults={"truncate": {"show version": 40}, "flood": {"show logging": 100_000}})
        assert len(cli.run("show version").replace("\r\n", "\n")) == 41
        assert 100_000 <= len(cli.run("show logging")) < 110_000

    def test_a_misspelt_part_is_refused(self) -> None:
        for changes in ({"fans": {"FAN 9": "OK"}}, {"interfaces": {"Gi9/9/9": {"status": "connected"}}},
                        {"interfaces": {"Gi1/0/1": {"stattus": "connected"}}}, {"model": "9999"}):
            with pytest.raises(BadInput, match="known"):
                device(**changes)

    def test_recorded_outputs_take_the_place_of_the_rendered_ones(self, tmp_path: Any) -> None:
        (tmp_path / "show_version.txt").write_text("what the real one said\n", encoding="utf-8")
        cli = session(recorded=str(tmp_path))
        assert cli.run("show version") == "what the real one said\r\n"
        assert "CST" in cli.run("show clock")


class TestTexts:
    @pytest.mark.parametrize(("seconds", "said"), [
        (61, "1 minute"), (3600, "1 hour"), (365 * 86400 + 38 * 7 * 86400 + 2 * 86400 + 3600 + 48 * 60,
                                             "1 year, 38 weeks, 2 days, 1 hour, 48 minutes"), (5, "0 minutes")])
    def test_span(self, seconds: int, said: str) -> None:
        assert ios_text.span(seconds) == said

    def test_interface_names(self) -> None:
        assert ios_text.short("GigabitEthernet1/0/1") == ios_text.short("gig 1/0/1") == "Gi1/0/1"
        assert ios_text.long("Fa2/0/24") == "FastEthernet2/0/24"
        assert ios_text.three("Gi1/1") == "Gig 1/1"

    def test_the_clock_and_its_offset(self) -> None:
        assert ios_text.moment(1_767_225_600.25, "CST", 8) == "08:00:00.250 CST Thu Jan 1 2026"
        assert session().run("show clock") == ios_text.moment(NOW, "CST", 8) + "\r\n"
        assert session(clock_offset_seconds=3600.0).run("show clock").startswith(
            ios_text.moment(NOW + 3600, "CST", 8)[:8])
        assert session(ntp={"state": "unsynchronised"}).run("show clock").startswith(".")

    def test_uptime_counts_from_the_labs_birth(self) -> None:
        assert device(born=NOW - 120, uptime_days=1.0).uptime == 86520


def _text(switch: IosDevice, command: str) -> str:
    cli = IosCli(switch)
    cli.level = 15
    return cli.run(command).replace("\r\n", "\n")


class TestHospital:
    def test_both_ends_of_each_cable_tell_the_same(self) -> None:
        ends = {(name, port): (told["to"], told["port"]) for name in SWITCHES
                for port, told in DEVICES[name].state["cabling"].items() if told.get("to")}
        assert len(ends) == 16
        for here, there in ends.items():
            assert ends[there] == here

    @pytest.mark.parametrize("name", SWITCHES)
    def test_a_full_set_costs_the_lab_next_to_nothing(self, name: str) -> None:
        switch = device(name)
        commands = [one.command for one in catalogue.commands(catalogue.select(["catalyst.*"]))]
        started = time.process_time()
        for command in commands:
            _text(switch, command)
        assert time.process_time() - started < 0.06
