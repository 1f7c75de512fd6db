"""The ports of a Fabric OS switch: states, error counters, optics."""

from __future__ import annotations

import math

from pacs_rounds.lab.fos_device import FosDevice, State, answers, draw

# Columns of porterrshow: the fields of a port and the two lines above them.
_OLD = ("enc_in", "crc_err", "too_shrt", "too_long", "bad_eof", "enc_out", "disc_c3", "link_fail", "loss_sync",
        "loss_sig", "frjt", "fbsy")
_NEW = ("enc_in", "crc_err", "crc_g_eof", "too_shrt", "too_long", "bad_eof", "enc_out", "disc_c3", "link_fail",
        "loss_sync", "loss_sig", "frjt", "fbsy", "c3timeout_tx", "c3timeout_rx", "pcs_err")
_OLD_HEAD = (
    "          frames      enc    crc    too    too    bad    enc   disc   link   loss   loss   frjt   fbsy\n"
    "       tx     rx      in     err    shrt   long   eof    out   c3     fail   sync   sig\n"
    "     " + "=" * 101 + "\n")
_NEW_HEAD = (
    "          frames      enc    crc    crc    too    too    bad    enc   disc   link   loss   loss   frjt   fbsy"
    "    c3timeout    pcs\n"
    "       tx     rx      in    err    g_eof  shrt   long   eof     out   c3    fail    sync   sig                "
    "   tx    rx     err\n")


@answers("switchshow")
def switch(device: FosDevice, _argument: str) -> str:
    """The switch in a few words, then each port."""
    state, zoning = device.state, device.state["zoning"]
    word = f"ON ({zoning['cfg']})" if zoning["cfg"] else "OFF"
    lines = [f"switchName:\t{device.switch_name}", f"switchType:\t{state['hardware']['type']}",
             f"switchState:\t{state['switch_state']}   ", "switchMode:\tNative", "switchRole:\tPrincipal",
             f"switchDomain:\t{state['domain']}", f"switchId:\tfffc{state['domain']:02x}",
             f"switchWwn:\t{state['wwn']}",
             f"zoning:\t{'' if device.release >= (6, 0) else '        '}{word}", "switchBeacon:\tOFF"]
    if device.release >= (7, 0):
        lines += ["FC Router:\tOFF", "Allow XISL Use:\tOFF",
                  f"LS Attributes:\t[FID: {state['fabric_id']}, Base Switch: No, Default Switch: Yes, Address Mode 0]"]
    old = device.release < (6, 0)
    heading = "Area Port Media Speed State " if old else "Index Port Address Media Speed State     Proto"
    lines += ["", heading, "=" * (30 if old else 46)]
    for number, port in device.ports.items():
        about = " ".join(word for word in (port["type"], port["wwn"] and f" {port['wwn']}", port["remark"]) if word)
        place = f"{number:3d} {number:3d}   "
        if old:
            lines.append(f"{place}{port['media']:<6}{port['speed']:<6}{port['state']:<10}{about}".rstrip() + " ")
        else:
            address = f"{state['domain']:02x}{number:02x}00"
            lines.append(f"{place}{address}   {port['media']:<6}{port['speed']:<5}{port['state']:<12}FC  {about}")
    return "\n".join(lines) + "\n"


def short(number: int, always_a_tenth: bool) -> str:
    """`665k`, `7.0k`, `1.2g`: how a counter of a thousand and more is written."""
    for suffix, size in (("g", 10**9), ("m", 10**6), ("k", 1000)):
        if number >= size:
            value = math.floor(number * 10 / size) / 10
            return f"{value:.1f}{suffix}" if always_a_tenth or value < 10 else f"{int(value)}{suffix}"
    return str(number)


def frames(device: FosDevice, number: int, way: str) -> int:
    """Frames since the counters were cleared: they grow with time at the port's own pace."""
    port = device.ports[number]
    if not port["frames_per_second"]:
        return 0
    since = draw(device.name, "frames", str(number), way, low=10**6, high=9 * 10**8)
    return since + int(port["frames_per_second"] * (device.clock() - device.born))


