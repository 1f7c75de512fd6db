"""One healthy quarterly inspection, CLI start to sealed run, beside an empty play and the slowest device alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from measure import CommandFailedError, Cost, alternate, median, run, spread, timed
from setting import BIN, LAB, Setting
from sites import known_hosts
from table import Row, Section

from pacs_rounds import catalogue, paths, yamlfile
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.transports import network_cli, sh_probe
from pacs_rounds.transports.endpoint import Endpoint

DEVICES = 16
FACTOR = 3.0
HARDWARE = {"emc_vnx_health", "brocade_fos_health", "ibm_imm_health"}
HARDWARE_SECONDS = 3.0


def inspect(setting: Setting) -> tuple[Cost, float]:
    """One `rounds inspect --site lab`: its cost, and the seconds until the link stood that seals the run."""
    evidence = SiteEvidence.of("lab")
    before = len(chain.links(evidence))
    began = time.time()
    cost, said = run([str(BIN / "rounds"), "inspect", "--site", "lab"], aside=setting.lab)
    links = chain.links(evidence)
    if len(links) != before + 1:
        raise CommandFailedError(f"no run was sealed:\n{said[-2000:]}")
    counts = links[-1].data["counts"]
    if counts["critical"] or counts["unknown"] > 20:
        raise CommandFailedError(f"this is no healthy inspection: {counts}")
    return cost, links[-1].path.stat().st_ctime - began


def addresses(group: str) -> dict[str, str]:
    """Name -> address of one group of the lab's inventory."""
    plan = yamlfile.load(LAB / "group_vars" / "all" / "addresses.yml")["rounds_addresses"]
    return {name: plan[name] for name in yamlfile.load(LAB / "hosts.yml")["all"]["children"][group]["hosts"]}


def _server_alone(setting: Setting, address: str) -> Callable[[], Cost]:
    """The probe of one server over OpenSSH, as a person would send it by hand."""
    commands = catalogue.commands(catalogue.select(["linux.*"]))
    command = ["ssh", "-F", "none", "-p", "2222", "-i", str(known_hosts().with_name("id_ed25519")),
               "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={known_hosts()}", "-o", "StrictHostKeyChecking=yes",
               "-o", "IdentitiesOnly=yes", f"rounds@{address}", "/bin/sh"]

    def ask() -> Cost:
        nonce = "benchmark0"
        cost, said = run(command, stdin=sh_probe.build(commands, nonce).encode(), aside=setting.lab)
        if f"{nonce} Q" not in said:
            raise CommandFailedError(f"{address} gave no whole answer:\n{said[-500:]}")
        return cost

    return ask


def _switch_alone(name: str, address: str) -> Callable[[], Cost]:
    """The whole session of one switch in a process that has imported netmiko already."""
    group = yamlfile.load(LAB / "group_vars" / "all" / "vault.yml")
    own = LAB / "host_vars" / name / "connection.yml"
    legacy = yamlfile.load(own).get("rounds_legacy_ssh", {}) if own.exists() else {}
    commands = catalogue.commands(catalogue.select(["catalyst.*"]))
    endpoint = Endpoint(name, address, 2222, "rounds", group["vault_catalyst_password"],
                        group["vault_catalyst_enable_secret"], known_hosts=str(known_hosts()),
                        platform="cisco_ios", legacy_ssh=legacy)

    def ask() -> None:
        answers = network_cli.ask(endpoint, commands)
        if not any(answer.text for answer in answers):
            raise CommandFailedError(f"{name}: {answers[0].detail}")

    return lambda: timed(ask)


def slowest_device(setting: Setting) -> tuple[str, Cost]:
    """The device whose whole answer takes longest, asked alone; it is then asked again as often as everything else."""
    ways: dict[str, Callable[[], Cost]] = {}
    for name, address in addresses("linux_servers").items():
        ways[name] = _server_alone(setting, address)
    for name, address in addresses("catalyst_switches").items():
        ways[name] = _switch_alone(name, address)
        ways[name]()  # the process is to be warm
    first = {name: way() for name, way in ways.items()}
    slowest = sorted(first, key=lambda name: first[name].wall)[-3:]
    again = alternate(setting.repeat, **{name: ways[name] for name in slowest})
    medians = {name: median(costs) for name, costs in again.items()}
    worst = max(medians, key=lambda name: medians[name].wall)
    return worst, medians[worst]


