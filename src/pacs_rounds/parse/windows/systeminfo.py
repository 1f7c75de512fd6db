"""systeminfo: what the host is, since when it runs, its memory, hotfixes and network cards."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of, stamp

# English and simplified Chinese (Windows 7 to 11, Server 2008 to 2022). None: read, but not kept.
_KEYS: dict[str, str | None] = {
    "Host Name": "host", "主机名": "host", "OS Name": "os", "OS 名称": "os", "OS Version": "version",
    "OS 版本": "version", "OS Configuration": "configuration", "OS 配置": "configuration",
    "Product ID": None, "产品 ID": None, "OS Manufacturer": None, "OS 制造商": None, "OS Build Type": None,
    "OS 构件类型": None, "OS 构建类型": None, "Registered Owner": None, "注册的所有人": None,
    "Registered Organization": None, "注册的组织": None,
    "Original Install Date": "installed", "初始安装日期": "installed",
    "System Boot Time": "booted", "系统启动时间": "booted", "System Up Time": None,
    "System Manufacturer": "manufacturer", "系统制造商": "manufacturer", "System Model": "model", "系统型号": "model",
    "System Type": "type", "系统类型": "type", "Processor(s)": "processors", "处理器": "processors",
    "BIOS Version": "bios", "BIOS 版本": "bios", "Windows Directory": None, "Windows 目录": None,
    "System Directory": None, "系统目录": None, "Boot Device": None, "启动设备": None,
    "System Locale": "locale", "系统区域设置": "locale", "Input Locale": None, "输入法区域设置": None,
    "Time Zone": "time_zone", "时区": "time_zone",
    "Total Physical Memory": "memory_bytes", "物理内存总量": "memory_bytes",
    "Available Physical Memory": "memory_available_bytes", "可用的物理内存": "memory_available_bytes",
    "Virtual Memory: Max Size": "virtual_bytes", "虚拟内存: 最大值": "virtual_bytes",
    "Virtual Memory: Available": "virtual_available_bytes", "虚拟内存: 可用": "virtual_available_bytes",
    "Virtual Memory: In Use": "virtual_used_bytes", "虚拟内存: 使用中": "virtual_used_bytes",
    "Page File Location(s)": "page_files", "页面文件位置": "page_files", "Domain": "domain", "域": "domain",
    "Logon Server": None, "登录服务器": None, "Hotfix(s)": "hotfixes", "修补程序": "hotfixes",
    "Network Card(s)": "network_cards", "网卡": "network_cards",
    "Hyper-V Requirements": None, "Hyper-V 要求": None, "Virtualization-based security": None,
    "基于虚拟化的安全性": None,
}
_LISTS = ("processors", "hotfixes", "network_cards", "page_files")
_COUNT = re.compile(r"^(?:(?P<count>\d+) (?:Processor|Hotfix|NIC)\(s\) Installed\.?|"
                    r"安装了 (?P<zh>\d+) 个(?:处理器|修补程序| NIC)。?|(?P<none>N/A|暂缺))$")
_ITEM = re.compile(r"^\[(?P<number>\d+)\]: (?P<value>.*)$")
_CUT_ITEM = re.compile(r"^\[(?P<number>\d+)\]?:?$")
_SIZE = re.compile(r"^(?P<number>\d{1,3}(?:[,.\u00a0 ]\d{3})*|\d+) MB$")


def _split(line: str) -> tuple[str, str] | None:
    """The line's label and value; None for a continuation. Labels may hold a colon: the longest known one counts."""
    if line.startswith(" "):
        return None
    key = next((key for key in sorted(_KEYS, key=len, reverse=True) if line.startswith(f"{key}:")), None)
    if key is None:
        fail("no line of systeminfo", line)
    return key, line[len(key) + 1:].strip()


