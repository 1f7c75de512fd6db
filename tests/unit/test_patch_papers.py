"""What is shown and sent of patches: where each host stands, the notice, the outages."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from patch_site import Site, entry
from patch_site import site as site

from pacs_rounds import yamlfile
from pacs_rounds.cli import cli
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import conduct, desk, survey

NOW = 1_795_305_600.0  # 2026-11-22T08:00 in Shanghai
LATER = entry(id="P3", to="3", state="deferred", control="=firewall", expires="2026-11-21", **{"from": ["2"]})


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "now", lambda: NOW)


def rounds(*words: str) -> Result:
    return CliRunner().invoke(cli, ["patch", *words])


def told(**versions: str) -> None:
    dark = Answer("", "", None, reason=Reason.UNREACHABLE, detail="no route")
    survey.keep("lab", {host.replace("_", "-"): {"core": Answer("", f"ii  {version}", 0) if version else dark}
                        for host, version in versions.items()})


@pytest.mark.parametrize(("a", "b", "verdicts", "status"), [
    ("2", "2", ["current", "current"], 0), ("1", "2", ["missing", "current"], 1), ("3", "2", ["ahead", "current"], 1),
    ("2", "", ["current", "unknown"], 1), ("7", "2", ["unknown", "current"], 1)])
def test_status_of_each_host(site: Site, a: str, b: str, verdicts: list[str], status: int) -> None:
    told(pacs_a=a, pacs_b=b)
    said = rounds("status", "--site", "lab", "--no-ask", "--format", "json")
    data = json.loads(said.stdout)
    yamlfile.validate(data, "patch-states", Path("x.json"))
    assert [row["verdict"] for row in data["rows"]] == verdicts
    assert said.exit_code == status


def test_host_that_was_not_asked_is_unknown(site: Site) -> None:
    told(pacs_a="2")
    said = rounds("status", "--site", "lab", "--no-ask")
    assert said.exit_code == 1
    assert "nobody asked this host" in said.stdout


def test_nothing_is_said_where_nobody_asked(site: Site) -> None:
    with pytest.raises(BadInput, match="nobody has asked"):
        survey.status("lab")


def test_expired_decision_is_seen_wherever_one_looks(site: Site) -> None:
    site.write(entry(), LATER)
    told(pacs_a="2", pacs_b="2")
    forms = {form: rounds("status", "--site", "lab", "--no-ask", "--format", form) for form in ("table", "json", "csv")}
    assert {one.exit_code for one in forms.values()} == {1}
    assert all("P3: deferred until 2026-11-21 has expired" in one.stderr for one in forms.values())
    assert json.loads(forms["json"].stdout)["expired_decisions"][0]["patch"] == "P3"
    rows = list(csv.DictReader(io.StringIO(forms["csv"].stdout.removeprefix("\ufeff"))))
    assert rows[0]["verdict"] == "control_expired"
    assert rows[0]["compensating_control"] == "'=firewall", "a spreadsheet must not take it for a formula"
    assert "P3  core 2 -> 3  deferred until 2026-11-21  =firewall  EXPIRED" in rounds("list", "--site", "lab").stdout
    site.write(entry(), LATER | {"expires": "2026-11-22"})
    assert rounds("status", "--site", "lab", "--no-ask").exit_code == 0, "the last day still counts"


def test_status_as_a_workbook_in_chinese(site: Site, tmp_path: Path) -> None:
    site.write(entry(), LATER)
    told(pacs_a="1", pacs_b="2")
    path = tmp_path / "x.xlsx"
    said = rounds("status", "--site", "lab", "--no-ask", "--format", "xlsx", "--lang", "zh", "-o", str(path))
    assert said.exit_code == 1
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["补丁状态", "过期决定"]
    verdicts = [row[5] for row in book["补丁状态"].iter_rows(min_row=3, values_only=True)]
    assert verdicts == ["缺少已批准补丁", "延期或拒绝已过期"]
    assert "缺少已批准补丁" in rounds("status", "--site", "lab", "--no-ask", "--lang", "zh").stdout


def test_workbook_needs_a_file(site: Site) -> None:
    told(pacs_a="2")
    assert isinstance(rounds("status", "--site", "lab", "--no-ask", "--format", "xlsx").exception, BadInput)


def test_product_on_a_host_that_does_not_exist_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from patch_site import PRODUCT
    monkeypatch.setitem(PRODUCT, "hosts", ["serverz"])
    site.write()
    with pytest.raises(BadInput, match="neither a host nor a group"):
        conduct.control_questions("lab", {}, 1)


def test_control_node_keeps_what_the_hosts_said(site: Site) -> None:
    asked: dict[str, Any] = conduct.control_questions("lab", {}, 1)
    assert asked["hosts"] == ["pacs-a", "pacs-b"]
    said = {host: {"core": conduct.plain(Answer("", "ii  2", 0))} for host in asked["hosts"]}
    conduct.control_standing("lab", {"answers": said}, 1)
    assert survey.status("lab").fine
