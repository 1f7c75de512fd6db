"""Answers of databases on their way into the archive: collected by hand, redacted, and gathered from several homes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pacs_rounds import parse, rounds
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle import nodes
from pacs_rounds.transports import replay, sh_probe
from pacs_rounds.transports.shell_round import Plan

NONCE = "9f3c0a7be2d14458a1c0ffee"
KEY = b"k" * 32


def test_an_answer_saved_by_hand_is_judged_like_one_from_a_session(tmp_path: Path) -> None:
    folder = tmp_path / "pacs-a"
    folder.mkdir()
    (folder / "sqlplus_database.txt").write_text("-- instance PACS\nORA-01507: database not mounted\n")
    (folder / "sqlplus_instance.txt").write_text("-- instance PACS\n-- not running\n")
    database, instance = replay.ask(tmp_path, "pacs-a", [Collect("sqlplus database", "oracle.sql_database"),
                                                        Collect("sqlplus instance", "oracle.sql_instance")], "linux")
    assert (database.reason, instance.reason) == (Reason.UNREACHABLE, None)
    assert "ORA-01507" in database.detail


@pytest.mark.parametrize("platform", ["linux", "oracle", "unknown"])
def test_a_patient_in_a_statement_is_redacted_whatever_the_host_is(platform: str) -> None:
    said = ("-- instance PACS\nSat Nov 21 10:00:00 2026\nORA-01555 caused by SQL statement below: "
            "select 1 from study where patient_name = 'DOE^JOHN'\n")
    kept = rounds.clean(platform, Answer("oracle alert_log", said, detail=said), KEY, "oracle")
    assert "DOE^JOHN" not in kept.text + kept.detail
    assert "ORA-01555" in kept.text
    assert rounds.clean(platform, kept, KEY, "oracle") == kept


def test_a_parser_without_rules_of_its_own_changes_nothing() -> None:
    answer = Answer("opatch lsinventory", "Oracle Home : /u01\nOPatch succeeded.\n", 0, 1.0, 2.0)
    assert rounds.clean("linux", answer, KEY, "opatch") == answer


def _said(*steps: tuple[str, int]) -> str:
    return "".join(f"\n{NONCE} B {n} 1.0\n{text}\n{NONCE} X {n} {status} .\n\n{NONCE} E {n} {status} 1.1\n"
                   for n, (text, status) in enumerate(steps)) + f"\n{NONCE} Q\n"


HOMES = {"instances": [{"sid": "PACS", "oracle_home": "/u01/a"}, {"sid": "RIS", "oracle_home": "/u01/b"},
                       {"sid": "OLD", "oracle_home": "/u01/a"}]}


def test_a_program_is_asked_once_per_home_and_each_part_has_its_own_gap() -> None:
    plan = Plan([Collect("oracle audit_files", "oracle.audit_files")], HOMES, NONCE)
    (answer,) = plan.answers(_said(("7 /u01/a/rdbms/audit\n-- end", 0), ("sh: 1: /u01/b/x: not found", 127)), 0.0, 2.0)
    assert answer.reason is None
    assert answer.status == 0
    found = parse.parse("oracle.audit_files", answer.text)
    assert [(one["name"], one["state"], one["reason"]) for one in found] == [
        ("/u01/a", "answered", None), ("/u01/b", "failed", "tool_missing")]


def test_where_no_part_answered_the_first_ones_reason_is_that_of_all() -> None:
    plan = Plan([Collect("oracle audit_files", "oracle.audit_files")], HOMES, NONCE)
    (answer,) = plan.answers(_said(("a: permission denied", 126), ("b: not found", 127)), 0.0, 2.0)
    assert (answer.reason, answer.detail) == (Reason.REFUSED, "a: permission denied")


def test_opatch_is_not_run_where_nobody_allowed_it() -> None:
    commands = [Collect("opatch lsinventory", "opatch.homes")]
    assert "opatch" not in Plan(commands, HOMES, NONCE).script()
    (answer,) = Plan(commands, HOMES, NONCE).answers(_said(), 0.0, 1.0)
    assert answer.reason is Reason.NOT_RUN
    assert Plan(commands, {**HOMES, "opatch": True}, NONCE).script().count("lsinventory") == 2


def test_a_plan_without_oracle_is_the_probe_as_it_was() -> None:
    commands = [Collect("df -P", "linux.df"), Collect("uptime", "linux.uptime")]
    assert Plan(commands, None, NONCE).script() == sh_probe.build(commands, NONCE)


def test_a_node_nobody_looked_at_is_unknown_and_no_standby(tmp_path: Path) -> None:
    one = {"oracle": {"instances": [{"sid": "PACS", "oracle_home": "/u01", "pair": "pacs"}]}}
    texts = nodes.gather(tmp_path, {"pacs-a": one, "pacs-b": one, "web": {}})
    assert set(texts) == {"pacs-a", "pacs-b"}
    said = parse.parse("oracle.nodes", texts["pacs-a"])
    assert [(node["host"], node["state"]) for node in said["pairs"][0]["nodes"]] == [
        ("pacs-a", "unknown"), ("pacs-b", "unknown")]
