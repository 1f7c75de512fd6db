"""The role waits for those in the background, finds what the list and the devices disagree on, and asks nobody."""

from __future__ import annotations

import hashlib
import re

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_differences_are_found(sealed: Run) -> None:
    assert findings(sealed.of("asset_register")) == planted("assets")


def test_every_check_has_a_record_on_every_device(run: Run) -> None:
    assert len({one["host"] for one in run.of("asset_register")}) == 16
    assert run.gaps("asset_register") == set()


def test_the_roles_in_the_background_were_waited_for(run: Run) -> None:
    told = {one["host"]: one for one in run.of("asset_register") if one["check"] == "assets.model"}
    assert told["core-1"]["outcome"] == "ok"
    assert "WS-C6513" in told["core-1"]["detail"]


def test_its_evidence_is_the_records_themselves(run: Run) -> None:
    """The text it judged names the record's line and its SHA-256; both are there."""
    (record,) = [one for one in run.of("asset_register") if (one["host"], one["check"]) == ("pacs-a", "assets.model")]
    (source,) = record["sources"]
    text = (run.folder / "data" / "raw" / f"{source['sha256']}.txt").read_text(encoding="utf-8")
    lines = {(match[1], int(match[2])) for match in re.finditer(r"record: (records/\S+\.jsonl):(\d+)", text)}
    assert lines
    for name, number in lines:
        line = (run.folder / "data" / name).read_text(encoding="utf-8").split("\n")[number - 1]
        assert hashlib.sha256(line.encode()).hexdigest() in text


def test_the_targets_are_as_they_were() -> None:
    untouched.servers_untouched()
    untouched.switches_only_looked_at({"access-1", "access-2", "access-3", "core-1", "core-2"})
