"""Who a server's ports are: hardware addresses of network ports, names of Fibre Channel ports and what they see."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser, reads_empty
from pacs_rounds.parse.linux import lines, refuse

_ADDRESS = re.compile(r"/sys/class/net/(?P<name>[^/\s]{1,32})/(?P<what>address|carrier):(?P<value>.{0,80})")
_NO_VALUE = re.compile(r"grep: /sys/class/(?:net|fc_host)/\S{1,60}: (?:Invalid argument|No such file or directory|"
                       r"Is a directory|Operation not supported|Permission denied)")
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


# /sys/class/net/eth0/address:34:40:b5:10:00:01
# /sys/class/net/eth0/carrier:1
@parser("linux.net_addresses")
def net_addresses(text: str) -> list[dict[str, Any]]:
    """grep over /sys/class/net/*/{address,carrier}: [{"interface", "mac": lower case or None (no Ethernet), "carrier":
    True, False or None where the interface is down}]. A member of a bond shows the bond's address here; its own stands
    in /proc/net/bonding."""
    found: dict[str, dict[str, Any]] = {}
    for number, line in lines(text):
        if _NO_VALUE.fullmatch(line):
            continue
        match = _ADDRESS.fullmatch(line)
        if not match:
            refuse(number, line, "expected /sys/class/net/<interface>/address:<hardware address>")
        row = found.setdefault(match["name"], {"interface": match["name"], "mac": None, "carrier": None})
        value = match["value"].strip().lower()
        if match["what"] == "carrier":
            if value not in {"0", "1"}:
                refuse(number, line, "expected 0 or 1")
            row["carrier"] = value == "1"
        elif not re.fullmatch(r"[0-9a-f:.]*", value):
            refuse(number, line, "expected a hardware address")
        elif _MAC.fullmatch(value) and value != "00:00:00:00:00:00":
            row["mac"] = value
    if not found:
        raise ParseError("/sys/class/net: no interface")
    return list(found.values())


_HOST = re.compile(r"/sys/class/fc_host/(?P<host>host\d{1,4})/"
                   r"(?P<what>port_name|node_name|port_state|fabric_name|port_id|speed):(?P<value>.{0,80})")
_NAMES = {"port_name": "wwn", "node_name": "node_wwn", "fabric_name": "fabric"}


# /sys/class/fc_host/host3/port_name:0x10000000c96b210a
# /sys/class/fc_host/host3/port_state:Online
# /sys/class/fc_host/host3/port_id:0x010000
@parser("linux.fc_hosts")
@reads_empty
def fc_hosts(text: str) -> list[dict[str, Any]]:
    """grep over /sys/class/fc_host: [{"host", "wwn", "node_wwn", "fabric" (16 digits each or None), "state", "port_id":
    6 digits (domain, area, port) or None, "speed"}] by host number. No text: the server has no such port."""
    found: dict[str, dict[str, Any]] = {}
    for number, line in lines(text):
        if _NO_VALUE.fullmatch(line):
            continue
        match = _HOST.fullmatch(line)
        if not match:
            refuse(number, line, "expected /sys/class/fc_host/<host>/<file>:value")
        row = found.setdefault(match["host"], {"host": match["host"], "wwn": None, "node_wwn": None, "fabric": None,
                                               "state": None, "port_id": None, "speed": None})
        value = match["value"].strip()
        if match["what"] in _NAMES:
            digits = value.lower().removeprefix("0x")
            if not re.fullmatch(r"[0-9a-f]{1,16}", digits):
                refuse(number, line, "expected a world-wide name")
            known = digits.strip("0") and digits != "f" * 16  # the kernel writes 0x0 for none
            row[_NAMES[match["what"]]] = digits.zfill(16) if known else None
        elif match["what"] == "port_id":
            digits = value.lower().removeprefix("0x")
            if not re.fullmatch(r"[0-9a-f]{6}", digits):
                refuse(number, line, "expected an address of six digits")
            row["port_id"] = digits if digits != "000000" else None
        else:
            row["state" if match["what"] == "port_state" else "speed"] = value or None
    for row in found.values():
        if row["wwn"] is None:
            raise ParseError(f"/sys/class/fc_host: {row['host']} has no port_name: cut off")
    return [found[name] for name in sorted(found, key=lambda name: int(name.removeprefix("host")))]
