"""Addresses and connections: ipconfig /all, netstat -an."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of, stamp

# English and simplified Chinese (Windows 7 and later; what Windows 2003 calls IP Address is IPv4 here).
_LABELS: dict[str, str | None] = {
    "Host Name": "host", "主机名": "host", "Primary Dns Suffix": "domain", "主 DNS 后缀": "domain",
    "Node Type": None, "节点类型": None, "IP Routing Enabled": "routing", "IP 路由已启用": "routing",
    "WINS Proxy Enabled": None, "WINS 代理已启用": None, "DNS Suffix Search List": None, "DNS 后缀搜索列表": None,
    "Connection-specific DNS Suffix Search List": None,
    "Connection-specific DNS Suffix": "dns_suffix", "连接特定的 DNS 后缀": "dns_suffix",
    "Media State": "media", "媒体状态": "media", "Description": "description", "描述": "description",
    "Physical Address": "mac", "物理地址": "mac", "DHCP Enabled": "dhcp", "DHCP 已启用": "dhcp",
    "Autoconfiguration Enabled": None, "自动配置已启用": None,
    "IPv4 Address": "ipv4", "IPv4 地址": "ipv4", "IP Address": "ipv4",
    "Autoconfiguration IPv4 Address": "ipv4_automatic", "自动配置 IPv4 地址": "ipv4_automatic",
    "IPv6 Address": "ipv6", "IPv6 地址": "ipv6", "Temporary IPv6 Address": "ipv6", "临时 IPv6 地址": "ipv6",
    "Link-local IPv6 Address": "ipv6_link_local", "本地链接 IPv6 地址": "ipv6_link_local",
    "Subnet Mask": "masks", "子网掩码": "masks", "Default Gateway": "gateways", "默认网关": "gateways",
    "DHCP Server": "dhcp_server", "DHCP 服务器": "dhcp_server",
    "DNS Servers": "dns_servers", "DNS 服务器": "dns_servers",
    "Primary WINS Server": "wins_servers", "主 WINS 服务器": "wins_servers",
    "Secondary WINS Server": "wins_servers", "辅助 WINS 服务器": "wins_servers",
    "Lease Obtained": "lease_obtained", "获得租约的时间": "lease_obtained",
    "Lease Expires": "lease_expires", "租约过期的时间": "lease_expires",
    "DHCPv6 IAID": None, "DHCPv6 Client DUID": None, "DHCPv6 客户端 DUID": None,
    "NetBIOS over Tcpip": None, "TCPIP 上的 NetBIOS": None,
}
_LISTS = ("ipv4", "ipv4_automatic", "ipv6", "ipv6_link_local", "masks", "gateways", "dns_servers", "wins_servers")
_YES = {"Yes": True, "是": True, "No": False, "否": False}
_STATE = re.compile(r"\((?P<state>Preferred|首选|Deprecated|弃用|不推荐|Duplicate|复制|Tentative|试验)\)\s*$")
_PAIR = re.compile(r"^ {2,8}(?P<key>\S.*?)[ .]*:(?: (?P<value>.*))?$")
_ADAPTER = re.compile(r"^(?P<kind>\S.*? adapter|\S*适配器) (?P<name>.+):$")
_HEADING = re.compile(r"^Windows IP (?:Configuration|配置)$")


def _label(line: str) -> tuple[str, str] | None:
    """Label and value. A value may hold a colon (IPv6), the dots before the first one end the label."""
    match = _PAIR.fullmatch(line)
    if match is None or len(line) - len(line.lstrip()) > 8:
        return None
    return " ".join(match["key"].rstrip(" .").split()), (match["value"] or "").strip()


# Windows IP Configuration
#
#    Host Name . . . . . . . . . . . . : ris-ws-07
#
# Ethernet adapter Local Area Connection:
#
#    Physical Address. . . . . . . . . : 00-1A-64-0B-0C-0D
#    DHCP Enabled. . . . . . . . . . . : No
#    IPv4 Address. . . . . . . . . . . : 127.13.40.7(Preferred)
#    DNS Servers . . . . . . . . . . . : 127.13.1.1
#                                        127.13.1.2
@parser("windows.ipconfig_all")
def ipconfig_all(text: str) -> dict[str, Any]:
    """ipconfig /all in English or Chinese: {"host", "domain", "routing": bool or None, "adapters": [{"name", "kind",
    "connected", "description", "mac" (aa:bb:…) or None, "dhcp", "ipv4", "masks", "gateways", "dns_servers", …: lists,
    "conflicts": addresses that the host marks as duplicate, lease times}]}. An unknown label is refused."""
    whole: dict[str, Any] = {"host": None, "domain": None, "routing": None, "adapters": []}
    current, key, headed = whole, None, False
    for line in lines_of(text):
        if not line.strip():
            continue
        if _HEADING.match(line):
            if headed:
                fail("a second heading: two answers in one text")
            headed = True
        elif match := _ADAPTER.match(line):
            current, key = _adapter(match["name"], match["kind"]), None
            whole["adapters"].append(current)
        elif len(line) - len(line.lstrip()) > 20:
            _into(current, key, line.strip())
        elif pair := _label(line):
            if pair[0] not in _LABELS:
                fail("a label that is not known here", line)
            key = _LABELS[pair[0]]
            if pair[1]:
                _into(current, key, pair[1])
        else:
            fail("no line of ipconfig /all", line)
    if not headed or not whole["adapters"]:
        fail("no heading or no adapter: not the whole answer of ipconfig /all")
    if whole["host"] is None:
        fail("no host name: the answer of ipconfig without /all")
    return whole


def _adapter(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "connected": True, "description": None, "dns_suffix": None, "mac": None,
            "dhcp": None, "dhcp_server": None, **{one: [] for one in _LISTS}, "conflicts": [],
            **stamp("lease_obtained", None), **stamp("lease_expires", None)}


def _into(current: dict[str, Any], key: str | None, value: str) -> None:
    if key is None:
        return
    if key in _LISTS and "name" in current:
        state = _STATE.search(value)
        address = _STATE.sub("", value).strip()
        current[key].append(address)
        if state and state["state"] in {"Duplicate", "复制"}:
            current["conflicts"].append(address)
    elif key in {"dhcp", "routing"}:
        if value not in _YES:
            fail("neither yes nor no", value)
        current[key] = _YES[value]
    elif key == "media":
        if value not in {"Media disconnected", "媒体已断开", "媒体已断开连接"}:
            fail("a media state that is not known here", value)
        current["connected"] = False
    elif key == "mac":
        if not re.fullmatch(r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5,19}", value):
            fail("no physical address", value)
        current[key] = value.replace("-", ":").lower()
    elif key.startswith("lease_"):
        current |= stamp(key, value)
    elif key in current:
        current[key] = value
    else:
        fail("a line outside its place", value)


_CONNECTION = re.compile(r"^ +(?P<protocol>TCP|UDP) +(?P<local>\S+) +(?P<remote>\S+)(?: +(?P<state>[A-Z][A-Z_0-9]+))?"
                         r"(?: +(?P<pid>\d+))?(?: +InHost)?$")
_END = re.compile(r"(?P<host>\*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-zA-Z:.]*(?:%\d+)?\]):(?P<port>\*|\d{1,5})")
_STATES = {"LISTENING", "ESTABLISHED", "TIME_WAIT", "CLOSE_WAIT", "SYN_SENT", "SYN_RECEIVED", "FIN_WAIT_1",
           "FIN_WAIT_2", "LAST_ACK", "CLOSING", "CLOSED", "BOUND", "DELETE_TCB"}
_TABLE_HEAD = re.compile(r"^ +(?:Proto +Local Address +Foreign Address|协议 +本地地址 +(?:外部地址|远程地址))\b")


# Active Connections
#
#   Proto  Local Address          Foreign Address        State           PID
#   TCP    0.0.0.0:104            0.0.0.0:0              LISTENING       1184
#   UDP    127.13.40.7:137        *:*                                    4
@parser("windows.netstat_an")
def netstat_an(text: str) -> list[dict[str, Any]]:
    """netstat -an or -ano, heading in English or Chinese: [{"protocol", "local_address", "local_port",
    "remote_address", "remote_port" (None for `*`), "state" (None for UDP), "pid" or None}] in the order of the text."""
    rows: list[dict[str, Any]] = []
    headed = False
    for line in lines_of(text):
        if not line.strip() or line.strip() in {"Active Connections", "活动连接"}:
            continue
        if _TABLE_HEAD.match(line):
            headed = True
            continue
        match = _CONNECTION.match(line)
        if match is None or not headed or (match["protocol"] == "TCP") != (match["state"] is not None):
            fail("no line of netstat -an", line)
        if match["state"] and match["state"] not in _STATES:
            fail("a state of TCP that is not known here", line)
        local, remote = _socket(match["local"], line), _socket(match["remote"], line)
        if local[1] is None:
            fail("a local end without a port", line)
        rows.append({"protocol": match["protocol"].lower(), "local_address": local[0], "local_port": local[1],
                     "remote_address": remote[0], "remote_port": remote[1],
                     "state": match["state"], "pid": int(match["pid"]) if match["pid"] else None})
    if not rows:
        fail("no connection in the table: a running host has some")
    return rows


def _socket(written: str, line: str) -> tuple[str, int | None]:
    match = _END.fullmatch(written)
    if match is None or (match["port"] != "*" and int(match["port"]) > 65535):
        fail("no address with port (names are printed without -n)", line)
    return match["host"].strip("[]"), None if match["port"] == "*" else int(match["port"])
