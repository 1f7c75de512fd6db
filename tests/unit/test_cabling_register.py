"""The register: what is refused with file, line and key; spreadsheets and NetBox there and back; what is printed."""

from __future__ import annotations

import shutil
import xml.dom.minidom
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pacs_rounds import paths
from pacs_rounds.cabling import (
    book,
    elevation,
    labels,
    linktests,
    names,
    netbox,
    netbox_in,
    register,
    rules,
    sheets,
    sheets_in,
    topology,
    trace,
    writer,
)
from pacs_rounds.cabling import print as printing
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import PortState, View
from pacs_rounds.cli.cabling import cabling
from pacs_rounds.model import BadInput

LAB = register.load("lab")


def _with(**changes: Any) -> Register:
    """The lab's register with single entries changed or added: section -> name -> entry (None: gone)."""
    data = writer.data_of(LAB)
    for section, entries in changes.items():
        for name, entry in entries.items():
            if entry is None:
                data[section].pop(name)
            else:
                data[section][name] = {**data[section].get(name, {}), **entry}
    return register.from_data("lab", data)


def _kinds(found: Register) -> set[str]:
    return {fault.kind for fault in rules.check(found)} - {"one_switch", "one_feed"}


@pytest.mark.parametrize(("told", "means"), [
    ("GigabitEthernet1/0/1", "Gi1/0/1"), ("Gig 1/0/1", "Gi1/0/1"), ("gi1/0/1", "Gi1/0/1"), ("SP A port 0", "A-0"),
    ("eth0", "eth0"), ("7r", "7r"), ("Ten-GigabitEthernet1/1", "Ten-GigabitEthernet1/1")])
def test_ports_have_one_spelling(told: str, means: str) -> None:
    assert names.port(told) == means


def test_a_name_that_is_cut_off_is_never_completed() -> None:
    assert names.same_port("GigabitEthernet1/0/12", "GigabitEthernet1/0/") == names.MAYBE
    assert names.same_port("Gi1/0/12", "Gi1/0/1") == names.NO
    assert names.same_port("Gi1/0/12", "0018.b9aa.0100") == names.MAYBE
    assert names.same_port("Gi1/0/1", "GigabitEthernet1/0/1") == names.YES


def test_the_lab_has_no_error_and_the_real_site_no_fault() -> None:
    assert [fault for fault in rules.check(LAB) if fault.error] == []
    assert rules.check(register.load("cancer-hospital")) == []


@pytest.mark.parametrize(("kind", "changes"), [
    ("port_used_twice", {"cables": {"L0900": {"a": "pacs-a:eth0", "b": "core-1:Gi9/40", "type": "cat6"}}}),
    ("no_such_port", {"cables": {"L0001": {"b": "core-1:Gi9/99"}}}),
    ("no_such_device", {"cables": {"L0019": {"b": "core-9:Gi9/1"}}}),
    ("wrong_medium", {"cables": {"L0001": {"type": "om2"}}}),
    ("too_long", {"cables": {"L0001": {"length_m": 130}}}),
    ("too_long", {"cables": {"C0001": {"length_m": 180}}}),
    ("unit_taken", {"devices": {"pacs-b": {"u": 12}}}),
    ("beyond_rack", {"devices": {"pacs-b": {"u": 41}}}),
    ("no_such_rack", {"devices": {"pacs-b": {"rack": "Z9"}}}),
    ("no_such_tray", {"cables": {"L0001": {"route": ["tray-z"]}}}),
    ("id_rule", {"cables": {"Q1": {"a": "core-1:Gi9/45", "b": "core-2:Gi9/45", "type": "cat6"}}}),
    ("colour_rule", {"cables": {"L0001": {"colour": "pink"}}}),
    ("same_identity", {"devices": {"ris-a": {"known": {"imm": {"mac": LAB.devices["pacs-a"].known["imm"]["mac"]}}}}}),
    ("one_path", {"cables": {"L0010": None}}),
    ("one_tray", {"cables": {"L0010": {"route": ["tray-a"]}}}),
    ("one_tray", {"cables": {"F0014": {"route": ["tray-a"]}}}),
    ("supply_unplugged", {"cables": {"P0002": None}}),
    ("tray_full", {"trays": {"tray-a": {"capacity": 3}}})])
def test_each_fault_is_found_alone(kind: str, changes: dict[str, Any]) -> None:
    assert _kinds(_with(**changes)) == {kind}