def _bytes(key: str, written: str) -> int | None:
    if written in {"", "N/A", "暂缺"}:
        return None
    match = _SIZE.fullmatch(written)
    if match is None:
        fail(f"{key} is no size", written)
    return int(re.sub(r"\D", "", match["number"])) * 1024**2


# Host Name:                 RIS-WS-07
# OS Name:                   Microsoft Windows Server 2008 R2 Standard
# System Boot Time:          2026/11/20, 9:05:38
# Total Physical Memory:     16,383 MB
# Hotfix(s):                 2 Hotfix(s) Installed.
#                            [01]: KB2999226
# 主机名:           RIS-WS-07
@parser("windows.systeminfo")
def systeminfo(text: str) -> dict[str, Any]:
    """systeminfo in English or Chinese: the facts by name (sizes in bytes, None where the host says N/A), booted_at and
    installed_at (ISO local time, None where the written date is ambiguous; its text beside it), lists of processors,
    hotfixes, network_cards (names) and page_files, "hotfix_count": as the host counts. Windows 7 ends a long list of
    hotfixes in the middle, with a bare `[246]`; any other list shorter than its own count is cut off: ParseError."""
    said: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    counts: dict[str, int] = {}
    current: str | None = None
    for line in lines_of(text):
        if not line.strip():
            continue
        pair = _split(line)
        if pair is None:
            _more(line, current, lists)
            continue
        current = _KEYS[pair[0]]
        if current is None:
            continue
        if current in said:
            fail("the label stands twice: two hosts in one text", line)
        said[current] = pair[1]
        if current == "page_files":
            lists[current].append(pair[1])
        elif current in _LISTS and pair[1]:
            counts[current] = _count(line, pair[1])
    ended_early = bool(lists["hotfixes"]) and lists["hotfixes"][-1] == ""
    lists["hotfixes"] = [one for one in lists["hotfixes"] if one]
    for name, count in counts.items():
        if len(lists[name]) != count and not (name == "hotfixes" and ended_early and len(lists[name]) < count):
            fail(f"{name}: the host counts {count}, {len(lists[name])} were read: cut off")
    for needed in ("host", "os", "version"):
        if not said.get(needed):
            fail(f"no {needed} in the text: not the whole answer of systeminfo")
    return {**_facts(said, lists), "hotfix_count": counts.get("hotfixes")}


def _count(line: str, written: str) -> int:
    match = _COUNT.fullmatch(written)
    if match is None:
        fail("no count", line)
    return int(match["count"] or match["zh"] or 0)


def _more(line: str, current: str | None, lists: dict[str, list[str]]) -> None:
    """A line below a label. A network card's own lines (connection, addresses) stand deeper and are not kept."""
    item = _ITEM.fullmatch(line.strip())
    if current == "page_files":
        lists[current].append(line.strip())
    elif current in {"processors", "hotfixes"} and item:
        lists[current].append(item["value"].strip())
    elif current == "hotfixes" and lists[current] and _CUT_ITEM.match(line.strip()):
        lists[current].append("")
    elif current == "network_cards":
        if item and int(item["number"]) == len(lists[current]) + 1 and not _is_address(item["value"]):
            lists[current].append(item["value"].strip())
    elif current is not None or not lists["processors"]:
        fail("no line of systeminfo", line)


def _is_address(value: str) -> bool:
    return re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]+(?:%\d+)?", value.strip()) is not None


def _facts(said: dict[str, str], lists: dict[str, list[str]]) -> dict[str, Any]:
    plain = ("host", "os", "version", "configuration", "manufacturer", "model", "type", "bios", "locale", "time_zone",
             "domain")
    sizes = ("memory_bytes", "memory_available_bytes", "virtual_bytes", "virtual_available_bytes", "virtual_used_bytes")
    return {**{key: said.get(key) or None for key in plain},
            **stamp("booted", said.get("booted")), **stamp("installed", said.get("installed")),
            **{key: _bytes(key, said.get(key, "")) for key in sizes}, **lists}
