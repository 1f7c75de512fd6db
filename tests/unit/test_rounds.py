"""A round from its plan to each host's inputs: what is refused, what is kept, and that bad input leaves nothing."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from rounds_run import CHECKS, HOSTS, ROLE, Site

from pacs_rounds import paths, rounds
from pacs_rounds.evidence import chain, keys
from pacs_rounds.evidence.layout import SiteEvidence, read_json
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.rounds import clean, finish, host_facts, load_policy, plain, prepare, role_checks

KEY = b"k" * 32


def test_a_round_begins_with_its_plan(site: Site) -> None:
    run_dir = site.open(scenario="lab/scenarios/x.yml")
    run = read_json(run_dir / "run.json")
    assert run["plan"] == [{"role": ROLE, "hosts": HOSTS, "checks": CHECKS}]
    assert (run["previous_run"], run["limit"], run["ended"]) == (None, None, None)
    assert run["scenario"] == "lab/scenarios/x.yml"
    assert sorted(one["id"] for one in read_json(run_dir / "checks.json")) == CHECKS
    assert run_dir.parent == site.evidence.open


def test_earlier_runs_are_named_newest_first_and_not_without_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PREVIOUS_RUNS", 2)
    made = [site.seal(site.open()).run for _ in range(3)]
    run = read_json(site.open() / "run.json")
    assert run["previous_runs"] == [made[2], made[1]]
    assert run["previous_run"] == made[2]


def test_a_limit_stands_in_the_plan_and_what_it_leaves_out_too(site: Site) -> None:
    run = read_json(site.open(hosts=["ris-a"]) / "run.json")
    assert (run["plan"][0]["hosts"], run["limit"]) == (["ris-a"], ["ris-a"])
    assert [(entry["group"], entry["hosts"]) for entry in run["not_looked_at"]] == [("limit", ["pacs-a"])]


@pytest.mark.parametrize(("given", "words"), [
    ({"policy": "nobody"}, "no such profile"), ({"round": "weekly"}, "knows no round 'weekly'"),
    ({"site": "../x"}, "is no site name"), ({"site": ""}, "is no site name"), ({"hosts": []}, "no host at all"),
    ({"run": "../../x"}, "is no run id"), ({"run": "my-run"}, "is no run id"),
    ({"site_vars": {"linux_health_checks": ["linux.nothing"]}}, "no check is called 'linux.nothing'"),
    ({"site_vars": {"linux_health_checks": "linux.*"}}, "is no list of checks"),
    ({"site_vars": {"linux_health_checks": []}}, "is no list of checks"),
    ({"site_vars": {"linux_health_checks": [1]}}, "is no list of checks"),
])
def test_bad_input_is_told_before_the_evidence_folder_exists(site: Site, given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        site.open(**given)
    assert caught.value.remedy
    assert not paths.EVIDENCE.exists()


def test_a_run_id_is_used_once(site: Site) -> None:
    run = "20260101T000000Z-quarterly-abcd"
    site.open(run=run)
    with pytest.raises(BadInput, match="id of an earlier run"):
        site.open(run=run)
    site.seal(site.evidence.open / run)
    with pytest.raises(BadInput, match="id of an earlier run"):
        site.open(run=run)


def test_a_policy_that_is_broken_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "POLICIES", tmp_path)
    (tmp_path / "mine.yml").write_text("id: mine\nversion: 1\n")
    with pytest.raises(BadInput, match=r"mine\.yml"):
        load_policy("mine")
    with pytest.raises(BadInput, match="known: mine"):
        load_policy("yours")


def test_every_policy_of_the_project_is_whole() -> None:
    for path in paths.POLICIES.glob("*.yml"):
        policy = load_policy(path.stem)
        assert policy["id"] == path.stem
        for round_ in policy["rounds"].values():
            assert (paths.PLAYBOOKS / round_["playbook"]).is_file()
            assert all((paths.ROLES / part["role"]).is_dir() for part in round_["roles"])


def test_a_role_without_the_sites_word_uses_its_default() -> None:
    assert role_checks("linux_health", {}) == role_checks("linux_health", {"linux_health_checks": None})
    assert all(name.startswith("linux.") for name in role_checks("linux_health", {}))


class Tagged(str):
    """Like Ansible's strings: a str that is not exactly one."""

    __slots__ = ()


def test_what_ansible_hands_over_becomes_plain_data() -> None:
    given = {Tagged("a"): (Tagged("b"), True, 1, 2.5, None), 3: datetime.date(2026, 12, 31)}
    made = plain(given)
    assert made == {"a": ["b", True, 1, 2.5, None], "3": "2026-12-31"}
    assert type(made["a"][0]) is str
    assert made["a"][1] is True
    json.dumps(made)


