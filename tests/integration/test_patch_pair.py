"""Patches on a real pacemaker pair of containers, with DICOM clients all the while, and every fault of the matrix."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from patch_pair import cluster, packages
from patch_pair.site import ROOT, PatchSite

from pacs_rounds.patch import journal

pytestmark = pytest.mark.skipif(bool(cluster.missing()), reason=f"no pair of containers: {cluster.missing()}")
HERE = Path(__file__).parent / "patch_pair"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Pair]:
    """The pair with version 1.0 in service."""
    folder = tmp_path_factory.mktemp("pair")
    made = cluster.Pair(folder / "pair", ROOT / ".cache")
    try:
        try:
            made.start_containers()
        except (AssertionError, subprocess.SubprocessError) as error:
            pytest.skip(f"no containers can be started here: {str(error)[-300:]}")
        made.form()
        yield made
    finally:
        made.down()
        shutil.rmtree(folder / "pair" / "store", ignore_errors=True)


@pytest.fixture(scope="module")
def site(pair: cluster.Pair, tmp_path_factory: pytest.TempPathFactory) -> PatchSite:
    """The site of the pair, inspected, with the application in service."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "debs").mkdir()
    hashes = packages.build(folder / "debs")
    for node in cluster.NODES:
        pair.install(node, folder / "debs" / hashes["1.0"][0])
    sample = pair.images / "sample"
    sample.mkdir()
    for number in range(5):
        (sample / f"{number}.bin").write_bytes(os.urandom(1000))
    (pair.images / "PACS").mkdir()
    shutil.copy(first_object(folder), pair.images / "PACS")
    pair.serve()
    made = PatchSite(folder, pair, folder / "debs", hashes)
    inspect(made, 1)
    return made


def first_object(folder: Path) -> Path:
    """A DICOM file, so that there is something to read before the first client comes."""
    from patch_pair.clients import image

    data = image(0, "1.2.3")
    path = folder / f"CT.{data.SOPInstanceUID}"
    data.save_as(path, enforce_file_format=True)
    return path


def inspect(site: PatchSite, hours: float) -> None:
    """A sealed inspection whose backups were proved so many hours ago."""
    shutil.rmtree(site.folder / "evidence", ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "evidence.py"), str(hours)], env=site.environment, check=True,
                   timeout=60)


