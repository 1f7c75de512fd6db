"""What is shown and sent of patches: where each host stands, the notice, the outages."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner, Result
from patch_site import PAIR, Site, entry
from patch_site import site as site

from pacs_rounds import paths, yamlfile
from pacs_rounds.cli import cli
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import conduct, desk, gatekeeping, letter, survey

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


def test_product_whose_groups_are_empty_is_named_and_never_fine(site: Site) -> None:
    approved = desk.read_list("lab")
    with pytest.raises(BadInput, match="is on no host"):
        survey.hosts_of(approved, {name: [] for one in approved.products.values() for name in one.hosts}, [])


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


NOTICE = {"to": {"zh": "信息中心", "en": "IT department"}, "from": {"zh": "运维组", "en": "Maintenance"},
          "contacts": [{"name": "李伟", "role": {"zh": "值班工程师", "en": "engineer on duty"},
                        "phone": "+86 10 00000000"}]}
SERVICES = {"zh": "影像调阅和上传", "en": "viewing and sending of images"}
DAY = 86400.0


def ready(site: Site, days: float, **more: Any) -> str:
    """A plan so many days from now, in a site that can write letters."""
    pair = PAIR | {"services": SERVICES, "counts": {"studies": "echo 1"}}
    site.write(notice=NOTICE, pairs={"pacs": pair}, notice_working_days=5, **more)
    return site.plan(NOW + days * DAY, NOW + days * DAY + 7200, made=NOW)


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ["系统计划维护通知", "信息中心", "影像调阅和上传", "PACS core 将升级至 2", "2026年12月2日（星期三）08:00",
            "60 秒", "每一步均可回退", "不晚于 2026年11月25日（星期三）", "在期限内发出", "李伟", "值班工程师",
            "+86 10 00000000", "不丢失图像"]),
    ("en", ["Notice of planned maintenance", "IT department", "viewing and sending of images", "60 seconds",
            "is in time", "Wednesday, 2026-12-02, 08:00", "engineer on duty", "Every step can be taken back"])])
def test_notice_says_everything_the_hospital_must_know(site: Site, tmp_path: Path, lang: str, words: list[str]) -> None:
    name = ready(site, 10)
    out = tmp_path / "notice.pdf"
    said = rounds("notice", "--site", "lab", name[:12], "--lang", lang, "-o", str(out))
    assert said.exit_code == 0, said.output
    text = text_of(out).replace("\n", "")
    squeezed = text.replace(" ", "")
    assert [word for word in [*words, name] if word.replace(" ", "") not in squeezed] == []
    (row,) = desk.Desk("lab").notices(name).events()
    assert row["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert row["in_time"] is True
    assert row["sha256"] in rounds("journal", "--site", "lab", name[:12]).stdout
    assert (paths.STATE / "patch" / "lab" / name / "notices" / row["file"]).read_bytes() == out.read_bytes()
    markdown = rounds("notice", "--site", "lab", name[:12], "--lang", lang, "--format", "md", "-o", str(out))
    assert markdown.exit_code == 0
    assert words[2] in out.read_text()


def test_late_notice_needs_a_reason_and_says_it(site: Site, tmp_path: Path) -> None:
    name = ready(site, 3)
    refused = rounds("notice", "--site", "lab", name[:12])
    assert isinstance(refused.exception, BadInput)
    assert "due by 2026-11-18, today is 2026-11-22" in str(refused.exception)
    assert desk.Desk("lab").notices(name).events() == []
    out = tmp_path / "n.md"
    said = rounds("notice", "--site", "lab", name[:12], "--format", "md", "--late", "高危漏洞", "-o", str(out))
    assert "LATE" in said.output
    assert "晚于该期限。原因：高危漏洞" in out.read_text()
    assert desk.Desk("lab").notices(name).events()[0]["late"] == "高危漏洞"


def test_last_day_for_the_notice_is_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = desk.Desk("lab").plan(ready(site, 10))
    assert plan["notice_by"] == "2026-11-25"
    assert not letter.late(plan, NOW + 3 * DAY + 15.9 * 3600), "23:54 in Shanghai"
    assert letter.late(plan, NOW + 3 * DAY + 16.1 * 3600), "the next day there, though not in Greenwich"


@pytest.mark.parametrize(("settings", "word"), [
    ({"notice": {}}, "rounds_patch.notice"), ({"pairs": {"pacs": PAIR}}, "pairs.pacs.services")])
def test_letter_is_not_silent_about_what_nobody_wrote(site: Site, settings: dict[str, Any], word: str) -> None:
    plan = desk.Desk("lab").plan(ready(site, 10))
    data = {"notice": NOTICE, "pairs": {"pacs": PAIR | {"services": SERVICES}}} | settings
    with pytest.raises(BadInput, match=word):
        letter.write(plan, "a" * 64, data, "zh", NOW)


def test_no_notice_of_what_has_begun(site: Site) -> None:
    assert isinstance(rounds("notice", "--site", "lab", ready(site, -1), "--late", "x").exception, BadInput)


def test_gate_demands_the_notice_where_the_site_does(site: Site) -> None:
    name = ready(site, 10, gates={"notice": True})

    def gate() -> str:
        with pytest.raises(BadInput):
            gatekeeping.gate("lab", name, "pacs-b", ["pacs-b/drain"], lambda *_: Answer("", "", 1))
        last = desk.Desk("lab").journal(name).events()[-1]
        return next(f"{one['state']} {one['detail']}" for one in last["gates"] if one["gate"] == "notice")

    assert gate() == "closed no notice to the hospital: rounds patch notice"
    assert rounds("notice", "--site", "lab", name).exit_code == 0
    assert gate().startswith("passed notice of 2026-11-22")
