"""Counts by C-FIND and objects by C-GET against real archives: Orthanc, DCMTK's dcmqrscp, and peers that misbehave."""

from __future__ import annotations

import datetime
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from patch_pair.clients import image
from patch_site import PAIR, Site
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt

from pacs_rounds.patch import conduct, desk, dicom_proof, find_counts, find_text, judging
from pacs_rounds.patch.engine import Engine, StepFailed
from pacs_rounds.patch.find_counts import Untold, count
from pacs_rounds.patch.journal import Journal
from pacs_rounds.redact import redact

KEY = b"k" * 32
DAYS = ["20190115"] * 4 + ["20190116", "20190116", "20191103", "20240229", "20260704"]
TODAY = datetime.date(2020, 1, 22)
SERVICE = {"address": "127.0.0.1", "ae_title": "PACS"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed (scripts/system-packages.sh)")
    return found


def objects() -> list[Dataset]:
    """Nine studies of two objects each; the pixels differ."""
    out = []
    for number, day in enumerate(DAYS):
        for part in range(2):
            one = image(number, f"1.2.3.{number}")
            one.SOPInstanceUID = f"1.2.3.{number}.1.{part}"
            one.StudyDate, one.PixelData = day, bytes([number + 1, part] * 64)
            one.PatientName = "LI^WEI"
            out.append(one)
    return out


def store(port: int, listed: list[Dataset]) -> None:
    """Store once the archive answers."""
    ae = AE(ae_title="CT1")
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    for _ in range(300):
        association = ae.associate("127.0.0.1", port, ae_title="PACS")
        if association.is_established:
            break
        time.sleep(0.1)
    for one in listed:
        assert association.send_c_store(one).Status == 0
    association.release()


@contextmanager
def orthanc(folder: Path, limit: int = 0) -> Iterator[int]:
    program, port = tool("Orthanc"), free_port()
    config = {"Name": "t", "StorageDirectory": str(folder / "s"), "IndexDirectory": str(folder / "s"),
              "DicomPort": port, "DicomAet": "PACS", "HttpPort": free_port(), "Plugins": [],
              "RemoteAccessAllowed": False, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowGet": True,
              "LimitFindResults": limit}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orthanc.json").write_text(json.dumps(config))
    with subprocess.Popen([program, folder / "orthanc.json"], stderr=subprocess.DEVNULL) as server:
        try:
            yield port
        finally:
            server.terminate()


@contextmanager
def dcmqrscp(folder: Path, port: int = 0) -> Iterator[int]:
    program, port = tool("dcmqrscp"), port or free_port()
    (folder / "db").mkdir(parents=True)
    (folder / "qr.cfg").write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\nHostTable BEGIN\nHostTable END\n"
        f"VendorTable BEGIN\nVendorTable END\nAETable BEGIN\nPACS {folder / 'db'} RW (500, 1024mb) ANY\nAETable END\n")
    with subprocess.Popen([program, "-c", folder / "qr.cfg"], stderr=subprocess.DEVNULL) as server:
        try:
            yield port
        finally:
            server.terminate()


def asked(port: int, **more: Any) -> str:
    spec = find_text.spec("archive", {"first_year": 2019, "limit": 0} | more, TODAY)
    return count(SERVICE | {"port": port}, spec, KEY, time.time() + 60)


def numbers(text: str) -> dict[str, int]:
    return (find_text.told(text) or {})["total"][0]


