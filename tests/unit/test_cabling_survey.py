"""The simulated hospital's cables: the healthy room is proven, each planted deviation is found, by name and alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import cabling_lab as lab

from pacs_rounds.cabling import collect, plan
from pacs_rounds.cabling.survey import Survey
from pacs_rounds.model import BadInput

# planted -> (contradicted link: why), links without a link, undocumented ports
CASES: dict[str, tuple[str, dict[str, str], set[str], set[str]]] = {
    "swapped pair": ('{L0001: {b: "core-1:Gi9/3"}, L0003: {b: "core-1:Gi9/1"}}',
                     {"L0001": "swapped", "L0003": "swapped"}, set(), set()),
    "swapped uplinks": ('{F0001: {b: "fo-f1:2"}, F0003: {b: "fo-f1:1"}}',
                        {"F0001+T0001+F0002": "swapped", "F0003+T0002+F0004": "swapped"}, set(), set()),
    "undocumented cable": ('{X0001: {a: "core-2:Gi9/40", b: "laptop:eth0"}}', {}, set(), {"core-2:Gi9/40"}),
    "dead link": ("{L0013: null}", {}, {"L0013"}, set()),
    "wrong panel port": ('{L0031: {a: "o-f1-08:1"}}', {"L0030+T0007+L0031": "panel"},
                         {"L0030+T0007+L0031"}, set()),
    "missing second path": ("{C0002: null}", {}, {"C0002"}, set()),
    "moved server": ('{L0007: {b: "core-1:Gi9/41"}, L0016: {b: "core-2:Gi9/41"}}',
                     {"L0007": "moved", "L0016": "not_there"}, {"L0007", "L0016"},
                     {"core-1:Gi9/41", "core-2:Gi9/41"}),
    "swapped adapters": ('{C0001: {a: "san-1:2"}, C0003: {a: "san-1:0"}}',
                         {"C0001": "swapped", "C0003": "swapped"}, set(), set()),
    "slaves of one bond swapped": ('{L0001: {b: "core-2:Gi9/1"}, L0010: {b: "core-1:Gi9/1"}}',
                                   {"L0001": "other_port", "L0010": "other_port"}, set(), set()),
}


def _found(survey: Survey) -> tuple[dict[str, str], set[str], set[str]]:
    return ({one.link.name: one.why for one in survey.links if one.grade == "contradicted"},
            {one.link.name for one in survey.links if one.state == "down"},
            {str(stray.a) for stray in survey.strays})


def test_the_healthy_room_is_contradicted_nowhere() -> None:
    survey = lab.survey()
    counts = survey.counts()
    assert _found(survey) == ({}, set(), set())
    assert counts == {"proven_both": 16, "proven_one": 34, "consistent": 19, "documented": 0, "contradicted": 0,
                      "undocumented": 0}
    assert survey.silent == []


@pytest.mark.parametrize("name", CASES)
def test_each_deviation_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    cabling, contradicted, down, strays = CASES[name]
    found = _found(lab.survey(lab.scenario(tmp_path, cabling)))
    if name == "slaves of one bond swapped":  # the waiting member is silent: only the sending one's cable is seen
        assert set(found[0]) <= set(contradicted)
        assert found[0]
        return
    assert found == (contradicted, down, strays)


def test_every_statement_names_its_text(tmp_path: Path) -> None:
    survey = lab.survey(lab.scenario(tmp_path, CASES["swapped pair"][0]))
    assert all(proof.sha256 for one in survey.links for proof in one.proofs)
    assert all(proof.sha256 for stray in survey.strays for proof in stray.proofs)


def test_a_cable_on_the_way_through_panels_is_never_proven() -> None:
    survey = lab.survey()
    assert survey.by_cable()["T0001"].grade == "proven_both"
    assert survey.cable_grade("T0001") == "consistent"
    assert survey.cable_grade("C0001") == "proven_both"


def test_a_scenario_with_a_port_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no port"):
        lab.survey(lab.scenario(tmp_path, '{L0001: {b: "core-1:Gi9/99"}}'))
    with pytest.raises(BadInput, match="no such cable"):
        lab.survey(lab.scenario(tmp_path, "{L9999: null}"))


@pytest.mark.parametrize("told", ['{to: ""}', "{to: core-1}", "{port: Gi1/0/50}"])
def test_a_cable_moved_at_a_switch_alone_is_refused(told: str, tmp_path: Path) -> None:
    """It would be overwritten by the register and plant nothing."""
    with pytest.raises(BadInput, match=r"access-1\.cabling\.Gi1/0/2: the register has core-2:Gi1/1") as refused:
        lab.survey(lab.scenario(tmp_path, "{}", f"access-1: {{cabling: {{Gi1/0/2: {told}}}}}"))
    assert "cables.yml:4" in str(refused.value)


def test_a_device_in_a_trunk_is_learned_in_its_native_vlan(tmp_path: Path) -> None:
    changes = '{F0003: {b: "converter:1"}, X0001: {a: "converter:2", b: "fo-f1:2"}}'
    survey = lab.survey(lab.scenario(tmp_path, changes))
    assert survey.silent == []
    by_name = {one.link.name: one for one in survey.links}
    assert by_name["F0003+T0002+F0004"].grade != "proven_both"
    learned = lab.hospital.load(lab.scenario(tmp_path, changes))["access-1"].state["learned"]
    assert {(vlan, port) for vlan, _, port in learned if port == "Gi1/0/2"} == {("99", "Gi1/0/2")}


def test_one_text_per_device_reads_back() -> None:
    from pacs_rounds import parse
    from pacs_rounds.transports.inventory import as_text

    texts = collect.texts(lab.survey())
    assert sum(len(one["links"]) for one in texts.values()) == 69
    for one in texts.values():
        assert parse.parse("cabling.device", as_text(one)) == one


# The plan ------------------------------------------------------------------------------------------------------------

ALL = ('{L0001: {b: "core-1:Gi9/3"}, L0003: {b: "core-1:Gi9/1"}, L0013: null, C0002: null, L0010: null, '
       'X0001: {a: "core-2:Gi9/40", b: "laptop:eth0"}}')


def test_repairs_come_before_the_moves_that_need_the_second_path(tmp_path: Path) -> None:
    steps = plan.make(lab.survey(lab.scenario(tmp_path, ALL)))
    order = [step.link for step in steps]
    assert order.index("L0010") < order.index("L0001+L0003")
    assert [step.outage for step in steps if step.kind != plan.IDENTIFY] == [[], [], [], []]
    move = steps[order.index("L0001+L0003")]
    assert {"L0010", "L0012"} <= set(move.keep)
    assert steps[-1].kind == plan.IDENTIFY


def test_a_step_is_proven_by_a_survey_made_after_it(tmp_path: Path) -> None:
    broken = lab.survey(lab.scenario(tmp_path, ALL))
    steps = plan.make(broken)
    healthy = lab.survey()
    assert all(plan.verify(step, broken) for step in steps)
    assert all(plan.verify(step, healthy) == [] for step in steps)


def test_a_step_that_cost_another_link_is_not_proven(tmp_path: Path) -> None:
    steps = plan.make(lab.survey(lab.scenario(tmp_path, CASES["swapped pair"][0])))
    after = lab.survey(lab.scenario(tmp_path, "{L0012: null}"))
    assert any("L0012" in line for line in plan.verify(steps[0], after))


def test_a_device_with_one_path_is_marked_as_an_outage(tmp_path: Path) -> None:
    steps = plan.make(lab.survey(lab.scenario(tmp_path, CASES["wrong panel port"][0])))
    assert [step.outage for step in steps] == [["ct-1"]]
