"""Ten thousand harvested backup jobs: put together from sealed harvests, and judged; no database, no device.

    bench/harvest.py JOBS    the same in a process of its own, as JSON
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

from measure import run
from setting import Setting
from table import Row, Section

TARGET = 1.0
JOBS = 10_000
HARVESTS = 14


def texts(jobs: int, now: datetime) -> list[tuple[str, float, str, str]]:
    """Weekly harvests of one database, each with the jobs of its last eight days: (run, time, jobs, database)."""
    step = timedelta(days=7 * HARVESTS) / jobs
    head = "SESSION_RECID|SESSION_STAMP|INPUT_TYPE|STATUS|DEVICE|START_TIME|END_TIME|INPUT_BYTES|OUTPUT_BYTES"
    kinds = ("DB INCR", "ARCHIVELOG", "ARCHIVELOG", "ARCHIVELOG")
    told = []
    for week in range(HARVESTS, 0, -1):
        at = now - timedelta(days=7 * (week - 1))
        rows = []
        for number in range(jobs):
            begun = now - timedelta(days=7 * HARVESTS) + step * number
            if at - timedelta(days=8) <= begun < at:
                rows.append(f"{number}|{1_200_000_000 + number}|{kinds[number % 4]}|COMPLETED|DISK|"
                            f"{begun:%Y-%m-%dT%H:%M:%S}|{begun + step / 2:%Y-%m-%dT%H:%M:%S}|81604378624|20401094656")
        database = ("-- instance PACS\nDBID|NAME|LOG_MODE|DATABASE_ROLE|RESETLOGS_TIME|ASKED_AT|KEEP_DAYS|SPFILE|"
                    "RETENTION|CONTROLFILE_AT|SPFILE_AT|CORRUPT_BLOCKS\n"
                    f"1893325417|PACS|ARCHIVELOG|PRIMARY|2014-03-02T11:20:31|{at:%Y-%m-%dT%H:%M:%S}|8|||||0\n"
                    "-- 1 rows\n")
        said = "\n".join(["-- instance PACS", head, *rows, f"-- {len(rows)} rows", ""])
        told.append((f"{at:%Y%m%dT%H%M%SZ}-harvest-{week:04x}", at.timestamp(), said, database))
    return told


def once(jobs: int) -> dict[str, float]:
    """Seconds of the three steps, with the number of jobs that came out of it."""
    from pacs_rounds import catalogue
    from pacs_rounds.backup import history
    from pacs_rounds.conductor import Inputs, judge_host
    from pacs_rounds.model import Answer

    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    harvests = texts(jobs, now)
    checks = ["backup.history_complete", "backup.jobs_failed", "backup.last_jobs", "backup.longest_interval"]
    known = {name: catalogue.load()[name] for name in checks}
    began = time.monotonic()
    whole = history.History()
    for name, at, said, database in harvests[:-1]:
        history.take(whole, name, {history.JOBS: (at, said), history.DATABASE: (at, database)})
    text = history.as_text(whole)
    joined = time.monotonic()
    _, at, said, database = harvests[-1]
    answers = [Answer(command, body, 0, at, at) for command, body in
               ((history.JOBS, said), (history.DATABASE, database), ("backup history", text))]
    inputs = Inputs(run="r", site="s", host="h", role="backup_verify", platform="linux", transport="ssh", checks=checks,
                    settings={"oracle": {"instances": [{"sid": "PACS"}]}})
    records = judge_host(inputs, answers, known)
    ended = time.monotonic()
    if [one["outcome"] for one in records if one["check"] != "backup.last_jobs"] != ["ok"] * 3:
        raise ValueError([(one["check"], one["outcome"], one["detail"]) for one in records])
    return {"join": joined - began, "judge": ended - joined, "jobs": len(whole.jobs), "bytes": len(text)}


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    found = []
    for _ in range(max(3, setting.repeat)):
        _, said = run([sys.executable, __file__, str(JOBS)])
        found.append(json.loads(said.splitlines()[-1]))
    judge = statistics.median(one["judge"] for one in found)
    join = statistics.median(one["join"] for one in found)
    section.rows += [
        Row(f"judge {JOBS} harvested jobs (four checks), parsing included", f"< {TARGET:g} s", f"{judge:.2f} s", "",
            judge < TARGET),
        Row(f"put the history together from {HARVESTS - 1} sealed harvests' texts", "", f"{join:.2f} s")]
    section.notes += [
        f"{found[0]['jobs']:.0f} jobs of one database in {HARVESTS} weekly harvests that overlap by a day, "
        f"{found[0]['bytes'] / 1e6:.1f} MB of evidence; a new process, catalogue and parsers already read.",
        "A real site has some 700 jobs a quarter and instance."]


if __name__ == "__main__":
    print(json.dumps(once(int(sys.argv[1]))))