ALL = {"studies": 9, "series": 9, "instances": 18}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Orthanc with all objects."""
    with orthanc(tmp_path_factory.mktemp("orthanc")) as port:
        store(port, objects())
        yield port


def test_orthanc_is_counted_without_a_patient(full: int) -> None:
    before = asked(full, undated=True)
    assert numbers(before) == ALL
    assert "LI^WEI" not in before
    assert "1.2.3" not in before
    assert redact("linux", before, KEY)[0] == before, "the journal's guard must leave the counts as they are"
    assert find_text.lost(before, asked(full, undated=True)) == ""


def test_a_peer_with_a_limit_is_counted_day_by_day_until_one_day_is_cut(tmp_path: Path) -> None:
    with orthanc(tmp_path, limit=4) as port:
        store(port, objects())
        assert numbers(asked(port)) == ALL, "0xFE00 for the year; its days are whole"
        with pytest.raises(Untold, match=r"2019-01-15..2019-01-15: 4 matches, which is the peer's limit"):
            asked(port, limit=4)
        fifth = image(50, "1.2.3.50")
        fifth.StudyDate = "20190115"
        store(port, [fifth])
        with pytest.raises(Untold, match=r"2019-01-15..2019-01-15: cancelled \(0xFE00\)"):
            asked(port)


def test_dcmqrscp_tells_no_numbers_and_is_walked_and_a_loss_is_found(full: int, tmp_path: Path) -> None:
    with dcmqrscp(tmp_path) as port:
        store(port, [one for one in objects() if one.SOPInstanceUID != "1.2.3.0.1.1"])
        with pytest.raises(Untold, match="tells no NumberOfStudyRelated"):
            asked(port)
        assert numbers(asked(port, levels=["studies"])) == {"studies": 9}
        fewer = asked(port, walk=True)
        assert "2019-01-01..2019-12-31: 14 instances before, 13 after" in find_text.lost(asked(full), fewer)
        store(port, objects())
        assert asked(port, walk=True) == asked(full), "the same objects, told in two ways"


def sampled(port: int) -> Any:
    row = {"from": "2019-01-01", "to": "2019-12-31", "objects": 3, "modality": "CT"}
    step = {"script": json.dumps(find_text.get_spec(row)), "limit": 60, "judge": "get-before"}
    return dicom_proof.asker("lab", "a" * 64)(step, SERVICE | {"port": port})


def test_objects_read_back_by_c_get(full: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both archives hold the same objects, so they must give the same hashes."""
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    one = sampled(full)
    with dcmqrscp(tmp_path / "dcmtk") as port:
        store(port, objects())
        two = sampled(port)
    with dcmqrscp(tmp_path / "changed") as port:
        listed = objects()
        for each in listed:
            each.PixelData = bytes(128)
        store(port, listed)
        three = sampled(port)
    assert [said.status for said in (one, two, three)] == [0, 0, 0], (one.text, two.text, three.text)
    assert len(judging.hashes(one.text)) == 3
    assert "1.2.3" not in one.text
    assert judging.changed(one.text, two.text) == ""
    assert "3 of 3 sampled objects differ" in judging.changed(one.text, three.text)
    written = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert [path.name for path in written if "key" not in str(path)] == [], "nothing that was read is written"


Answers = Callable[[evt.Event], Iterator[tuple[int, Dataset | None]]]


@contextmanager
def peer(answers: Answers) -> Iterator[int]:
    ae = AE(ae_title="PACS")
    ae.add_supported_context(find_counts.STUDY_ROOT_FIND)
    server = ae.start_server(("127.0.0.1", port := free_port()), block=False, evt_handlers=[(evt.EVT_C_FIND, answers)])
    try:
        yield port
    finally:
        server.shutdown()


def match(uid: str, day: str, **more: Any) -> Dataset:
    row = Dataset()
    row.QueryRetrieveLevel, row.StudyInstanceUID, row.StudyDate = "STUDY", uid, day
    row.NumberOfStudyRelatedSeries, row.NumberOfStudyRelatedInstances = 1, 2
    for name, value in more.items():
        setattr(row, name, value)
    return row


