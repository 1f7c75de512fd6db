"""Every gap is named, the run verifies, and each way of tampering with a copy of it is found by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import EVIDENCE, Run
from shared import untouched, witness

testinfra_hosts = ["local://"]


def test_what_the_role_did_look_at_stands(sealed: Run) -> None:
    found = {(one["host"], one["item"]): one["outcome"] for one in sealed.of("linux_health")
             if one["check"] == "linux.filesystem_usage" and one["outcome"] != "unknown"}
    assert found["pacs-a", "/images"] == "critical"
    assert {host for host, _ in found} == {"pacs-a", "pacs-b"}


def test_everything_else_of_the_plan_is_unknown_not_run(run: Run) -> None:
    looked_at = {(host, "linux.filesystem_usage") for host in ("pacs-a", "pacs-b")}
    planned = {(part["role"], host, check) for part in run.about["plan"] for host in part["hosts"]
               for check in part["checks"]}
    told = {(one["role"], one["host"], one["check"]) for one in run.records if one["reason"] == "not_run"}
    assert len(planned) > 300
    assert told == {one for one in planned if one[1:] not in looked_at}
    assert {one["outcome"] for one in run.records if one["reason"] == "not_run"} == {"unknown"}


def test_the_counts_that_were_signed_are_those_of_the_records(run: Run) -> None:
    link = json.loads(next((EVIDENCE / "chain").glob("*.json")).read_text(encoding="utf-8"))
    outcomes = [one["outcome"] for one in run.records]
    assert {word: count for word, count in link["counts"].items() if count} == {
        word: outcomes.count(word) for word in set(outcomes)}


@pytest.mark.parametrize(("attempt", "words"), [
    ("nothing_open", "no round is open"), ("sealed_twice", "is sealed already")])
def test_what_cannot_be_sealed_is_refused_in_words(attempt: str, words: str) -> None:
    refusals = json.loads((witness.PLACE / "refusals.json").read_text(encoding="utf-8"))
    assert words in refusals[attempt]
    assert "Traceback" not in refusals[attempt]


def edit_raw(site: Path, run: Path) -> None:
    """One character of what a server said."""
    raw = max((run / "data" / "raw").iterdir(), key=lambda path: path.stat().st_size)
    text = raw.read_text(encoding="utf-8")
    raw.write_text(text.replace("9", "8", 1), encoding="utf-8")


def edit_record(site: Path, run: Path) -> None:
    """A finding turned into good news."""
    records = run / "data" / "records" / "pacs-a" / "linux_health.jsonl"
    text = records.read_text(encoding="utf-8")
    assert '"critical"' in text
    records.write_text(text.replace('"outcome":"critical"', '"outcome":"ok"'), encoding="utf-8")


def remove_run(site: Path, run: Path) -> None:
    """The whole run."""
    shutil.rmtree(run)


def remove_gap(site: Path, run: Path) -> None:
    """The records of a server nobody looked at."""
    (run / "data" / "records" / "web" / "linux_health.jsonl").unlink()


def edit_link(site: Path, run: Path) -> None:
    """The number of findings in the signed link."""
    link = next((site / "chain").glob("*.json"))
    link.write_bytes(link.read_bytes().replace(b'"critical":1', b'"critical":0'))


@pytest.mark.parametrize(("tamper", "kind"), [
    (edit_raw, "edited"), (edit_record, "edited"), (remove_run, "missing"), (remove_gap, "missing"),
    (edit_link, "signature")])
def test_tampering_is_found_by_name(run: Run, verify: Any, tmp_path: Path, tamper: Callable[[Path, Path], None],
                                    kind: str) -> None:
    site = tmp_path / "lab"
    shutil.copytree(EVIDENCE, site)
    assert verify(str(site)).rc == 0, "an untouched copy verifies"
    tamper(site, site / run.folder.name)
    said = verify(str(site))
    assert said.rc == 1
    assert kind in said.stdout + said.stderr


def test_the_servers_are_as_they_were_and_nobody_else_was_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