class Clients:
    """Echoes and stores that go on while something happens."""

    def __init__(self, site: PatchSite, objects: int) -> None:
        self.said: dict[str, Any] = {}
        self._process = subprocess.Popen(
            site.pair.words(sys.executable, str(HERE / "clients.py"), cluster.VIP, str(packages.PORT), str(objects)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def __enter__(self) -> Clients:
        time.sleep(2)
        return self

    def __exit__(self, *_: object) -> None:
        out, _ = self._process.communicate("", timeout=60)
        self.said = json.loads(out)


def versions(pair: cluster.Pair) -> dict[str, str]:
    return {node: pair.on(node, "dpkg-query -W -f '${db:Status-Abbrev}${Version}' pacs-core", check=False).strip()
            for node in cluster.NODES}


def state(pair: cluster.Pair, node: str) -> str:
    """Hashes of everything the package and its configuration put on a node."""
    return pair.on(node, "find /etc/pacs-core /lib/systemd/system/pacs-core.service -type f | sort | xargs sha256sum; "
                         "dpkg-query -W pacs-core; ls /var/tmp")


def at_1_0(pair: cluster.Pair) -> bool:
    return versions(pair) == dict.fromkeys(cluster.NODES, "ii 1.0")


def serving(pair: cluster.Pair) -> bool:
    """Whether the service answers through its address now."""
    said = pair.inside("timeout", "10", "echoscu", "-to", "5", "-aec", "PACS", cluster.VIP, str(packages.PORT),
                       check=False)
    return "refused" not in said and pair.carrier() != "" and "F:" not in said


def test_patch_goes_through_and_back_while_clients_work(site: PatchSite, pair: cluster.Pair,
                                                        record_property: Any) -> None:
    before = {node: state(pair, node) for node in cluster.NODES}
    with Clients(site, 0) as bare:  # the peer: the cluster's own move, nothing else
        node = pair.carrier()
        for words in ("--update on", "--delete"):
            pair.on(node, f"crm_attribute --node {node} --name standby {words}; crm_resource --wait --timeout=60")
        time.sleep(1)
    plan = site.plan("2.0")
    with Clients(site, 1000) as clients:
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
        time.sleep(2)
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")
    accepted = clients.said["accepted"]
    found = {path.name.partition(".")[2] for path in (pair.images / "PACS").iterdir()}  # CT.<SOP Instance UID>
    assert accepted
    assert set(accepted) <= found, "an accepted object is lost"
    record_property("gaps", f"bare {bare.said['longest_gap']} s, patch {clients.said['longest_gap']} s, "
                            f"{len(accepted)} objects stored meanwhile")
    print(f"longest gap: bare move {bare.said['longest_gap']} s, patch {clients.said['longest_gap']} s")
    assert clients.said["longest_gap"] < 60, "the service stayed away"
    ended = site.playbook("rollback-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert {node: state(pair, node) for node in cluster.NODES} == before, "byte for byte"
    assert serving(pair)


@pytest.mark.parametrize(("version", "word"), [("2.1", "2.1"), ("2.2", "2.2")])
def test_bad_version_is_taken_back_and_the_service_stays(site: PatchSite, pair: cluster.Pair, version: str,
                                                         word: str) -> None:
    plan = site.plan(version)
    with Clients(site, 0) as clients:
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
        time.sleep(3)
    assert ended.status != 0
    assert "the plan is not carried out" in ended.text
    assert at_1_0(pair), ended.text
    assert serving(pair)
    assert clients.said["longest_gap"] < 60


def test_unapproved_dependency_stops_the_plan_before_anything_is_installed(site: PatchSite, pair: cluster.Pair) -> None:
    ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.3"))
    assert ended.status != 0
    assert "pacs-extra 1.0" in ended.text
    assert at_1_0(pair)
    assert "no package" in pair.on("node-1", "dpkg -s pacs-extra 2>&1 || echo no package", check=False)


def test_file_with_another_hash_is_refused_at_once(site: PatchSite, pair: cluster.Pair) -> None:
    plan = site.plan("2.0")
    path = site.files / site.hashes["2.0"][0]
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
    plan = site.plan("2.0")
    inspect(site, 100)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    inspect(site, 1)
    assert ended.status != 0
    assert "readable proved 100 h ago" in ended.text
    assert at_1_0(pair)


def test_fewer_objects_afterwards_stop_the_roll_out(site: PatchSite, pair: cluster.Pair) -> None:
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
    assert serving(pair)


def all_back(site: PatchSite, pair: cluster.Pair) -> None:
    """Version 1.0 everywhere, whatever a test before left."""
    for one in (site.state / "patch" / "pair").iterdir():
        if any(state != journal.PENDING for state in journal.progress(site.events(one.name)).states.values()):
            site.playbook("rollback-patch.yml", patch_plan=one.name)
    assert at_1_0(pair)


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
    all_back(site, pair)
    plan = site.plan("2.0")
    with Clients(site, 0) as clients:
        process = started(site, pair, plan)
        node = wait_for(site, plan, 2, phase="apply", event="begin")["node"]
        pair.podman("kill", node)
        assert process.wait(280) != 0
    other = next(one for one in cluster.NODES if one != node)
    assert pair.carrier(other) == other
    assert clients.said["longest_gap"] < 60
    assert "in between" in site.python(
        "from pacs_rounds.patch import conduct; "
        f"print(conduct.control_end('pair', {{'plan': '{plan}'}}, 1)['nodes']['{node}'])")
    pair.restart(node)
    pair.until(other, f"crm_mon -1 | grep -Eq 'Node {node}: standby|Online: \\[ node-1 node-2 \\]'", 90)
    pair.on(node, "crm_resource --cleanup; crm_resource --wait --timeout=60", check=False)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")
    all_back(site, pair)


def test_nodes_that_do_not_see_each_other_are_not_patched(site: PatchSite, pair: cluster.Pair) -> None:
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
    pair.until("node-1", "crm_mon -1 | grep -q 'Online: \\[ node-1 node-2 \\]'", 90)
    pair.on("node-1", "crm_resource --cleanup; crm_resource --wait --timeout=60", check=False)
    pair.until("node-2", "crm_resource --resource core --locate 2>&1 | grep -q 'running on'", 60)


def test_full_disk_stops_before_the_node_is_touched(site: PatchSite, pair: cluster.Pair) -> None:
    site.approve(**{"2_0": {"free_mb": 50_000_000}})
    try:
        ended = site.playbook("apply-patch.yml", patch_plan=site.plan("2.0"))
    finally:
        site.approve()
    assert ended.status != 0
    assert "less than 50000000 MB free" in ended.text
    assert at_1_0(pair)


def hold_lock(pair: cluster.Pair, node: str, seconds: int) -> None:
    """What another apt does: keep dpkg's lock for a while."""
    pair.on(node, "perl -e 'use Fcntl; open(F, \">/var/lib/dpkg/lock-frontend\"); "
                  "$p = pack(\"s s l! l! i\", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $p) or die; "
                  f"sleep {seconds}' >/dev/null 2>&1 &")


def test_window_that_closes_half_way_leaves_the_second_node_alone(site: PatchSite, pair: cluster.Pair) -> None:
    site.approve(**{"2_0": {"minutes": 1}})
    node = next(one for one in cluster.NODES if one != pair.carrier())
    try:
        plan = site.plan("2.0", minutes=2.5)
        hold_lock(pair, node, 110)  # so that the first node takes longer than was agreed
        ended = site.playbook("apply-patch.yml", patch_plan=plan)
    finally:
        site.approve()
    assert ended.status != 0
    assert "gate window" in ended.text, ended.text
    assert sorted(versions(pair).values()) == ["ii 1.0", "ii 2.0"]
    assert serving(pair)
    site.approve(**{"2_0": {"minutes": 1}})
    assert site.playbook("rollback-patch.yml", patch_plan=plan).status == 0
    site.approve()
    assert at_1_0(pair)


def test_another_package_manager_is_waited_for(site: PatchSite, pair: cluster.Pair) -> None:
    plan = site.plan("2.0")
    node = next(one for one in cluster.NODES if one != pair.carrier())
    hold_lock(pair, node, 20)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    all_back(site, pair)


def test_killed_controller_leaves_a_state_from_which_apply_goes_on(site: PatchSite, pair: cluster.Pair) -> None:
    all_back(site, pair)
    plan = site.plan("2.0")
    process = started(site, pair, plan)
    wait_for(site, plan, 1, phase="apply", event="begin")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    assert serving(pair)
    ended = site.playbook("apply-patch.yml", patch_plan=plan)
    assert ended.status == 0, ended.text
    assert versions(pair) == dict.fromkeys(cluster.NODES, "ii 2.0")
    assert site.playbook("rollback-patch.yml", patch_plan=plan).status == 0
    assert at_1_0(pair)
