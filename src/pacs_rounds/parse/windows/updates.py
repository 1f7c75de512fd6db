"""What is installed on a Windows host: wmic's list of hotfixes and DISM's table of packages, English or Chinese."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of

_PAIR = re.compile(r"([A-Za-z]+)=(.*)")
# Windows XP and 2003 call some entries "File 1" and name the hotfix as the service pack it came with; others have a
# word for a name (MSCompPackV1, Wudf01000).
_ID = re.compile(r"(?:KB|Q|M|S)\d{5,8}(?:[-_][A-Za-z0-9.]+)?|\{[0-9A-Fa-f-]{36}\}")
_WORD = re.compile(r"[A-Za-z][\w.-]+")
_FILE = re.compile(r"\bFile \d+\b")
_TABLE_ID = re.compile(rf"(?<![\w/=?])(?:{_ID.pattern})(?!\S)")
_DATE = re.compile(r"(?<!\S)(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[0-9a-f]{16})(?!\S)")
_NONE = ("No Instance(s) Available.", "没有可用实例。", "没有可用范例。")
_COLUMNS = ("HotFixID", "InstalledOn", "ServicePackInEffect")


def _entry(name: str, effect: str, on: str, line: str) -> dict[str, Any]:
    """One hotfix; the id is what a person would look up."""
    file = _FILE.fullmatch(name)
    if not file and not _ID.fullmatch(name) and not _WORD.fullmatch(name):
        fail("no hotfix in the line", line)
    return {"id": effect if file and _ID.fullmatch(effect) else name, "installed_on": on or None}


def _pairs(lines: list[str]) -> list[dict[str, Any]]:
    """`HotFixID=KB4012212` line by line; a name that comes again begins the next hotfix."""
    rows: list[dict[str, str]] = [{}]
    for line in lines:
        match = _PAIR.fullmatch(line.strip())
        if match is None:
            fail("no line of wmic", line)
        if match[1] in rows[-1]:
            rows.append({})
        rows[-1][match[1]] = match[2].strip()
    return [_entry(row.get("HotFixID", ""), row.get("ServicePackInEffect", ""), row.get("InstalledOn", ""), str(row))
            for row in rows]


def _table(lines: list[str]) -> list[dict[str, Any]]:
    """wmic's table. Its columns are as wide as the host's characters, so they are told by what stands in them; only a
    name that is a mere word is looked for in its column."""
    at = lines[0].find("HotFixID")
    rows = []
    for line in lines[1:]:
        ids, file = _TABLE_ID.findall(line), _FILE.search(line)
        dates = _DATE.findall(line)
        word = _WORD.match(line[at:]) if at >= 0 and not line[:at][-1:].strip() else None
        name = file[0] if file else ids[0] if ids else word[0] if word else ""
        rows.append(_entry(name, ids[0] if file and ids else "", dates[-1] if dates else "", line))
    return rows


# HotFixID=KB4012212
# InstalledOn=3/21/2017
# or the table of `wmic qfe list`, whose first line holds HotFixID.
@parser("windows.wmic_qfe_list")
def wmic_qfe_list(text: str) -> dict[str, Any]:
    """wmic qfe list [brief|full], or `get HotFixID… /value`: {"hotfixes": [{id, installed_on (as written, or None)}]}.

    Service packs and updates of programs are not in this list. A host without any says so; an empty answer is refused.
    """
    lines = [line for line in lines_of(text) if line.strip()]
    if any(line.strip() in _NONE for line in lines):
        return {"hotfixes": []}
    if _PAIR.fullmatch(lines[0].strip()):
        return {"hotfixes": _pairs(lines)}
    if not any(word in lines[0].split() for word in _COLUMNS):
        fail("neither a table of hotfixes nor name=value", lines[0])
    return {"hotfixes": _table(lines)}


_STATES = {
    "installed": "installed", "install pending": "install_pending", "uninstall pending": "uninstall_pending",
    "staged": "staged", "resolved": "staged", "superseded": "superseded", "not present": "absent",
    "uninstalled": "absent", "partially installed": "partially_installed",
    "已安装": "installed", "安装挂起": "install_pending", "挂起安装": "install_pending",
    "卸载挂起": "uninstall_pending", "挂起卸载": "uninstall_pending", "已暂存": "staged",
    "暂存": "staged", "已被取代": "superseded", "被取代": "superseded", "已取代": "superseded",
    "不存在": "absent", "已卸载": "absent", "部分安装": "partially_installed"}
_RULE = re.compile(r"-{3,}(?: \| -{3,}){2,}")
_KB = re.compile(r"(?<![A-Za-z0-9])KB\d{5,8}(?!\d)")


# Package Identity                                            | State     | Release Type    | Install Time
# ----------------------------------------------------------- | --------- | --------------- | ------------------
# Package_for_KB2305420~31bf3856ad364e35~amd64~~6.1.1.0       | Installed | Security Update | 2/28/2011 6:32 PM
@parser("windows.dism_get_packages")
def dism_get_packages(text: str) -> dict[str, Any]:
    """dism /online /get-packages /format:table: {"packages": [{identity, kb (or None), state, state_as_written}]}.

    `state` is installed, install_pending, uninstall_pending, staged, superseded, partially_installed, absent, or None
    for a word nobody listed. The packages of a cumulative update carry no KB number. A table without its last words
    is cut off.
    """
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    error = next((line for line in lines if re.match(r"(?:Error|错误)\s*[:：]", line)), None)
    if error:
        fail("DISM refused", error)
    rule = max((number for number, line in enumerate(lines) if _RULE.fullmatch(line)), default=None)
    if rule is None:
        fail("no table of packages", lines[-1])
    rows, rest = [], lines[rule + 1:]
    while rest and "|" in rest[0]:
        cells = [cell.strip() for cell in rest.pop(0).split("|")]
        if len(cells) < 3 or cells[0].count("~") < 3:
            fail("no line of a package", " | ".join(cells))
        kb = _KB.search(cells[0])
        rows.append({"identity": cells[0], "kb": kb[0] if kb else None,
                     "state": _STATES.get(cells[1].lower()), "state_as_written": cells[1]})
    if not rest or not re.search(r"successful|成功", rest[0]):
        fail("the table's end is missing: cut off", rest[0] if rest else "")
    return {"packages": rows}
