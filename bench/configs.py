"""Configurations of 200 simulated switches, beside nornir and netmiko with as many workers on the same ones."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
import rancid
import yaml
from fleet import WORKERS, Fleet, peer
from measure import CommandFailedError, Cost, median, spread
from setting import PLAYBOOKS, Setting
from table import Row, Section

from pacs_rounds import paths
from pacs_rounds.config_round.plan import plans
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence, payload

LINES, DELAY = 1000, 0.05
HANGS = "sw-007"
DEADLINE = 45.0


def _site(setting: Setting, fleet: Fleet, name: str, count: int, **more: Any) -> Path:
    """An inventory of the first `count` switches whose copies are taken."""
    folder = fleet.site(name, count, ["catalyst.version_and_uptime"])
    hosts = yaml.safe_load((folder / "hosts.yml").read_text(encoding="utf-8"))
    hosts["all"]["children"] = {"contract_devices": {"children": hosts["all"]["children"]}}
    (folder / "hosts.yml").write_text(yaml.safe_dump(hosts, sort_keys=False), encoding="utf-8")
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    (folder / "group_vars" / "all" / "configs.yml").write_text(
        yaml.safe_dump({"rounds_configs": {"recipients": [recipient]}, "config_backup_workers": WORKERS, **more}),
        encoding="utf-8")
    return folder


def _round(setting: Setting, fleet: Fleet, inventory: Path, good: int) -> Cost:
    """One round of copies, opened to sealed; at least so many switches must have given a whole configuration."""
    cost, said = setting.play(PLAYBOOKS / "configs.yml", inventory, aside=fleet.process.pid)
    run = _run(inventory)
    kept = sum(any(one["check"] == "configs.backup" and one["item"] == "running_config" and one["outcome"] == "ok"
                   for one in map(json.loads, path.read_text(encoding="utf-8").splitlines()))
               for path in (run / "records").glob("*/config_backup.jsonl"))
    if kept < good:
        raise CommandFailedError(f"{inventory.name}: only {kept} of {good} copies\n{said[-1500:]}")
    return cost


def _run(inventory: Path) -> Path:
    evidence = SiteEvidence.of(inventory.name)
    return payload(evidence.find(chain.links(evidence)[-1].run))


def _fresh(inventory: Path) -> None:
    shutil.rmtree(paths.STATE / "configs" / inventory.name, ignore_errors=True)


def _others_done(run: Path) -> float:
    """Seconds from the first question to the last answer of every switch but the one that hangs."""
    moments = [json.loads(line) for path in (run / "answers").glob("*/config_backup.jsonl") if path.parent.name != HANGS
               for line in path.read_text(encoding="utf-8").splitlines()]
    times = [(datetime.fromisoformat(one["started"]), datetime.fromisoformat(one["ended"])) for one in moments]
    return (max(end for _, end in times) - min(begin for begin, _ in times)).total_seconds()


def _size(run: Path, commands: list[str]) -> int:
    """Bytes that one switch gave us for these commands: the peer must have as many. Redaction changes few."""
    path = next((run / "answers").glob("*/config_backup.jsonl"))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row["command"].startswith(("show ", "dir"))]
    if sorted(row["command"] for row in asked) != sorted(commands):
        raise CommandFailedError(f"we ask {[row['command'] for row in asked]}, the peer {commands}")
    return sum(int(row["bytes"]) for row in asked)


def _beside(setting: Setting, fleet: Fleet, count: int, section: Section) -> None:
    commands = [one.command for one in plans()["cisco_ios"].asked([])]
    ours, theirs = _site(setting, fleet, "configs", count), fleet.nornir("nornir-configs", count)
    costs: dict[str, list[Cost]] = {"first": [], "again": [], "peer": []}
    for _ in range(setting.repeat):
        _fresh(ours)
        costs["first"].append(_round(setting, fleet, ours, count))
        size = _size(_run(ours), commands)
        costs["peer"].append(peer(fleet, theirs, count, commands, int(0.9 * size)))
        costs["again"].append(_round(setting, fleet, ours, count))
    theirs_cost = median(costs["peer"])
    for which, words in (("again", "nothing changed since the last round"), ("first", "every copy is the first")):
        mine = median(costs[which])
        section.rows.append(Row(
            f"{count} switches, {len(commands)} commands, {LINES} lines, {DELAY * 1000:.0f} ms each; {words}",
            f"≤ {theirs_cost.wall:.1f} s (nornir + netmiko), ≤ 1.2 × its CPU, < 300 MB",
            f"{mine.wall:.1f} s wall ({spread(costs[which])}), {mine.cpu:.1f} s CPU, {mine.peak_mb:.0f} MB; peer "
            f"{theirs_cost.wall:.1f} s ({spread(costs['peer'])}), {theirs_cost.cpu:.1f} s CPU, "
            f"{theirs_cost.peak_mb:.0f} MB",
            f"{mine.wall / theirs_cost.wall:.2f} × wall, {mine.cpu / theirs_cost.cpu:.2f} × CPU",
            mine.wall <= theirs_cost.wall and mine.cpu <= 1.2 * theirs_cost.cpu and mine.peak_mb < 300))


def _beside_rancid(setting: Setting, fleet: Fleet, count: int, section: Section) -> None:
    """A few switches: RANCID starts four processes for each."""
    if not rancid.there():
        section.notes.append("RANCID was not there: Debian's package is not installed on this machine.")
        return
    ours = _site(setting, fleet, "configs-rancid", count)
    _round(setting, fleet, ours, count)
    mine = _round(setting, fleet, ours, count)
    other = rancid.rancid(fleet, count, LINES)
    section.rows.append(Row(
        f"{count} switches, nothing changed, beside RANCID with as many processes", "",
        f"{mine.wall:.1f} s wall, {mine.cpu:.1f} s CPU; RANCID {other.wall:.1f} s, {other.cpu:.1f} s CPU",
        f"{mine.wall / other.wall:.2f} × wall, {mine.cpu / other.cpu:.2f} × CPU"))
    section.notes.append(
        "RANCID (Debian's package) asks its own 60 commands, of which these switches know a handful; its texts are "
        "filtered and left in a folder, without its one commit. Oxidized is not in Debian and not measured.")


def _growing(setting: Setting, fleet: Fleet, counts: list[int], section: Section) -> None:
    walls = []
    for count in counts:
        cost = _round(setting, fleet, _site(setting, fleet, f"configs-{count}", count), count)
        walls.append((count, cost))
    told = "; ".join(f"{count}: {cost.wall:.1f} s wall, {cost.cpu:.1f} s CPU, {cost.peak_mb:.0f} MB"
                     for count, cost in walls)
    (few, least), (many, most) = walls[0], walls[-1]
    ratio = (most.wall / many) / (least.wall / few)
    section.rows.append(Row(f"{few} to {many} switches, first copies", "time per switch does not grow (≤ 1.2)", told,
                            f"{ratio:.2f} × per switch", ratio <= 1.2))


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    count = setting.some(200, 20)
    counts = [50, 200, 1000] if not setting.quick else [10, 20]
    words = ["--lines", str(LINES), "--delay", str(DELAY)]
    with Fleet(setting, counts[-1], *words) as fleet:
        _beside(setting, fleet, count, section)
        _beside_rancid(setting, fleet, setting.some(32, 4), section)
        _growing(setting, fleet, counts, section)
    with Fleet(setting, count, *words, "--hang", HANGS) as fleet:
        site = _site(setting, fleet, "configs-hang", count, config_backup_deadline=DEADLINE)
        began = time.monotonic()
        _round(setting, fleet, site, count - 1)
        took, others = time.monotonic() - began, _others_done(_run(site))
    section.rows.append(Row(
        f"One of {count} switches never answers", f"the others are home before its deadline of {DEADLINE:.0f} s",
        f"the others after {others:.1f} s, the round sealed after {took:.1f} s", "", others < DEADLINE))
    section.notes.append(
        f"{WORKERS} threads on both sides. Ours is a whole ansible-playbook run: host keys checked strictly, texts "
        "examined, sealed with age, redacted, committed, compared, judged, recorded, sealed. The peer is one process "
        "at netmiko's defaults that collects the same commands and throws the texts away.")
