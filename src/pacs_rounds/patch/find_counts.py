"""C-FIND against the service's archive: who is asked what, and when an answer is not believed. I/O.

Asked are UIDs, the study's date and numbers of series and instances, never a patient's name or number. What a peer adds
unasked stays in memory and is forgotten. A set that may have been cut (0xA700, Cancel, a warning, the peer's own limit,
an association that ended early, a date outside the range) is split at its dates; one day that is still cut makes the
count unknown, and an unknown count stops the roll-out.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association

from pacs_rounds.patch import find_text
from pacs_rounds.transports import dicom_association  # noqa: F401  (silences what peers say in logs and warnings)

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
PENDING = (0xFF00, 0xFF01)
CUT = {0xA700: "out of resources", 0xFE00: "cancelled", 0xB000: "warning"}
SILENCE_SECONDS = 60
MOST_QUERIES = 200_000
NUMBERS = {"series": "NumberOfStudyRelatedSeries", "instances": "NumberOfStudyRelatedInstances"}


class Untold(Exception):  # noqa: N818  (an answer, not an error of ours)
    """What was asked is not known, and why."""


class Cut(Untold):
    """The set may be incomplete; a shorter range may be whole."""


def _at_once(event: Any) -> None:
    """A query is two small writes: without this the second waits 40 ms for the first one's acknowledgement."""
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Archive:
    """Queries of one archive over one association at a time, all before `deadline` (epoch seconds)."""

    def __init__(self, service: Mapping[str, Any], calling: str, deadline: float) -> None:
        self.service, self.deadline, self.queries = service, deadline, 0
        self._ae = AE(ae_title=calling)
        self._ae.acse_timeout = self._ae.connection_timeout = 10
        self._ae.dimse_timeout = self._ae.network_timeout = SILENCE_SECONDS
        self._ae.add_requested_context(STUDY_ROOT_FIND)
        self._open: Association | None = None

    def close(self) -> None:
        """Let the association go."""
        if self._open is not None and self._open.is_established:
            self._open.release()
        self._open = None

    def _association(self) -> Association:
        if self._open is None or not self._open.is_established:
            one = self._ae.associate(self.service["address"], int(self.service["port"]),
                                     ae_title=self.service["ae_title"], evt_handlers=[(evt.EVT_CONN_OPEN, _at_once)])
            if not one.is_established:
                raise Untold("association rejected: is our AE title known there?" if one.is_rejected else
                             "no association")
            if not one.accepted_contexts:
                one.release()
                raise Untold("the peer has no Study Root C-FIND")
            self._open = one
        return self._open

    def ask(self, level: str, **keys: str | None) -> list[Dataset]:
        """All matches of one query; Cut when the set may not be whole, Untold when nothing can be said."""
        self.queries += 1
        if self.queries > MOST_QUERIES:
            raise Untold(f"more than {MOST_QUERIES} queries")
        if time.time() > self.deadline:
            raise Untold("not told in time")
        query = Dataset()
        query.QueryRetrieveLevel = level
        for name, value in keys.items():
            setattr(query, name, value)
        rows: list[Dataset] = []
        # The first status that casts doubt; the answers are read to their end whatever it is.
        doubt, code = "", None
        for status, row in self._association().send_c_find(query, STUDY_ROOT_FIND):
            code = getattr(status, "Status", None)
            if time.time() > self.deadline:
                self._abort()
                raise Untold("not told in time")
            if code not in PENDING:
                break
            if code == 0xFF01:
                doubt = doubt or "warns that it does not support a key that was asked (0xFF01)"
            if row is None:
                doubt = doubt or "a match that cannot be decoded"
            else:
                rows.append(row)
        if code is None:
            self._abort()
            raise Cut("the association ended before the last match")
        if code != 0:
            raise Cut(f"{CUT[code]} (0x{code:04X})") if code in CUT else Untold(f"status 0x{code:04X}")
        if doubt:
            raise Untold(doubt)
        return rows

    def _abort(self) -> None:
        if self._open is not None:
            with contextlib.suppress(RuntimeError):
                self._open.abort()
            self._open = None


def text_of(row: Dataset, name: str) -> str:
    """A value as text without padding; Untold when it cannot be decoded."""
    try:
        return str(row.get(name) if row.get(name) is not None else "").strip(" \0")
    except (ValueError, TypeError) as error:
        raise Untold(f"{name} cannot be read: {type(error).__name__}") from None


def day_of(row: Dataset) -> datetime.date | None:
    """The study's day; None when it has none. Accepts ACR-NEMA's dots, which old archives hold."""
    text = text_of(row, "StudyDate").replace(".", "")
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        raise Untold("a study's date is no date") from None


