"""Sixteen SNMP agents of 500 rows through one fan-out, one more that is dead, and net-snmp's programs on the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import CommandFailedError, Cost, alternate, cpu_of, median, memory_mb, run, spread, timed
from setting import Setting
from snmp_agents import DEAD, ROOT, WAY
from table import Row, Section

from pacs_rounds.catalogue import Collect
from pacs_rounds.fan_out import side_by_side
from pacs_rounds.model import Reason
from pacs_rounds.parse import snmp_text
from pacs_rounds.transports import snmp
from pacs_rounds.transports.endpoint import Endpoint

NETWORK = "127.14.210"
SECONDS = 3.0
"""The figure for the whole site's agents, and the time-out of the dead one."""
MORE = 1.0


@contextmanager
def _agents(count: int, rows: int) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("snmp_agents.py")), NETWORK, str(count),
                                str(rows)], stdout=subprocess.PIPE)
    assert process.stdout  # noqa: S101  (a pipe was asked for)
    try:
        if process.stdout.readline().strip() != b"ready":
            raise CommandFailedError(f"the agents ended with {process.wait()}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _endpoints(numbers: list[int], version: str) -> list[Endpoint]:
    return [Endpoint(f"agent-{number}", f"{NETWORK}.{number}", connect_seconds=SECONDS, deadline_seconds=60.0,
                     ways={"snmp": {**WAY, "versions": [version]}}) for number in numbers]


def _ours(numbers: list[int], version: str, rows: int, aside: int) -> Cost:
    """One fan-out; every value of every living agent must have come home, and nothing of a dead one."""
    before = cpu_of(aside)
    home: dict[str, str] = {}

    def ask() -> None:
        walk = [Collect(f"snmpwalk -On {ROOT}", "x.y", 60.0)]
        for host, (answer,) in side_by_side(_endpoints(numbers, version), walk, snmp.ask, 32):
            home[host] = "" if answer.reason is Reason.TIMED_OUT else answer.text

    cost = timed(ask)
    for host, text in home.items():
        found = len(snmp_text.under(snmp_text.read(text), ROOT)) if text else 0
        if found != (0 if host == f"agent-{DEAD}" else rows):
            raise CommandFailedError(f"{host}: {found} of {rows} values")
    return Cost(cost.wall, cost.cpu, cpu_of(aside) - before)


def _theirs(numbers: list[int], version: str, rows: int, aside: int) -> Cost:
    """net-snmp's program once per agent, all at the same time."""
    if version == "3":
        words = (f"snmpbulkwalk -v3 -u {WAY['user']} -l authPriv -a SHA -A {WAY['auth_key']} -x AES "
                 f"-X {WAY['priv_key']} -Cr25")
    else:
        words = f"snmpwalk -v1 -c {WAY['community']}"
    addresses = "\n".join(f"{NETWORK}.{number}:{WAY['port']}" for number in numbers)
    cost, said = run(["sh", "-c", f"xargs -P {len(numbers)} -I @ {words} -On @ {ROOT}"], stdin=addresses.encode(),
                     aside=aside)
    if said.count(" = ") < rows * len(numbers):
        raise CommandFailedError(f"net-snmp: {said.count(' = ')} values\n{said[-500:]}")
    return cost


def _row(what: str, target: str, costs: dict[str, list[Cost]], values: int, met: bool | None) -> Row:
    mine = median(costs["ours"])
    said = (f"{mine.wall:.2f} s wall ({spread(costs['ours'])}), {mine.cpu:.2f} s CPU, "
            f"{mine.cpu / values * 1e6:.0f} ms per 1,000 values")
    if "peer" not in costs:
        return Row(what, target, said, "", met)
    peer = median(costs["peer"])
    return Row(what, target, f"{said}; net-snmp {peer.wall:.2f} s ({spread(costs['peer'])}), {peer.cpu:.2f} s CPU",
               f"{mine.wall / peer.wall:.1f} × wall, {mine.cpu / peer.cpu:.1f} × CPU", met)


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    count, rows = setting.some(16, 4), setting.some(500, 100)
    living = list(range(1, count + 1))
    peer = shutil.which("snmpbulkwalk") is not None
    with _agents(count, rows) as pid:
        for version, how in (("3", "version 3, SHA and AES, GETBULK"), ("1", "version 1, one GETNEXT per value")):
            ways = {"ours": lambda v=version: _ours(living, v, rows, pid)}
            if peer:
                ways["peer"] = lambda v=version: _theirs(living, v, rows, pid)
            costs = alternate(setting.repeat, **ways)
            met = median(costs["ours"]).wall <= SECONDS if version == "3" else None
            target = f"≤ {SECONDS:g} s" if met is not None else ""
            section.rows.append(_row(f"{count} agents × {rows} values, {how}", target, costs, count * rows, met))
            section.notes.append(f"Version {version}: the simulated agents used {median(costs['ours']).aside:.2f} s of "
                                 "CPU beside ours, on the same cores.")
        costs = alternate(setting.repeat, ours=lambda: _ours([*living, DEAD], "3", rows, pid))["ours"]
        wall = median(costs).wall
        section.rows.append(Row(
            f"{count} agents in version 3 and a dead one", f"≤ {SECONDS + MORE:g} s (its time-out + {MORE:g} s)",
            f"{wall:.2f} s wall ({spread(costs)})", f"time-out + {wall - SECONDS:.2f} s", wall <= SECONDS + MORE))
        section.notes.append(f"The simulated agents are one process of {memory_mb(pid):.0f} MB.")
    section.notes.append(
        "Ours is pysnmp behind one event loop: each value is decoded and printed in Python, in version 1 each message "
        "is built there too. net-snmp is one C program per agent, all at once, its text thrown away."
        if peer else "Debian's snmp is not installed: net-snmp was not measured.")
