"""Reading a run: everything in, nothing lost, broken files named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import report_run

from pacs_rounds.model import BadInput, Outcome, Reason
from pacs_rounds.report import tables, view
from pacs_rounds.report.findings import findings, numbers
from pacs_rounds.report.headings import chapters
from pacs_rounds.report.matrix import matrices


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> view.RunView:
    return view.load(report_run.build(tmp_path_factory.mktemp("run")), report_run.LINK)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> view.RunView:
    return view.load(report_run.build(tmp_path_factory.mktemp("healthy"), clean=True), report_run.LINK)


def test_every_line_of_every_record_file_is_read(run: view.RunView, tmp_path: Path) -> None:
    folder = report_run.build(tmp_path)
    lines = sum(len(path.read_text("utf-8").split("\n")) - 1 for path in folder.glob("data/records/*/*.jsonl"))
    assert len(run.records) == lines > 1000
    assert run.gaps == 0
    assert run.counts_agree()
    one = next(record for record in run.records if record.host == "pacs-a" and record.item == "/u01")
    line = (folder / "data" / one.file).read_text("utf-8").split("\n")[one.line - 1]
    assert json.loads(line) == one.raw


def test_addresses_come_from_what_the_role_was_given(run: view.RunView) -> None:
    assert run.devices["pacs-b"]["address"] == "127.13.1.2"


def test_a_planned_check_without_a_record_becomes_unknown(tmp_path: Path) -> None:
    found = view.load(report_run.build(tmp_path, clean=True, drop=("ims", "linux.services")), None)
    missing = [record for record in found.records if record.line == 0]
    assert [(one.host, one.check, one.outcome, one.reason) for one in missing] == [
        ("ims", "linux.services", Outcome.UNKNOWN, Reason.NOT_RUN)]
    assert found.gaps == 1
    chapter = next(one for one in chapters(found, findings(found)) if one.heading.clause == "S1-018")
    assert chapter.outcome is Outcome.UNKNOWN


def test_wrong_counts_in_run_json_are_noticed(tmp_path: Path) -> None:
    folder = report_run.build(tmp_path)
    path = folder / "data" / "run.json"
    data = json.loads(path.read_text("utf-8"))
    data["counts"]["critical"] = 0
    path.write_text(json.dumps(data), encoding="utf-8")
    assert not view.load(folder, None).counts_agree()


@pytest.mark.parametrize(("name", "text", "says"), [
    ("run.json", None, "run.json"),
    ("run.json", "{", "not JSON"),
    ("run.json", "[]", "no mapping"),
    ("run.json", '{"policy": {"headings": []}}', "seven of S1-057"),
    ("checks.json", "{}", "catalogue entries"),
    ("records/web/linux_health.jsonl", '{"host": "web"}\n', "linux_health.jsonl:1"),
    ("records/web/linux_health.jsonl", "\n\n{\n", "linux_health.jsonl:3"),
    ("records/web/linux_health.jsonl", b"\xff\xfe", "cannot be read"),
])
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str | bytes | None, says: str) -> None:
    folder = report_run.build(tmp_path)
    path = folder / "data" / name
    path.unlink()
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match=says.replace(".", r"\.")):
        view.load(folder, None)


def _changed(folder: Path, **values: object) -> Path:
    path = folder / "data" / "records" / "web" / "linux_health.jsonl"
    first, _, rest = path.read_text("utf-8").partition("\n")
    path.write_text(json.dumps({**json.loads(first), **values}) + "\n" + rest, encoding="utf-8")
    return folder


@pytest.mark.parametrize("values", [
    {"outcome": "fine"}, {"reason": "tired"}, {"host": "ims"}, {"impact": None},
    {"sources": [{"command": "x", "sha256": "../../etc/passwd"}]},
], ids=str)
def test_a_record_that_is_none_is_refused(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"linux_health\.jsonl:1"):
        view.load(_changed(report_run.build(tmp_path), **values), None)


def test_the_seven_headings_keep_their_order(run: view.RunView) -> None:
    assert [one.heading.clause for one in chapters(run, findings(run))] == list(view.SEVEN)


def test_a_heading_is_never_fine_with_anything_unknown(run: view.RunView, healthy: view.RunView) -> None:
    for chapter in chapters(run, findings(run)):
        if chapter.counts["unknown"] or not chapter.records:
            assert chapter.outcome in (Outcome.UNKNOWN, Outcome.CRITICAL)
    verdicts = {one.heading.clause: one.outcome for one in chapters(healthy, findings(healthy))}
    assert verdicts.pop("S1-021") is Outcome.UNKNOWN, "nothing was looked at"
    assert set(verdicts.values()) == {Outcome.OK}


def test_a_heading_where_nothing_applies_is_unknown(run: view.RunView) -> None:
    aside = [record for record in run.records if record.outcome is Outcome.NOT_APPLICABLE]
    assert aside
    assert view.verdict(aside) is Outcome.NOT_APPLICABLE
    assert view.heading_verdict(aside) is Outcome.UNKNOWN


def test_files_changed_after_sealing_are_noticed(tmp_path: Path) -> None:
    folder = report_run.build(tmp_path, clean=True)
    found = view.load(folder, {**report_run.LINK, "bag_sha256": "0" * 64})
    assert not found.link_agrees()
    assert view.load(folder, {**report_run.LINK, "bag_sha256": found.tagmanifest_sha256}).link_agrees()


def test_a_check_without_a_heading_gets_its_own_place(tmp_path: Path) -> None:
    folder = report_run.build(tmp_path, clean=True)
    path = folder / "data" / "checks.json"
    checks = json.loads(path.read_text("utf-8"))
    checks[0]["clauses"] = ["S2-032"]
    path.write_text(json.dumps(checks), encoding="utf-8")
    found = view.load(folder, None)
    last = chapters(found, findings(found))[-1]
    assert last.heading.clause == ""
    assert {record.check for record in last.records} == {"linux.filesystem_usage"}


def test_every_record_has_its_line_under_a_heading(run: view.RunView) -> None:
    told = [id(record) for chapter in chapters(run, findings(run)) for line in chapter.lines for record in line.records]
    assert sorted(told) == sorted(id(record) for record in run.records)


def test_every_bad_record_is_in_exactly_one_finding_gravest_first(run: view.RunView) -> None:
    found = findings(run)
    bad = [record for record in run.records if record.outcome in ("critical", "unknown", "warning")]
    assert sorted(id(record) for one in found for record in one.records) == sorted(id(record) for record in bad)
    assert set(numbers(found).values()) == set(range(1, len(found) + 1))
    order = [("critical", "unknown", "warning").index(one.outcome) for one in found]
    assert order == sorted(order)


def test_a_silent_device_is_one_finding_not_one_per_check(run: view.RunView) -> None:
    silent = [one for one in findings(run) if one.check is None]
    assert [(one.hosts, one.reason) for one in silent] == [(["ris-b"], Reason.UNREACHABLE)]
    assert len(silent[0].records) == 35


def test_a_waiver_stands_beside_and_changes_nothing(run: view.RunView) -> None:
    waived = [record for record in run.records if record.waiver]
    assert [(one.host, one.item, one.outcome) for one in waived] == [("access-1", "FAN 1", Outcome.CRITICAL)]


def test_the_matrix_has_every_planned_pair(run: view.RunView) -> None:
    cells = {(matrix.role, check, host) for matrix in matrices(run) for check in matrix.checks for host in matrix.hosts
             if matrix.cell(check, host).outcome is not None}
    assert cells == {(plan["role"], check, host) for plan in report_run.plan() for check in plan["checks"]
                     for host in plan["hosts"]}
    assert {matrix.role: matrix.turned for matrix in matrices(run)} == {
        "linux_health": False, "catalyst_health": False, "dicom_reachability": True}


def test_many_hosts_with_many_checks_are_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_run, "LINUX", [f"server-{n:02d}" for n in range(16)])
    found = matrices(view.load(report_run.build(tmp_path, clean=True), None))
    linux = [matrix for matrix in found if matrix.role == "linux_health"]
    assert [len(matrix.hosts) for matrix in linux] == [8, 8]
    assert [(matrix.part, matrix.parts) for matrix in linux] == [(1, 2), (2, 2)]


def test_nothing_of_the_inventory_is_forgotten(run: view.RunView) -> None:
    left_out = {(one.subject, one.count, one.reason is None) for one in tables.unseen(run)}
    assert left_out == {("clients", 130, False), ("storage_arrays", 1, False), ("san-1", 1, True)}
    assert "vnx5500" not in run.looked_at()


def test_serials_are_compared_as_written(run: view.RunView) -> None:
    compared = {one.host: one.compared for one in tables.identities(run)}
    assert compared["pacs-a"] == "same"
    assert compared["broker-b"] == "differs"
    assert compared["ris-b"] == "silent"
    assert compared["ims"] == "no_contract"
    assert compared["vnx5500"] == "silent"


def test_changes_and_commands_add_up(run: view.RunView) -> None:
    changed, same = tables.changes(run)
    assert len(changed) + same == sum(1 for record in run.records if record.previous is not None)
    assert changed[0].outcome is Outcome.CRITICAL
    sent = {(one.role, one.command): one for one in tables.commands(run)}
    echo = sent["dicom_reachability", "show dicom echo"]
    assert (echo.answered, echo.failed) == (40, 2)
    assert echo.longest == pytest.approx(0.31)


def test_appendix_holds_every_record_once(run: view.RunView) -> None:
    told = [id(record) for one in tables.values(run) for record in one.records]
    assert sorted(told) == sorted(id(record) for record in run.records)