@answers("porterrshow")
def port_errors(device: FosDevice, _argument: str) -> str:
    """All ports' counters since they were last cleared."""
    new = device.release >= (7, 0)
    lines = []
    for number, port in device.ports.items():
        counted = [frames(device, number, "tx"), frames(device, number, "rx")]
        counted += [int(port[field]) for field in (_NEW if new else _OLD)]
        lines.append(f"{number:3d}:" + "".join(f"{short(value, new):>7}" for value in counted))
    return (_NEW_HEAD if new else _OLD_HEAD) + "\n".join(lines) + "\n"


def _microwatts(dbm: float) -> float:
    return 0.0 if dbm == -math.inf else 10 ** (dbm / 10) * 1000.0


def _limits(*values: str) -> str:
    return "".join(f"{value:<12}" for value in values).rstrip()


def _power(name: str, dbm: float, limits: tuple[str, ...]) -> str:
    return f"{name:<13}{f'{dbm:.1f}':<8}dBm ({_microwatts(dbm):.1f} uW)" + ("  " + _limits(*limits) if limits else "")


def _optic(device: FosDevice, port: State) -> list[str]:
    """One module in full: the identification page and what it measures of itself."""
    lines = ["Identifier:  3    SFP", "Connector:   7    LC",
             "Transceiver: 150c402000000000 100,200,400_MB/s M5,M6 sw Inter_dist", "Encoding:    1    8B10B",
             "Baud Rate:   43   (units 100 megabaud)", "Length 9u:   0    (units km)",
             f"Vendor Name: {port['vendor']:<16}", f"Vendor PN:   {port['part']:<16}", "Vendor Rev:  A   ",
             "Wavelength:  850  (units nm)", f"Serial No:   {port['sfp_serial']:<16}", "Date Code:   060118  ",
             "DD Type:     0x68"]
    if device.release < (7, 0):
        return [*lines, f"Temperature: {port['celsius']:<8}Centigrade", "Current:     7.140   mAmps",
                "Voltage:     3292.4  mVolts", _power("RX Power:", float(port["rx_dbm"]), ()),
                _power("TX Power:", float(port["tx_dbm"]), ())]
    return [*lines, "                                           Alarm                  Warn",
            "                                    low         high       low         high",
            f"Temperature: {port['celsius']:<8}Centigrade      " + _limits("-10", "90", "-5", "85"),
            "Current:     7.140   mAmps           " + _limits("1.000", "17.000", "2.000", "14.000"),
            "Voltage:     3292.4  mVolts          " + _limits("2900.0", "3700.0", "3000.0", "3600.0"),
            _power("RX Power:", float(port["rx_dbm"]), ("10.0   uW", "1258.9 uW", "15.8   uW", "1000.0 uW")),
            _power("TX Power:", float(port["tx_dbm"]), ("125.9  uW", "631.0  uW", "158.5  uW", "562.3  uW"))]


@answers("sfpshow")
def optics(device: FosDevice, argument: str) -> str:
    """Without an option one line per port; `-all` and what the modules measure came with 6.0."""
    if argument == "-all" and device.release >= (6, 0):
        blocks = []
        for number, port in device.ports.items():
            said = _optic(device, port) if port["media"] == "id" else ["Media not installed"]
            blocks.append("\n".join([f"Port {number:2d}:", *said, ""]))
        return "\n".join(blocks)
    if argument:
        return "usage: sfpshow [[slotnumber/]portnumber]\n"
    lines = []
    for number, port in device.ports.items():
        fitted = (f"id (sw) Vendor: {port['vendor']:<16} Serial No: {port['sfp_serial']:<16} Speed: 1,2,4_Gbps"
                  if port["media"] == "id" else "--")
        lines.append(f"Port {number:2d}: {fitted}\n")
    return "".join(lines)
