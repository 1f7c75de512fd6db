"""C-ECHO over real sockets: the lab's providers (pynetdicom), peers scripted byte by byte, DCMTK and Orthanc.

Where Debian's DCMTK or Orthanc is not installed, its tests say so and are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dicom_lab import NETWORK, SECOND_NETWORK, loop_in_thread, moved, peer_of, serving

from pacs_rounds import catalogue, parse, paths
from pacs_rounds.conductor import Inputs, Record, judge_host
from pacs_rounds.lab import hospital
from pacs_rounds.lab.kinds import Device
from pacs_rounds.transports import dicom
from pacs_rounds.transports.dicom import Echo, Peer, echo_peers

CHECKS = catalogue.select(["dicom.*"])
SCENARIOS = [path for path in sorted(paths.LAB.glob("scenarios/*.yml")) if "dicom." in path.read_text(encoding="utf-8")
             or path.stem == "healthy"]
ADDRESS = f"{NETWORK}.99.1"


def devices(scenario: Path | None = None, network: str = NETWORK) -> list[Device]:
    return [moved(device, network) for device in hospital.load(scenario).values() if "dicom" in device.kinds]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Device]]:
    stand = devices()
    with serving(stand, tmp_path_factory.mktemp("lab")):
        yield {device.name: device for device in stand}


def register() -> dict[str, list[dict[str, Any]]]:
    """AE titles per host as the lab's inventory lists them."""
    folder = paths.INVENTORIES / "lab" / "group_vars"
    modalities = yaml.safe_load((folder / "modalities" / "dicom.yml").read_text())["modality_register"]
    services = yaml.safe_load((folder / "pacs_services" / "dicom.yml").read_text())["pacs_service_register"]
    return {**{host: entry["aes"] for host, entry in modalities.items()}, **services}


def records_of(stand: dict[str, Device], timeout: float) -> list[Record]:
    """One round over everything the inventory lists, judged as the conductor does it."""
    listed = register()
    peers = [peer for host, aes in listed.items() for peer in dicom.peers_of(host, stand[host].address, aes)]
    echoes = echo_peers(peers, timeout=timeout)
    records: list[Record] = []
    for host, aes in listed.items():
        answers = dicom.answers([echo for echo in echoes if echo.host == host], catalogue.commands(CHECKS))
        inputs = Inputs(run="test", site="lab", host=host, role="dicom_health", platform="dicom", transport="dicom",
                        checks=[check.id for check in CHECKS], settings={"dicom_aes": aes})
        records += judge_host(inputs, answers, catalogue.load())
    return records


def found(records: list[Record]) -> set[tuple[str, ...]]:
    return {(record["host"], record["check"], record["item"], record["outcome"], record["reason"] or "")
            for record in records if record["outcome"] not in {"ok", "not_applicable"}}


def test_the_inventory_and_the_lab_list_the_same_titles() -> None:
    stand = {device.name: device for device in devices()}
    assert len(stand) == 45
    assert {host: [ae["ae_title"] for ae in aes] for host, aes in register().items()} == \
        {name: device.state["dicom"]["ae_titles"] for name, device in stand.items()}
    folder = paths.INVENTORIES / "lab" / "group_vars" / "modalities" / "dicom.yml"
    for name, entry in yaml.safe_load(folder.read_text())["modality_register"].items():
        assert moved(stand[name]).address.split(".")[2:] == entry["address"].split(".")[2:]


def test_a_healthy_hospital_has_no_finding(healthy: dict[str, Device]) -> None:
    records = records_of(healthy, timeout=8)
    assert found(records) == set()
    assert len(records) == 2 * sum(len(aes) for aes in register().values())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_planted_fault_is_found_and_nothing_else(scenario: Path, tmp_path: Path) -> None:
    data = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    planted = {(one["host"], one["check"], one["item"], one["outcome"], one.get("reason", ""))
               for one in data["expect"] if one["check"].startswith("dicom.")}
    stand = {device.name: device for device in devices(scenario, SECOND_NETWORK)}
    with serving(list(stand.values()), tmp_path):
        # Long enough for the slow modality of 2.5 s, short enough for a test.
        assert found(records_of(stand, timeout=5)) == planted


