"""porterrshow, portshow, portstatsshow, portcfgpersistentenable."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import WWN, counter, fail, filled, pair, word

# First heading line's word -> how many words of the second line stand below it.
_ABOVE = {"frames": 2, "enc": 1, "crc": 1, "too": 1, "bad": 1, "disc": 1, "link": 1, "loss": 1, "frjt": 0, "fbsy": 0,
          "c3timeout": 2, "c3-timeout": 2, "pcs": 1, "uncor": 1}
_BELOW = {"tx", "rx", "in", "err", "g_eof", "shrt", "long", "eof", "out", "c3", "fail", "sync", "sig"}
_ROW = re.compile(r"^\s*(?P<port>(?:\d{1,2}/\s*)?\d{1,3}):\s+(?P<values>\S.*)$")


# .         frames      enc    crc    too    too    bad    enc   disc   link   loss   loss   frjt   fbsy
# .      tx     rx      in     err    shrt   long   eof    out   c3     fail   sync   sig
# .    =====================================================================================================
# . 0:   665k   7.0k     0      0      0      0      0      6      0      0      1      2      0      0
#
# From 6.x a column "crc g_eof", from 7.x "c3timeout tx rx" and "pcs err", from 8.x "uncor err".
@parser("brocade_fos.porterrshow")
def porterrshow(text: str) -> list[dict[str, Any]]:
    """Counters per port under the names of the two heading lines ("crc_err", "disc_c3"), frjt and fbsy plain.

    `rounded` names the counters that the switch printed with k, m or g: they are exact to two figures only.
    """
    lines = [line for line in filled(text) if not set(line.strip()) <= {"=", "-"}]
    if len(lines) < 2 or lines[0].split()[0] != "frames":
        fail("no heading frames enc crc …: not porterrshow", lines[0])
    columns = _columns(lines[0].split(), lines[1].split())
    rows = []
    for line in lines[2:]:
        match = _ROW.match(line) or fail("line not understood", line)
        values = match["values"].split()
        if len(values) != len(columns):
            fail(f"{len(values)} counters under {len(columns)} headings: cut off", line)
        numbers = {name: counter(value, name) for name, value in zip(columns, values, strict=True)}
        rows.append({"port": match["port"].replace(" ", ""), **{name: number for name, (number, _) in numbers.items()},
                     "rounded": [name for name, (_, rounded) in numbers.items() if rounded]})
    if not rows:
        fail("no port below the heading: cut off")
    return rows


def _columns(above: list[str], below: list[str]) -> list[str]:
    names: list[str] = []
    rest = list(below)
    for one in above:
        if one not in _ABOVE or len(rest) < _ABOVE[one]:
            fail("a heading that is not known", one)
        under = [rest.pop(0) for _ in range(_ABOVE[one])]
        if not set(under) <= _BELOW:
            fail("a heading that is not known", " ".join(under))
        names += [f"{one}_{name}" for name in under] or [one]
    if rest or len(set(names)) < len(names):
        fail("headings that do not fit together", " ".join(below))
    return names


_COUNTERS = re.compile(r"^(?:[A-Za-z0-9_]+:\s+\d+(?:\s+|$))+$")  # unambiguous: a long line costs no time
_SHOWN = {"portindex": "index", "portname": "name", "porthealth": "health", "portdisablereason": "disable_reason",
          "portid": "address", "portwwn": "wwn", "portspeed": "speed", "distance": "distance", "protocol": "protocol",
          "pod port": "pod"}


# portIndex:   6
# portName: pacs-a hba 1
# portHealth: HEALTHY
# portFlags: 0x20b03       PRESENT ACTIVE F_PORT G_PORT U_PORT LOGICAL_ONLINE LOGIN NOELP ACCEPT FLOGI
# portState: 1    Online
# portPhys:  6    In_Sync         portScn:   32   F_Port
# portWwn of device(s) connected:
#         10:00:00:00:c9:0a:0b:0c
# Interrupts:        0          Link_failure: 0          Frjt:         0
@parser("brocade_fos.portshow")
def portshow(text: str) -> dict[str, Any]:
    """One port: names, states, flags, the WWNs behind it, its counters; other named lines under `other`."""
    found: dict[str, Any] = {**dict.fromkeys(_SHOWN.values()), "flags": [], "state": None, "physical": None,
                             "scn": None, "connected": [], "counters": {}, "other": {}}
    connected = False
    for line in filled(text):
        bare = line.strip()
        if connected and re.fullmatch(WWN, bare):
            found["connected"].append(bare.lower())
            continue
        if connected and bare.lower() == "none":
            continue
        connected = bare.lower().startswith("portwwn of device(s) connected")
        if not connected:
            _shown(bare, found)
        elif rest := bare.partition(":")[2].strip():
            found["connected"].append(rest.lower())
    if found["state"] is None or found["physical"] is None:
        fail("no portState or no portPhys: cut off, or not portshow")
    if not found["counters"]:
        fail("no counters: cut off")
    found["index"] = int(found["index"]) if found["index"] else None
    return found


def _shown(line: str, found: dict[str, Any]) -> None:
    if _COUNTERS.match(line) and not line.startswith("port"):
        pairs = re.findall(r"([A-Za-z0-9_]+):\s+(\d+)", line)
        if len(pairs) > 1 or pairs[0][0] in {"Suspended", "Parity_err", "CMI_bus_err", "Overrun", "Unknown", "Lli"}:
            found["counters"].update({name.lower(): int(value) for name, value in pairs})
            return
    name, value = pair(line)
    key = name.lower()
    if key == "portflags":
        found["flags"] = value.split()[1:]
    elif key == "portstate":
        found["state"] = word(value.split(None, 1)[1])
    elif key == "portphys":
        physical, _, scn = value.partition("portScn:")
        found["physical"] = word(physical.split(None, 1)[1])
        found["scn"] = " ".join(scn.split()[1:]) or None
    elif key == "portscn":
        found["scn"] = " ".join(value.split()[1:]) or None
    elif key in _SHOWN:
        found[_SHOWN[key]] = value or None
    else:
        found["other"][name] = value


_STAT = re.compile(r"^(?P<name>[A-Za-z]\w*)\s+(?P<value>\d{1,20})(?:\s+(?P<says>\S.*))?$")
_TOP = re.compile(r"^(?P<name>[A-Za-z]\w*)\s+(?P<value>\d{1,10})\s+top_int\b.*$")
_BOTTOM = re.compile(r"^\s+(?P<value>\d{1,10})\s+bottom_int\b.*$")
_TEXT = re.compile(r"^(?P<name>[A-Za-z]\w*)\s{2,}(?P<value>\S.*?)\s{2,}\S.*$")
_PORT = re.compile(r"^\s*port:\s*(?P<port>(?:\d{1,2}/)?\d{1,3})\s*$", re.IGNORECASE)


# stat_wtx                3412887623  4-byte words transmitted
# er_crc                  12          Frames with CRC errors
# stat64_wtx              1           top_int : 4-byte words transmitted
#                         234567      bottom_int : 4-byte words transmitted
@parser("brocade_fos.portstatsshow")
def portstatsshow(text: str) -> list[dict[str, Any]]:
    """One entry per port ("port: N" lines, or None for the only one): counters by name, 64-bit ones put together."""
    blocks: list[dict[str, Any]] = []
    top: tuple[str, int] | None = None
    for line in filled(text):
        if match := _PORT.match(line):
            blocks.append({"port": match["port"], "counters": {}, "texts": {}})
            continue
        if set(line.strip()) == {"="}:
            continue
        if not blocks:
            blocks.append({"port": None, "counters": {}, "texts": {}})
        counters, texts = blocks[-1]["counters"], blocks[-1]["texts"]
        if top and (match := _BOTTOM.match(line)):
            counters[top[0]] = top[1] * 2**32 + int(match["value"])
            top = None
        elif top:
            fail("the lower half of a 64-bit counter is missing", line)
        elif match := _TOP.match(line):
            top = match["name"], int(match["value"])
        elif match := _STAT.match(line):
            counters[match["name"]] = int(match["value"])
        elif match := _TEXT.match(line):
            texts[match["name"]] = match["value"]
        else:
            fail("line not understood", line)
    if top or any(not any(name.startswith(("stat", "er")) for name in one["counters"]) for one in blocks):
        fail("no stat_ and no er_ counter: cut off, or not portstatsshow")
    return blocks


_YES = {"YES": True, "ON": True, "-": False, "..": False, "NO": False}


# Slot 0     0   1   2   3
# ---------+---+---+---+---
# Enabled   YES YES  -  YES
@parser("brocade_fos.portcfgpersistentenable")
def portcfgpersistentenable(text: str) -> list[dict[str, Any]]:
    """Which ports come up after a restart: port ("3", on a slot above 0 "2/3") and enabled."""
    rows: list[dict[str, Any]] = []
    slot, ports = "", list[str]()
    for line in filled(text):
        cells = line.split()
        if set(line) <= {"-", "+"}:
            continue
        if cells[0] in {"Slot", "Ports"} and not ports:
            slot = "" if cells[0] == "Ports" or cells[1] == "0" else f"{int(cells[1])}/"
            ports = cells[1 if cells[0] == "Ports" else 2:]
            if not ports or not all(port.isdigit() for port in ports):
                fail("a list of port numbers is expected", line)
        elif cells[0] in {"Enabled", "Disabled"} and len(cells) - 1 == len(ports) and set(cells[1:]) <= set(_YES):
            rows += [{"port": slot + port, "enabled": _YES[cell] is (cells[0] == "Enabled")}
                     for port, cell in zip(ports, cells[1:], strict=True)]
            ports = []
        else:
            fail("line not understood", line)
    if ports or not rows:
        fail("a row of ports without their states: cut off")
    return rows
