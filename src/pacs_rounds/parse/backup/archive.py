"""What the archive says: the harvested history of jobs, and the drills that were sealed."""

from __future__ import annotations

from typing import Any

import yaml

from pacs_rounds.parse import parser
from pacs_rounds.parse.backup.lines import fail, whole
from pacs_rounds.parse.oracle_text import Fields

_HEAD = ("sid", "recid", "stamp", "dbid", "input_type", "status", "device", "start", "end", "input_bytes",
         "output_bytes", "run")


# == harvest 20261115T020011Z-harvest-ab12 PACS 1794700815 7 1794096000 14
# == jobs
# sid|recid|stamp|dbid|input_type|status|device|start|end|input_bytes|output_bytes|run
# PACS|412|1250000001|2711530091|DB FULL|COMPLETED|DISK|1794608400|1794611000|9663676416|2147483648|20261115T020011Z-…
# == end 1 1
@parser("backup.history")
def history(text: str) -> Fields:
    """{"harvests": [{"run", "sid", "at", "keep_days", "oldest", "count"}], "unusable": [{"run", "sid", "at", "why"}],
    "jobs": [{"sid", "recid", "stamp", "dbid", "input_type", "status", "device", "start", "end": None while it ran,
    "input_bytes", "output_bytes", "run"}]}. Times in epoch seconds. The end counts harvests and jobs."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or not lines[-1].startswith("== end "):
        raise fail("cut off: the history has no end" if lines else "no history")
    harvests: list[Fields] = []
    unusable: list[Fields] = []
    place = next((number for number, line in enumerate(lines) if line == "== jobs"), None)
    if place is None or lines[place + 1].split("|") != list(_HEAD):
        raise fail("no list of jobs in this history", lines[0])
    for line in lines[:place]:
        words = line.split(" ")
        if words[:2] == ["==", "harvest"] and len(words) == 8:
            harvests.append({"run": words[2], "sid": words[3], "at": whole(words[4], line),
                             "keep_days": whole(words[5], line), "count": whole(words[7], line),
                             "oldest": None if words[6] == "-" else whole(words[6], line)})
        elif words[:2] == ["==", "unusable"] and len(words) >= 6:
            unusable.append({"run": words[2], "sid": words[3], "at": whole(words[4], line), "why": " ".join(words[5:])})
        else:
            raise fail("no harvest", line)
    jobs = [_job(line) for line in lines[place + 2:-1]]
    if lines[-1].split(" ")[2:] != [str(len(harvests) + len(unusable)), str(len(jobs))]:
        raise fail("harvests or jobs are missing: the end counts others", lines[-1])
    return {"harvests": harvests, "unusable": unusable, "jobs": jobs}


def _job(line: str) -> Fields:
    cells = line.split("|")
    if len(cells) != len(_HEAD):
        raise fail("no row of a job", line)
    row: Fields = dict(zip(_HEAD, cells, strict=True))
    for name in ("recid", "stamp", "dbid", "start"):
        row[name] = whole(row[name], line)
    for name in ("end", "input_bytes", "output_bytes"):
        row[name] = whole(row[name], line) if row[name] else None
    return row


# drills:
# - {at: '2026-10-20T03:12:00.000Z', by: drill on ims, detail: RTO 412 s, engine: oracle, name: PACS,
#    rung: restored_elsewhere, run: 20261020T010000Z-drill-restore-ab12, state: proved}
@parser("backup.drill_register")
def drill_register(text: str) -> Fields:
    """{"drills": [{"engine", "name", "rung", "state": proved or broken, "at", "run", "by", "detail"}]}; a damaged drill
    has "fault" and "run" only."""
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise fail("no YAML", str(error).splitlines()[0]) from None
    if not isinstance(data, dict) or list(data) != ["drills"] or not isinstance(data["drills"], list):
        raise fail("no register of drills")
    for one in data["drills"]:
        if not isinstance(one, dict) or "run" not in one or \
                not ("fault" in one or {"engine", "name", "rung", "state", "at"} <= set(one)):
            raise fail("no drill", str(one))
    return data
