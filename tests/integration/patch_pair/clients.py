"""DICOM clients that never stop: echoes with the longest gap between two successes, and stores that are tried again.

Run as a program inside the pair's network: prints one JSON line when told to end by the end of its standard input.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE

VERIFICATION = "1.2.840.10008.1.1"


def image(number: int, study: str) -> Dataset:
    """A small CT object without a patient."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid()
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientID = data.PatientName = f"TEST{number}"
    data.Modality, data.InstanceNumber = "CT", number
    data.StudyDate, data.StudyTime, data.AccessionNumber, data.StudyID = "20260101", "120000", "1", "1"
    data.Rows = data.Columns = 8
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.SamplesPerPixel = 15, 0, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = bytes(128)
    return data


def associate(address: str, port: int, context: str) -> object:
    """An association or None; every wait has an end."""
    ae = AE(ae_title="CLIENT")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 3
    ae.connection_timeout = 1
    ae.add_requested_context(context, ExplicitVRLittleEndian if context != VERIFICATION else None)
    association = ae.associate(address, port, ae_title="PACS")
    return association if association.is_established else None


def echoes(address: str, port: int, ended: threading.Event, out: dict[str, object]) -> None:
    """Echo ten times a second; remember the longest time without a success."""
    last, longest, count, when = time.monotonic(), 0.0, 0, 0.0
    while not ended.is_set():
        association = associate(address, port, VERIFICATION)
        if association is not None:
            status = association.send_c_echo()  # type: ignore[attr-defined]
            association.release()  # type: ignore[attr-defined]
            if getattr(status, "Status", None) == 0:
                now = time.monotonic()
                if now - last > longest:
                    longest, when = now - last, time.time()
                last, count = now, count + 1
        ended.wait(0.1)
    out |= {"echoes": count, "longest_gap": round(max(longest, time.monotonic() - last), 2), "gap_ended": when}


def stores(address: str, port: int, wanted: int, study: str, ended: threading.Event, out: dict[str, object]) -> None:
    """Store objects, one association each ten, trying each again until it is accepted."""
    accepted: list[str] = []
    number = 0
    association = None
    while number < wanted and not ended.is_set():
        data = image(number, study)
        while not ended.is_set():
            association = association if association is not None and association.is_established else associate(
                address, port, CTImageStorage)
            if association is not None:
                try:
                    status = association.send_c_store(data)
                except (RuntimeError, ValueError, AttributeError):
                    status = None
                if getattr(status, "Status", None) == 0:
                    accepted.append(str(data.SOPInstanceUID))
                    break
                association.abort()
                association = None
            ended.wait(0.3)
        number += 1
        if number % 10 == 0 and association is not None:
            association.release()
            association = None
    out["accepted"] = accepted


def main() -> None:
    """argv: address port objects."""
    address, port, wanted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ended, out = threading.Event(), {}  # type: ignore[var-annotated]
    parts: list[dict[str, object]] = [{} for _ in range(4)]
    threads = [threading.Thread(target=echoes, args=(address, port, ended, out))]
    threads += [threading.Thread(target=stores, args=(address, port, wanted // 4, generate_uid(), ended, part))
                for part in parts] if wanted else []
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join(30)
    out["accepted"] = [uid for part in parts for uid in part.get("accepted", [])]  # type: ignore[attr-defined]
    print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
