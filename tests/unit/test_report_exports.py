"""Exports: complete, parseable by their own readers, nothing unknown passed as fine."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import report_run

from pacs_rounds import report
from pacs_rounds.report import exports, view


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> view.RunView:
    return view.load(report_run.build(tmp_path_factory.mktemp("run")), report_run.LINK)


def test_formats_name_their_suffix(run: view.RunView) -> None:
    assert set(report.FORMATS) == {"csv", "junit", "prometheus", "jsonl", "sarif"}
    for suffix, function in report.FORMATS.values():
        assert suffix.startswith(".")
        text = function(run)
        assert text
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e]", text.lstrip("\ufeff"))


def test_csv_has_every_record_with_exact_values(run: view.RunView) -> None:
    text = exports.csv(run)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert len(rows) == len(run.records)
    one = next(row for row in rows if row["item"] == "/" and row["host"] == "pacs-a")
    assert (one["observed"], one["outcome"], one["heading"], one["unit"]) == ("89.999", "warning", "S1-020", "percent")
    assert one["title_zh"] == "文件系统使用率"


@pytest.mark.parametrize("item", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1"])
def test_csv_never_holds_a_formula(run: view.RunView, item: str) -> None:
    assert str(exports.cell(item))[0] in ("'", "\\")
    assert exports.cell(-2.5) == -2.5


def test_junit_counts_agree_and_unknown_is_an_error(run: view.RunView) -> None:
    root = ElementTree.fromstring(exports.junit(run))  # noqa: S314  (our own text)
    counts = run.counts()
    assert len(root.findall(".//testcase")) == len(run.records)
    assert len(root.findall(".//error")) == counts["unknown"]
    assert len(root.findall(".//failure")) == counts["critical"] + counts["warning"]
    assert len(root.findall(".//skipped")) == counts["not_applicable"]
    suite = next(one for one in root if one.get("name") == "ris-b")
    assert suite.get("errors") == suite.get("tests") == "35"


def test_prometheus_lines_have_the_right_shape(run: view.RunView) -> None:
    line = re.compile(r'[a-z_]+\{([a-z_]+="(\\[\\"n]|[^"\\\n])*",?)*\} -?[0-9.e+-]+')
    lines = exports.prometheus(run).splitlines()
    assert all(one.startswith("# ") or line.fullmatch(one) for one in lines)
    samples = [one for one in lines if not one.startswith("#")]
    assert len({one.rpartition(" ")[0] for one in samples}) == len(samples), "a sample stands twice"
    assert sum(one.startswith("rounds_outcome{") for one in lines) == len(run.records)
    assert 'rounds_heading_verdict{clause="S1-021",outcome="unknown"} 1' in lines


def test_json_lines_are_the_records_as_kept(run: view.RunView, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exports.json_lines(run).split("\n") if line]
    assert lines == [record.raw for record in run.records]


def test_sarif_has_what_is_not_in_order_with_waivers_as_suppressions(run: view.RunView) -> None:
    log = json.loads(exports.sarif(run))["runs"][0]
    counts = run.counts()
    levels = [result["level"] for result in log["results"]]
    assert (levels.count("error"), levels.count("warning"), levels.count("none")) == (
        counts["critical"], counts["warning"], counts["unknown"])
    assert all((result["kind"] == "fail") == (result["level"] != "none") for result in log["results"])
    assert [one["suppressions"][0]["justification"] for one in log["results"] if "suppressions" in one] == [
        "备件已订购，下次停机更换"]
    rules = log["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in log["results"])
