"""sfpshow: the list of transceivers, and each one's measurements (sfpshow N, sfpshow -all)."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled

_PLACE = r"(?:Slot\s+(?P<slot>\d{1,2})\s*/\s*)?Port\s+(?P<port>\d{1,3})"
_BLOCK = re.compile(rf"^\s*{_PLACE}\s*:\s*$", re.IGNORECASE)
# Port  0: id (sw) Vendor: FINISAR CORP.    Serial No: PABC123          Speed: 1,2,4_Gbps
_SUMMARY = re.compile(
    rf"^\s*{_PLACE}:\s+(?P<media>[a-z]{{2}}|--)(?:\s*\((?P<kind>[^)]*)\))?"
    r"(?:\s+Vendor:\s*(?P<vendor>.*?)\s+Serial No:\s*(?P<serial>\S*)(?:\s+Speed:\s*(?P<speed>.*?))?)?\s*$")
_NO_MEDIA = re.compile(r"^\s*(?:no (?:sfp|media|module)\b.*|--\s*|"
                       r"(?:sfp|media|module)\b.* not (?:installed|present|available).*)$", re.IGNORECASE)
_NAMED = {"vendor name": "vendor", "vendor pn": "part", "serial no": "serial", "wavelength": "wavelength_nm",
          "transceiver": "transceiver"}
_NUMBER = r"-?\d{1,6}(?:\.\d{1,4})?"
_MEASURED = {"temperature": ("temperature_celsius", r"(?:Centigrade|C)"), "current": ("current_milliamperes", r"mAmps"),
             "voltage": ("voltage_millivolts", r"mVolts")}
_ABSENT = re.compile(rf"^\s*{_PLACE}\s*:\s+(?:no (?:sfp|media|module)\b.*|(?:sfp|media|module)\b.*\bnot\b.*)$",
                     re.IGNORECASE)
# -2.3    dBm (582.9uW)   10.0   uW  1258.9 uW  15.8   uW   1000.0 uW
_POWER = re.compile(rf"^(?:(?P<dbm>{_NUMBER}|-inf)\s*dBm\s*\(\s*(?P<uw>{_NUMBER})\s*uW\s*\)|"
                    rf"(?P<only>{_NUMBER})\s*(?P<milli>m)?(?:uW|W)\w*)"
                    rf"(?P<limits>(?:\s+{_NUMBER}\s*uW){{4}})?\s*$", re.IGNORECASE)
_HEADINGS = re.compile(r"^\s*(?:Alarm\s+Warn|low\s+high\s+low\s+high|=+|-+)\s*$", re.IGNORECASE)
_FLAGS = re.compile(r"^\s*(?:Alarm flags|Warn Flags)\s*\[[^\]]*\]\s*=", re.IGNORECASE)
_EMPTY: dict[str, Any] = {
    "port": None, "present": True, "vendor": None, "part": None, "serial": None, "speed": None, "wavelength_nm": None,
    "transceiver": None, "temperature_celsius": None, "current_milliamperes": None, "voltage_millivolts": None,
    "rx_microwatts": None, "rx_dbm": None, "tx_microwatts": None, "tx_dbm": None, "limits": {}}


# Port  0:
# Identifier:  3    SFP
# Vendor Name: FINISAR CORP.
# Serial No:   PAB0C1D
# Temperature: 41      Centigrade
# RX Power:    -3.3    dBm (467.7 uW)
# TX Power:    -3.1    dBm (489.8 uW)
#
# 7.x writes four limits after each measured value (alarm low, high, warning low, high); without an option:
# Port  0: id (sw) Vendor: FINISAR CORP.    Serial No: PAB0C1D          Speed: 1,2,4_Gbps
@parser("brocade_fos.sfpshow")
def sfpshow(text: str) -> list[dict[str, Any]]:
    """Transceivers, one row per port (port None where the command named it): identity, optical power, limits.

    No light is 0 microwatts with dBm None. `limits` maps a measured field to [alarm low, alarm high, warning low, high]
    in the same unit. A port without a transceiver has `present: false`.
    """
    rows: list[dict[str, Any]] = []
    for line in filled(text):
        if match := _ABSENT.match(line):
            rows.append({**_EMPTY, "limits": {}, "port": _place(match), "present": False})
        elif match := _BLOCK.match(line):
            rows.append({**_EMPTY, "limits": {}, "port": _place(match)})
        elif match := _SUMMARY.match(line):
            speed = (match["speed"] or "").strip() or None
            rows.append({**_EMPTY, "limits": {}, "port": _place(match), "present": match["media"] != "--",
                         "transceiver": match["kind"], "vendor": (match["vendor"] or "").strip() or None,
                         "serial": match["serial"] or None, "speed": speed})
        elif _HEADINGS.match(line) or _FLAGS.match(line):
            continue
        else:
            if not rows:
                rows.append({**_EMPTY, "limits": {}})
            _detail(line, rows[-1])
    if any(row["present"] and not row["vendor"] and not row["serial"] and row["rx_microwatts"] is None
           and row["transceiver"] is None for row in rows):
        fail("a transceiver without vendor, serial and power: cut off, or not sfpshow")
    return rows


def _place(match: re.Match[str]) -> str:
    return f"{int(match['slot'])}/{int(match['port'])}" if match["slot"] else str(int(match["port"]))


def _detail(line: str, row: dict[str, Any]) -> None:
    if _NO_MEDIA.match(line):
        row["present"] = False
        return
    if line.strip().startswith("Port Speed Capabilities"):
        return
    name, colon, value = line.partition(":")
    key, value = name.strip().lower(), value.strip()
    if not colon or not re.fullmatch(r"[a-z0-9][\w ./(),-]{0,40}", key):
        fail("line not understood", line)
    if key in _MEASURED:
        _measure(key, value, row)
    elif key in {"rx power", "tx power"}:
        _power(key[:2], value, row)
    elif key == "wavelength":
        match = re.match(r"(\d{3,4})\b", value)
        row["wavelength_nm"] = int(match[1]) if match else None
    elif key in _NAMED:
        row[_NAMED[key]] = value or None


def _measure(key: str, value: str, row: dict[str, Any]) -> None:
    field, unit = _MEASURED[key]
    match = re.fullmatch(rf"({_NUMBER})\s*{unit}((?:\s+{_NUMBER}){{4}})?", value, re.IGNORECASE)
    if match is None:
        if value.lower() not in {"n/a", "na", "--", "not supported"}:
            fail(f"{key} is not understood", value)
        return
    row[field] = float(match[1])
    if match[2]:
        row["limits"][field] = [float(number) for number in match[2].split()]


def _power(way: str, value: str, row: dict[str, Any]) -> None:
    match = _POWER.match(value)
    if match is None:
        if value.lower() not in {"n/a", "na", "--", "not supported"}:
            fail(f"{way} power is not understood", value)
        return
    row[f"{way}_microwatts"] = float(match["uw"] or match["only"]) * (1000 if match["milli"] else 1)
    row[f"{way}_dbm"] = float(match["dbm"]) if match["dbm"] and match["dbm"].lower() != "-inf" else None
    if match["limits"]:
        row["limits"][f"{way}_microwatts"] = [float(number) for number in re.findall(_NUMBER, match["limits"])]