def test_forty_peers_with_one_black_hole_cost_one_time_out(healthy: dict[str, Device]) -> None:
    """The listening socket's queue is full, so the kernel drops what arrives: no answer to TCP at all."""
    hole = socket.socket()
    hole.bind((ADDRESS, 11302))
    hole.listen(0)
    fillers = [socket.socket() for _ in range(2)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex((ADDRESS, 11302))
    try:
        good = [peer_of(device) for name, device in healthy.items() if not name.startswith(("pacs", "broker", "ims"))]
        peers = [Peer("hole", ADDRESS, 11302, ("A", "B", "C")), *good[1:]]
        began = time.monotonic()
        echoes = echo_peers(peers, timeout=3)
        took = time.monotonic() - began
    finally:
        for one in (hole, *fillers):
            one.close()
    assert len(peers) == 40
    assert took < 3 + 2
    first, *rest = [echo for echo in echoes if echo.host == "hole"]
    assert (first.result, first.phase) == ("timed_out", "connect")
    assert [(echo.ae_title, echo.result) for echo in rest] == [("B", "not_asked"), ("C", "not_asked")]
    assert {echo.result for echo in echoes if echo.host != "hole"} == {"accepted"}


def test_the_second_address_of_a_name_is_tried(healthy: dict[str, Device], monkeypatch: pytest.MonkeyPatch) -> None:
    really, address = socket.getaddrinfo, healthy["ct-1"].address

    def look_up(host: Any, port: Any, *rest: Any, **named: Any) -> list[Any]:
        if host != "ct-1.example.org":
            return list(really(host, port, *rest, **named))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in (f"{NETWORK}.99.9", address)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [echo] = echo_peers([Peer("ct-1", "ct-1.example.org", 11112, ("CT1_PHILIPS",))], timeout=5)
    assert (echo.result, echo.reason_text) == ("accepted", "")


def test_no_association_stays_open(healthy: dict[str, Device]) -> None:
    peers = [peer_of(healthy["mr-1"]), peer_of(healthy["mr-1"], ["NOBODY"])]
    results = [echo.result for _ in range(5) for echo in echo_peers(peers, timeout=5)]
    assert results == ["accepted", "accepted", "rejected"] * 5
    ours = [thread.name for thread in threading.enumerate() if "dicom" in thread.name or "Requestor" in thread.name]
    assert ours == []
    port = healthy["mr-1"].state["dicom"]["port"]
    time.sleep(0.2)
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    packed = "".join(f"{int(part):02X}" for part in reversed(healthy["mr-1"].address.split(".")))
    established = [line for line in table if f"{packed}:{port:04X}" in line and line.split()[3] == "01"]
    assert established == []


def test_case_counts_in_titles(healthy: dict[str, Device]) -> None:
    assert [echo.result for echo in echo_peers([peer_of(healthy["us-3"], ["us3_Mindray", "US3_MINDRAY"])])] == \
        ["accepted", "rejected"]


def test_an_unregistered_calling_title_is_told_apart(healthy: dict[str, Device]) -> None:
    [echo] = echo_peers([peer_of(healthy["ct-1"])], calling_ae_title="STRANGER")
    assert (echo.reject_result, echo.source, echo.reason_code) == (1, 1, 3)


def module(healthy: dict[str, Device], arguments: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """The module as any playbook would call it, in check mode."""
    tool = Path(sys.executable).parent / "ansible"
    (tmp_path / "ansible.cfg").write_text("[defaults]\n")
    done = subprocess.run(
        [tool, "localhost", "--check", "-i", "localhost,", "-c", "local", "-M", paths.ROOT / "library",
         "-e", f"ansible_python_interpreter={sys.executable}", "-m", "dicom_echo", "-a", json.dumps(arguments)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "minimal", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(tmp_path),
             "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg")})
    answer = done.stdout[done.stdout.index("{", done.stdout.index("localhost |")):]
    data: dict[str, Any] = json.JSONDecoder().raw_decode(answer)[0]
    return data


def test_the_module_judges_the_status_and_changes_nothing(healthy: dict[str, Device], tmp_path: Path) -> None:
    ct, mr = healthy["ct-1"].address, healthy["mr-1"].address
    good = module(healthy, {"address": ct, "port": 11112, "ae_title": "CT1_PHILIPS"}, tmp_path)
    assert (good["accepted"], good["changed"], good["echoes"][0]["status"]) == (True, False, "0x0000")
    peers = [{"name": "mr-1", "address": mr, "port": 11112, "ae_titles": ["MR1_SIEMENS", "NOBODY"]}]
    bad = module(healthy, {"peers": peers}, tmp_path)
    assert "mr-1 NOBODY: rejected (called AE title not recognised)" in bad["msg"]
    assert [echo["result"] for echo in bad["echoes"]] == ["accepted", "rejected"]
    told = module(healthy, {"peers": peers, "require_accepted": False}, tmp_path)
    assert told["accepted"] is False
    assert "msg" not in told


def _tool(name: str) -> str:
    # Not the PATH as it is: pynetdicom puts programs of the same names into the environment's own bin/.
    found_at = shutil.which(name, path="/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin")
    if not found_at:
        pytest.skip(f"{name} is not installed (Debian: dcmtk, orthanc): NOT tested against it")
    return found_at


def _until_accepted(peer: Peer, seconds: float = 15) -> Echo:
    give_up = time.monotonic() + seconds
    while True:
        [echo] = echo_peers([peer], timeout=5)
        if echo.result != "refused" or time.monotonic() > give_up:
            return echo
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_dcmtk_storescp_accepts(tmp_path: Path) -> None:
    port = _free_port()
    with subprocess.Popen([_tool("storescp"), "-aet", "STORESCP", "--output-directory", tmp_path, str(port)]) as server:
        try:
            echo = _until_accepted(Peer("dcmtk", "127.0.0.1", port, ("STORESCP",)))
        finally:
            server.kill()
    assert (echo.result, echo.status) == ("accepted", "0x0000")
    assert echo.peer_implementation_version.startswith("OFFIS_DCMTK")


def test_dcmtk_refuses_associations(tmp_path: Path) -> None:
    port = _free_port()
    with subprocess.Popen([_tool("storescp"), "--refuse", "--output-directory", tmp_path, str(port)]) as server:
        try:
            echo = _until_accepted(Peer("dcmtk", "127.0.0.1", port, ("STORESCP",)))
        finally:
            server.kill()
    assert echo.result == "rejected"


def test_dcmtk_echoscu_says_of_the_lab_what_its_parser_reads(healthy: dict[str, Device]) -> None:
    tool, device = _tool("echoscu"), healthy["ct-1"]
    seen = []
    for title, caller in (("CT1_PHILIPS", "MAINTCHK"), ("NOBODY", "MAINTCHK"), ("CT1_PHILIPS", "STRANGER")):
        done = subprocess.run([tool, "-v", "-aet", caller, "-aec", title, device.address, "11112"], timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        [call] = parse.parse("dicom.echoscu", done.stdout)
        seen.append((call["result"], call["source"], call["reason_code"], call["remarks"]))
    assert seen == [("accepted", None, None, []), ("rejected", 1, 7, []), ("rejected", 1, 3, [])]


def test_pynetdicom_echoscu_says_of_the_lab_what_its_parser_reads(healthy: dict[str, Device]) -> None:
    device = healthy["ct-1"]
    seen = []
    for title in ("CT1_PHILIPS", "NOBODY"):
        done = subprocess.run(
            [sys.executable, "-m", "pynetdicom", "echoscu", "-v", "-aet", "MAINTCHK", "-aec", title, device.address,
             "11112"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, text=True, check=False)
        [call] = parse.parse("dicom.echoscu", done.stdout)
        seen.append((call["result"], call["source"], call["reason_code"], call["remarks"]))
    assert seen == [("accepted", None, None, []), ("rejected", 1, 7, [])]


def test_orthanc_answers_anybody(tmp_path: Path) -> None:
    """Orthanc's default accepts an echo from unknown titles: why an accepted echo does not prove a registration."""
    tool, port, web = _tool("Orthanc"), _free_port(), _free_port()
    config = {"Name": "test", "StorageDirectory": str(tmp_path / "store"), "IndexDirectory": str(tmp_path / "store"),
              "DicomPort": port, "DicomAet": "ORTHANC", "HttpPort": web, "RemoteAccessAllowed": False, "Plugins": []}
    (tmp_path / "orthanc.json").write_text(json.dumps(config))
    with subprocess.Popen([tool, tmp_path / "orthanc.json"], stderr=subprocess.DEVNULL) as server:
        try:
            echo = _until_accepted(Peer("orthanc", "127.0.0.1", port, ("ORTHANC",)))
        finally:
            server.terminate()
    assert (echo.result, echo.status) == ("accepted", "0x0000")


def test_forty_five_providers_are_light_and_quick(tmp_path: Path) -> None:
    def megabytes() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    stand = [Device(device.name, device.kinds, f"{NETWORK}.97.{number}", device.state)
             for number, device in enumerate(devices(), start=1)]
    before, began = megabytes(), time.monotonic()
    with serving(stand, tmp_path):
        assert time.monotonic() - began < 1.5
        assert megabytes() - before < 60


def test_the_helper_tells_when_a_peer_cannot_listen() -> None:
    async def fail() -> list[Any]:
        raise OSError("taken")

    with pytest.raises(OSError, match="taken"), loop_in_thread(fail):
        pass
