"""The general reader: paragraphs of `key: value` lines of any subcommand, nothing dropped. For subcommands that no
check reads, and for those whose fields nobody needs by type."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, fail, lines_of, pair, says_none, snake, typed

_RULE = re.compile(r"^\s*[-=]{3,}(?:\s+[-=]{3,})*\s*$")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def records(lines: list[str], first: str = ".+") -> list[Fields]:
    """A record per paragraph: keys in snake case, values as printed. Deeper indented fields after a key without value
    are a list of records under it; lines without colon belong to the key before them (a list) or stand in `text`.

    ParseError where no field is found or the first key does not match `first`.
    """
    found, place = _level(lines, 0, min((_indent(line) for line in lines if line), default=0))
    if place < len(lines):
        fail("a line less indented than the ones before", lines[place])
    keys = [key for one in found for key in one if key != "text"]
    shown = next((told[0] for told in map(pair, lines) if told), "")
    if not keys or not re.fullmatch(first, shown):
        fail("not what this subcommand prints", next((line for line in lines if line), ""))
    return found


def _level(lines: list[str], place: int, indent: int) -> tuple[list[Fields], int]:
    found: list[Fields] = [{}]
    last = ""
    while place < len(lines):
        line, depth = lines[place], _indent(lines[place])
        told = pair(line)
        if not line:
            last = _paragraph(found)
        elif depth < indent:
            break
        elif depth > indent and told and told[0] != "-" and last and found[-1][last] in ("", []):
            found[-1][last], place = _level(lines, place, depth)
            continue
        elif _RULE.match(line):
            pass
        elif told and told[0] != "-":
            last = _field(found, told[0], told[1])
        elif last and not isinstance(found[-1][last], dict):
            _more(found[-1], last, told[1] if told else line.strip())
        else:
            found[-1].setdefault("text", []).append(line.strip())
        place += 1
    return [one for one in found if one], place


def _paragraph(found: list[Fields]) -> str:
    if found[-1]:
        found.append({})
    return ""


def _field(found: list[Fields], name: str, value: str) -> str:
    key = snake(name)
    if key in found[-1] and key == next((one for one in found[-1] if one != "text"), None):
        found.append({})  # its first key again: the next thing
    if key in found[-1]:
        _more(found[-1], key, value)
    else:
        found[-1][key] = value
    return key


def _more(record: Fields, key: str, value: str) -> None:
    before = record[key]
    record[key] = [*(before if isinstance(before, list) else [before] if before else []), value]


def sections(lines: list[str]) -> list[dict[str, Any]]:
    """Parts of a getall: [{"title" (None before the first), "records"}]; a title is a line underlined with hyphens."""
    found: list[tuple[str | None, list[str]]] = [(None, [])]
    for place, line in enumerate(lines):
        if _RULE.match(line):
            continue
        if line and place + 1 < len(lines) and _RULE.match(lines[place + 1]) and not pair(line):
            found.append((line.strip(), []))
        else:
            found[-1][1].append(line)
    return [{"title": title, "records": _level([*part], 0, 0)[0]} for title, part in found if title or any(part)]


# Server IP Address:       127.13.2.1
# Agent Rev:           7.32.25 (1.56)
#
# Agent/Host Information
# -----------------------
@parser("emc_vnx.getall")
def getall(text: str) -> list[dict[str, Any]]:
    """Sections of a getall: [{"title", "records"}], a record per paragraph with the array's own field names."""
    lines = lines_of(text)
    found = sections(lines)
    if not any(key for part in found for one in part["records"] for key in one if key != "text"):
        fail("not what this subcommand prints", lines[0])
    return found


def _listing(text: str, first: str) -> list[Fields]:
    lines = lines_of(text)
    return [] if says_none(lines) else records(lines, first)


# Source LU Name:  LUN 0
# Migration Rate:  high
# Percent Complete:  50
@parser("emc_vnx.migrate")
def migrate(text: str) -> list[Fields]:
    """LUN migrations under way; [] when none exist."""
    return [typed(one, "source_lu_id|dest_lu_id|percent_complete") for one in
            _listing(text, r"Source LU (?:Name|ID)")]


# Name:  archive
# Current State:  Idle
# LUN(s):
#     LUN Number:  8
@parser("emc_vnx.nqm")
def nqm(text: str) -> list[Fields]:
    """Quality-of-service classes or policies; what belongs to one (LUNs, snapshots, classes) as records in it."""
    return _listing(text, r"Name|NQM.*|Running.*")


