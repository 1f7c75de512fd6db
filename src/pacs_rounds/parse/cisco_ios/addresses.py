"""show mac address-table, show ip arp, show etherchannel summary: who is behind which port.

Own parsers: four layouts of the address table differ in the order of their columns, in marks before a row and in what
ends it; the templates read one each and pass over the lines of the others.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_MAC = r"(?P<mac>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})"
_KIND = (r"(?P<kind>dynamic|static|system|self|secure\w*|igmp|multicast|permanent|sticky|internal|drop|blocked|"
         r"ip,?\w*|other|multicastip|dot1x|cp)")
_MARKS = r"(?:[*RSD#!+~C]\s*)*"
_VLAN = r"(?P<vlan>\d{1,4}|---|all|n/a|-|[a-z]{2,3}\d[\d/.]*)"
# Vlan first (all but the oldest); after the type come, by layout, protocols, learn and age, and the ports.
_ROW = re.compile(rf"^\s*{_MARKS}{_VLAN}\s+{_MAC}\s+{_KIND}(?:\s+(?P<rest>\S.*))?$", re.IGNORECASE)
_OLD = re.compile(rf"^\s*{_MAC}\s+{_KIND}\s+(?P<vlan>\d{{1,4}}|---)\s+(?P<rest>\S.*)$", re.IGNORECASE)
_LEARN = re.compile(r"^(?:Yes|No)\s+(?P<age>\d+|-|~~~|n/a)(?:\s+(?P<ports>\S.*))?$", re.IGNORECASE)
_PROTOCOLS = re.compile(r"^(?:(?:ip|ipx|assigned|other|ipv6)(?:,(?:ip|ipx|assigned|other|ipv6))*)\s+(?P<ports>\S.*)$",
                        re.IGNORECASE)
_PORTS = re.compile(r"^[A-Za-z][\w/.:-]*\s?(?:\d[\w/.:-]*)?(?:\s*[,\s]\s*[A-Za-z][\w/.:-]*)*,?$")
_CONTINUED = re.compile(r"^\s{20,}(?P<ports>[A-Z][\w/.-]*(?:,[A-Z][\w/.-]*)*,?)$")
_TOTAL = re.compile(r"^\s*Total Mac Addresses \(?for this criterion\)?\s*:\s*(?P<count>\d+)\s*$",
                    re.IGNORECASE)
_HEAD = re.compile(r"^\s*(?:vlan\s+mac address\s+type|destination address\s+address type)", re.IGNORECASE)
_PROSE = re.compile(
    r"^\s*(?:Mac Address Table|[-+ \t]+|Legend:.*|age - .*|n/a - .*|[A-Z#] - .*|Unicast Entries|Multicast Entries|"
    r"Displaying entries from .*|EHWIC: ?\d+|(?:Dynamic|Secure|Static|System Self) Addresses.*|Total MAC addresses:.*|"
    r"Non-static Address Table:|Fixed Address Table:|NM-?\w*: ?\d+|\(\w\) .*)\s*$", re.IGNORECASE)


# Vlan    Mac Address       Type        Ports
# ----    -----------       --------    -----
#   20    001a.6401.0203    DYNAMIC     Fa1/0/1
# Total Mac Addresses for this criterion: 1
#
#   vlan   mac address     type    learn     age              ports          (6500)
# *   20  001a.6401.0203   dynamic  Yes         15   Gi1/1
#
#  vlan     mac address     type        protocols               port         (4500)
#   20      001a.6401.0203   dynamic ip,ipx,assigned,other GigabitEthernet1/15
@parser("cisco_ios.show_mac_address_table")
def show_mac_address_table(text: str) -> dict[str, Any]:
    """{"total": as the switch counts or None, "entries": [{"vlan": number or None, "mac", "type": lower case, "ports":
    as written, "age_seconds": number or None}]}. Multicast and the switch's own addresses are entries too."""
    found: dict[str, Any] = {"total": None, "entries": []}
    headed = False
    for line in lines_of(text):
        if not line.strip():
            continue
        if _HEAD.match(line):
            headed = True
        elif match := _ROW.match(line) or _OLD.match(line):
            found["entries"].append(_entry(match, line))
        elif match := _TOTAL.match(line):
            found["total"] = int(match["count"])
        elif found["entries"] and (match := _CONTINUED.match(line)):
            found["entries"][-1]["ports"] += _names(match["ports"])
        elif not _PROSE.match(line):
            fail("no line of an address table", line)
    if not headed and not found["entries"]:
        fail("no heading and no entry: not show mac address-table")
    return found


def _names(text: str) -> list[str]:
    return [one for one in re.split(r"[,\s]+(?=[A-Za-z]|$)", text.strip()) if one]


