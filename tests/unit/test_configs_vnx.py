"""Copies of a block array: what it does is no change, what somebody set is, and half a list is none."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pacs_rounds.config_round.plan import plans
from pacs_rounds.configs import diffs, gate, vnx_lists
from pacs_rounds.configs.redacted import masked, redacted
from pacs_rounds.lab import emc_vnx, hospital
from pacs_rounds.lab.emc_vnx_device import VnxDevice
from pacs_rounds.transports import naviseccli

NOW = 1_795_000_000.0
PLAN = plans()["emc_vnx"]
ARRAY = hospital.load()["vnx5500"]


def texts(at: float = NOW, sp: str = "a", **changes: Any) -> dict[str, str]:
    """Every document as the array gives it, with parts of its state changed: {"luns.1.current": "B"}."""
    state = copy.deepcopy(ARRAY.state)
    for path, value in changes.items():
        *way, last = path.split("/")
        part = state
        for step in way:
            part = part[step]
        part[last] = value
    array = VnxDevice("vnx5500", state, lambda: at, NOW - 3600)
    found = {}
    for one in PLAN.documents:
        _, words, why = naviseccli.split(one.commands[0] if sp == "a" else one.commands[1])
        assert why == "", one.word
        status, found[one.word] = emc_vnx.answer(array, ARRAY, sp, words)
        assert status == 0, one.word
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """The lines that a person would see as changed, document by document."""
    def quiet(word: str, text: str) -> str:
        return masked("emc_vnx", word, text)

    found = {word: [line for line in diffs.unified(quiet(word, text), quiet(word, after[word]), context=0)
                    if line[:1] in "+-" and not line.startswith(("+++", "---"))] for word, text in before.items()}
    return {word: lines for word, lines in found.items() if lines}


def test_every_document_passes_the_gate_and_nothing_in_it_is_taken_for_a_secret() -> None:
    for word, text in texts().items():
        assert gate.judge("emc_vnx", word, text).accepted, word
        assert redacted("emc_vnx", text, b"k" * 32)[1] == [], word


def test_both_storage_processors_tell_one_configuration() -> None:
    """One of them is dead and the other is asked: nothing was changed."""
    assert changed(texts(), texts(sp="b")) == {}


@pytest.mark.parametrize("doing", [
    {"disks/0_0_6/state": "Rebuilding", "disks/0_0_6/rebuilt_percent": 41, "group_luns/20/rebuilt_percent": 41},
    {"group_luns/20/state": "Faulted"},
    {"luns/1/current": "B", "group_luns/20/current": "B"},
    {"luns/1/state": "Offline", "luns/1/status": "Degraded(0x712d)", "luns/1/faulted": True},
    {"raid_groups/0/state": "Valid_luns\n" + " " * 43 + "Defragmenting"},
    {"pools/0/state": "Degraded", "pools/0/status": "Rebuilding(0x1)", "pools/0/operation": "Expanding"},
    {"pools/0/consumed_gb": 30000.0},
    {"sp_ports/A-0/link": "Down", "sp_ports/A-0/speed": "N/A", "sp_ports/A-0/status": "DISABLED"},
    {"initiators/pacs-a hba0/ports": {"A-0": False, "B-0": True}},
    {"network/a/link": "Link-Down"},
])
def test_an_array_that_does_its_work_makes_no_change(doing: dict[str, Any]) -> None:
    before, after = texts(), texts(at=NOW + 86400, **doing)
    assert changed(before, after) == {}


@pytest.mark.parametrize(("setting", "documents"), [
    ({"storage_groups/pacs_cluster/luns": {"0": "1", "1": "2", "10": "21", "11": "20"}}, {"storagegroup_list"}),
    ({"storage_groups/pacs_cluster/shareable": False}, {"storagegroup_list"}),
    ({"storage_groups/pacs_cluster/initiators": ["pacs-a hba0"]}, {"storagegroup_list"}),
    ({"network/b/gateway": "127.13.2.1"}, {"networkadmin_spb"}),
    ({"luns/1/default": "B"}, {"lun_list"}),
    ({"luns/1/name": "IMAGES"}, {"lun_list"}),
    ({"group_luns/20/mb": 600000}, {"getlun"}),
    ({"raid_groups/0/type": "r6"}, {"getrg"}),
    ({"pools/0/threshold_percent": 80}, {"storagepool_list"}),
])
def test_what_somebody_set_is_a_change(setting: dict[str, Any], documents: set[str]) -> None:
    assert set(changed(texts(), texts(**setting))) == documents


def test_a_mapping_that_changed_is_shown_below_its_group() -> None:
    swapped = {"0": "1", "1": "2", "10": "21", "11": "20"}
    before = texts()["storagegroup_list"]
    after = texts(**{"storage_groups/pacs_cluster/luns": swapped})["storagegroup_list"]
    assert changed({"x": before}, {"x": after}) == {"x": [
        "-    10              20", "-    11              21", "+    10              21", "+    11              20"]}
    (hunk,) = diffs.side_by_side("emc_vnx", before, after, context=0)
    assert hunk.parents == ["Storage Group Name: pacs_cluster", "HLU/ALU Pairs:"]


@pytest.mark.parametrize(("word", "cut"), [
    ("storagegroup_list", "Shareable"), ("storagegroup_list", "HLU/ALU"),
    ("networkadmin_spa", "Storage Processor IP A")])
def test_half_a_list_is_no_copy(word: str, cut: str) -> None:
    text = texts()[word]
    verdict = gate.judge("emc_vnx", word, text[:text.index(cut)])
    assert verdict.reason in {"no_end", "not_parsed"}


def test_an_error_is_no_copy_and_no_group_is_none() -> None:
    said = "Error: storagegroup command failed\nError returned from Agent\nSP B: Unknown error\n"
    assert gate.judge("emc_vnx", "storagegroup_list", said).reason == "cli_error"
    assert gate.judge("emc_vnx", "storagegroup_list", "There are no storage groups\n").reason == "absent"


def test_a_luns_pool_begins_no_other_thing() -> None:
    lines = ["LOGICAL UNIT NUMBER 1", "Name:  A", "Pool Name:  P", "Is Private:  No", "", "LOGICAL UNIT NUMBER 2"]
    one = ("LOGICAL UNIT NUMBER 1",)
    assert vnx_lists.headings(lines) == [(), one, one, one, one, ()]
    assert vnx_lists.headings(["Pool Name:  P", "Pool ID:  0", "", "Tier Name:  Capacity", "Raid Type:  r_6"]) == [
        (), ("Pool Name: P",), ("Pool Name: P",), ("Pool Name: P",), ("Pool Name: P", "Tier Name: Capacity")]