def without_hardware(setting: Setting) -> Path:
    """The quarterly playbook without the plays of the array, the SAN switch and the management controllers."""
    plays = yamlfile.load(paths.PLAYBOOKS / "inspect-quarterly.yml")
    rest = [play for play in plays if not HARDWARE & {next(iter(task.values()), {}).get("name") for task in (
        {key: value for key, value in one.items() if key.endswith("_role")} for one in play["tasks"])}]
    if len(rest) != len(plays) - len(HARDWARE):
        raise CommandFailedError("inspect-quarterly.yml does not name the hardware's roles one per play")
    path = setting.folder / "without-hardware.yml"
    path.write_text(json.dumps(rest), encoding="utf-8")
    return path


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    setting.need_lab()
    inspect(setting)  # not counted: makes the site's keys, and gives the next ones an earlier run to compare with
    sealed: list[float] = []

    def whole() -> Cost:
        cost, seconds = inspect(setting)
        sealed.append(seconds)
        return replace(cost, wall=seconds)

    rest = without_hardware(setting)
    costs = alternate(
        setting.repeat, inspect=whole, empty=setting.empty_play,
        full=lambda: setting.play(paths.PLAYBOOKS / "inspect-quarterly.yml", LAB, aside=setting.lab)[0],
        rest=lambda: setting.play(rest, LAB, aside=setting.lab)[0])
    name, alone = slowest_device(setting)
    ours, empty = median(costs["inspect"]), median(costs["empty"])
    hardware = median(costs["full"]).wall - median(costs["rest"]).wall
    allowed = FACTOR * empty.wall + alone.wall
    section.rows += [
        Row("empty `ansible-playbook` play over the lab's inventory", "", f"{empty.wall:.2f} s wall, {empty.cpu:.2f} s "
            f"CPU, {empty.peak_mb:.0f} MB"),
        Row(f"slowest device alone ({name})", "", f"{alone.wall:.2f} s wall"),
        Row(f"`rounds inspect`: {DEVICES} devices, 8 management controllers, 40 AEs, start to sealed run",
            f"≤ {allowed + HARDWARE_SECONDS:.2f} s (3 × empty play + slowest device + {HARDWARE_SECONDS:g} s for the "
            "hardware)", f"{ours.wall:.2f} s wall ({spread(costs['inspect'])}), {ours.cpu:.2f} s CPU, largest process "
            f"{ours.peak_mb:.0f} MB", f"{(ours.wall - alone.wall) / empty.wall:.1f} × empty play + slowest",
            ours.wall <= allowed + HARDWARE_SECONDS),
        Row("of it for the array (2 SPs), the SAN switch and 8 management controllers", f"≤ {HARDWARE_SECONDS:g} s",
            f"{hardware:.2f} s wall", "", hardware <= HARDWARE_SECONDS),
        Row("the rest: servers, Catalyst switches, AEs and paperwork",
            f"≤ {allowed:.2f} s (3 × empty play + slowest device)", f"{ours.wall - hardware:.2f} s wall",
            f"{(ours.wall - hardware - alone.wall) / empty.wall:.1f} × empty play + slowest",
            ours.wall - hardware <= allowed),
    ]
    section.notes += [
        f"CPU is that of the control node's process tree; the simulation itself used {ours.aside:.2f} s more on the "
        "same cores while it was asked, which a real site's own devices would pay.",
        "The end is the moment in which the link of the run appears in the chain; the command goes on to write the "
        "report after that, and that CPU is counted.",
        "The hardware's share is the difference of two plain ansible-playbook runs, with its three plays and without.",
        "The slowest device is asked alone, once each to find it: servers with their probe over OpenSSH, switches with "
        "their whole session in a warm process.",
    ]
