"""The module emc_vnx: its documentation says what its code does; the array as data from what the SPs said."""

from __future__ import annotations

import ast
import importlib.util
import time
from types import ModuleType
from typing import Any

import pytest
import yaml

from pacs_rounds import paths
from pacs_rounds.lab import emc_vnx, hospital
from pacs_rounds.lab.emc_vnx_device import VnxDevice
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import naviseccli
from pacs_rounds.vnx_facts import SUBCOMMANDS, facts

SOURCE = paths.ROOT / "library" / "emc_vnx.py"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("emc_vnx_module", SOURCE)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def answers(**instead: Answer) -> list[Answer]:
    """What the lab's array says to the subcommands of the facts; `spa`/`spb` stand for all answers of one SP."""
    device = hospital.load()["vnx5500"]
    vnx = VnxDevice(device.name, device.state, time.time, time.time())
    found = []
    for sp in "ab":
        for words in SUBCOMMANDS.values():
            command = f"sp{sp} {words}"
            status, text = emc_vnx.answer(vnx, device, sp, words.split())
            other = instead.get(f"sp{sp}") or instead.get(words.split()[0])
            found.append(Answer(command, other.text, other.status, 0, 0, other.reason, other.detail) if other
                         else Answer(command, text, status))
    return found


def test_the_array_is_told_whole() -> None:
    told = facts(answers())
    assert told["unknown"] == []
    assert (told["name"], told["serial"], told["model"]) == ("PACS-VNX", "FCN00133200084", "VNX5500")
    assert told["revision"] == "05.32.000.5.219"
    assert [(sp["sp"], sp["answers"], sp["memory_mb"]) for sp in told["sps"]] == [
        ("A", True, 12288), ("B", True, 12288)]
    assert len(told["disks"]) == 45
    disk = next(one for one in told["disks"] if one["disk"] == "0_0_4")
    assert (disk["state"], disk["raid_group"], disk["capacity_mb"], disk["hard_errors"]) == ("Enabled", "0", 549691, 0)
    empty = next(one for one in told["disks"] if one["disk"] == "0_0_9")
    assert (empty["state"], empty["hard_errors"], empty["serial"]) == ("Empty", None, None)
    assert [(pool["name"], pool["percent_full"]) for pool in told["pools"]] == [("PACS_Images", 65.125)]
    assert [(lun["lun"], lun["pool"], lun["raid_group"] and str(lun["raid_group"]), lun["capacity_gb"],
             lun["trespassed"]) for lun in told["luns"]] == [
        (1, "PACS_Images", None, 16384.0, False), (2, "PACS_Images", None, 8064.0, False),
        (20, None, "0", 512.0, False), (21, None, "0", 256.0, False)]
    assert [(port["sp"], port["port"], port["link"], port["logged_in_initiators"]) for port in told["ports"]] == [
        ("A", 0, "Up", 2), ("A", 1, "Up", 2), ("A", 2, "Down", 0), ("B", 0, "Up", 2), ("B", 1, "Up", 2),
        ("B", 2, "Down", 0)]


def test_one_dead_sp_leaves_the_array_known() -> None:
    told = facts(answers(spa=Answer("", "", None, 0, 0, Reason.UNREACHABLE, "the SP cannot be reached")))
    assert (told["serial"], len(told["disks"]), told["unknown"]) == ("FCN00133200084", 45, [])
    assert [(sp["answers"], sp["reason"]) for sp in told["sps"]] == [(False, "unreachable"), (True, None)]
    assert told["sps"][0]["revision"] == "05.32.000.5.219"  # SP B says so of its peer


def test_what_nobody_told_is_none_and_said() -> None:
    dead = Answer("", "", None, 0, 0, Reason.TOOL_MISSING, "no such file")
    told = facts(answers(spa=dead, spb=dead))
    assert {name for name, value in told.items() if value is None} == {
        "name", "serial", "model", "revision", "disks", "pools", "luns", "ports"}
    assert {one["reason"] for one in told["unknown"]} == {"tool_missing"}
    assert len(told["unknown"]) == len(SUBCOMMANDS)
    assert facts([])["unknown"][0]["reason"] == "not_run"


def test_a_text_nobody_understands_is_no_empty_list() -> None:
    told = facts(answers(getdisk=Answer("", "Welcome to the array\n")))
    assert told["disks"] is None
    assert [(one["subcommand"], one["reason"]) for one in told["unknown"]] == [("getdisk", "unparsable")]
    half = facts(answers(lun=Answer("", "", None, 0, 0, Reason.TIMED_OUT, "late")))
    assert half["luns"] is None


def _documented(options: dict[str, Any]) -> dict[str, Any]:
    return {name: {key: option[key] for key in ("type", "elements", "default", "required") if key in option}
            for name, option in options.items()}


def test_documented_options_and_defaults_are_the_real_ones(module: ModuleType) -> None:
    assert _documented(yaml.safe_load(module.DOCUMENTATION)["options"]) == module.ARGUMENTS
    assert not {"user", "password", "username"} & set(module.ARGUMENTS)
    assert module.ARGUMENTS["program"]["default"] == naviseccli.PROGRAM


def test_documented_returns_are_what_comes_back(module: ModuleType) -> None:
    returned = yaml.safe_load(module.RETURN)
    told = facts(answers())
    assert set(returned["array"]["contains"]) == set(told)
    entry = module.said(Answer("spa faults -list", "x", None, 1.0, 2.5), b"k")
    assert set(returned["answers"]["contains"]) == set(entry)
    assert (entry["sp"], entry["subcommand"], entry["seconds"]) == ("spa", "faults -list", 1.5)
    for name in ("sps", "disks", "pools", "luns", "ports"):
        words = " ".join(str(returned["array"]["contains"][name]["description"]).split())
        assert [key for key in told[name][0] if key not in words] == [], name


def test_texts_come_back_without_secrets(module: ModuleType) -> None:
    entry = module.said(Answer("spa getlog -500", "password: hunter2hunter2\n"), b"k")
    assert "hunter2" not in entry["text"]


def test_what_is_not_on_the_list_stops_the_task_before_it_begins(module: ModuleType) -> None:
    commands, refused = module.commands_of(["faults  -list", "lun -destroy -l 1 -o"])
    assert "spa faults -list" in commands
    assert refused.startswith("'lun -destroy -l 1 -o': ")
    commands, refused = module.commands_of(["getagent"])
    assert refused == ""
    assert len(commands) == len(set(commands)) == 2 * len(SUBCOMMANDS)


def test_the_summary_names_each_trouble_once(module: ModuleType) -> None:
    entries = [{"sp": "spa", "reason": "refused", "detail": "no"},
               {"sp": "spa", "reason": "refused", "detail": "not asked any more: no"},
               {"sp": "spb", "reason": "timed_out", "detail": "late"}]
    assert module.summary(entries) == "spa refused: no; spb timed_out: late"


def test_what_it_imports_unguarded_is_always_there() -> None:
    names = {name.name for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8")))
             if isinstance(node, ast.Import) for name in node.names}
    assert names == {"os", "traceback"}


def test_the_examples_use_documented_options_only(module: ModuleType) -> None:
    tasks = [task for task in yaml.safe_load(module.EXAMPLES) if "emc_vnx" in task]
    assert tasks
    for task in tasks:
        assert set(task["emc_vnx"]) <= set(module.ARGUMENTS)
