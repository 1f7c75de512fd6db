"""Every deviation of the cables is found with its proof, nothing else is, and nobody is asked for it."""

from __future__ import annotations

import re

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_deviations_are_found(sealed: Run) -> None:
    assert findings(sealed.of("cabling_survey")) == planted("cabling")


def test_every_check_has_a_record_on_every_device(run: Run) -> None:
    assert len({one["host"] for one in run.of("cabling_survey")}) == 16
    assert run.gaps("cabling_survey") == set()


def test_what_is_as_documented_is_proven(run: Run) -> None:
    told = {one["item"].split()[0]: one["observed"] for one in run.of("cabling_survey")
            if one["check"] == "cabling.links"}
    assert told["F0001+T0001+F0002"] == "proven_both"  # CDP of both ends
    assert told["C0001"] == "proven_both"  # the switch's login, and the adapter's own word
    assert told["L0005"] == "proven_one"  # the address table, and the server's own address
    assert told["L0002"] == "consistent"  # a bond's waiting member


def test_a_proof_names_the_text_it_stands_in(run: Run) -> None:
    (swapped,) = [one for one in run.of("cabling_survey") if one["item"].startswith("L0001 ")
                  and one["check"] == "cabling.links"]
    (digest,) = re.findall(r"\[([0-9a-f]{12})\]", swapped["detail"])[:1]
    (path,) = (run.folder / "data" / "raw").glob(f"{digest}*.txt")
    address = re.search(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", swapped["detail"])
    assert address
    dotted = re.sub(r"(..):(..):(..):(..):(..):(..)", r"\1\2.\3\4.\5\6", address[0])
    assert dotted in path.read_text(encoding="utf-8")


def test_the_targets_are_as_they_were() -> None:
    untouched.servers_untouched()
    untouched.switches_only_looked_at({"access-1", "access-2", "access-3", "core-1", "core-2"})