def _entry(match: re.Match[str], line: str) -> dict[str, Any]:
    rest = (match["rest"] or "").strip()
    age: int | None = None
    if learn := _LEARN.match(rest):
        age = int(learn["age"]) if learn["age"].isdigit() else None
        rest = (learn["ports"] or "").strip()
    elif protocols := _PROTOCOLS.match(rest):
        rest = protocols["ports"].strip()
    elif re.fullmatch(r"(?:ip|ipx|assigned|other)(?:,\w+)*", rest):
        rest = ""
    elif re.fullmatch(r"(?:Yes|No)\s+.*|\d.*", rest):
        fail("a row of the address table that is cut off", line)
    if rest and not _PORTS.match(rest):
        fail("no port at the end of a row of the address table", line)
    if not rest and match["kind"].lower() == "dynamic":
        fail("a learned address without its port: cut off", line)
    vlan = match["vlan"]
    return {"vlan": int(vlan) if vlan.isdigit() else None, "mac": match["mac"].lower(), "type": match["kind"].lower(),
            "ports": _names(rest), "age_seconds": age}


_ARP = re.compile(
    r"^Internet\s+(?P<address>\d{1,3}(?:\.\d{1,3}){3})\s+(?P<age>\d+|-)\s+"
    r"(?P<mac>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|Incomplete)\s+(?P<type>[A-Z]+)(?:\s+(?P<interface>\S.*))?$",
    re.IGNORECASE)


# Protocol  Address          Age (min)  Hardware Addr   Type   Interface
# Internet  127.13.17.1             12  001a.6401.0203  ARPA   Vlan20
@parser("cisco_ios.show_ip_arp")
def show_ip_arp(text: str) -> list[dict[str, Any]]:
    """[{"address", "age_minutes": None for the switch's own, "mac": None where incomplete, "interface"}]."""
    rows: list[dict[str, Any]] = []
    lines = [line for line in lines_of(text) if line.strip()]
    if not re.match(r"^\s*Protocol\s+Address\s+Age", lines[0]):
        fail("no heading Protocol Address Age: not show ip arp", lines[0])
    for line in lines[1:]:
        if re.match(r"^\s*Protocol\s+Address\s+Age", line):
            continue
        match = _ARP.match(line.strip()) or fail("no line of an ARP table", line)
        if any(int(part) > 255 for part in match["address"].split(".")):
            fail("no address in a line of the ARP table", line)
        known = match["mac"].lower() != "incomplete"
        rows.append({"address": match["address"], "age_minutes": int(match["age"]) if match["age"] != "-" else None,
                     "mac": match["mac"].lower() if known else None, "interface": match["interface"]})
    return rows


_GROUP = re.compile(r"^(?P<group>\d+)\s+(?P<name>Po\d+)\((?P<flags>[A-Za-z]+)\)\s+(?P<protocol>-|\w+)"
                    r"(?:\s+(?P<members>\S.*))?$")
_MEMBER = re.compile(r"([A-Za-z][A-Za-z-]*[\d/.]+)\((\w+)\)")
_MEMBERS = re.compile(r"^\s*(?:[A-Za-z][A-Za-z-]*[\d/.]+\(\w+\)\s*)+$")
_GROUPS = re.compile(r"^Number of channel-groups in use: (\d+)$")


# Number of channel-groups in use: 1
# Group  Port-channel  Protocol    Ports
# ------+-------------+-----------+-----------------------------------------------
# 1      Po1(SU)         LACP      Gi1/23(P)       Gi1/24(P)
@parser("cisco_ios.show_etherchannel_summary")
def show_etherchannel_summary(text: str) -> list[dict[str, Any]]:
    """[{"group", "channel": "Po1", "flags", "protocol": None for "-", "members": [{"interface", "flag"}]}]."""
    rows: list[dict[str, Any]] = []
    count: int | None = None
    headed = False
    for raw in lines_of(text):
        line = raw.strip()
        if match := _GROUPS.match(line):
            count = int(match[1])
        elif re.match(r"^Group\s+Port-channel\s+Protocol", line):
            headed = True
        elif headed and (match := _GROUP.match(line)):
            members = match["members"] or ""
            if members and not _MEMBERS.match(members):
                fail("ports of a channel that are not understood", line)
            rows.append({"group": int(match["group"]), "channel": match["name"], "flags": match["flags"],
                         "protocol": None if match["protocol"] == "-" else match["protocol"],
                         "members": _members(members)})
        elif headed and rows and _MEMBERS.match(line):
            rows[-1]["members"] += _members(line)
        elif headed and line and not re.fullmatch(r"[-+]+", line) and not re.match(r"^[RS]U - ", line):
            fail("line not understood", line)
    if count is None and not headed:
        fail("neither the number of groups nor a table: not show etherchannel summary")
    if count is not None and count != len(rows):
        fail(f"the switch counts {count} channel groups, {len(rows)} were read: cut off")
    return rows


def _members(text: str) -> list[dict[str, str]]:
    return [{"interface": name, "flag": flag} for name, flag in _MEMBER.findall(text)]
