"""Patches on a real pacemaker pair of containers, with DICOM clients all the while, and every fault of the matrix."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from patch_pair import cluster, image, packages, table, use, watch
from patch_pair.site import ROOT, PatchSite

pytestmark = pytest.mark.skipif(bool(image.missing()), reason=f"no pair of containers: {image.missing()}")


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> packages.Built:
    """Every version of the application."""
    return packages.build(tmp_path_factory.mktemp("debs"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, debs: packages.Built) -> Iterator[cluster.Pair]:
    """The pair with version 1.0 in service, and five objects that never change."""
    folder = tmp_path_factory.mktemp("pair")
    try:
        made = cluster.Pair(folder / "pair", image.tree())
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no node can be made here: {error.stderr.decode()[-300:]}")
    try:
        made.prepare(debs.folder / debs.files["1.0"][0])
        use.objects(made.images)
        try:
            made.run()
        except (AssertionError, subprocess.SubprocessError) as error:
            pytest.skip(f"no containers can be started here: {str(error)[-300:]}")
        made.form()
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def site(pair: cluster.Pair, debs: packages.Built, tmp_path_factory: pytest.TempPathFactory) -> PatchSite:
    """The site of the pair, inspected."""
    made = PatchSite(tmp_path_factory.mktemp("site"), pair, debs)
    use.inspect(made, 1)
    return made


@pytest.fixture(scope="module")
def watching(pair: cluster.Pair, tmp_path_factory: pytest.TempPathFactory,
             request: pytest.FixtureRequest) -> Iterator[watch.Watch]:
    """Echoes and the nodes' own words, from the first test to the last."""
    made = watch.Watch(pair, tmp_path_factory.mktemp("watch"))
    yield made
    made.end()
    if os.environ.get("ROUNDS_PATCH_TABLE") and not request.session.testsfailed:
        table.write(Path(os.environ["ROUNDS_PATCH_TABLE"]), made.results)


@pytest.fixture(autouse=True)
def watched(site: PatchSite, pair: cluster.Pair, watching: watch.Watch,
            request: pytest.FixtureRequest) -> Iterator[watch.Watch]:
    """Every case begins with version 1.0 in service on a whole pair, and in none of them are both nodes down."""
    pair.whole()
    if not at_1_0(pair):
        pair.set_back(f"/root/{site.built.files['1.0'][0]}")
    watching.mark()
    yield watching
    watching.results[request.node.name] = (watching.gap(), watching.starts())
    print("longest gap {} s, {} starts: {}".format(*watching.results[request.node.name], request.node.name))
    assert not watching.both_down(), "a moment with both nodes down"


def versions(pair: cluster.Pair) -> dict[str, str]:
    return {node: pair.on(node, "dpkg-query -W -f '${db:Status-Abbrev}${Version}' pacs-core", check=False).strip()
            for node in cluster.NODES}


def state(pair: cluster.Pair, node: str) -> str:
    """Hashes of everything the package and its configuration put on a node."""
    return pair.on(node, "find /etc/pacs-core /lib/systemd/system/pacs-core.service -type f | sort | xargs sha256sum; "
                         "dpkg-query -W pacs-core; ls /var/tmp")


def at_1_0(pair: cluster.Pair) -> bool:
    return versions(pair) == dict.fromkeys(cluster.NODES, "ii 1.0")


def serving(pair: cluster.Pair, node: str = "node-1") -> bool:
    """Whether the service answers through its address now."""
    said = pair.inside("timeout", "10", "echoscu", "-to", "5", "-aec", "PACS", cluster.VIP, str(packages.PORT),
                       check=False)
    return "refused" not in said and pair.carrier(node) != "" and "F:" not in said