_LEVEL = re.compile(r"^(?:low|medium|high)$", re.IGNORECASE)


# Username:  admin
# Role:      administrator
@parser("emc_vnx.security")
def security(text: str) -> list[Fields]:
    """Users, certificates, or the certificate level as [{"level": "medium"}]."""
    lines = lines_of(text)
    if len(lines) == 1 and _LEVEL.match(lines[0].strip()):
        return [{"level": lines[0].strip().lower()}]
    if re.match(r"^User '.*' does not exist\.?$", lines[0]):
        return []
    return _listing(text, r"Username|Subject|Global.*|Certificate.*|User.*")


# Statistics logging is ENABLED
@parser("emc_vnx.setstats")
def setstats(text: str) -> dict[str, bool]:
    """{"statistics_logging": bool}."""
    lines = lines_of(text)
    match = re.match(r"^Statistics logging is (ENABLED|DISABLED)\.?$", lines[0], re.IGNORECASE)
    if not match or any(lines[1:]):
        fail("not what setstats prints", lines[0])
    return {"statistics_logging": match[1].upper() == "ENABLED"}


# SP Read Cache State:            Enabled
# Dirty Cache Pages (MB):         12
@parser("emc_vnx.cache")
def cache(text: str) -> list[Fields]:
    """`cache -sp -info` and `cache -fast -info` of OE 05.33, by the array's own field names."""
    return _listing(text, r"SP.*|Disks.*|Mode|FAST.*|Cache.*|Dirty.*|Size.*|Raid Type|State")


# Bus 0
#
# Current Speed: 6Gbps.
# Available Speeds:
@parser("emc_vnx.backendbus")
def backendbus(text: str) -> list[Fields]:
    """Back-end buses, a record per paragraph."""
    return _listing(text, r"Bus.*|Current Speed|SPA.*")


# SP ID :  A
# I/O Module Slot :  3
# I/O Module Type :  Fibre Channel
@parser("emc_vnx.ioportconfig")
def ioportconfig(text: str) -> list[Fields]:
    """I/O modules and their ports, a record per paragraph."""
    return _listing(text, r"SP ID|Information about.*|I/O.*")


# Storage Processor :  SP A
# Port ID :  2
# Speed Value :  8Gbps
@parser("emc_vnx.spportspeed")
def spportspeed(text: str) -> list[Fields]:
    """Speeds of the front-end ports, a record per paragraph."""
    return _listing(text, r"Storage Processor|SP.*")


# DPE7 Bus 0 Enclosure 0
# Input Power Status:  Valid
# Present(degree C):  25
@parser("emc_vnx.environment")
def environment(text: str) -> list[Fields]:
    """environment -list: power and temperature, a record per paragraph; what they are of stands in its `text`."""
    return _listing(text, r"Array.*|Enclosure.*|.*Status|Present.*|Rolling.*|Input.*|Air.*|Name")


# Name:  pacs_meta
# MetaLUN Number:  5
@parser("emc_vnx.metalun")
def metalun(text: str) -> list[Fields]:
    """metalun -list: LUNs made of LUNs, by the array's own field names; [] when there is none."""
    return _listing(text, r"Name|MetaLUN.*")


# Name of the session:      nightly
# List of Target Logical Units:  5
@parser("emc_vnx.snapview")
def snapview(text: str) -> list[Fields]:
    """snapview -listsessions, -listsnapshots, -listclonegroup; [] when there is none."""
    return _listing(text, r"Name.*|Session.*|Snap.*|Clone.*|Total.*|List.*")


# Storage Processor A
#   CPU Module
#     EMC Serial Number:               CF2XX000000000
@parser("emc_vnx.getresume")
def getresume(text: str) -> list[dict[str, Any]]:
    """Resume data of the parts: [{"part": "Storage Processor A / CPU Module", "fields": {…}}]."""
    found: list[dict[str, Any]] = []
    path: list[tuple[int, str]] = []
    for line in lines_of(text):
        told, depth = pair(line), _indent(line)
        if not line or _RULE.match(line):
            continue
        if told is None:
            path = [*(one for one in path if one[0] < depth), (depth, line.strip())]
            found.append({"part": " / ".join(name for _, name in path), "fields": {}})
        elif not found:
            fail("a field before the first part", line)
        else:
            found[-1]["fields"][snake(told[0])] = told[1]
    if not any(one["fields"] for one in found):
        fail("not what this subcommand prints", found[0]["part"] if found else "")
    return [one for one in found if one["fields"]]
