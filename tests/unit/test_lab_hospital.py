"""The lab's data: every device is there, scenarios are laid over it, and what cannot be is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import hospital, overlay
from pacs_rounds.lab.kinds import NOT_SERVED, starter
from pacs_rounds.model import BadInput

SCENARIOS = sorted((paths.LAB / "scenarios").glob("*.yml"))
HEAD = "title: {en: A fault, zh: 故障}\nwhy: Somebody wants to know.\nexpect: []\n"


@pytest.fixture
def lay(tmp_path: Path) -> object:
    """Lay a scenario of some lines over the hospital."""
    def laid(body: str) -> dict[str, hospital.Device]:
        path = tmp_path / "fault.yml"
        path.write_text(HEAD + body, encoding="utf-8")
        return hospital.load(path)
    return laid


def test_the_lab_has_every_device_of_its_inventory_and_no_other() -> None:
    site = validate_site(paths.INVENTORIES / "lab")
    controllers = {f"imm-{host}" for host in site.groups["imm_servers"]}  # parts of a server, no hosts of their own
    assert sorted(hospital.load()) == sorted({*site.hosts, *controllers})
    assert len(site.groups["contract_devices"]) == 16
    assert len(site.groups["modalities"]) == 40
    assert len(site.groups["clients"]) == 130


def test_the_inventorys_addresses_are_the_labs() -> None:
    site, devices = validate_site(paths.INVENTORIES / "lab"), hospital.load()
    plan = site.group_vars["all"]["rounds_addresses"]
    assert plan == {name: devices[name].address for name in plan}
    controllers = site.group_vars["all"]["rounds_imm_addresses"]
    assert controllers == {host: devices[f"imm-{host}"].address for host in site.groups["imm_servers"]}
    register = site.group_vars["modalities"]["modality_register"]
    assert all(row["address"] == devices[name].address for name, row in register.items())


def test_contract_site_lists_the_fifteen_rows_as_written() -> None:
    site = validate_site(paths.INVENTORIES / "cancer-hospital")
    rows = site.group_vars["all"]["contract_devices_register"]
    assert [row["row"] for row in rows.values()] == list(range(1, 16))
    assert [row["clause"] for row in rows.values()] == [f"S1-{number:03d}" for number in range(73, 88)]
    assert rows["broker-b"]["serial_as_written"] == "O6BGZETT"
    assert rows["core-1"]["serial_as_written"] == "CNMYAGNGAB"
    assert set(site.groups["contract_devices"]) - set(rows) == {"ims"}
    assert set(site.group_vars["all"]["rounds_addresses"].values()) == {"unknown"}


@pytest.mark.parametrize("kind", sorted({kind for device in hospital.load().values() for kind in device.kinds}))
def test_every_kind_is_served_or_said_not_to_be(kind: str) -> None:
    assert kind in NOT_SERVED or callable(starter(kind))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenario_is_valid_and_expects_checks_that_exist(path: Path) -> None:
    devices = hospital.load(path)
    known = list(catalogue.load())
    entries = overlay.expected(path, known)
    assert {one["check"] for one in entries} <= set(known)
    assert {one["host"] for one in entries} <= set(devices)
    assert all(("reason" in one) == (one["outcome"] == "unknown") for one in entries)


def test_dotted_path_finds_keys_that_hold_dots_and_slashes(lay) -> None:  # type: ignore[no-untyped-def]
    devices = lay("pacs-a:\n  filesystems./u01.used_percent: 93\n  units.sshd.service: loaded failed failed x\n"
                  "  time_sync: {10.13.9.1: {mark: '?'}}\n")
    state = devices["pacs-a"].state
    assert state["filesystems"]["/u01"]["used_percent"] == 93
    assert state["units"]["sshd.service"] == "loaded failed failed x"
    assert state["time_sync"]["10.13.9.1"] == {**state["time_sync"]["10.13.9.2"], "mark": "?", "last_rx_seconds": 41,
                                               "offset_us": 118}


def test_scenario_changes_one_device_although_the_data_is_shared(lay) -> None:  # type: ignore[no-untyped-def]
    devices = lay("pacs-a:\n  filesystems./u01.used_percent: 93\n")
    assert devices["pacs-b"].state["filesystems"]["/u01"]["used_percent"] == 58


def test_null_takes_a_named_thing_away(lay) -> None:  # type: ignore[no-untyped-def]
    state = lay("web:\n  raids.md0: null\n  units.httpd.service: null\n")["web"].state
    assert list(state["raids"]) == ["md1"]
    assert "httpd.service" not in state["units"]


def test_empty_mapping_takes_any_key(lay) -> None:  # type: ignore[no-untyped-def]
    state = lay("web:\n  faults.answers: {df: nothing}\n  faults.flood.dmesg: 100\n")["web"].state
    assert state["faults"]["answers"] == {"df": "nothing"}
    assert state["faults"]["flood"] == {"dmesg": 100}


@pytest.mark.parametrize(("body", "where", "problem", "remedy"), [
    ("pacs-c:\n  uptime_days: 1\n", "fault.yml:4", "no device 'pacs-c'", "pacs-"),
    ("pacs-a:\n  uptime_dais: 1\n", "fault.yml:5", "pacs-a.uptime_dais", "uptime_days"),
    ("pacs-a:\n  filesystems./u02.used_percent: 1\n", "fault.yml:5", "filesystems./u02", "/u01"),
    ("pacs-a:\n  filesystems: {/u01: {used: 1}}\n", "fault.yml:5", "used", "used_percent"),
    ("pacs-a:\n  uptime_days: yesterday\n", "fault.yml:5", "must be a number", "143.2"),
    ("pacs-a:\n  faults.silent: 1\n", "fault.yml:5", "must be true or false", "False"),
    ("pacs-a:\n  faults.hang: df\n", "fault.yml:5", "must be a list", "[]"),
    ("pacs-a:\n  uptime_days: null\n", "fault.yml:5", "must be a number", "143.2"),
    ("pacs-a:\n  recorded: /no/such/folder\n", "fault.yml:5", "is no folder", "name a folder"),
    ("pacs-a: 3\n", "fault.yml:4", "pacs-a", "scenario.json"),
    ("pacs-a:\n  uptime_days: 1\npacs-a:\n  uptime_days: 2\n", "fault.yml:6", "stands twice", "line"),
])
def test_scenario_that_cannot_be_names_line_key_and_remedy(  # type: ignore[no-untyped-def]
        lay, body: str, where: str, problem: str, remedy: str) -> None:
    with pytest.raises(BadInput) as refusal:
        lay(body)
    assert refusal.value.where.endswith(where)
    assert problem in refusal.value.problem
    assert remedy in refusal.value.remedy


@pytest.mark.parametrize(("text", "problem"), [
    ("pacs-a:\n  uptime_days: 1\n", "required property"),
    (HEAD.replace("expect: []", "expect: [{host: web, check: linux.cpu_load, item: x, outcome: ok}]"), "is not one of"),
    ("- a list\n", "is not of type 'object'"),
    ("title: [\n", "not valid YAML"),
])
def test_scenario_of_the_wrong_shape_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "fault.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        hospital.load(path)
    assert problem in refusal.value.problem


def test_expectation_for_an_unknown_device_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fault.yml"
    entry = "{host: wob, check: linux.cpu_load, item: x, outcome: critical}"
    path.write_text(HEAD.replace("expect: []", f"expect: [{entry}]"), encoding="utf-8")
    with pytest.raises(BadInput, match="no device 'wob'"):
        hospital.load(path)


@pytest.mark.parametrize(("text", "problem"), [
    ("devices:\n  a: {kind: client}\n", "needs kind and address"),
    ("devices:\n  a: {kind: client, address: 10.0.0.1}\n", "not in 127.0.0.0/8"),
    ("devices:\n  a: {kind: client, address: 127.1.0.1}\n  b: {kind: client, address: 127.1.0.1}\n", "is already"),
    ("devices:\n  'a-[1:3]': {kind: client, address: '127.1.0.[1:2]'}\n", "does not count along"),
    ("devices:\n  a: {kind: client, address: 127.1.0.1, prot: 1}\n", "prot"),
    ("other: 1\n", "devices: is missing"),
])
def test_hospital_that_cannot_be_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "hospital.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        hospital.load(path=path)
    assert problem in refusal.value.problem


def test_pattern_in_an_expectation_stands_for_checks_without_their_own(tmp_path: Path) -> None:
    path = tmp_path / "fault.yml"
    path.write_text(HEAD.replace("expect: []", "expect:\n"
                    "  - {host: web, check: linux.*, item: '*', outcome: unknown, reason: refused}\n"
                    "  - {host: web, check: linux.b, item: b, outcome: critical}"), encoding="utf-8")
    found = overlay.expected(path, ["linux.a", "linux.b", "linux.serial_number", "dicom.echo"])
    linux = {(one["check"], one["item"]) for one in found if one["host"] == "web" and one["check"].startswith("linux.")}
    assert linux == {
        ("linux.a", "*"), ("linux.b", "b"), ("linux.serial_number", "*")}
    assert any(one["host"] == "broker-b" for one in found), "healthy.yml's own expectations stand beside them"


def test_comparison_names_what_is_missed_and_what_is_invented() -> None:
    def one(host: str, outcome: str, item: str = "x", reason: str | None = None) -> dict[str, object]:
        return {"host": host, "check": "linux.a", "item": item, "outcome": outcome, "reason": reason}

    records = [one("a", "ok"), one("b", "critical"), one("c", "unknown", "y", "refused"), one("d", "not_applicable")]
    entries = [one("b", "critical"), one("c", "unknown", "*", "refused")]
    assert overlay.compare(records, entries) == ([], [])
    assert overlay.compare(records[:1], entries)[0] == ["b linux.a x critical", "c linux.a * unknown refused"]
    assert overlay.compare(records, entries[:1])[1] == ["c linux.a y unknown refused"]
    assert overlay.compare([one("b", "warning")], entries[:1]) == (["b linux.a x critical"], ["b linux.a x warning"])
    assert overlay.compare([one("c", "unknown", "y", "timed_out")], entries[1:])[0] == ["c linux.a * unknown refused"]


def test_parts_written_with_one_anchor_are_changed_one_by_one(lay: object) -> None:
    disks = lay('vnx5500: {"disks.0_0_5.state": Faulted}\n')["vnx5500"].state["disks"]
    assert [slot for slot, disk in disks.items() if disk["state"] == "Faulted"] == ["0_0_5"]


def test_an_open_mapping_takes_several_keys(lay: object) -> None:
    laid = lay('vnx5500: {faults.answers: {getagent: one, getcontrol: two}}\n')["vnx5500"]
    assert laid.faults["answers"] == {"getagent": "one", "getcontrol": "two"}
