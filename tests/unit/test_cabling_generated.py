"""Generated networks with random faults: nothing that is truly plugged is ever called contradicted, and with everything
visible every wrong cable is found."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import cabling_networks as networks

from pacs_rounds.cabling import grade
from pacs_rounds.cabling.model import End
from pacs_rounds.cabling.survey import CONTRADICTED, Survey


def _faults(net: networks.Network, rng: random.Random, count: int) -> None:
    hosts = sorted(end for end in net.macs if end.device.startswith("h"))
    ports = sorted(end for end in net.joined if end.device.startswith("access") and end.port.startswith("Gi"))
    uplinks = sorted(end for end in net.joined if end.device.startswith("core") and end.port.startswith("Te1/")
                     and net.joined[end].device.startswith("access"))
    servers = sorted(net.active)
    for _ in range(count):
        kind = rng.randrange(10)
        if kind == 0 and len(ports) > 1:
            networks.swap(net, *rng.sample(ports, 2))
        elif kind == 1 and hosts:
            networks.move(net, rng.choice(hosts), End(rng.choice(ports).device, f"Gi1/0/{rng.randrange(40, 60)}"))
        elif kind == 2:
            net.unplug(rng.choice(ports))
        elif kind == 3:
            end = End(rng.choice(ports).device, f"Gi1/0/{rng.randrange(40, 60)}")
            if end not in net.joined:
                net.plug(end, End(f"stranger-{rng.randrange(10**6)}", "x"))
                net.strangers[net.joined[end]] = f"06{rng.randrange(2**40):010x}"
        elif kind == 4 and len(hosts) > 1:
            networks.hub(net, rng.choice(ports), rng.choice(hosts))
        elif kind == 5:
            net.quiet.add(rng.choice(ports).device)
        elif kind == 6:
            net.no_protocol.add(rng.choice(["core-0", rng.choice(ports).device]))
        elif kind == 7 and len(hosts) > 1:
            one, two = rng.sample(hosts, 2)
            net.stale[net.addresses[one.device]] = net.macs[two]
        elif kind == 8 and len(uplinks) > 1:
            networks.swap(net, *rng.sample(uplinks, 2))
        elif kind == 9 and servers:
            name = rng.choice(servers)
            net.active[name] = rng.choice(["eth0", "eth1"])


def _wrongly(net: networks.Network, survey: Survey) -> list[str]:
    return [f"{one.link.name} {one.link.a} {one.link.b}: {[proof.says for proof in one.against]}"
            for one in survey.links if one.grade == CONTRADICTED and net.true(one.link.a, one.link.b)]


@settings(max_examples=int(os.environ.get("EX","150")), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), faults=st.integers(0, 12), told=st.sampled_from([0.0, 0.3, 1.0]),
       size=st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)))
def test_what_is_plugged_is_never_contradicted(seed: int, faults: int, told: float, size: tuple[int, int, int]) -> None:
    net = networks.tree(*size, doubled=0.5, seed=seed)
    _faults(net, random.Random(seed), faults)  # noqa: S311
    survey = grade.survey(net.register, networks.views(net, told, seed), net.addresses)
    assert _wrongly(net, survey) == []


@pytest.mark.parametrize("seed", range(25))
def test_every_wrong_cable_is_found_where_everything_is_seen(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    net = networks.tree(2, 6, 8, doubled=0.5, seed=seed)
    ports = sorted(end for end in net.joined if end.device.startswith("access") and end.port.startswith("Gi"))
    one, two, three, four = rng.sample(ports, 4)
    networks.swap(net, one, two)
    networks.move(net, net.joined[three], End(four.device, "Gi1/0/50"))
    net.unplug(four)
    survey = grade.survey(net.register, networks.views(net), net.addresses)
    wrong = {link.link.name for link in survey.links
             if not net.true(link.link.a, link.link.b) and four not in (link.link.a, link.link.b)}
    assert {link.link.name for link in survey.links if link.grade == CONTRADICTED} == wrong
    assert {link.why for link in survey.links if link.grade == CONTRADICTED} == {"swapped", "moved"}


def test_a_true_register_is_contradicted_nowhere_and_proven() -> None:
    net = networks.tree(2, 5, 6, doubled=0.6)
    survey = grade.survey(net.register, networks.views(net), net.addresses)
    counts = survey.counts()
    assert (counts["contradicted"], counts["undocumented"]) == (0, 0)
    assert counts["proven_both"] == 6
    assert counts["proven_one"] == 30 + 3