def test_both_supplies_on_one_feed_are_a_finding() -> None:
    found = _with(cables={"P0002": {"b": "pdu-a01-a:9"}})
    assert "one_feed" in {fault.kind for fault in rules.check(found) if "pacs-a" in fault.about}


def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(paths.INVENTORIES / "lab", tmp_path / "lab")
    monkeypatch.setattr(paths, "INVENTORIES", tmp_path)
    return tmp_path / "lab" / "cabling"


@pytest.mark.parametrize(("line", "says"), [
    ("  L0001: {a: 'pacs-a:eth9', b: unknown, type: cat6}\n", "cables.yml"),
    ("  L0901: {a: pacs-a, b: unknown, type: cat6}\n", "is no end of a cable"),
    ("  L0901: {a: unknown, b: unknown, type: cat9}\n", "cat9"),
    ("  L0901: {a: unknown, b: unknown, type: cat6, installed: 2013-02-30}\n", "no day of the calendar"),
    ("  L0901: {a: unknown, b: unknown, type: cat6, lenght_m: 3}\n", "lenght_m")])
def test_a_file_that_cannot_be_used_is_named_with_line_and_key(
        line: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _site(tmp_path, monkeypatch)
    (folder / "more.yml").write_text(f"---\ncables:\n{line}", encoding="utf-8")
    with pytest.raises(BadInput, match=says) as refusal:
        register.load("lab")
    assert "more.yml:3" in refusal.value.where


def test_a_duplicate_id_in_one_file_is_refused_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _site(tmp_path, monkeypatch)
    twice = "  L0901: {a: unknown, b: unknown, type: cat6}\n" * 2
    (folder / "more.yml").write_text(f"---\ncables:\n{twice}", encoding="utf-8")
    with pytest.raises(BadInput, match="L0901"):
        register.load("lab")


# There and back -------------------------------------------------------------------------------------------------------

NOTHING: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}


def test_yaml_workbook_csv_and_netbox_come_back_the_same(tmp_path: Path) -> None:
    for name, text in writer.files(LAB).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert writer.changes(LAB, register.read("lab", sorted(tmp_path.glob("*.yml")))) == NOTHING
    book_path = tmp_path / "l.xlsx"
    book_path.write_bytes(sheets.to_xlsx(LAB))
    for source in (book_path, tmp_path):
        for name, data in sheets.to_csv(LAB).items():
            (tmp_path / name).write_bytes(data)
        found, mistakes = sheets_in.parse("lab", sheets_in.read(source), LAB)
        assert mistakes == []
        assert found is not None
        assert writer.changes(LAB, found) == NOTHING
    assert writer.changes(LAB, netbox_in.read_files("lab", netbox.files(LAB), LAB)) == NOTHING


def test_every_mistake_of_a_sheet_is_named_by_row_and_column() -> None:
    cells = sheets.tables(LAB)
    cells["cables"][3][6] = "zehn"
    cells["cables"][5][0] = cells["cables"][4][0]
    cells["cables"][7][5] = "cat9"
    cells["devices"][2][4] = "U7"
    found, mistakes = sheets_in.parse("lab", cells, LAB)
    assert found is None
    assert {one.partition(":")[0] for one in mistakes} == {
        "cables, row 4, column length_m", "cables, row 6, column id", "cables, row 8, column type",
        "devices, row 3, column u"}


def test_what_the_rules_refuse_has_its_row_too() -> None:
    cells = sheets.tables(LAB)
    cells["cables"].append(["L0900", "pacs-a", "eth0", "core-1", "Gi9/40", "cat6"])
    found, mistakes = sheets_in.parse("lab", cells, LAB)
    assert found is None
    assert mistakes[0].startswith(f"cables, row {len(cells['cables'])}, column a_port: pacs-a:eth0 is already")


def test_a_formula_stays_text() -> None:
    found = _with(cables={"L0001": {"note": "=1+1"}})
    assert b"'=1+1" in sheets.to_csv(found)["cables.csv"]


