"""The approved list, who stands where, the plan, the gates, the journal and the engine, without any target."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import paths
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import approved, conduct, gates, journal, judging, plan, standing, steps
from pacs_rounds.patch.engine import Engine, StepFailed

HASH = "a" * 64
PRODUCT = {"title": "PACS core", "owner": "vendor", "kind": "apt", "package": "pacs-core", "versions": ["1", "2", "3"],
           "hosts": ["servers"]}
PATCH = {"id": "P2", "product": "core", "component": "PACS core", "from": ["1"], "to": "2", "state": "approved",
         "document": {"title": "Release notes 2", "sha256": HASH}, "approved": {"by": "Li", "on": "2026-11-01"},
         "files": [{"name": "core_2.deb", "sha256": HASH}], "rollback_files": [{"name": "core_1.deb", "sha256": HASH}],
         "packages": {"pacs-core": "2"}, "config": ["/etc/core"], "minutes": 10}
TODAY = datetime.date(2026, 11, 22)


def listed(*patches: dict[str, Any], **product: Any) -> approved.Approved:
    found = approved.Approved()
    approved.parse({"products": {"core": PRODUCT | product}, "patches": list(patches or [PATCH])}, Path("x.yml"), found)
    return found


@pytest.mark.parametrize(("changed", "word"), [
    ({"to": "9"}, "'9' is no version of core"),
    ({"from": ["2"]}, "does not come after"),
    ({"packages": {}}, "must name pacs-core"),
    ({"rollback_files": []}, "rollback_files"),
    ({"product": "other"}, "no product is called"),
    ({"state": "deferred"}, "control"),
    ({"approved": {"by": "Li", "on": "2026-02-31"}}, "no day of the calendar"),
    ({"files": [{"name": "../x.deb", "sha256": HASH}]}, "files"),
    ({"surprise": 1}, "surprise"),
])
def test_flaw_in_the_approved_list_is_named(changed: dict[str, Any], word: str) -> None:
    row = {key: value for key, value in (PATCH | changed).items() if value != []}
    with pytest.raises(BadInput, match=word):
        listed(row)


def test_patch_listed_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="stands twice"):
        listed(PATCH, PATCH)


def test_products_and_patches_may_stand_in_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "INVENTORIES", tmp_path)
    folder = tmp_path / "lab" / "patches"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(yaml.safe_dump({"patches": [PATCH]}))
    (folder / "b.yml").write_text(yaml.safe_dump({"products": {"core": PRODUCT}}))
    assert list(approved.load("lab").patches) == ["P2"]


@pytest.mark.parametrize(("version", "more", "verdict"), [
    ("1", {}, standing.MISSING), ("2", {}, standing.CURRENT), ("3", {}, standing.AHEAD),
    ("0", {}, standing.UNKNOWN), ("unknown", {}, standing.UNKNOWN), ("absent", {}, standing.ABSENT),
    ("1", {"state": "deferred", "control": "firewall", "expires": "2027-01-01"}, standing.DEFERRED),
    ("1", {"state": "refused", "control": "firewall", "expires": "2027-01-01"}, standing.REFUSED),
    ("1", {"state": "refused", "control": "firewall", "expires": "2026-01-01"}, standing.EXPIRED)])
def test_standing(version: str, more: dict[str, Any], verdict: str) -> None:
    found = listed(PATCH | more)
    row = standing.stand(found, found.products["core"], "pacs-a", version, "", TODAY)
    assert row.verdict == verdict
    assert standing.exchange([row], found)[0]["state"] == standing.IEC_STATES[verdict]


@pytest.mark.parametrize(("kind", "status", "text", "version"), [
    ("apt", 0, "ii  11.3.1\n", "11.3.1"), ("apt", 1, "dpkg-query: no packages found matching x", "absent"),
    ("apt", 0, "iF  11.3.1\n", "unknown"), ("apt", 0, "rubbish\n", "unknown"), ("apt", 0, "", "unknown"),
    ("rpm", 0, "11.3.1-4.el6\n", "11.3.1-4.el6"), ("rpm", 1, "package x is not installed", "absent"),
    ("bundle", 0, "11.3\nsecond line\n", "unknown"), ("bundle", 127, "not found", "unknown"),
    ("opatch", 0, "2;Database Patch Set Update\n", "2"), ("opatch", 0, "There are no Interim patches installed", "1"),
    ("opatch", 0, "Inventory load failed", "unknown")])
def test_version_as_a_host_tells_it(kind: str, status: int, text: str, version: str) -> None:
    product = replace(listed().products["core"], kind=kind)
    assert standing.installed(product, Answer("", text, status))[0] == version


def test_host_nobody_asked_is_listed_as_unknown() -> None:
    rows = standing.all_standing(listed(), {"servers": ["a", "b"]}, {("a", "core"): Answer("", "ii  2", 0)}, TODAY)
    assert [(row.host, row.verdict) for row in rows] == [("a", "current"), ("b", "unknown")]


def test_unreachable_host_is_unknown() -> None:
    answer = Answer("", "", None, reason=Reason.UNREACHABLE, detail="no route")
    assert standing.installed(listed().products["core"], answer) == ("unknown", "unreachable: no route")


PAIR = plan.Pair("pacs", ("n1", "n2"), steps.Cluster("pacemaker", "pacs"), "10.0.0.9", 104, "PACS",
                 counts=(("studies", "cat /n"),), sample="ls /s")


def made(**more: Any) -> plan.Plan:
    found = listed()
    given: dict[str, Any] = {
        "site": "lab", "patch": found.patches["P2"], "approved": found, "pair": PAIR, "active": "n1",
        "versions": {"n1": "1", "n2": "1"}, "window": plan.Window(1_800_000_000, 1_800_010_000), "made": 0.0,
        "by": "Li", "list_sha256": HASH} | more
    return plan.build(**given)


def test_plan_begins_with_the_standby_and_never_touches_both() -> None:
    one = made()
    assert one["nodes"] == ["n2", "n1"]
    order = [step["id"] for step in one["steps"]]
    assert order.index("n2/online") < order.index("n1/drain"), "the second leaves only when the first is back"
    assert order.index("n1/echo-after-move") < order.index("n1/apply")
    assert order[0] == "n1/counts-before"
    assert next(step for step in one["steps"] if step["id"] == "n1/echo-after-move")["blame"] == "n2"


def test_service_goes_back_only_where_the_hospital_says_who_carries_it() -> None:
    def moves(one: plan.Plan) -> list[str]:
        return [step["id"] for step in one["steps"] if step["id"] == "n1/drain" or step["id"].endswith("/rebalance")]

    plain, back = made(), made(pair=replace(PAIR, prefers="n1"))
    assert moves(plain) == ["n1/drain"]
    assert moves(made(pair=replace(PAIR, prefers="n2"))) == ["n1/drain"]
    assert moves(back) == ["n1/drain", "n1/rebalance"]
    assert back["outage"]["seconds"] == 2 * plain["outage"]["seconds"] > 0


def test_every_step_that_changes_a_node_has_an_undo() -> None:
    changing = [step for step in made()["steps"] if step["phase"] in {"drain", "apply"}]
    assert [step["id"] for step in changing if not step.get("undo")] == []


def test_plan_has_one_hash_and_any_change_another() -> None:
    one, two = made(), made()
    assert plan.digest(one) == plan.digest(two)
    two["steps"][3]["script"] += " "
    assert plan.digest(one) != plan.digest(two)


@pytest.mark.parametrize(("more", "word"), [
    ({"versions": {"n1": "1", "n2": "2"}}, "goes on 1 and nothing else"),
    ({"active": "n9"}, "the service runs on n9"),
    ({"window": plan.Window(0, 600)}, "needs 20 min")])
def test_plan_that_must_not_be_made(more: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        made(**more)


def test_refused_patch_gets_no_plan() -> None:
    found = listed(PATCH | {"state": "refused", "control": "firewall", "expires": "2027-01-01"})
    with pytest.raises(BadInput, match="refused, not approved"):
        made(patch=found.patches["P2"], approved=found)


def test_notice_is_due_working_days_before_over_the_holiday() -> None:
    eve = datetime.datetime(2026, 10, 9, 20, tzinfo=datetime.timezone(datetime.timedelta(hours=8))).timestamp()
    assert plan.notice_day(eve, 3) == "2026-09-29", "1 to 7 October are no working days"


def facts(**more: Any) -> gates.Facts:
    given: dict[str, Any] = {
        "now": 1000.0, "window": (0.0, 10_000.0), "minutes": 60.0, "rest_in_days": 20, "rest_name": "New Year",
        "backup": {"readable": 500.0}, "inspected_at": 500.0, "findings": frozenset({"old"}),
        "planned_findings": frozenset({"old"}), "online": {"n1": True, "n2": True}, "carrier": "n1",
        "signed": [{"by": "Wang"}]} | more
    return gates.Facts(**given)


def test_all_gates_pass_on_a_good_day() -> None:
    assert gates.closed(gates.judge(facts(), gates.Rules(), "n2", ["n1"])) == []


@pytest.mark.parametrize(("more", "rules", "name"), [
    ({"now": 9_000.0}, {}, "window"), ({"now": 20_000.0}, {}, "window"), ({"window": (2000.0, 9999.0)}, {}, "window"),
    ({"freezes": [{"from": "1970-01-01", "to": "1970-01-02", "reason": "audit"}]}, {}, "freeze"),
    ({"rest_in_days": 2}, {}, "holiday"), ({"rest_in_days": None}, {}, "holiday"),
    ({"backup": None}, {}, "backup"), ({"backup": {"exists": 900.0}}, {}, "backup"),
    ({"backup": {"readable": -900_000.0}}, {}, "backup"), ({"backup": {"readable": 2000.0}}, {}, "backup"),
    ({"findings": None}, {}, "inspection"), ({"findings": frozenset({"new"})}, {}, "inspection"),
    ({"inspected_at": -900_000.0}, {}, "inspection"), ({"signed": []}, {}, "signed_off"),
    ({"signed": [{"by": "Wang"}, {"by": "Wang"}]}, {"signatures": 2}, "signed_off"),
    ({}, {"snapshot": True}, "snapshot"), ({"online": None}, {}, "cluster"), ({"carrier": None}, {}, "cluster"),
    ({"online": {"n1": False, "n2": True}}, {}, "cluster"), ({"unsettled": ["core Stopped"]}, {}, "cluster")])
def test_gate_that_holds(more: dict[str, Any], rules: dict[str, Any], name: str) -> None:
    assert name in {gate.name for gate in gates.closed(gates.judge(facts(**more), gates.Rules(**rules), "n2", ["n1"]))}


@pytest.mark.parametrize(("text", "word"), [
    ("Inst pacs-core [1] (2 local-deb [all])\nConf pacs-core (2 local-deb [all])\n", ""),
    ("Inst pacs-core [1] (2 x)\nInst openssl [1] (3 x)\n", "openssl 3"),
    ("Inst pacs-core [1] (2 x)\nRemv old-tool [1]\n", "old-tool removed"),
    ("Inst pacs-core [1] (2.1 x)\n", "pacs-core 2.1"), ("0 upgraded\n", "would change nothing")])
def test_transaction_is_compared_with_the_list(text: str, word: str) -> None:
    said = judging.compare(judging.transaction(text), {"pacs-core": "2"})
    assert (word in said) if word else said == ""


@pytest.mark.parametrize(("before", "after", "word"), [
    ("studies 5\n", "studies 5\n", ""), ("studies 5\n", "studies 9\n", ""),
    ("studies 5\n", "studies 4\n", "5 before, 4"),
    ("studies 5\nrows 2\n", "studies 5\n", "not told"), ("studies 5\n", "studies x\n", "not readable"),
    ("studies \n", "studies 5\n", "not readable")])
def test_counts_before_and_after(before: str, after: str, word: str) -> None:
    said = judging.lost(before, after)
    assert (word in said) if word else said == ""


def test_sampled_object_that_changed_is_named() -> None:
    one, two = f"{'a' * 64}  f\n", f"{'b' * 64}  f\n"
    assert judging.changed(one, one) == ""
    assert "1 of 1" in judging.changed(one, two)
    assert "1 of 1" in judging.changed("unreadable f\n", "unreadable f\n")
    assert "nothing to compare" in judging.changed("", one)


class Node:
    """Answers scripts: exit 0, or what `says` gives for a script that contains a word."""

    def __init__(self, **says: int) -> None:
        self.says, self.ran = says, []  # type: ignore[var-annotated]

    def run(self, script: str, send: str, limit: float) -> Answer:
        self.ran.append(script)
        status = next((value for word, value in self.says.items() if script.startswith(word)), 0)
        return Answer(script, "studies 3" if "counts" in script else "words", status, 1.0, 2.0)


def rows(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"{node}/{name}", "node": node, "phase": "apply", "title": name, "script": f"do-{node}-{name}",
             "limit": 5, "undo": f"undo-{node}-{name}"} | more for node, name in (one.split(".") for one in names)]


def engine(tmp_path: Path, listed: list[dict[str, Any]], node: Node) -> Engine:
    return Engine({"steps": listed, "packages": {}, "service": {}}, journal.Journal(tmp_path / "j.jsonl"), node.run,
                  lambda service: Answer("", "", 0))


def test_engine_goes_on_after_the_last_step_that_is_done(tmp_path: Path) -> None:
    listed_rows = rows("a.one", "a.two", "b.one")
    node = Node(**{"do-a-two": 1})
    one = engine(tmp_path, listed_rows, node)
    with pytest.raises(StepFailed, match="a/two: exit status 1"):
        one.forward(["a/one", "a/two"])
    now = journal.progress(one.journal.events())
    assert [row["id"] for row in journal.to_do(listed_rows, now)] == ["a/two", "b/one"]
    assert journal.blamed(now, listed_rows) == "a"
    node.says = {}
    assert one.forward(["a/two", "b/one"]) == 2
    assert journal.to_do(listed_rows, journal.progress(one.journal.events())) == []


def test_step_begun_by_a_killed_run_is_asked_for_and_not_done_twice(tmp_path: Path) -> None:
    listed_rows = rows("a.one", done_when="asks")
    node = Node(asks=1)
    one = engine(tmp_path, listed_rows, node)
    one._enter(listed_rows[0], "do", "begin")  # and then the controller was killed
    node.says = {}
    one.forward(["a/one"])
    assert "do-a-one" not in node.ran
    assert "was begun when the last run ended" in one.journal.events()[-1]["why"]


def echoing(tmp_path: Path, node: Node, *answers: int) -> Engine:
    """An engine with one echo step whose tries end so, one a second."""
    row = {"id": "a/echo", "node": "a", "phase": "check", "title": "", "script": "nowhere", "limit": 30,
           "judge": "echo"}
    one, tries, now = engine(tmp_path, [row], node), iter(answers), [0.0]
    one.echo = lambda service: Answer("C-ECHO", "no association", next(tries))
    one.clock = lambda: now[0]
    one.sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)
    return one


def test_echo_is_tried_while_the_service_may_still_come(tmp_path: Path) -> None:
    assert echoing(tmp_path, Node(nowhere=1), *[1] * 20, 0).forward(["a/echo"]) == 1
    with pytest.raises(StepFailed, match=r"no association$"):
        echoing(tmp_path / "2", Node(nowhere=1), *[1] * 99).forward(["a/echo"])


def test_echo_gives_up_when_the_cluster_has(tmp_path: Path) -> None:
    node = Node(nowhere=0)
    with pytest.raises(StepFailed, match="the cluster has given the service up"):
        echoing(tmp_path, node, 1, 1).forward(["a/echo"])
    assert len(node.ran) == 2, "once is no proof: it may be between two starts"


GROUP = "  * Resource Group: pacs:\n    * vip\t(ocf:IPaddr2):\t Started n2\n    * core\t(systemd:core):\t {}\n"
FAILED = "\nFailed Resource Actions:\n  * core 2s-interval monitor on n2 returned 'not running'\n"


@pytest.mark.parametrize(("shown", "expected"), [
    (GROUP.format("Stopped") + FAILED, True),
    (GROUP.format("FAILED n2 (blocked)") + FAILED, True),
    (" Resource Group: pacs\n     core\t(systemd:core):\tStopped\nFailed Actions:\n* core", True),  # pacemaker 1.1
    (GROUP.format("Stopped"), False),  # waits for the member before it
    (GROUP.format("Starting n2") + FAILED, False),
    (GROUP.format("Started n2") + "  * other\t(systemd:other):\t Stopped\n" + FAILED, False),
    ("", False)])
def test_cluster_has_given_the_service_up(tmp_path: Path, shown: str, expected: bool) -> None:
    (tmp_path / "crm_mon").write_text(f"#!/bin/sh\ncat <<'END'\n{shown}\nEND\n")
    (tmp_path / "crm_mon").chmod(0o755)
    done = subprocess.run(["/bin/sh", "-c", steps.given_up(PAIR.cluster)], check=False, timeout=20,
                          env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (done.returncode == 0) is expected


def test_undo_goes_back_to_the_blamed_node_last_step_first(tmp_path: Path) -> None:
    listed_rows = rows("a.one", "a.two", "b.one", "b.two")
    node = Node(**{"do-b-two": 1})
    one = engine(tmp_path, listed_rows, node)
    with pytest.raises(StepFailed):
        one.forward([row["id"] for row in listed_rows])
    now = journal.progress(one.journal.events())
    assert [row["id"] for row in journal.to_undo(listed_rows, now, "b")] == ["b/two", "b/one"]
    assert [row["id"] for row in journal.to_undo(listed_rows, now, "a")] == ["b/two", "b/one", "a/two", "a/one"]
    node.ran.clear()
    one.backward(["b/two", "b/one"])
    assert node.ran == ["undo-b-two", "undo-b-one"]
    assert journal.touched_nodes(listed_rows, journal.progress(one.journal.events())) == {
        "a": "patched", "b": "rolled back"}


def test_undo_that_fails_says_that_a_person_must_look(tmp_path: Path) -> None:
    one = engine(tmp_path, rows("a.one"), Node(**{"undo-a": 1}))
    one.forward(["a/one"])
    with pytest.raises(StepFailed, match="could not be taken back"):
        one.backward(["a/one"])
    said = journal.touched_nodes(rows("a.one"), journal.progress(one.journal.events()))
    assert said == {"a": "in between: a/one"}


def test_counts_that_fell_fail_the_step(tmp_path: Path) -> None:
    before = rows("a.counts", judge="counts-before")[0]
    after = before | {"id": "b/counts", "node": "b", "judge": "counts-after", "script": "counts-again"}
    one = engine(tmp_path, [before, after], Node())
    one.forward(["a/counts"])
    fewer: Mapping[str, Any] = {"status": 0, "text": "studies 9"}
    one._enter(before, "do", "done", "", Answer("", str(fewer["text"]), 0))
    with pytest.raises(StepFailed, match="studies: 9 before, 3 after"):
        one.forward(["b/counts"])


def test_line_that_a_killed_writer_left_half_is_no_event(tmp_path: Path) -> None:
    one = journal.Journal(tmp_path / "j.jsonl")
    one.add({"a": 1})
    with one.path.open("ab") as file:
        file.write(b'{"b": ')
    assert one.events() == [{"a": 1}]
    one.add({"c": 3})
    assert one.events() == [{"a": 1}, {"c": 3}]


def test_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text('{"a": 1}\nrubbish\n{"b": 2}\n')
    with pytest.raises(BadInput, match=r"j\.jsonl:2"):
        journal.Journal(path).events()


def test_site_is_claimed_by_one_living_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    journal.claim(path, os.getpid())
    journal.claim(path, os.getpid())
    with pytest.raises(BadInput, match=f"process {os.getpid()} is patching"):
        journal.claim(path, 1)
    path.write_text(json.dumps({"pid": os.getpid(), "born": "another life"}))
    journal.claim(path, 1)  # the number was used again: the owner is dead


@pytest.mark.parametrize("text", ["", "tonight", "2026-11-29T20:00/2026-11-29T23:00",
                                  "2026-11-29T23:00+08:00/2026-11-29T20:00+08:00"])
def test_window_without_offsets_or_backwards_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="is no span of time"):
        conduct.window(text)
