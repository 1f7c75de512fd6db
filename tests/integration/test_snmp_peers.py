"""SNMP against net-snmp, both ways round: its programs ask the lab's agents, we ask its daemon; the texts are the same.

Where Debian's snmp or snmpd is not installed, these tests say so and are skipped.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from snmp_lab import Agents, Running

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Reason
from pacs_rounds.parse import snmp_text
from pacs_rounds.transports import snmp

ASKS = shutil.which("snmpbulkwalk") is not None
SERVES = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/sbin") is not None
needs_snmp = pytest.mark.skipif(not ASKS, reason="Debian's snmp is not installed: net-snmp was NOT compared")
needs_snmpd = pytest.mark.skipif(not ASKS or not SERVES, reason="Debian's snmpd is not installed: it was NOT asked")
ALL = "1.3.6"


def netsnmp(program: str, running: Running, *arguments: str, version: str = "3", auth: str = "SHA",
            priv: str = "AES") -> str:
    """What net-snmp prints, with SETTINGS' credentials."""
    who = [f"-v{version}", "-c", "test-community"] if version != "3" else [
        "-v3", "-u", "rounds", "-l", "authPriv" if priv != "none" else "authNoPriv", "-a", auth, "-A", "auth-words-1",
        *(["-x", priv, "-X", "priv-words-2"] if priv != "none" else [])]
    done = subprocess.run([program, *who, "-On", "-t", "3", "-r", "1", f"udp:{running.address}:{running.port}",
                           *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode in (0, 2), done.stderr
    return done.stdout


def ours(running: Running, command: str, **changes: object) -> str:
    answer, = snmp.ask(running.endpoint(**changes), [Collect(command, "x.y", 20.0)])
    assert answer.reason is None, answer
    return answer.text


@pytest.fixture(scope="module")
def agents() -> Iterator[Agents]:
    with Agents() as running:
        yield running


@needs_snmp
@pytest.mark.parametrize(("auth", "priv"), [("SHA", "AES"), ("MD5", "DES"), ("SHA", "none")])
def test_net_snmp_reads_the_labs_agents_and_prints_what_we_print(agents: Agents, auth: str, priv: str) -> None:
    running = agents.start(auth_protocol=auth, priv_protocol=priv)
    for program in ("snmpbulkwalk", "snmpwalk"):
        theirs = netsnmp(program, running, ALL, auth=auth, priv=priv)
        assert theirs == ours(running, f"snmpwalk -On {ALL}", auth_protocol=auth, priv_protocol=priv, versions=["3"])
    for oids in (["1.3.6.1.2.1.1.3.0"], ["1.3.6.1.2.1.1.99.0", "1.3.6.1.2.1.1.1.0", "1.3.6.1.9.1"]):
        assert netsnmp("snmpget", running, *oids, auth=auth, priv=priv) == ours(
            running, "snmpget -On " + " ".join(oids), auth_protocol=auth, priv_protocol=priv, versions=["3"])
    for root in ("1.3.6.1.2.1.1.7.0", "1.3.6.1.4.1.2.3.51.3.9", "1.3.6.1.5"):
        assert netsnmp("snmpwalk", running, root, auth=auth, priv=priv) == ours(
            running, f"snmpwalk -On {root}", auth_protocol=auth, priv_protocol=priv, versions=["3"])


@needs_snmp
def test_net_snmp_prints_the_same_in_version_1(agents: Agents) -> None:
    running = agents.start()
    for root in (ALL, "1.3.6.1.2.1", "1.3.6.1.2.1.1.7.0"):
        assert netsnmp("snmpwalk", running, root, version="1") == ours(running, f"snmpwalk -On {root}", versions=["1"])
    # The one difference: what is not there is said, not left out.
    assert netsnmp("snmpwalk", running, "1.3.6.1.4.1.2.3.51.3.9", version="1") == ""
    assert ours(running, "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.9", versions=["1"]) == \
        ".1.3.6.1.4.1.2.3.51.3.9 = No Such Object available on this agent at this OID\n"


@needs_snmp
def test_nothing_can_be_set(agents: Agents) -> None:
    running = agents.start()
    done = subprocess.run(["snmpset", "-v1", "-c", "test-community", "-r0", f"{running.address}:{running.port}",
                           "1.3.6.1.2.1.1.4.0", "s", "x"], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode != 0
    assert '.1.3.6.1.2.1.1.4.0 = ""' in ours(running, "snmpwalk -On 1.3.6.1.2.1.1.4")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """snmpd on loopback with users of every kind, a community, and a fixed contact."""
    folder = tmp_path_factory.mktemp("snmpd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.66.1.3", 0))
        port = free.getsockname()[1]
    users = [("rounds", "SHA", "AES"), ("rounds-md5", "MD5", "DES"), ("rounds-plain", "SHA", "none")]
    lines = [f"agentAddress udp:127.66.1.3:{port}", "rocommunity test-community 127.0.0.0/8", "sysContact test, \"x\"",
             "sysLocation a \\ b", "dontLogTCPWrappersConnects yes"]
    for user, auth, priv in users:
        lines += [f"createUser {user} {auth} auth-words-1" + (f" {priv} priv-words-2" if priv != "none" else ""),
                  f"rouser {user} {'auth' if priv == 'none' else 'priv'}"]
    (folder / "snmpd.conf").write_text("\n".join(lines) + "\n")
    program = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/sbin") or ""
    process = subprocess.Popen([program, "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lf", str(folder / "log"),
                                "-I", "-smux", "-x", str(folder / "agentx")], env={"SNMP_PERSISTENT_DIR": str(folder)})
    running = Running(None, "127.66.1.3", port)  # type: ignore[arg-type]
    until = time.monotonic() + 15
    try:
        while snmp.ask(running.endpoint(connect=0.5), [Collect("snmpget -On 1.3.6.1.2.1.1.7.0", "x.y", 1.0)])[0].reason:
            assert time.monotonic() < until, Path(folder / "log").read_text()
            time.sleep(0.1)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


# What moves while it is read: uptimes, counters of packets, the table of processes.
STILL = ["1.3.6.1.2.1.1.1", "1.3.6.1.2.1.1.2", "1.3.6.1.2.1.1.4", "1.3.6.1.2.1.1.9.1.2", "1.3.6.1.2.1.1.9.1.3",
         "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.6", "1.3.6.1.2.1.4.20", "1.3.6.1.6.3.11", "1.3.6.1.2.1.25.2.3.1.3",
         "1.3.6.1.6.3.16.1.2", "1.3.6.1.6.3.15.1.2", "1.3.6.1.4.1.2021.9.1.2", "1.3.6.1.4.1.99999"]


@needs_snmpd
@pytest.mark.parametrize(("user", "auth", "priv"), [("rounds", "SHA", "AES"), ("rounds-md5", "MD5", "DES"),
                                                    ("rounds-plain", "SHA", "none")])
def test_the_real_daemon_is_read_as_net_snmp_reads_it(daemon: Running, user: str, auth: str, priv: str) -> None:
    who = {"user": user, "auth_protocol": auth, "priv_protocol": priv, "versions": ["3"]}
    commands = [Collect(f"snmpwalk -On {root}", "x.y", 20.0) for root in STILL]
    for root, answer in zip(STILL, snmp.ask(daemon.endpoint(deadline=60.0, **who), commands), strict=True):
        assert answer.reason is None, answer
        level = ["-l", "authPriv", "-x", priv, "-X", "priv-words-2"] if priv != "none" else ["-l", "authNoPriv"]
        theirs = subprocess.run(
            ["snmpbulkwalk", "-v3", "-u", user, "-a", auth, "-A", "auth-words-1", *level, "-On",
             f"{daemon.address}:{daemon.port}", root], capture_output=True, text=True, timeout=30, check=True).stdout
        assert answer.text == theirs, root
        assert snmp_text.read(answer.text)


@needs_snmpd
def test_the_real_daemon_in_version_1_and_as_a_whole(daemon: Running) -> None:
    for root in STILL:
        theirs = netsnmp("snmpwalk", daemon, root, version="1")
        missing = f".{root} = No Such Object available on this agent at this OID\n"
        assert ours(daemon, f"snmpwalk -On {root}", versions=["1"]) == (theirs or missing)
    rows = snmp_text.read(ours(daemon, "snmpwalk -On 1.3.6.1", versions=["3"]))
    assert len(rows) > 500
    assert {"timeticks", "counter32", "string", "oid", "integer"} <= {row.type for row in rows}


@needs_snmpd
def test_version_2c_where_the_inventory_names_it(daemon: Running) -> None:
    for root in STILL:
        assert netsnmp("snmpbulkwalk", daemon, root, version="2c") == ours(daemon, f"snmpwalk -On {root}",
                                                                          versions=["2c"])


@needs_snmpd
@pytest.mark.parametrize(("changes", "words"), [
    ({"user": "nobody"}, "it does not know the user"),
    ({"auth_key": "other-words"}, "wrong authentication key or protocol"),
    ({"user": "rounds-plain"}, "it does not have this user at this security level"),
    ({"priv_protocol": "none"}, "the user may not read (authorizationError)"),
])
def test_the_real_daemons_refusals_are_told_apart(daemon: Running, changes: dict[str, str], words: str) -> None:
    answer, = snmp.ask(daemon.endpoint(versions=["3"], **changes), [Collect("snmpwalk -On 1.3.6.1.2.1.1", "x.y")])
    assert (answer.reason, answer.detail) == (Reason.REFUSED, f"version 3: {words}")