def test_netbox_rows_name_components_of_the_right_kind() -> None:
    rows = {row["label"]: row for row in netbox.cables_table(LAB)[1]}
    assert rows["T0001"]["side_a_type"] == "dcim.rearport"
    assert rows["F0001"]["side_b_type"] == "dcim.frontport"
    assert (rows["P0001"]["side_a_type"], rows["P0001"]["side_b_type"]) == ("dcim.powerport", "dcim.poweroutlet")
    panel = yaml.safe_load(netbox.type_yaml(LAB.types["fibre-panel-24"]))
    assert panel["port-mappings"][0] == {"front_port": "1", "front_port_position": 1, "rear_port": "1r",
                                         "rear_port_position": 1}


def test_cables_of_the_rest_api_are_read_and_a_breakout_is_refused() -> None:
    def end(device: str, port: str) -> dict[str, Any]:
        return {"object_type": "dcim.interface", "object": {"name": port, "device": {"name": device}}}

    one = {"id": 7, "label": "L0001", "type": "cat6", "status": {"value": "connected", "label": "Connected"},
           "color": "2196f3", "length": 10, "length_unit": {"value": "m"}, "description": "lan",
           "a_terminations": [end("pacs-a", "eth0")], "b_terminations": [end("core-1", "GigabitEthernet9/1")]}
    found = netbox_in.cables_from_api(LAB, [one])
    assert found.cables["L0001"].b == End("core-1", "Gi9/1")
    with pytest.raises(BadInput, match="2 terminations"):
        netbox_in.cables_from_api(LAB, [{**one, "b_terminations": [end("core-1", "Gi9/1")] * 2}])


# What is printed ------------------------------------------------------------------------------------------------------

def test_a_trace_fits_a_phone_and_goes_through_panels() -> None:
    lines = trace.text(LAB, End("us-1", "eth0"))
    assert lines[-1].endswith("-> F1 U16 access-1 Fa1/0/6")
    assert len(lines) == 4
    assert max(map(len, lines)) <= 64
    assert "nothing documented" in trace.text(LAB, End("core-1", "Gi9/48"))[0]


@pytest.mark.parametrize("cable", ["L0040", "T0012", "L0041"])
def test_a_trace_of_a_cable_is_the_whole_path_with_a_star_at_its_own_hop(cable: str) -> None:
    lines = trace.text_of(LAB, LAB.cables[cable])
    assert "us-1 eth0" in "".join(lines)
    assert "access-1 Fa1/0/6" in "".join(lines)
    assert len(lines) == 4
    assert [line.split()[1] for line in lines if line.endswith(" *")] == [cable]


def test_labels_hold_both_ends_and_the_id() -> None:
    made = labels.labels(LAB, ["L0001"])
    assert [(one.side, one.near, one.far) for one in made] == [
        ("A", "A01.10:eth0", "A04.03:Gi9/1"), ("B", "A04.03:Gi9/1", "A01.10:eth0")]
    with pytest.raises(BadInput, match="no such cable"):
        labels.labels(LAB, ["L9999"])
    with pytest.raises(BadInput, match=r"rules\.label"):
        labels.labels(register.from_data("lab", {**writer.data_of(LAB), "rules": {"label": "{nothing}"}}), ["L0001"])


@pytest.mark.parametrize("form", printing.FORMS)
def test_label_sheets_are_the_same_bytes_twice(form: str) -> None:
    made = labels.labels(LAB, ["L0001", "C0001", "T0001"])
    assert printing.label_sheet(LAB, made, form) == printing.label_sheet(LAB, made, form)


def test_drawings_are_well_formed_and_name_every_device() -> None:
    for rack in LAB.racks:
        drawn = elevation.elevation(LAB, rack)
        xml.dom.minidom.parseString(drawn)  # noqa: S318
        assert all(device.name in drawn for device in LAB.in_rack(rack))
    for kind in topology.KINDS:
        laid = topology.layout(LAB, kind)
        for text in (topology.svg(laid), topology.drawio(laid)):
            xml.dom.minidom.parseString(text)  # noqa: S318
            assert "san-1" in text if kind == "san" else "core-2" in text


def test_the_book_is_a_pdf_and_the_same_bytes_twice() -> None:
    on = printing.day_of(LAB)
    pages = book.blocks(LAB, None, "", on.isoformat(), "zh", "模拟医院")
    once = printing.book(LAB, pages, "t", ["a", "b"], on, "zh")
    assert once.startswith(b"%PDF")
    assert once == printing.book(LAB, pages, "t", ["a", "b"], on, "zh")


