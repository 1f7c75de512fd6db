"""150 and 600 simulated switches through one fan-out task, beside nornir and netmiko on the same switches."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import sites
from measure import CommandFailedError, Cost, alternate, median, memory_mb, run, spread
from setting import PLAYBOOKS, Setting
from table import Row, Section

from pacs_rounds import catalogue
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence

HERE = Path(__file__).parent
WORKERS = 32
"""As many as check_fan_out takes when a role does not say otherwise."""
ONE = "catalyst.version_and_uptime"


class Fleet:
    """The simulated switches, a process of their own while the `with` lasts."""

    def __init__(self, setting: Setting, count: int, *words: str) -> None:
        self.setting, self.count, self.words = setting, count, words
        self.folder = setting.folder / "-".join(["fleet", str(count), *(word.strip("-") for word in words)])

    def __enter__(self) -> Fleet:
        self.folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "fleet_server.py"), str(self.folder), str(self.count), *self.words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout  # noqa: S101  (a pipe was asked for)
        if self.process.stdout.readline().strip() != b"ready":
            self.process.kill()
            raise CommandFailedError(f"the simulated switches ended with {self.process.wait()}")
        known = json.loads((self.folder / "fleet.json").read_text(encoding="utf-8"))
        self.names: dict[str, str] = known["names"]
        self.port, self.login = int(known["port"]), (known["login"][0], known["login"][1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(10)

    def site(self, name: str, count: int, checks: list[str]) -> Path:
        """An inventory of the first `count` switches, asked for these checks."""
        names = dict(list(self.names.items())[:count])
        return sites.switch_site(self.setting.folder / name, names, self.port, self.login,
                                 self.folder / "known_hosts.txt", checks)

    def nornir(self, name: str, count: int) -> Path:
        """The same for nornir."""
        names = dict(list(self.names.items())[:count])
        return sites.nornir_site(self.setting.folder / name, names, self.port, self.login)


def fan_out(setting: Setting, fleet: Fleet, inventory: Path, hosts: int) -> Cost:
    """One round over the site, opened to sealed; every switch must have answered."""
    cost, said = setting.play(PLAYBOOKS / "switches.yml", inventory, aside=fleet.process.pid)
    data = chain.links(SiteEvidence.of(inventory.name))[-1].data
    if data["counts"]["ok"] + data["counts"]["warning"] + data["counts"]["critical"] < hosts:
        raise CommandFailedError(f"{inventory.name}: too few answers: {data['counts']}\n{said[-1500:]}")
    return cost


def peer(fleet: Fleet, folder: Path, hosts: int, commands: Sequence[str], least: int = 100) -> Cost:
    """nornir with netmiko asking every switch these commands, and getting so many characters of each at least."""
    asked = sites.write_json(folder / "commands.json", list(commands))
    cost, said = run([sys.executable, str(HERE / "fleet_nornir.py"), str(folder), str(WORKERS), str(asked)],
                     aside=fleet.process.pid)
    told = json.loads(said.splitlines()[-1])
    if told["hosts"] != hosts or told["characters"] < hosts * least:
        raise CommandFailedError(f"nornir: {told} of {hosts}\n{said[-1500:]}")
    return cost


def _beside(setting: Setting, fleet: Fleet, count: int, checks: list[str], what: str, section: Section) -> None:
    commands = [one.command for one in catalogue.commands(catalogue.select(checks))]
    mark = f"{count}-{len(commands)}"
    ours, theirs = fleet.site(f"bench-fleet-{mark}", count, checks), fleet.nornir(f"nornir-{mark}", count)
    costs = alternate(setting.repeat, ours=lambda: fan_out(setting, fleet, ours, count),
                      peer=lambda: peer(fleet, theirs, count, commands))
    mine, other = median(costs["ours"]), median(costs["peer"])
    section.rows.append(Row(
        f"{count} switches, {what}: one fan-out round, opened to sealed", f"≤ {other.wall:.1f} s (nornir + netmiko)",
        f"{mine.wall:.1f} s wall ({spread(costs['ours'])}), {mine.cpu:.1f} s CPU, {mine.peak_mb:.0f} MB; peer "
        f"{other.wall:.1f} s ({spread(costs['peer'])}), {other.cpu:.1f} s CPU, {other.peak_mb:.0f} MB",
        f"{mine.wall / other.wall:.2f} × wall, {mine.cpu / other.cpu:.2f} × CPU", mine.wall <= other.wall))
    section.notes.append(
        f"{count} switches, {what}: the simulated switches used {mine.aside:.1f} s of CPU beside ours and "
        f"{other.aside:.1f} s beside the peer, on the same cores.")


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    small, large = setting.some(150, 20), setting.some(600, 60)
    with Fleet(setting, large) as fleet:
        _beside(setting, fleet, small, [ONE], "one command", section)
        _beside(setting, fleet, small, ["catalyst.*"], "the whole health set", section)
        _beside(setting, fleet, large, [ONE], "one command", section)
        _beside(setting, fleet, large, ["catalyst.*"], "the whole health set", section)
        section.notes.append(f"The simulated switches are one process of {memory_mb(fleet.process.pid):.0f} MB.")
    section.notes.append(
        f"{WORKERS} threads on both sides. Ours is a whole ansible-playbook run: round opened, host keys checked "
        "strictly, texts redacted, parsed, judged, recorded, sealed. The peer is one Python process at netmiko's "
        "defaults (no host key is checked) that collects the same commands and throws the texts away.")
