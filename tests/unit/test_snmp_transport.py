"""SNMP as a way to a device: versions, refusals, silence, walks without end; against the lab's own agents."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest
from snmp_lab import ROWS, Agents, Running

from pacs_rounds.catalogue import Collect
from pacs_rounds.fan_out import side_by_side
from pacs_rounds.lab import snmp_ber
from pacs_rounds.lab.snmp_agent import Agent
from pacs_rounds.model import Answer, Reason
from pacs_rounds.parse import snmp_text
from pacs_rounds.transports import snmp, snmp_community, snmp_usm
from pacs_rounds.transports.endpoint import Endpoint

SYSTEM = "snmpwalk -On 1.3.6.1.2.1.1"
ALL = "snmpwalk -On .1.3.6"


@pytest.fixture(scope="module")
def agents() -> Iterator[Agents]:
    with Agents() as running:
        yield running


def ask(endpoint: Endpoint, *commands: str, limit: float = 5.0) -> list[Answer]:
    return snmp.ask(endpoint, [Collect(command, "x.y", limit) for command in commands])


def one(endpoint: Endpoint, command: str = SYSTEM, limit: float = 5.0) -> Answer:
    answer, = ask(endpoint, command, limit=limit)
    return answer


@pytest.mark.parametrize(("auth", "priv"), [("SHA", "AES"), ("MD5", "DES"), ("SHA", "DES"), ("MD5", "AES"),
                                            ("SHA", "none"), ("MD5", "none"), ("none", "none")])
def test_version_3_at_every_security_level(agents: Agents, auth: str, priv: str) -> None:
    agent = agents.start(auth_protocol=auth, priv_protocol=priv)
    answer = one(agent.endpoint(auth_protocol=auth, priv_protocol=priv, versions=["3"]), ALL)
    assert (answer.reason, answer.detail) == (None, "")
    rows = snmp_text.read(answer.text)
    assert [snmp_text.dotted(row.oid)[1:] for row in rows[:-1]] == [oid for oid, _, _ in ROWS]
    assert rows[-1].type == "end_of_mib"
    assert not [kind for kind in agent.agent.seen if kind.startswith(("v1", "v2c")) or kind == "v3 0xa3"]


def test_version_1_says_the_same_but_for_64_bit_counters(agents: Agents) -> None:
    agent = agents.start(versions=["1"])
    answer = one(agent.endpoint(versions=["1"]), ALL)
    wide = [oid for oid, kind, _ in ROWS if kind == "counter64"]
    assert len(wide) == 1
    assert [snmp_text.dotted(row.oid)[1:] for row in snmp_text.read(answer.text)] == \
        [oid for oid, _, _ in ROWS if oid not in wide]
    assert answer.text.endswith("\nEnd of MIB\n")
    assert set(agent.agent.seen) == {"v1 0xa0", "v1 0xa1"}


def test_version_1_follows_a_silent_version_3_and_says_so(agents: Agents) -> None:
    agent = agents.start(versions=["1"])
    answer = one(agent.endpoint(connect=2.0))
    assert answer.reason is None
    assert answer.detail == "answered in version 1 only; version 3: no answer"
    assert "v2c" not in agent.agent.seen


def test_version_1_follows_a_refused_version_3_and_says_so(agents: Agents) -> None:
    answer = one(agents.start(user="somebody").endpoint())
    assert answer.reason is None
    assert answer.detail == "answered in version 1 only; version 3: it does not know the user"


def test_only_versions_with_credentials_are_tried(agents: Agents) -> None:
    agent = agents.start()
    one(agent.endpoint(community=None, user="nobody"))
    assert not [kind for kind in agent.agent.seen if kind.startswith("v1")]
    one(agent.endpoint(user=None))
    assert [kind for kind in agent.agent.seen if kind.startswith("v1")]


@pytest.mark.parametrize(("changes", "words"), [
    ({"user": "nobody"}, "version 3: it does not know the user"),
    ({"auth_key": "other-words"}, "version 3: wrong authentication key or protocol"),
    ({"auth_protocol": "MD5"}, "version 3: wrong authentication key or protocol"),
    ({"priv_key": "other-words"}, "version 3: wrong privacy key or protocol"),
    ({"priv_protocol": "none"}, "version 3: the user may not read (authorizationError)"),
])
def test_refusals_of_version_3_are_told_apart(agents: Agents, changes: dict[str, str], words: str) -> None:
    began = time.monotonic()
    answer = one(agents.start().endpoint(versions=["3"], **changes))
    assert (answer.reason, answer.detail, answer.text) == (Reason.REFUSED, words, "")
    assert time.monotonic() - began < 3.5  # told, not waited for


def test_a_security_level_the_agent_does_not_have(agents: Agents) -> None:
    answer = one(agents.start(priv_protocol="none").endpoint(versions=["3"]))
    assert answer.reason is Reason.REFUSED
    assert answer.detail == "version 3: it does not have this user at this security level"


def test_an_agent_whose_time_never_fits_is_refused_not_silent(agents: Agents) -> None:
    answer = one(agents.start(not_in_time_window=True).endpoint(versions=["3"]))
    assert answer.reason is Reason.REFUSED
    assert "not in time window" in answer.detail


def test_agents_with_one_engine_id_are_both_understood(agents: Agents) -> None:
    running = [agents.start(name="clone") for _ in range(3)]
    for number, agent in enumerate(running):
        agent.agent.born -= 100_000 * number
        agent.agent.boots += number
    for host, answers in side_by_side([agent.endpoint(versions=["3"]) for agent in running], [Collect(ALL, "x.y")] * 3,
                                      snmp.ask, 8):
        assert [answer.reason for answer in answers] == [None] * 3, host


def test_silence_is_timed_out_and_costs_the_connect_time_only(agents: Agents) -> None:
    began = time.monotonic()
    answers = ask(agents.start(silent=True).endpoint(connect=2.0), SYSTEM, ALL)
    assert 1.8 < time.monotonic() - began < 6.0
    assert {answer.reason for answer in answers} == {Reason.TIMED_OUT}
    assert answers[0].detail == ("no answer in version 3 and 1 within 1 s: nothing is there, or it does not know our "
                                 "community")


def test_a_wrong_community_is_silence(agents: Agents) -> None:
    answer = one(agents.start().endpoint(versions=["1"], community="other", connect=1.0))
    assert answer.reason is Reason.TIMED_OUT
    assert "community" in answer.detail
    assert "other" not in answer.detail


def test_refused_in_version_3_and_silent_in_1_is_refused(agents: Agents) -> None:
    answer = one(agents.start(versions=["3"]).endpoint(user="nobody", connect=2.0))
    assert answer.reason is Reason.REFUSED
    assert answer.detail == "version 3: it does not know the user; no answer in version 1 within 1 s"


@pytest.mark.parametrize("version", ["3", "1"])
def test_a_closed_port_is_unreachable_at_once(version: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.66.1.2", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    answer = one(Running(None, "127.66.1.2", port).endpoint(versions=[version]))  # type: ignore[arg-type]
    assert (answer.reason, answer.detail) == (Reason.UNREACHABLE, f"nothing listens (UDP port {port})")
    assert time.monotonic() - began < 3.5  # told, not waited for


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    answer = one(Running(None, "no-such-host.invalid", 161).endpoint())  # type: ignore[arg-type]
    assert answer.reason is Reason.UNREACHABLE


@pytest.mark.parametrize("version", ["3", "1"])
def test_a_hung_subtree_costs_only_the_commands_that_need_it(agents: Agents, version: str,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    # A GETBULK for the system group reaches into the part that hangs: the next tries ask for fewer rows.
    monkeypatch.setattr(snmp_usm, "TRY_SECONDS", 0.5)
    agent = agents.start(hang_below=["1.3.6.1.4.1.2.3.51.4"])
    answers = ask(agent.endpoint(versions=[version]), SYSTEM, "snmpwalk -On 1.3.6.1.4.1.2.3.51.4",
                  "snmpget -On 1.3.6.1.2.1.1.5.0", limit=3.0)
    assert [answer.reason for answer in answers] == [None, Reason.TIMED_OUT, None]
    assert answers[1].detail == "no end within 3 s, after 0 values"
    assert answers[2].text == '.1.3.6.1.2.1.1.5.0 = STRING: "imm"\n'


def test_an_agent_that_falls_silent_costs_two_limits_not_all(agents: Agents) -> None:
    endpoint = agents.start(hang_below=["1.3.6.1.4"]).endpoint(versions=["3"])
    began = time.monotonic()
    answers = ask(endpoint, *(f"snmpwalk -On 1.3.6.1.4.1.2.3.{number}" for number in range(12)), limit=1.0)
    assert time.monotonic() - began < 8.0
    assert {answer.reason for answer in answers} == {Reason.TIMED_OUT}
    assert answers[-1].detail == "the agent fell silent before"


def test_the_deadline_of_the_device_ends_everything(agents: Agents) -> None:
    agent = agents.start(delay_seconds=0.4)
    began = time.monotonic()
    answers = ask(agent.endpoint(versions=["1"], deadline=1.5), ALL, SYSTEM, limit=30.0)
    assert time.monotonic() - began < 8.0
    assert [answer.reason for answer in answers] == [Reason.TIMED_OUT] * 2


@pytest.mark.parametrize("version", ["3", "1"])
def test_a_walk_that_stands_still_is_cut_off(agents: Agents, version: str) -> None:
    agent = agents.start(loop_at="1.3.6.1.2.1.1.5.0")
    answer = one(agent.endpoint(versions=[version]))
    assert answer.reason is Reason.TRUNCATED
    assert answer.detail == "OID not increasing: .1.3.6.1.2.1.1.5.0 is followed by .1.3.6.1.2.1.1.5.0"
    assert len(answer.text.splitlines()) == 6  # five values, one of them of two lines


@pytest.mark.parametrize("version", ["3", "1"])
def test_more_than_any_inspection_has_is_cut_off(agents: Agents, version: str,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp, "MAX_BYTES", 100)
    answer = one(agents.start().endpoint(versions=[version]))
    assert (answer.reason, answer.detail) == (Reason.TRUNCATED, "longer than any answer")
    assert len(answer.text) <= 100


@pytest.mark.parametrize("version", ["3", "1"])
def test_an_error_status_is_no_end_of_the_table(agents: Agents, version: str) -> None:
    answer = one(agents.start(error_below=["1.3.6.1.2.1.1"]).endpoint(versions=[version]))
    assert (answer.reason, answer.detail) == (Reason.TRUNCATED, "the agent answered genErr after 0 values")


@pytest.mark.parametrize("version", ["3", "1"])
def test_what_an_agent_lacks_is_an_answer(agents: Agents, version: str) -> None:
    endpoint = agents.start().endpoint(versions=[version])
    missing, = snmp_text.read(one(endpoint, "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.9").text)
    assert (missing.type, missing.value) == ("no_such_object", None)
    got = snmp_text.read(one(endpoint, "snmpget -On .1.3.6.1.4.1.9.9.0 1.3.6.1.2.1.1.7.0 1.3.6.1.4.1.9.8.0").text)
    assert [(row.oid[-2], row.value) for row in got] == [(9, None), (7, 72), (8, None)]
    scalar, = snmp_text.read(one(endpoint, "snmpwalk -On 1.3.6.1.2.1.1.7.0").text)
    assert scalar.integer == 72


@pytest.mark.parametrize("version", ["3", "1"])
def test_an_agent_that_leaves_out_what_it_was_asked_is_not_believed(agents: Agents, version: str,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    other = snmp_ber.sequence(snmp_ber.object_id((1, 3, 6, 1, 2)), snmp_ber.number(5))
    monkeypatch.setattr(Agent, "_get", lambda self, oid, modern: other)
    answer = one(agents.start().endpoint(versions=[version]), "snmpget -On 1.3.6.1.2.1.1.7.0")
    assert (answer.reason, answer.text) == (Reason.TRUNCATED, "")
    assert answer.detail == "the agent was asked for .1.3.6.1.2.1.1.7.0 and left it out"


def test_an_answer_without_values_is_no_end_of_a_walk(agents: Agents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Agent, "_bulk", lambda self, *asked: b"")
    answer = one(agents.start().endpoint(versions=["3"]))
    assert (answer.reason, answer.detail) == (Reason.TRUNCATED, "Empty SNMP response message")


@pytest.mark.parametrize("size", [484, 1472, 65000])
def test_agents_with_small_and_large_datagrams_are_walked_whole(agents: Agents, size: int) -> None:
    rows = [(f"1.3.6.1.4.1.2.3.{column}.{row}", "string", f"value {row} " * 3)
            for column in range(4) for row in range(40)]
    answer = one(agents.start(rows, max_message_bytes=size).endpoint(versions=["3"]), "snmpwalk -On 1.3.6.1.4.1.2.3")
    assert [(snmp_text.dotted(row.oid)[1:], "string", row.value) for row in snmp_text.read(answer.text)[:-1]] == rows


def test_a_slow_agent_is_waited_for(agents: Agents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp_community, "TRY_SECONDS", 0.3)  # a late answer to the first try is taken
    for version in ("3", "1"):
        answer = one(agents.start(delay_seconds=0.5).endpoint(versions=[version], connect=10.0, deadline=60.0),
                     "snmpget -On 1.3.6.1.2.1.1.7.0", limit=20.0)
        assert answer.text == ".1.3.6.1.2.1.1.7.0 = INTEGER: 72\n", version


def test_cut_off_datagrams_are_no_answer(agents: Agents) -> None:
    for version in ("3", "1"):
        answer = one(agents.start(garbage=True).endpoint(versions=[version], connect=1.0))
        assert answer.reason is Reason.TIMED_OUT


@pytest.mark.parametrize("command", ["snmpset -On 1.3.6.1.2.1.1.4.0 s x", "snmpwalk -On sysDescr", "show version",
                                     "snmpwalk -v2c -c public -On 1.3.6", "snmpwalk -On 1.3.6; reboot", "snmpget -On"])
def test_other_commands_are_never_sent(agents: Agents, command: str) -> None:
    agent = agents.start()
    answer = one(agent.endpoint(versions=["1"]), command)
    assert answer.reason is Reason.TOOL_MISSING
    assert set(agent.agent.seen) == {"v1 0xa0"}  # the greeting


def test_many_agents_cost_the_slowest_not_the_sum(agents: Agents) -> None:
    running = [agents.start(name=f"agent-{number}", delay_seconds=0.3) for number in range(12)]
    began = time.monotonic()
    home = dict(side_by_side([agent.endpoint(versions=["3"]) for agent in running],
                             [Collect("snmpget -On 1.3.6.1.2.1.1.7.0", "x.y")], snmp.ask, 32))
    # Discovery, time, greeting, question: four answers of 0.3 s each for every agent.
    assert time.monotonic() - began < 10.0
    assert len(home) == 12
    assert all(answers[0].reason is None for answers in home.values())


@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_has_a_loop_of_its_own(agents: Agents) -> None:
    endpoint = agents.start().endpoint(versions=["1"])
    assert one(endpoint).reason is None
    child = os.fork()
    if not child:
        os._exit(0 if one(endpoint).reason is None else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_secrets_are_in_no_answer_and_no_repr(agents: Agents) -> None:
    for changes in ({}, {"user": "nobody"}, {"community": "other-community", "versions": ["1"]}):
        endpoint = agents.start().endpoint(connect=1.0, **changes)
        said = repr(endpoint) + "".join(f"{answer!r}" for answer in ask(endpoint, SYSTEM))
        for secret in ("auth-words-1", "priv-words-2", "test-community", "other-community"):
            assert secret not in said


@pytest.mark.parametrize(("way", "words"), [
    ({}, "no rounds_snmp for imm in the inventory"),
    ({"user": "unknown"}, "rounds_snmp.user is still 'unknown': fill it in in the inventory (host_vars/imm)"),
    ({"address": "10.0.0.1"}, "rounds_snmp has neither a user (version 3) nor a community (version 1)"),
    ({"address": "10.0.0.1", "versions": ["1"], "user": "x"}, "neither a user (version 3) nor a community"),
    ({"address": "10.0.0.1", "user": "x", "auth_protocol": "SHA", "auth_key": "short"}, "fewer than 8 characters"),
    ({"address": "10.0.0.1", "user": "x", "auth_protocol": "SHA1"}, "rounds_snmp.auth_protocol: 'SHA1' is none of"),
    ({"user": "x"}, "neither rounds_snmp.address nor ansible_host is known"),
    ({"address": "10.0.0.1", "user": "x"}, ""),
    ({"address": "10.0.0.1", "community": "x"}, ""),
])
def test_what_the_inventory_lacks(way: dict[str, object], words: str) -> None:
    said = snmp.gap(Endpoint("imm", "", ways={"snmp": way} if way else {}))
    assert words in said if words else said == ""
