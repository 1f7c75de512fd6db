"""The simulated Fabric OS switch: its command line, its dialects, its faults, and that CLI and SNMP tell one story."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.lab import fos_snmp, hospital
from pacs_rounds.lab.fos_cli import MORE, FosCli
from pacs_rounds.lab.fos_device import FosDevice
from pacs_rounds.lab.fos_render_ports import short
from pacs_rounds.model import BadInput

NOW = 1_795_000_000.25  # a Sunday in November 2026
SAN = hospital.load()["san-1"]
RELEASES = ("v5.3.2c", "v6.2.2g", "v7.4.2c")
COMMANDS = (
    "switchstatusshow", "switchshow", "sensorshow", "fanshow", "psshow", "tempshow", "porterrshow", "sfpshow",
    "sfpshow -all", "cfgshow", "cfgtransshow", "nsshow", "fabricshow", "firmwareshow", "version", "uptime", "errdump",
    "licenseshow", "date", "tsclockserver", "chassisshow")


def device(born: float = NOW - 3600, at: float = NOW, **changes: Any) -> FosDevice:
    state = copy.deepcopy(SAN.state)
    for key, value in changes.items():
        state[key] = {**state[key], **value} if isinstance(state[key], dict) else value
    return FosDevice("san-1", SAN.address, state, lambda: at, born)


def session(**changes: Any) -> FosCli:
    return FosCli(device(**changes))


def read(command: str, **changes: Any) -> Any:
    """A command's answer as the project's own parser understands it."""
    return parse.parse(f"brocade_fos.{command.split()[0]}", device(**changes).output(command))


class TestCommandLine:
    @pytest.mark.parametrize(("release", "prompt"), [
        ("v5.3.2c", "san-1:rounds> "), ("v6.2.2g", "san-1:rounds> "), ("v7.4.2c", "san-1:FID128:rounds> ")])
    def test_a_session_begins_with_the_prompt(self, release: str, prompt: str) -> None:
        assert session(release=release).greeting() == f"\r\n{prompt}"

    def test_what_is_typed_is_echoed_and_the_prompt_comes_back(self) -> None:
        cli = session()
        assert cli.feed("psshow") == "psshow"
        assert cli.feed("\r\n") == "\r\n\r\nPower Supply #1 is OK\r\nsan-1:rounds> "
        assert cli.executed == ["psshow"]

    def test_backspace_and_control_c(self) -> None:
        cli = session()
        assert cli.feed("psx\b") == "psx\b \b"
        assert "Supply" in cli.feed("show\r")
        assert cli.feed("nonsense\x03") == "nonsense\r\nsan-1:rounds> "
        assert cli.executed == ["psshow"]

    def test_an_answer_without_a_last_line_feed_shares_its_line_with_the_prompt(self) -> None:
        assert session(release="v7.4.2c").feed("switchstatusshow\r").endswith("\r\n\tsan-1:FID128:rounds> ")

    def test_commands_are_taken_in_any_case(self) -> None:
        assert "Supply" in session().feed("psShow\r")

    @pytest.mark.parametrize("word", ["exit", "logout"])
    def test_the_end(self, word: str) -> None:
        cli = session()
        cli.feed(f"{word}\r")
        assert cli.closed

    def test_the_pager_waits_shows_on_and_stops(self) -> None:
        cli = session(session={"page_lines": 4})
        first = cli.feed("switchshow\r")
        assert first.endswith(f"\r\n{MORE}")
        assert first.count("\r\n") == 5
        assert "switchMode" not in first[:first.index("switchState")]
        assert cli.feed(" ").startswith("\r        \rswitchRole")
        assert cli.feed("q").endswith("san-1:rounds> ")
        assert "\r\n" in cli.feed("\r")

    def test_the_dialogue_about_passwords(self) -> None:
        cli = session(session={"password_reminder": True})
        assert "Use Control-C to exit" in cli.greeting()
        assert cli.feed("\x03").endswith("san-1:rounds> ")
        assert cli.device.changes == []
        careless = session(session={"password_reminder": True})
        assert careless.feed("\r").endswith("Enter new password: ")
        assert careless.device.changes == ["passwd"]

    def test_the_exec_channel_has_no_path_before_6_0(self) -> None:
        assert session().run("version") == "rbash: version: command not found\r\n"
        assert "v6.2.2g" in session(release="v6.2.2g").run("version")
        assert session().run("  ") == ""


class TestRefusals:
    @pytest.mark.parametrize("line", [
        "portdisable 4", "cfgsave", "cfgenable pacs_cfg", "reboot", "portstatsclear 0", "statsclear", "errclear",
        "switchname other", "date 1122334455", "tsclockserver 127.13.1.1", "firmwaredownload", "passwd",
        "configupload"])
    def test_what_would_change_the_switch_is_refused_and_kept(self, line: str) -> None:
        one = device()
        assert one.output(line) == "RBAC permission denied.\n"
        assert one.changes == [line]

    def test_what_only_looks_is_no_change(self) -> None:
        one = device(release="v6.2.2g")
        for command in COMMANDS:
            one.output(command)
        assert one.changes == []

    def test_an_unknown_command(self) -> None:
        assert device().output("mapsdb --show") == "rbash: mapsdb: command not found\n"

    @pytest.mark.parametrize("changes", [
        {"release": "v8.2.1"}, {"release": "6.2.2"}, {"ports": {"16": {"state": "Online"}}},
        {"ports": {"4": {"colour": "red"}}}, {"cabling": {"x": {}}}, ])
    def test_a_state_that_makes_no_switch(self, changes: dict[str, Any]) -> None:
        with pytest.raises(BadInput):
            device(**changes)

    def test_a_monitor_that_no_switch_has(self) -> None:
        with pytest.raises(BadInput):
            device(status={"Coffee": "DOWN"}).output("switchstatusshow")


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_parsers_read_every_answer_in_every_dialect(command: str, release: str) -> None:
    if command == "sfpshow -all" and release < "v6":
        assert device().output(command).startswith("usage: ")
        return
    assert read(command, release=release)


@pytest.mark.parametrize("release", RELEASES)
class TestState:
    def test_eight_ports_are_in_use_and_eight_have_no_licence(self, release: str) -> None:
        ports = read("switchshow", release=release)["ports"]
        assert [one["state"] for one in ports] == ["online"] * 8 + ["no_module"] * 8
        assert len(read("nsshow", release=release)) == 8

    def test_a_failed_fan_makes_the_switch_marginal(self, release: str) -> None:
        changes = {"release": release, "fans": {"2": {"state": "Faulty", "rpm": 0}}}
        assert [one["state"] for one in read("fanshow", **changes)] == ["ok", "faulty", "ok"]
        assert read("switchstatusshow", **changes)["state"] == "marginal"

    def test_a_port_that_lost_its_light(self, release: str) -> None:
        changes = {"release": release, "ports": {"4": {"state": "No_Light", "type": "", "wwn": ""}}}
        assert read("switchshow", **changes)["ports"][4]["state"] == "no_light"
        assert len(read("nsshow", **changes)) == 7

    def test_a_change_of_the_zoning_that_is_not_in_effect(self, release: str) -> None:
        zoning = read("cfgshow", release=release,
                      zoning={**SAN.state["zoning"], "changed": {"new_zone": ["pacs_a_0", "spa_1"]}})
        assert "new_zone" in zoning["defined"]["zones"]
        assert "new_zone" not in zoning["effective"]["zones"]

    def test_counters_of_frames_grow_and_errors_stand(self, release: str) -> None:
        now, later = (read("porterrshow", release=release, at=NOW + wait) for wait in (0, 86400))
        assert later[0]["frames_tx"] > now[0]["frames_tx"]
        assert later[0]["crc_err"] == now[0]["crc_err"] == 0
        errors = read("porterrshow", release=release, ports={"5": {"crc_err": 1520, "enc_out": 31}})
        assert (errors[5]["crc_err"], errors[5]["enc_out"]) == (1500, 31)


def test_the_clock_and_its_fault() -> None:
    assert read("date") == {"time": "2026-11-18T19:06:40", "zone": "CST"}
    assert read("date", clock_offset_seconds=-600.0)["time"] == "2026-11-18T18:56:40"


@pytest.mark.parametrize(("number", "old", "new"), [
    (0, "0", "0"), (999, "999", "999"), (1000, "1.0k", "1.0k"), (7_049, "7.0k", "7.0k"), (665_432, "665k", "665.4k"),
    (463_200_000, "463m", "463.2m"), (1_299_000_000, "1.2g", "1.2g")])
def test_how_a_large_counter_is_written(number: int, old: str, new: str) -> None:
    assert (short(number, always_a_tenth=False), short(number, always_a_tenth=True)) == (old, new)


class TestSnmp:
    def rows(self, **changes: Any) -> dict[str, tuple[str, Any]]:
        return {oid.removeprefix(f"{fos_snmp.SW}."): (kind, value) for oid, kind, value in
                fos_snmp.rows(device(**changes))}

    def test_the_agent_says_what_the_command_line_says(self) -> None:
        said = self.rows(fans={"2": {"state": "Faulty", "rpm": 0}},
                         ports={"4": {"state": "No_Light", "type": "", "wwn": ""}, "5": {"crc_err": 77}})
        assert said["1.6.0"] == ("string", "v5.3.2c")
        assert said["1.21.0"] == ("integer", 6)
        assert [said[f"1.22.1.3.{number}"][1] for number in range(1, 7)] == [4, 4, 4, 2, 4, 4]
        assert said["1.22.1.5.4"] == ("string", "SLOT #0: FAN #2")
        assert [said[f"6.2.1.4.{index}"][1] for index in range(1, 17)] == [1, 1, 1, 1, 2, 1, 1, 1] + [2] * 8
        assert said["6.2.1.3.5"] == ("integer", 4)
        assert said["6.2.1.22.6"] == ("counter32", 77)
        assert said["6.2.1.34.1"] == ("string", bytes.fromhex("200000051e36a17c"))

    def test_load_is_told_from_6_2_on(self) -> None:
        assert "26.1.0" not in self.rows()
        assert self.rows(release="v6.2.2g")["26.1.0"] == ("integer", 7)

    def test_no_object_twice(self) -> None:
        names = [oid for oid, _, _ in fos_snmp.rows(device(release="v7.4.2c"))]
        assert len(names) == len(set(names)) > 300