def uid_of(row: Dataset, name: str) -> str:
    """A unique key of a match, which every peer must tell."""
    text = text_of(row, name)
    if not re.fullmatch(r"[0-9.]{1,128}", text):
        raise Untold(f"a match without a {name}")
    return text


def _unique(uids: Sequence[str], what: str) -> list[str]:
    if len(set(uids)) != len(uids):
        raise Untold(f"a {what} was told twice in one answer")
    return list(uids)


class Counting:
    """One `cfind` of a plan."""

    def __init__(self, archive: Archive, spec: Mapping[str, Any], today: datetime.date) -> None:
        self.archive, self.spec, self.today = archive, spec, today
        self.levels = [level for level in spec["levels"] if level in NUMBERS]

    def rows(self, one: find_text.Range) -> Iterator[find_text.Row]:
        """The studies of one range, asked again in halves where the set may have been cut."""
        try:
            listed = list(self._studies(find_text.key_text(one), one))
        except Cut as cut:
            parts = find_text.halves(one, self.today)
            if not parts:
                raise Untold(f"{find_text.written(one)}: {cut}") from None
            for part in parts:
                yield from self.rows(part)
            return
        except Untold as why:
            raise Untold(f"{find_text.written(one)}: {why}") from None
        yield from listed

    def _studies(self, dates: str, one: find_text.Range | None) -> Iterator[find_text.Row]:
        numbers: dict[str, str | None] = {} if self.spec["walk"] else {NUMBERS[level]: None for level in self.levels}
        found = self.archive.ask("STUDY", StudyInstanceUID="", StudyDate=dates, **numbers)
        if self.spec["limit"] and len(found) >= self.spec["limit"]:
            raise Cut(f"{len(found)} matches, which is the peer's limit")
        for row in found:
            # One study under two patients' numbers is told twice by archives that begin with the patient: both count.
            uid, day = uid_of(row, "StudyInstanceUID"), day_of(row)
            if one is None:
                if day is not None:
                    continue
            elif day is None or not find_text.inside(one, day):
                raise Untold("a study outside the dates that were asked: the peer does not match by date")
            yield uid, self._walked(uid) if self.spec["walk"] and self.levels else self._numbers(row)

    def undated(self) -> Iterator[find_text.Row]:
        """Studies without a date, which no range tells: one query for everything, for a peer without a limit."""
        try:
            yield from self._studies("", None)
        except Untold as why:
            raise Untold(f"{find_text.UNDATED}: {why}") from None

    def _numbers(self, row: Dataset) -> dict[str, int]:
        out = {}
        for level in self.levels:
            text = text_of(row, NUMBERS[level])
            if not re.fullmatch(r"\d+", text):
                raise Untold(f"the peer tells no {NUMBERS[level]}: count with walk: true, or levels: [studies]")
            out[level] = int(text)
        return out

    def _walked(self, study: str) -> dict[str, int]:
        """Series and instances counted one by one, for peers that tell no numbers."""
        series = _unique([uid_of(row, "SeriesInstanceUID") for row in self._below("SERIES", study, "")], "series")
        out = {"series": len(series)}
        if "instances" in self.levels:
            out["instances"] = sum(
                len(_unique([uid_of(row, "SOPInstanceUID") for row in self._below("IMAGE", study, one)], "instance"))
                for one in series)
        return {level: out[level] for level in self.levels}

    def _below(self, level: str, study: str, series: str) -> list[Dataset]:
        keys = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
        found = self.archive.ask(level, **keys, **({"SOPInstanceUID": ""} if level == "IMAGE" else {}))
        if self.spec["limit"] and len(found) >= self.spec["limit"]:
            raise Untold(f"one {'study' if level == 'SERIES' else 'series'} reaches the peer's limit of matches")
        return found


def count(service: Mapping[str, Any], spec: Mapping[str, Any], key: bytes, deadline: float) -> str:
    """The lines of find_text for one `cfind`; Untold when anything of it is not known."""
    archive = Archive(service, spec["calling_ae_title"], deadline)
    today = datetime.datetime.fromtimestamp(time.time(), datetime.timezone(datetime.timedelta(hours=8))).date()
    counting = Counting(archive, spec, today)
    try:
        lines = [find_text.line(text, list(counting.rows(find_text.read(text))), spec["levels"], key)
                 for text in spec["ranges"]]
        if spec["undated"]:
            lines.append(find_text.line(find_text.UNDATED, list(counting.undated()), spec["levels"], key))
    finally:
        archive.close()
    return "\n".join([*lines, find_text.totals(lines)]) + "\n"
