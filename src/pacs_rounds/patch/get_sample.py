"""Sampled objects read back by C-GET into memory, hashed there and forgotten: nothing is written anywhere. I/O.

Which objects: in a range of study dates that no longer grows, the ones whose keyed hash comes first, so that both times
the same are read and no UID is kept. The hash is that of the pixels; of the whole data set where it has none.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, StoragePresentationContexts, build_role, evt

from pacs_rounds.patch import find_text
from pacs_rounds.patch.find_counts import Archive, Untold, text_of, uid_of

STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
MOST_OBJECTS = 100


def _first(rows: list[Dataset], name: str, key: bytes) -> list[Dataset]:
    """The rows in the order of their UIDs' keyed hashes: the same order each time, and one nobody can choose."""
    return sorted(rows, key=lambda row: hashed(uid_of(row, name), key))


def hashed(uid: str, key: bytes) -> str:
    """A UID as the journal may hold it."""
    return hmac.new(key, f"rounds.cget {uid}".encode(), hashlib.sha256).hexdigest()


def chosen(archive: Archive, wanted: Mapping[str, Any], key: bytes) -> list[dict[str, str]]:
    """[{study, series, object, kind}] to read, kind empty where the peer does not tell it; Untold when the range's
    studies are not told whole."""
    dates = find_text.key_text(find_text.read(wanted["range"]))
    out: list[dict[str, str]] = []
    for study in _first(archive.ask("STUDY", StudyInstanceUID="", StudyDate=dates), "StudyInstanceUID", key):
        if len(out) == min(wanted["objects"], MOST_OBJECTS):
            break
        uid = uid_of(study, "StudyInstanceUID")
        series = _first(archive.ask("SERIES", StudyInstanceUID=uid, SeriesInstanceUID="",
                                    Modality=wanted["modality"]), "SeriesInstanceUID", key)
        # A peer may take no notice of the modality: then its answer says so.
        series = [one for one in series if not wanted["modality"] or text_of(one, "Modality") == wanted["modality"]]
        if not series:
            continue
        one = uid_of(series[0], "SeriesInstanceUID")
        objects = _first(archive.ask("IMAGE", StudyInstanceUID=uid, SeriesInstanceUID=one, SOPInstanceUID="",
                                     SOPClassUID=""), "SOPInstanceUID", key)
        if objects:
            out.append({"study": uid, "series": one, "object": uid_of(objects[0], "SOPInstanceUID"),
                        "kind": text_of(objects[0], "SOPClassUID")})
    if not out:
        raise Untold(f"{wanted['range']}: no object to sample")
    return out


def digest(data: bytes, dataset: Dataset) -> str:
    """SHA-256 of the pixels as they came; of the encoded data set where there are none."""
    element = dataset.get_item("PixelData")
    value = getattr(element, "value", None)
    return hashlib.sha256(value if isinstance(value, bytes) and value else data).hexdigest()


class Reader:
    """One association that fetches objects into memory."""

    def __init__(self, service: Mapping[str, Any], wanted: Mapping[str, Any], kinds: list[str]) -> None:
        self._got: dict[str, str] = {}
        ae = AE(ae_title=wanted["calling_ae_title"])
        ae.acse_timeout = ae.connection_timeout = 10
        ae.dimse_timeout = ae.network_timeout = 60
        ae.add_requested_context(STUDY_ROOT_GET)
        # A peer that does not tell an object's kind is offered all it may be; there is room for 128 in all.
        kinds = kinds if all(kinds) else [str(one.abstract_syntax) for one in StoragePresentationContexts][:127]
        for kind in kinds:
            ae.add_requested_context(kind, ALL_TRANSFER_SYNTAXES)
        self._association = ae.associate(
            service["address"], int(service["port"]), ae_title=service["ae_title"],
            ext_neg=[build_role(kind, scp_role=True) for kind in kinds],
            evt_handlers=[(evt.EVT_C_STORE, self._store)])
        if not self._association.is_established:
            raise Untold("no association for C-GET")
        if STUDY_ROOT_GET not in {one.abstract_syntax for one in self._association.accepted_contexts}:
            self._association.release()
            raise Untold("the peer has no Study Root C-GET: sample with a command of the node")

    def _store(self, event: Any) -> int:
        self._got[str(event.request.AffectedSOPInstanceUID)] = digest(event.request.DataSet.getvalue(), event.dataset)
        return 0

    def read(self, one: Mapping[str, str]) -> str:
        """The object's hash, or `unreadable`."""
        query = Dataset()
        query.QueryRetrieveLevel = "IMAGE"
        query.StudyInstanceUID, query.SeriesInstanceUID = one["study"], one["series"]
        query.SOPInstanceUID = one["object"]
        self._got.clear()
        codes = [getattr(status, "Status", None) for status, _ in self._association.send_c_get(query, STUDY_ROOT_GET)]
        return self._got.get(one["object"], "unreadable") if codes and codes[-1] == 0 else "unreadable"

    def close(self) -> None:
        """Let the association go."""
        if self._association.is_established:
            self._association.release()


def sample(service: Mapping[str, Any], wanted: Mapping[str, Any], key: bytes, deadline: float) -> str:
    """`hash  keyed-hash-of-UID` or `unreadable keyed-hash` per object, as judging.hashes reads them."""
    archive = Archive(service, wanted["calling_ae_title"], deadline)
    try:
        objects = chosen(archive, wanted, key)
    finally:
        archive.close()
    reader = Reader(service, wanted, sorted({one["kind"] for one in objects}))
    try:
        lines = []
        for one in objects:
            if time.time() > deadline:
                raise Untold("not read in time")
            said, name = reader.read(one), hashed(one["object"], key)
            lines.append(f"unreadable {name}" if said == "unreadable" else f"{said}  {name}")
    finally:
        reader.close()
    return "\n".join(lines) + "\n"
