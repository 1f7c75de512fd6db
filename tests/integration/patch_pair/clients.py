"""DICOM clients that never give up: four that store objects all the while, each tried until it is accepted.

Run as a program inside the pair's network, argv: address port objects (at least so many). Says `begun` at the first
accepted object, and after the end of its standard input one line of JSON: `accepted`, the SOP Instance UIDs that were
answered with Success.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE


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
    ae.add_requested_context(context, ExplicitVRLittleEndian)
    association = ae.associate(address, port, ae_title="PACS")
    return association if association.is_established else None


def stores(address: str, port: int, wanted: int, study: str, ended: threading.Event, begun: threading.Event,
           out: dict[str, object]) -> None:
    """Store objects until told to end, at least as many as wanted, one association each ten."""
    accepted: list[str] = []
    number = 0
    association = None
    while number < wanted or not ended.is_set():
        data = image(number, study)
        while True:
            association = association if association is not None and association.is_established else associate(
                address, port, CTImageStorage)
            if association is not None:
                try:
                    status = association.send_c_store(data)
                except (RuntimeError, ValueError, AttributeError):
                    status = None
                if getattr(status, "Status", None) == 0:
                    accepted.append(str(data.SOPInstanceUID))
                    begun.set()
                    break
                association.abort()
                association = None
            time.sleep(0.3)
        time.sleep(0.04)
        number += 1
        if number % 10 == 0 and association is not None:
            association.release()
            association = None
    out["accepted"] = accepted


def main() -> None:
    """argv: address port objects."""
    address, port, wanted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ended, begun = threading.Event(), threading.Event()
    parts: list[dict[str, object]] = [{} for _ in range(4)]
    threads = [threading.Thread(target=stores, args=(address, port, wanted // 4, generate_uid(), ended, begun, part))
               for part in parts]
    for thread in threads:
        thread.start()
    begun.wait(60)
    print("begun", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join(60)
    print(json.dumps({"accepted": [uid for part in parts for uid in part.get("accepted", [])]}),  # type: ignore[attr-defined]
          flush=True)


if __name__ == "__main__":
    main()
