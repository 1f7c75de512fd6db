"""What one more host costs on the control node: the slope between a small and a large site."""

from __future__ import annotations

from pathlib import Path

import sites
from fleet import Fleet, fan_out
from inspection import addresses
from measure import Cost, alternate, median, spread
from setting import PLAYBOOKS, Setting
from table import Row, Section

from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence

TARGET_MS = 60.0


def _linux(setting: Setting, inventory: Path, hosts: int) -> Cost:
    cost, said = setting.play(PLAYBOOKS / "linux.yml", inventory, aside=setting.lab)
    counts = chain.links(SiteEvidence.of(inventory.name))[-1].data["counts"]
    if counts["ok"] < 15 * hosts:
        raise RuntimeError(f"{inventory.name}: too few answers: {counts}\n{said[-1000:]}")
    return cost


def _slope(small: list[Cost], large: list[Cost], few: int, many: int) -> float:
    """Milliseconds of CPU per further host."""
    return (median(large).cpu - median(small).cpu) / (many - few) * 1000


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    setting.need_lab()
    servers = list(addresses("linux_servers").values())
    few, many = setting.some(9, 3), setting.some(45, 9)
    folders = {count: sites.linux_site(setting.folder / f"bench-linux-{count}", count, servers)
               for count in (few, many)}
    costs = alternate(setting.repeat, few=lambda: _linux(setting, folders[few], few),
                      many=lambda: _linux(setting, folders[many], many))
    per_server = _slope(costs["few"], costs["many"], few, many)
    section.rows.append(
        Row(f"CPU per further Linux server, check_run ({few} to {many} servers)", f"≤ {TARGET_MS:.0f} ms",
            f"{per_server:.0f} ms (totals {spread(costs['few'], 'cpu')} and {spread(costs['many'], 'cpu')} s)", "",
            per_server <= TARGET_MS))
    few, many = setting.some(30, 5), setting.some(150, 30)
    with Fleet(setting, many) as fleet:
        sites_of = {count: fleet.site(f"bench-switches-{count}", count, ["catalyst.*"]) for count in (few, many)}
        costs = alternate(setting.repeat, few=lambda: fan_out(setting, fleet, sites_of[few], few),
                          many=lambda: fan_out(setting, fleet, sites_of[many], many))
    per_switch = _slope(costs["few"], costs["many"], few, many)
    section.rows.append(
        Row(f"CPU per further switch with its whole health set, check_fan_out ({few} to {many} switches)",
            f"≤ {TARGET_MS:.0f} ms", f"{per_switch:.0f} ms (totals {spread(costs['few'], 'cpu')} and "
            f"{spread(costs['many'], 'cpu')} s)", "", per_switch <= TARGET_MS))
    section.notes += [
        "User and system time of ansible-playbook with everything it starts, ssh included: round opened, hosts asked, "
        "texts redacted, parsed, judged, recorded, run sealed. The slope leaves out what a run costs once.",
        "The Linux site is the lab's nine servers under many names; the switches are the simulated fleet below.",
    ]
