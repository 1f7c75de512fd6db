"""Reconcile 20,000 cables of 400 switches with 100,000 learned addresses; and the simulated hospital's."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Mapping
from typing import Any

import setting as settings
from setting import Setting
from table import Row, Section

sys.path.insert(0, str(settings.ROOT / "tests"))
LARGE_SECONDS, LARGE_MEGABYTES, SITE_SECONDS = 10.0, 1024.0, 0.5


def _graded(times: int, register: Any, views: Mapping[str, Any],
            addresses: Mapping[str, str]) -> tuple[float, float, str]:
    """Median wall and CPU seconds of grading, and the grades counted."""
    from pacs_rounds.cabling import grade

    walls, cpus, said = [], [], ""
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time()
        counts = grade.survey(register, views, addresses).counts()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return statistics.median(walls), statistics.median(cpus), said


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    import cabling_lab
    import cabling_networks

    from pacs_rounds.cabling import register
    from pacs_rounds.lab import hospital

    known, devices = register.load("lab"), hospital.load()
    addresses = {name: device.address for name, device in devices.items() if name in known.devices}
    wall, cpu, said = _graded(setting.repeat, known, cabling_lab.seen(devices), addresses)
    section.rows.append(Row(f"the hospital: {len(known.cables)} cables", f"≤ {SITE_SECONDS:g} s",
                            f"{wall:.3f} s wall, {cpu:.3f} s CPU", met=wall <= SITE_SECONDS))
    section.notes.append(f"The hospital: {said}.")
    net = cabling_networks.tree(setting.some(6, 2), setting.some(394, 20), 49, doubled=0.5, seed=1)
    made = cabling_networks.views(net)
    switches = [view for view in made.values() if view.learned]
    learned = sum(len(macs) for view in switches for macs in view.learned.values())
    wall, cpu, said = _graded(setting.repeat, net.register, made, net.addresses)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    section.rows.append(Row(
        f"{len(net.register.cables):,} cables on {len(switches)} switches, {learned:,} learned addresses",
        f"≤ {LARGE_SECONDS:g} s and {LARGE_MEGABYTES:g} MB", f"{wall:.2f} s wall, {cpu:.2f} s CPU, {peak:.0f} MB",
        met=wall <= LARGE_SECONDS and peak <= LARGE_MEGABYTES))
    section.notes.append(f"The made-up network (tests/cabling_networks.py): {said}. The memory is the whole process's, "
                         "the network itself included.")
