"""RMAN's runs as the calendar has them: every run's times, status, sets and pieces, the one source of views and logs.

Every Sunday a level 0 backup, on the other nights level 1, archived logs every six hours, control file and spfile with
each database backup, and a validation of everything so many days ago. A run's numbers follow from its date, so that
one and the same run is the same however often the lab is started.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pacs_rounds.lab.oracle_views.clock import EPOCH, MB, Now, State, stamp


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a backup set. `status` is A(vailable), X (expired) or D(eleted)."""

    handle: str
    bytes: int
    status: str


@dataclass(frozen=True, slots=True)
class BackupSet:
    """`kind` is D (full or level 0), I (incremental) or L (archived logs); `control` says what it holds besides."""

    recid: int
    kind: str
    level: int | None
    start: datetime
    end: datetime
    pieces: list[Piece]
    datafiles: list[str] = field(default_factory=list)
    logs: list[int] = field(default_factory=list)
    controlfile: bool = False
    spfile: bool = False

    @property
    def tag(self) -> str:
        """The tag RMAN gives by itself."""
        return f"TAG{self.start:%Y%m%dT%H%M%S}"


@dataclass(frozen=True, slots=True)
class Job:
    """One RMAN run. `kind` is the job details' INPUT_TYPE; `place` counts database backups from the newest."""

    recid: int
    kind: str
    status: str
    start: datetime
    end: datetime
    input_bytes: int
    output_bytes: int
    sets: list[BackupSet]
    place: int | None = None

    @property
    def session_stamp(self) -> int:
        """SESSION_STAMP."""
        return stamp(self.start)


_SLOTS = (0, 6, 12, 18)


def _handle(now: Now, start: datetime, number: int, word: str) -> str:
    directory = f"{now.state['backups']['directory']}/{now.state['sid']}"
    return f"{directory}/{word}_{now.state['sid']}_{start:%Y%m%d}_{number:02d}_1"


def _used_mb(one: State) -> float:
    return float(one["mb"] - one["free_mb"])


def _database(now: Now, start: datetime, recid: int, place: int) -> Job:
    said = now.state["backups"]
    level = 0 if start.weekday() == 6 else 1
    status = said["status"].get(str(place), said["status"].get(place, "COMPLETED"))
    files = {name: one for name, one in now.state["datafiles"].items() if name not in said["without_datafiles"]}
    read = sum(one["mb"] for one in files.values()) * MB
    share = 0.42 if level == 0 else 0.021
    # A little more each week, so that a history has a trend without being a straight line.
    size = sum(_used_mb(one) for one in files.values()) * MB * share * (1 - 0.0004 * place) * (1 + (recid % 7) * 0.003)
    size *= said["size_factor"] if place == 0 else 1
    minutes = 62 if level == 0 else 14
    end = start + timedelta(minutes=minutes, seconds=recid % 50)
    if status == "FAILED":
        return Job(recid, "DB INCR", status, start, start + timedelta(minutes=3), int(read * 0.04), 0, [], place)
    sets = [BackupSet(recid * 10, "D" if level == 0 else "I", level, start + timedelta(seconds=9),
                      end - timedelta(seconds=40),
                      [Piece(_handle(now, start, 1, f"inc{level}"), int(size), "A")], list(files))]
    if said["controlfile"] or said["spfile"]:
        sets.append(BackupSet(recid * 10 + 1, "D", None, end - timedelta(seconds=20), end - timedelta(seconds=15),
                              [Piece(_autobackup(now, start, recid), 20 * MB, "A")], [], [], said["controlfile"],
                              said["spfile"]))
    return Job(recid, "DB INCR", status, start, end, int(read), int(size) + 20 * MB, sets, place)


def _autobackup(now: Now, start: datetime, recid: int) -> str:
    directory = f"{now.state['backups']['directory']}/{now.state['sid']}"
    return f"{directory}/c-{now.state['dbid']}-{start:%Y%m%d}-{recid % 4:02d}"


def _logs(now: Now, start: datetime, recid: int) -> Job:
    from pacs_rounds.lab.oracle_views import redo
    archived = now.state["archived"]
    listed = redo.switches(now, max(archived["days"], now.state["backups"]["keep_days"] + 2))
    newest = listed[-1][0] if listed else 0
    left = {*archived["missing"], *now.state["backups"]["without_logs"]}
    logs = [sequence for sequence, _, end in listed
            if start - timedelta(hours=6) < end <= start and newest - sequence not in left]
    size = len(logs) * archived["mb"] * MB
    end = start + timedelta(minutes=1, seconds=len(logs) * 7)
    sets = [BackupSet(recid * 10, "L", None, start + timedelta(seconds=5), end,
                      [Piece(_handle(now, start, start.hour, "arch"), int(size * 0.38), "A")], [],
                      logs)] if logs else []
    return Job(recid, "ARCHIVELOG", "COMPLETED", start, end + timedelta(seconds=3), size, int(size * 0.38), sets)


def runs(now: Now, days: int | None = None) -> list[Job]:
    """All runs that the control file knows (its keep time), oldest first; `days` asks for another period."""
    if ("runs", days) not in now.kept:
        now.kept["runs", days] = _runs(now, days)
    found: list[Job] = now.kept["runs", days]
    return found


def _runs(now: Now, days: int | None) -> list[Job]:
    said = now.state["backups"]
    keep = said["keep_days"] if days is None else days
    first = (now.at - timedelta(days=keep + 1)).replace(hour=said["hour"], minute=0, second=0, microsecond=0)
    found: list[tuple[datetime, bool]] = []
    for day in range(keep + 3):
        for slot in _SLOTS:
            start = first + timedelta(days=day, hours=slot)
            logs = start + timedelta(minutes=70 if slot == 0 else 0)
            found += [(start, True)] if slot == 0 else []
            found.append((logs, False))
    # A run still going on is not told: the newest one has ended.
    past = [one for one in found if now.at - timedelta(days=keep) <= one[0] <= now.at - timedelta(minutes=75)]
    past = [one for one in past if not _silent(now, one[0])]
    databases = [start for start, whole in past if whole]
    jobs = []
    for start, whole in past:
        recid = int((start - EPOCH).total_seconds() // 600)
        if not whole:
            jobs.append(_logs(now, start, recid))
            continue
        place = len(databases) - 1 - databases.index(start)
        if place not in said["skip"]:
            jobs.append(_database(now, start, recid, place))
    return _expire(jobs, said["expired_pieces"])


def _silent(now: Now, start: datetime) -> bool:
    said = now.state["backups"]
    age = (now.at - start) / timedelta(days=1)
    return age < said["stopped_days_ago"] or (len(said["gap_days"]) == 2
                                              and said["gap_days"][0] <= age <= said["gap_days"][1])


def _expire(jobs: list[Job], count: int) -> list[Job]:
    """The newest pieces of database backups that a crosscheck no longer found."""
    for job in reversed(jobs):
        for one in job.sets:
            for place, piece in enumerate(one.pieces):
                if count > 0 and job.place is not None and one.datafiles:
                    one.pieces[place] = Piece(piece.handle, piece.bytes, "X")
                    count -= 1
    return jobs