def test_facts_hold_only_what_a_judgement_needs() -> None:
    variables = {"rounds_platform": "linux", "ansible_host": "10.0.0.1", "ansible_password": "hunter2",
                 "baseline": {"mounts": ["/"]},
                 "waivers": [{"check": "*", "expires": datetime.date(2026, 12, 31)}], "group_names": ["b", "a"]}
    facts = host_facts("h", variables, {"row": 3})
    assert (facts.platform, facts.address, facts.contract, facts.baseline) == (
        "linux", "10.0.0.1", {"row": 3}, {"mounts": ["/"]})
    assert facts.waivers[0]["expires"] == "2026-12-31"
    assert facts.settings["groups"] == ["a", "b"]
    assert "hunter2" not in repr(facts)
    assert host_facts("h", {}, {}).platform == "unknown"


def test_nothing_but_the_redacted_text_reaches_the_disk(site: Site) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a", [
        Answer("df -P -T -k", "password=hunter2secret\n", 1, 1.0, 2.0),
        Answer("cat /proc/net/dev", "", None, 1.0, 2.0, Reason.REFUSED, "login: password=hunter3secret refused")])
    everything = b"".join(path.read_bytes() for path in run_dir.rglob("*") if path.is_file())
    assert b"hunter2secret" not in everything
    assert b"hunter3secret" not in everything
    assert b"<redacted:password_argument:" in everything


def test_tokens_are_the_same_within_a_site_and_not_between_sites(site: Site) -> None:
    keys_of = [keys.redaction_key(name) for name in ("lab", "lab", "other")]
    texts = [clean("linux", Answer("c", "password=hunter2secret"), key).text for key in keys_of]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("text", ["half \ud800 pair", "nul \x00 byte", "\u2028 separator", "esc \x1b[31m", "é中"])
def test_any_text_can_be_kept_and_read_back(site: Site, text: str) -> None:
    run_dir = site.open()
    records = site.record(run_dir, "pacs-a", [Answer("df -P -T -k", text, 0, 1.00049, 2.0)])
    assert records[0]["outcome"] == "unknown"
    assert rounds.rejudge(run_dir, "pacs-a", ROLE) == records
    kept = clean("linux", Answer("c", text, started=1.00049), KEY)
    assert kept.started == 1.0
    kept.text.encode("utf-8")


def test_an_unquoted_date_in_a_waiver_does_not_stop_the_recording(site: Site) -> None:
    run_dir = site.open()
    waiver = plain([{"check": "linux.*", "reason": "awaiting", "approver": "W", "expires": datetime.date(2099, 1, 1)}])
    records = site.record(run_dir, "pacs-a", waivers=waiver)
    assert records[0]["waiver"]["expires"] == "2099-01-01"


def test_rules_and_waivers_of_other_hosts_are_not_kept(site: Site) -> None:
    run_dir = site.open()
    rules = [{"check": "linux.*", "hosts": ["ris-*"], "reason": "r", "levels": {"direction": "upper", "warning": 1}},
             {"check": "linux.*", "reason": "all", "levels": {"direction": "upper", "warning": 1}}]
    run = read_json(run_dir / "run.json")
    inputs = prepare(run_dir, run, ROLE, CHECKS, "ssh", site.facts("pacs-a", rules=rules))
    assert [rule["index"] for rule in inputs.rules] == [2]


def test_a_run_without_any_answer_still_has_a_record_of_every_check(site: Site) -> None:
    run_dir = site.open()
    run = read_json(run_dir / "run.json")
    inputs = prepare(run_dir, run, ROLE, CHECKS, "ssh", site.facts("pacs-a"))
    records = finish(run_dir, inputs, [], KEY)
    assert [(one["check"], one["reason"]) for one in records] == [(check, "not_run") for check in CHECKS]


def test_a_user_without_a_name_can_work(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr(rounds.getpass, "getuser", nameless)
    assert read_json(site.open(engineer=None) / "run.json")["engineer"].startswith("uid ")


def test_outside_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert rounds._commit() == ("", False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rounds._commit() == ("", False)


def test_site_names_stay_below_the_evidence_folder() -> None:
    for name in ("..", "a/b", "/etc", "A", "-x", "a" * 65, "x\n", ".lock"):
        with pytest.raises(BadInput):
            SiteEvidence.of(name)
    assert SiteEvidence.of("cancer-hospital").site == "cancer-hospital"
    assert chain.links(SiteEvidence.of("nobody-yet")) == []