def test_patch_goes_through_and_back_while_clients_work(site: PatchSite, pair: cluster.Pair, watched: watch.Watch,
                                                        record_property: Callable[[str, object], None]) -> None:
    """none | both nodes on the new version, clients interrupted once, no accepted object lost; the roll-back restores
    package files and configuration byte for byte"""
    before = {node: state(pair, node) for node in cluster.NODES}
    with use.Clients(site, 100):
        watched.mark()
        use.bare_move(pair)
        bare = watched.gap()
    plan = site.plan("2.0", playbook=True)
    with use.Clients(site, 1000) as clients:
        watched.mark()
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
        gap, starts = watched.gap(), watched.starts()
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")
    assert starts == 1, "clients are interrupted once"
    found = {path.name.partition(".")[2] for path in (pair.images / "PACS").iterdir()}  # CT.<SOP Instance UID>
    assert len(clients.accepted) >= 1000
    assert set(clients.accepted) <= found, "an accepted object is lost"
    record_property("gaps", f"bare {bare} s, patch {gap} s, {len(clients.accepted)} objects stored meanwhile")
    print(f"longest gap: bare move {bare} s, patch {gap} s; {len(clients.accepted)} objects stored meanwhile")
    ended = site.playbook("rollback-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert {node: state(pair, node) for node in cluster.NODES} == before, "byte for byte"
    assert watched.starts() == 2, "and once by the roll-back"
    assert serving(pair)


def test_version_whose_service_does_not_start_is_taken_back(site: PatchSite, pair: cluster.Pair) -> None:
    """service does not start | echo fails as soon as the cluster gives the service up; everything taken back"""
    ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.1"))
    assert ended.status != 0
    assert "the cluster has given the service up" in ended.text
    assert at_1_0(pair), ended.text
    assert serving(pair)


def test_package_whose_postinst_fails_is_taken_back_before_the_service_moves(site: PatchSite, pair: cluster.Pair,
                                                                             watched: watch.Watch) -> None:
    """package's postinst fails | node taken back before the service moved"""
    ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.2"))
    assert ended.status != 0
    assert "the plan is not carried out" in ended.text
    assert at_1_0(pair), ended.text
    assert watched.starts() == 0
    assert serving(pair)


def test_unapproved_dependency_stops_the_plan_before_anything_is_installed(site: PatchSite, pair: cluster.Pair) -> None:
    """package nobody approved | stopped by the simulated transaction, nothing installed"""
    ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.3"))
    assert ended.status != 0
    assert "pacs-extra 1.0" in ended.text
    assert at_1_0(pair)
    assert "no package" in pair.on("node-1", "dpkg -s pacs-extra 2>&1 || echo no package", check=False)


def test_file_with_another_hash_is_refused_at_once(site: PatchSite, pair: cluster.Pair) -> None:
    """file with another hash | refused before any node is touched"""
    plan = site.plan("2.0")
    path = site.files / site.built.files["2.0"][0]
    good = path.read_bytes()
    path.write_bytes(good + b" ")
    try:
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
    finally:
        path.write_bytes(good)
    assert ended.status != 0
    assert "SHA-256" in ended.text
    assert not site.events(plan)


def test_backup_too_old_keeps_the_gate_closed(site: PatchSite, pair: cluster.Pair) -> None:
    """backup too old | gate `backup` holds"""
    plan = site.plan("2.0")
    use.inspect(site, 100)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    use.inspect(site, 1)
    assert ended.status != 0
    assert "readable proved 100 h ago" in ended.text
    assert at_1_0(pair)


def test_fewer_objects_afterwards_stop_the_roll_out(site: PatchSite, pair: cluster.Pair) -> None:
    """fewer objects afterwards | stopped, everything taken back"""
    pairs = site.settings["pairs"]["pacs"]
    counts = {"objects": "[ -e /images/less ] && echo 4 || { touch /images/less; echo 5; }"}
    site.write(pairs={"pacs": pairs | {"counts": counts}})
    try:
        ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.0"))
    finally:
        site.write()
        pair.on("node-1", "rm -f /images/less")
    assert ended.status != 0
    assert "objects: 5 before, 4 after" in ended.text
    assert at_1_0(pair), "everything is taken back"
    assert serving(pair)


def started(site: PatchSite, pair: cluster.Pair, plan: str) -> subprocess.Popen[bytes]:
    """An application of the plan in the background."""
    words = pair.words(str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(site.site),
                       str(ROOT / "playbooks" / "apply-patch.yml"), "-e", json.dumps({"patch_plan": plan}))
    return subprocess.Popen(words, env=site.environment, cwd=ROOT, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)


def wait_for(site: PatchSite, plan: str, count: int, **wanted: str) -> dict[str, Any]:
    """The count-th event of the journal that has these words."""
    until = time.monotonic() + 150
    while time.monotonic() < until:
        found = [one for one in site.events(plan) if wanted.items() <= one.items()]
        if len(found) >= count:
            return found[count - 1]
        time.sleep(0.05)
    raise AssertionError(f"no event {wanted}")


def test_node_that_dies_while_it_is_patched_leaves_the_service_on_the_other(site: PatchSite,
                                                                            pair: cluster.Pair) -> None:
    """node dies while it is patched | service on the other node; after its return `apply` goes on"""
    plan = site.plan("2.0")
    process = started(site, pair, plan)
    node = wait_for(site, plan, 2, phase="apply", event="begin")["node"]
    pair.kill(node)
    assert process.wait(280) != 0
    other = next(one for one in cluster.NODES if one != node)
    assert pair.carrier(other) == other
    assert serving(pair, other)
    assert "in between" in site.python(
        "from pacs_rounds.patch import conduct; "
        f"print(conduct.control_end('pair', {{'plan': '{plan}'}}, 1)['nodes']['{node}'])")
    pair.restart(node)
    pair.until(other, f"crm_mon -1 | grep -Eq 'Node {node}: standby|Online: \\[ node-1 node-2 \\]'", 90)
    pair.on(node, "crm_resource --cleanup; crm_resource --wait --timeout=60", check=False)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")


def test_nodes_that_do_not_see_each_other_are_not_patched(site: PatchSite, pair: cluster.Pair) -> None:
    """nodes do not see each other | gate `cluster` holds"""
    plan = site.plan("2.0")
    try:
        for node, peer in (("node-1", "2"), ("node-2", "1")):
            pair.on(node, f"ip route add blackhole {cluster.NET}{peer}/32")
        pair.until("node-1", "crm_mon -1 | grep -qi offline", 60)
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
    finally:
        for node, peer in (("node-1", "2"), ("node-2", "1")):
            pair.on(node, f"ip route del blackhole {cluster.NET}{peer}/32")
    assert ended.status != 0
    assert "gate cluster" in ended.text
    assert at_1_0(pair)


def test_full_disk_stops_before_the_node_is_touched(site: PatchSite, pair: cluster.Pair) -> None:
    """disk full | stopped before the node is touched"""
    site.approve(**{"2_0": {"free_mb": 50_000_000}})
    try:
        ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.0"))
    finally:
        site.approve()
    assert ended.status != 0
    assert "less than 50000000 MB free" in ended.text
    assert at_1_0(pair)


def hold_lock(pair: cluster.Pair, node: str, until: int) -> None:
    """What another apt does: keep dpkg's lock until then."""
    pair.on(node, "perl -e 'use Fcntl; open(F, \">/var/lib/dpkg/lock-frontend\"); "
                  "$p = pack(\"s s l! l! i\", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLKW, $p) or die; "
                  f"sleep 1 while time < {until}' >/dev/null 2>&1 &")


def test_another_apt_is_waited_for_and_the_window_that_closes_meanwhile_spares_the_second_node(
        site: PatchSite, pair: cluster.Pair) -> None:
    """another apt holds the lock, the window closes half-way | lock waited for (120 s); gate `window` spares the
    second node, service on; roll-back possible"""
    site.approve(**{"2_0": {"minutes": 1}})  # a node's visit must fit into what is left of the window
    node = next(one for one in cluster.NODES if one != pair.carrier())
    try:
        for allowance in (15, 45, 135):  # a machine that needs longer than this to begin gets more
            too_late = int(time.time()) + allowance + 1
            plan = site.plan("2.0", seconds=60 + allowance)
            hold_lock(pair, node, too_late)
            ended = site.playbook("apply-patch.yml", patch_plan=plan)
            if any(one.get("phase") == "apply" for one in site.events(plan)):
                break
        done = next(one for one in site.events(plan) if one.get("phase") == "apply" and one["event"] != "begin")
        assert done["event"] == "done", done
        assert done["time"] >= too_late, "it waited for the lock"
        assert ended.status != 0
        assert "gate window" in ended.text, ended.text
        assert sorted(versions(pair).values()) == ["ii 1.0", "ii 2.0"]
        assert serving(pair)
        assert site.playbook("rollback-patch.yml", patch_plan=plan).status == 0
        assert at_1_0(pair)
    finally:
        site.approve()


def test_killed_controller_leaves_a_state_from_which_apply_goes_on(site: PatchSite, pair: cluster.Pair,
                                                                   watched: watch.Watch) -> None:
    """controller killed (SIGKILL) | `apply` goes on, and sends the service home where `prefers` says so; roll-back
    possible"""
    home = pair.carrier()
    site.write(pairs={"pacs": site.settings["pairs"]["pacs"] | {"prefers": home}})
    plan = site.plan("2.0")
    site.write()
    process = started(site, pair, plan)
    wait_for(site, plan, 1, phase="apply", event="begin")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    assert serving(pair)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")
    assert (pair.carrier(), watched.starts()) == (home, 2)
    assert site.playbook("rollback-patch.yml", patch_plan=plan).status == 0
    assert at_1_0(pair)
