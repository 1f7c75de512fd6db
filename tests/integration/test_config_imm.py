"""The settings of a management controller as a copy of its own: read by SNMP, kept without a secret, told among its
server's documents."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from snmp_lab import Agents, Running

from pacs_rounds import derive, parse
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.plan import behind, plans
from pacs_rounds.configs import diffs, gate, restore
from pacs_rounds.configs.redacted import masked
from pacs_rounds.lab import hospital, ibm_imm, ibm_imm_settings
from pacs_rounds.model import Answer, Context, Reason
from pacs_rounds.transports import several

PLAN = plans()["ibm_imm"]
(COMMAND,) = PLAN.commands()
GROUPS = ["servers", "imm_servers"]
NUMBERS = itertools.count()
AT = 1_795_338_000.0


@pytest.fixture(scope="module")
def agents() -> Iterator[Agents]:
    with Agents() as running:
        yield running


def controller(agents: Agents, name: str = "imm-ris-a", **settings: Any) -> Running:
    state = copy.deepcopy(hospital.load()[name].state)
    state["settings"].update(settings)
    rows = [*ibm_imm.rows(state, 100.0), *ibm_imm_settings.rows(state, name, "192.0.2.21")]
    return agents.start(rows, f"{name}-{next(NUMBERS)}")  # an engine of its own: another's clock is refused at first


def ask(running: Running, version: str = "1") -> Answer:
    """The keys of version 3 cost a second each: one test asks by it."""
    (answer,) = several.asker("snmp", [COMMAND])(running.endpoint(versions=[version]), [COMMAND])
    assert answer.reason is None, answer.detail
    return answer


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> taking.Desk:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(str(identity), encoding="ascii")
    return taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, {
        "path": str(tmp_path / "copies"), "recipients": [str(identity.to_public())]}, b"k" * 32)


def home(desk: taking.Desk, imm: Answer | None, server: str | Reason = "/dev/sda1 / ext4 defaults 0 0\n",
         groups: list[str] = GROUPS) -> dict[str, Any]:
    """The facts of a server whose file system table came or did not, and of the controller beside it."""
    dead = server if isinstance(server, Reason) else None
    said = [Answer(one.command, "" if dead else str(server), None, AT - 1, AT, dead, "why" if dead else "")
            for one in plans()["linux"].commands()]
    given = taking.take_home(desk, "ris-a", "linux", [*said, *([imm] if imm else [])], groups)
    told: dict[str, Any] = parse.parse("configs.device", given[0].text)
    return told


def told_of(facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in facts["documents"] if one["document"] == "imm")
    return found


def rows(check: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    return derive.get(check)({"configs.device": facts}, Context("ris-a", "linux", collected_at=AT))


@pytest.mark.parametrize("name", ["imm-ris-a", "imm-pacs-a"])
def test_both_generations_and_both_versions_of_snmp_tell_one_configuration(name: str, agents: Agents) -> None:
    running = controller(agents, name)
    new, old = ask(running, "3").text, ask(running, "1").text
    assert masked("ibm_imm", "imm", new) == masked("ibm_imm", "imm", old)
    assert gate.judge("ibm_imm", "imm", new).accepted
    told = parse.parse("ibm_imm.settings", new)
    assert told["users"]["2"] == {"1": "2", "login": "rounds", "supervisor": "0", "read_only": "1"}
    assert told["network"]["address"] == "192.0.2.21"
    assert ("power restore" in told) == (name == "imm-ris-a")


def test_no_column_with_a_password_is_in_it(agents: Agents) -> None:
    text = ask(controller(agents)).text
    assert ibm_imm_settings.USERS_PASSWORD not in text
    assert "lab-imm-pr1vkey" not in text
    assert "lab-imm-r3ad" in text, "the community is a setting: only the copy for people hides it"


def test_a_controllers_copy_is_kept_beside_its_servers(agents: Agents, desk: taking.Desk, tmp_path: Path) -> None:
    answer = ask(controller(agents))
    facts = home(desk, answer)
    assert (told_of(facts)["state"], told_of(facts)["of"]) == ("new", "ris-a-imm")
    assert desk.store
    history = desk.store.history
    redacted = history.text("ris-a-imm", "imm")
    assert redacted
    assert "lab-imm-r3ad" not in redacted
    assert "<redacted:imm_snmp_community:" in redacted
    assert "duty@hospital.example" in redacted
    assert history.documents("ris-a-imm") == ["imm"]
    assert "imm" not in history.documents("ris-a")
    sealed = restore.plain(desk.store, "ris-a-imm", "imm", history.head(), tmp_path / "identity")
    assert sealed.decode() == answer.text


def test_what_somebody_set_is_a_change_without_an_order(agents: Agents, desk: taking.Desk) -> None:
    home(desk, ask(controller(agents)))
    assert told_of(home(desk, ask(controller(agents))))["state"] == "unchanged"
    settings: dict[str, Any] = {}
    for change in (
            {"users": {"1": "USERID", "2": "rounds", "3": "visitor"}}, {"supervisors": ["1", "2"]},
            {"power_restore": 0}, {"gateway": "127.13.5.1"}, {"pxe_next_boot": 1}, {"recipients": {}},
            {"communities": {"1": {"name": "public", "address": "127.13.0.9", "view": 2}}}):
        settings.update(change)
        facts = home(desk, ask(controller(agents, **settings)))
        assert told_of(facts)["state"] == "changed", change
        (row,) = (row for row in rows("configs.changed", facts) if row["document"] == "imm")
        assert row["state"] == "without_order"
        assert "public" not in told_of(facts)["change"]


def test_a_change_names_the_user_and_not_only_a_number(agents: Agents) -> None:
    before, after = ask(controller(agents)).text, ask(controller(agents, supervisors=["1", "2"])).text
    hunks = diffs.side_by_side("ibm_imm", before, after, context=0)
    assert "+.1.3.6.1.4.1.2.3.51.3.3.1.4.2.1.3.2 = INTEGER: 1  [users: supervisor of row 2]" in diffs.unified(
        before, after, platform="ibm_imm")
    assert [hunk.parents for hunk in hunks] == [["users", "supervisor of row 2"], ["users", "read_only of row 2"]]


def test_a_silent_server_does_not_silence_its_controller_nor_the_other_way_round(
        agents: Agents, desk: taking.Desk) -> None:
    facts = home(desk, ask(controller(agents)), Reason.UNREACHABLE)
    assert [(row["document"], row.get("state"), row.get("unknown")) for row in rows("configs.backup", facts)] == [
        ("*", None, Reason.UNREACHABLE), ("imm", "new", None)]
    assert [row["document"] for row in rows("configs.changed", facts)] == ["*", "imm"]
    dead = Answer(COMMAND.command, "", None, AT - 1, AT, Reason.TIMED_OUT, "no answer")
    facts = home(desk, dead)
    found = {row["document"]: row for row in rows("configs.backup", facts)}
    assert found["imm"]["unknown"] is Reason.TIMED_OUT
    assert found["fstab"]["state"] == "new"


def test_half_a_walk_and_another_agents_words_are_no_copy(agents: Agents, desk: taking.Desk) -> None:
    text = ask(controller(agents)).text
    blind = "".join(line + "\n" for line in text.splitlines() if ".3.3.1.4.2." not in line)
    for said in (blind, text[:len(text) // 3], "Timeout: No Response from 192.0.2.21\n"):
        facts = home(desk, Answer(COMMAND.command, said, None, AT - 1, AT))
        assert told_of(facts)["state"] == "quarantined", said[:80]


def test_a_server_without_a_controller_is_not_asked_for_one(desk: taking.Desk) -> None:
    assert behind(["servers", "linux_servers"]) is None
    facts = home(desk, None, groups=["servers"])
    assert "imm" not in {one["document"] for one in facts["documents"]}