def test_the_schedule_of_a_rack_lists_every_end_in_it() -> None:
    rows = book.schedule(LAB, "A04")
    inside = {device.name for device in LAB.in_rack("A04")}
    ends = sum(end.device in inside for cable in LAB.cables.values() for end in cable.ends)
    assert len(rows) == ends
    assert book.schedule_csv(rows).count(b"\r\n") == ends + 1


# Tests of links -------------------------------------------------------------------------------------------------------

def test_errors_count_as_the_difference_and_a_reset_says_nothing() -> None:
    def view(crc: int) -> dict[str, View]:
        return {"core-1": View("core-1", counters={"Gi9/1": {"crc_errors": crc}})}

    def words(before: int, after: int) -> list[str]:
        return [one.word for one in linktests.run(LAB, view(after), view(before))]

    assert words(5, 5) == ["ok"]
    assert words(5, 9) == ["bad"]
    assert words(9, 5) == ["unknown"]


def test_speed_and_duplex_must_agree_and_light_keep_its_limits() -> None:
    views = {"core-1": View("core-1", ports={"Gi1/1": PortState("up", "", 1000, "full")}),
             "access-1": View("access-1", ports={"Gi1/0/1": PortState("up", "", 1000, "half")}),
             "san-1": View("san-1", light={"0": (20.0, [10, 1200, 15, 1000]), "1": (8.0, [10, 1200, 15, 1000]),
                                           "2": (300.0, [])})}
    found = {(one.kind, one.end): one.word for one in linktests.run(LAB, views)}
    assert found["duplex", "access-1:Gi1/0/1 - core-1:Gi1/1"] == "bad"
    assert found["speed", "access-1:Gi1/0/1 - core-1:Gi1/1"] == "ok"
    assert [found["light", f"san-1:{port}"] for port in "012"] == ["ok", "bad", "unknown"]


def test_a_testers_file_is_tied_to_cable_ids() -> None:
    text = ("LinkWare export\n\nCable ID,Limit,Test Result,Date\n"
            "L0001,Cat 6,PASS,2026/11/20\nL0001,Cat 6,FAIL,11/19/2026\n")
    found, changed, mistakes = linktests.read_tester(text, "t.csv", LAB)
    assert mistakes == []
    assert found is not None
    assert found.cables["L0001"].test == {"on": "2026-11-20", "result": "pass", "file": "t.csv"}
    assert changed == ["L0001: pass on 2026-11-20"]
    text += "L9999,Cat 6,PASS,2026/11/20\nL0002,x,perhaps,2026/11/20\n"
    found, _, mistakes = linktests.read_tester(text, "t", LAB)
    assert found is None
    assert [one.partition(":")[0] for one in mistakes] == ["row 6, column Cable ID", "row 7, column Test Result"]


# The command line -----------------------------------------------------------------------------------------------------

def _run(*words: str) -> Any:
    return CliRunner().invoke(cabling, list(words))


def test_check_and_trace_answer_on_the_terminal() -> None:
    told = _run("check", "--site", "lab")
    assert told.exit_code == 0
    assert told.output.endswith("0 errors, 4 findings\n")
    assert _run("check", "--site", "lab", "--fail-on", "finding").exit_code == 1
    assert "core-1 Gi9/1" in _run("trace", "--site", "lab", "pacs-a:eth0").output
    assert isinstance(_run("trace", "--site", "lab", "pacs-a:eth7").exception, BadInput)
    assert "access-1 Fa1/0/6" in _run("trace", "--site", "lab", "T0012").output
    assert isinstance(_run("trace", "--site", "lab", "T9999").exception, BadInput)


def test_an_import_with_a_mistake_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _site(tmp_path, monkeypatch)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (tmp_path / "cables.csv").write_text("id,type\nL0001,cat6\nL0001,cat6\n", encoding="utf-8")
    told = _run("import", "--site", "lab", "--write", str(tmp_path / "cables.csv"))
    assert told.exit_code == 2
    assert "row 3, column id" in told.output
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_import_writes_what_it_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _site(tmp_path, monkeypatch)
    source = tmp_path / "l.xlsx"
    source.write_bytes(sheets.to_xlsx(_with(cables={"L0001": {"length_m": 11}})))
    assert "nothing was written" in _run("import", "--site", "lab", str(source)).output
    assert register.load("lab").cables["L0001"].length_m == 10
    told = _run("import", "--site", "lab", "--write", str(source))
    assert "changed: cables.L0001" in told.output
    assert register.load("lab").cables["L0001"].length_m == 11