def every_time(*said: tuple[int, Dataset | None]) -> Answers:
    def answer(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        yield from said if event.identifier.StudyDate == "20190101-20191231" else ()
    return answer


def aborts(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
    yield 0xFF00, match("1.2", "20190101")
    event.assoc.abort()
    yield 0, None


@pytest.mark.parametrize(("answers", "word"), [
    (every_time((0xFF00, match("1.2", "20180101"))), "does not match by date"),
    (every_time((0xFF00, match("1.2", ""))), "does not match by date"),
    (every_time((0xFF00, match("", "20190101"))), "without a StudyInstanceUID"),
    (every_time((0xFF01, match("1.2", "20190101"))), "0xFF01"),
    (every_time((0xC001, None)), "status 0xC001"),
    (every_time((0xFF00, match("1.2", "20190101", NumberOfStudyRelatedInstances=None))), "tells no Number"),
    (lambda event: iter([(0xA700, None)]), r"0xA700"),
    (aborts, "ended before the last match")])
def test_an_answer_that_is_not_believed(answers: Answers, word: str) -> None:
    with peer(answers) as port, pytest.raises(Untold, match=word):
        asked(port)


def test_slow_archive_is_unknown_when_its_time_is_over() -> None:
    def answer(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        for number in range(50):
            time.sleep(0.05)
            yield 0xFF00, match(f"1.2.{number}", "19990101")

    spec = find_text.spec("archive", {"first_year": 2019, "limit": 0}, TODAY)
    with peer(answer) as port, pytest.raises(Untold, match="not told in time"):
        count(SERVICE | {"port": port}, spec, KEY, time.time() + 0.3)


def test_studies_without_a_date_are_counted_where_the_archive_tells_all(tmp_path: Path) -> None:
    def answer(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        if not event.identifier.StudyDate:
            yield 0xFF00, match("1.2", "")
    with peer(answer) as port:
        assert numbers(asked(port)) == {"studies": 0, "series": 0, "instances": 0}
        assert numbers(asked(port, undated=True)) == {"studies": 1, "series": 1, "instances": 2}


def test_a_silent_archive_is_unknown_and_stops_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path)
    spec = find_text.spec("archive", {"first_year": 2020, "limit": 0}, TODAY)
    rows = [{"id": f"a/find-{when}", "node": "a", "phase": "check", "title": "t", "script": json.dumps(spec),
             "limit": 20, "judge": f"find-{when}"} for when in ("before", "after")]
    kept = [match("1.2.3", "20261101"), match("1.2.4", "20261102")]

    def answer(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        if event.identifier.StudyDate == "20200101-":
            yield from ((0xFF00, one) for one in kept)

    def run(script: str, send: str, limit: float) -> Any:
        raise AssertionError("counts by C-FIND are no script of the node")

    with peer(answer) as port:
        plan: Mapping[str, Any] = {"steps": rows, "service": SERVICE | {"port": port}}
        engine = Engine(plan, Journal(tmp_path / "j"), run, run, dicom=dicom_proof.asker("lab", "a" * 64))
        engine.forward(["a/find-before"])
        kept[1] = match("1.2.5", "20261102")
        with pytest.raises(Exception, match="as many as before, but not the same"):
            engine.forward(["a/find-after"])
    with pytest.raises(Exception, match=r"1900-01-01\.\.2019-12-31: no association"):
        engine.forward(["a/find-after"])
    assert "1.2.3" not in (tmp_path / "j").read_text()


def test_roll_out_stops_when_the_archive_lost_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the inventory through the signed plan to the journal, as the playbook's visits do it."""
    site = Site(tmp_path, monkeypatch)
    pair = PAIR | {"sample": {"cget": {"from": "2019-01-01", "to": "2019-01-31", "objects": 2}},
                   "counts": {"archive": {"cfind": {"first_year": 2026, "limit": 500, "levels": ["studies"]}}}}

    def run(script: str, send: str, limit: float) -> Any:
        raise AssertionError("the archive is asked from the control node")

    with dcmqrscp(tmp_path / "before") as port:
        site.write(pairs={"pacs": pair | {"port": port}})
        name = site.plan(time.time() - 60, time.time() + 36000)
        store(port, objects())
        assert conduct.steps("lab", name, ["pacs-a/find-archive-before", "pacs-a/get-before"], "do", run, 1) == 2
        steps = [one["id"] for one in desk.Desk("lab").plan(name)["steps"] if one.get("judge", "").endswith("-after")]
        assert conduct.steps("lab", name, steps, "do", run, 1) == 2, steps
    text = (desk.Desk("lab").root / name / "journal.jsonl").read_text()
    assert "LI^WEI" not in text
    assert "1.2.3." not in text
    Journal(desk.Desk("lab").root / name / "journal.jsonl").add(
        {"step": steps[0], "direction": "undo", "event": "done", "node": "pacs-a", "time": time.time()})
    with dcmqrscp(tmp_path / "after", port):
        store(port, [one for one in objects() if one.StudyInstanceUID != "1.2.3.8"])
        with pytest.raises(StepFailed, match="9 studies before, 8 after"):
            conduct.steps("lab", name, steps[:1], "do", run, 1)
