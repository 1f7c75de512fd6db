"""The chapter on data security: every rung with its verdict, proof, age, author and evidence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import report_run
import yaml
from rounds_run import HOSTS, Site

from pacs_rounds.catalogue import load
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.evidence import store
from pacs_rounds.evidence.layout import payload
from pacs_rounds.model import Answer
from pacs_rounds.report import html, ladders, view, words
from pacs_rounds.report.page import Page

CASES = Path(__file__).parents[1] / "fixtures" / "checks" / "backup" / "oracle_ladder"


def reported(site: Site, case: str) -> view.RunView:
    """A sealed run of one server whose backups gave the answers of a case."""
    told = yaml.safe_load((CASES / f"{case}.yml").read_text(encoding="utf-8"))
    groups = {"all": HOSTS, "servers": HOSTS, "backup_hosts": ["pacs-a"]}
    run_dir = site.open(groups=groups, site_vars={"backup_verify_checks": ["backup.oracle_ladder"]})
    inputs = Inputs(run=run_dir.name, site="lab", host="pacs-a", role="backup_verify", platform="linux",
                    transport="ssh", checks=["backup.oracle_ladder"], settings=told["settings"])
    at = float(told["collected_at"])
    answers = [Answer(command, text, 0, at - 1, at) for command, text in told["answers"].items()]
    store.write_role(run_dir, inputs, answers, judge_host(inputs, answers, load()))
    link = site.seal(run_dir)
    return view.load(site.evidence.find(link.run), {**report_run.LINK, **link.data, "sha256": link.sha256})


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_an_auditor_can_follow_each_rung_to_its_evidence(site: Site, lang: str) -> None:
    seen = reported(site, "warning_only_data_files_read")
    (one,) = ladders.ladders(seen)
    page = html.render(seen, lang, "run/data")
    part = page[page.index('<table class="ladder">'):].partition("</table>")[0]
    t = words.load(lang)
    for number, rung in enumerate(one.rungs, start=1):
        assert f"{number}. {t(f'ladders.rungs.{rung.name}')}" in part
    rows = re.findall(r"<tr class=.*?</tr>", part, re.DOTALL)
    assert len(rows) == 8
    for row in rows:
        hashes = re.findall(r'href="run/data/raw/([0-9a-f]{64})\.txt"', row)
        assert hashes
        assert all((payload(site.evidence.find(seen.facts["run"])) / "raw" / f"{one_hash}.txt").is_file()
                   for one_hash in hashes)
        assert re.search(r'href="run/data/records/pacs-a/backup_verify\.jsonl">#\d', row)


def test_what_was_proved_when_and_by_whom_stands_apart(site: Site) -> None:
    (one,) = ladders.ladders(reported(site, "ok_every_rung"))
    assert one.proved == 8
    readable = next(rung for rung in one.rungs if rung.name == "readable")
    assert (readable.by, readable.days, readable.todo) == ("v$rman_status", 20.3, "")
    assert readable.at is not None
    assert readable.proof == ["read to the end: data files, archived logs, control file, spfile"]


def test_a_rung_nobody_proved_says_who_must_do_what(site: Site) -> None:
    seen = reported(site, "unknown_nobody_restored")
    (one,) = ladders.ladders(seen)
    assert one.proved == 5
    page = Page(seen, words.load("zh"), "")
    rung = one.rungs[-1]
    assert ladders.proof(page, rung) == "未执行：尚无人证明"
    assert ladders.todo(page, rung).startswith("待办：PACS 管理员")
    assert (ladders.age(page, rung), ladders.by(page, rung)) == ("—", "—")


def test_a_site_without_ladders_has_no_such_table(site: Site) -> None:
    link = site.round()
    seen = view.load(site.evidence.find(link.run), {**report_run.LINK, **link.data, "sha256": link.sha256})
    assert ladders.ladders(seen) == []
    assert 'class="ladder"' not in html.render(seen, "en", "run/data")
