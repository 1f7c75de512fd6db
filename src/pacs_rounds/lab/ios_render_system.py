"""Clock, processor, memory, file systems, NTP, log and users."""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows

PROCESSES = ("Chunk Manager", "Load Meter", "SpanTree Helper", "Check heaps", "Pool Manager", "Timers", "ARP Input",
             "Net Input", "IP Input", "CDP Protocol", "LLDP Protocol", "HL2MCM", "Hulc LED Process", "Spanning Tree",
             "NTP", "SSH Process", "VTP Trap Process", "SNMP ENGINE", "Net Background", "Logger")


@shows("show clock", live=True)
def clock(device: IosDevice, _argument: str) -> str:
    """A star before the time means that nobody vouches for it, a full stop that NTP has lost its servers."""
    zone, ntp = device.state["timezone"], device.state["ntp"]
    mark = {"synchronised": "", "unsynchronised": ".", "disabled": "*"}[ntp["state"]]
    return f"{mark}{text.moment(device.now, zone['name'], zone['hours'])}\n"


@shows("show clock detail", live=True)
def clock_detail(device: IosDevice, _argument: str) -> str:
    """With the source of the time."""
    source = {"synchronised": "NTP", "unsynchronised": "NTP", "disabled": "hardware calendar"}
    return clock(device, "") + f"Time source is {source[device.state['ntp']['state']]}\n"


@shows("show processes cpu", "show processes cpu sorted")
def cpu(device: IosDevice, _argument: str) -> str:
    """The line of averages, then one line per process."""
    told = device.state["cpu"]
    rows = ""
    for number, name in enumerate(PROCESSES, start=1):
        runtime = text.draw(device.hostname, name, "runtime", low=0, high=4_000_000)
        invoked = text.draw(device.hostname, name, "invoked", low=1, high=9_000_000)
        busy = max(told["five_minutes"] - 2, 0) if name == "IP Input" else 0
        rows += (f"{number:>4}{runtime:>12}{invoked:>12}{runtime * 1000 // invoked:>11}  {busy:>4.2f}%  {busy:>4.2f}%  "
                 f"{busy:>4.2f}%   0 {name[:16]:<16} \n")
    return (
        f"CPU utilization for five seconds: {told['five_seconds']}%/{told['interrupt']}%; "
        f"one minute: {told['one_minute']}%; five minutes: {told['five_minutes']}%\n"
        f" PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n{rows}")


def _pools(device: IosDevice) -> list[tuple[str, int, int]]:
    return [(name, pool["total_bytes"], pool["total_bytes"] * pool["used_percent"] // 100)
            for name, pool in device.state["memory"].items()]


@shows("show processes memory", "show processes memory sorted")
def memory(device: IosDevice, _argument: str) -> str:
    """The pools, then one line per process."""
    told = "".join(f"{name:>9} Pool Total: {total:>10} Used: {used:>10} Free: {total - used:>10}\n"
                   for name, total, used in _pools(device))
    told += "\n PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n"
    holding = 0
    for number, name in enumerate(("*Init*", "*Sched*", "*Dead*", *PROCESSES)):
        allocated = text.draw(device.hostname, name, "allocated", low=4_000, high=400_000_000)
        freed = allocated * text.draw(device.hostname, name, "freed", low=10, high=95) // 100
        held = (allocated - freed) // 90 + 6_900
        holding += held
        told += (f"{max(number - 2, 0):>4}   0 {allocated:>10} {freed:>10} {held:>10}          0          0 "
                 f"{name[:16]:<16} \n")
    return told + f"{holding:>28} Total\n"


@shows("show memory statistics", "show memory summary")
def memory_statistics(device: IosDevice, _argument: str) -> str:
    """The pools alone."""
    told = "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n"
    for name, total, used in _pools(device):
        free = total - used
        told += f"{name:>9}    2D4A6F4{total:>12}{used:>12}{free:>12}{free * 97 // 100:>12}{free * 90 // 100:>12}\n"
    return told


@shows("show file systems")
def file_systems(device: IosDevice, _argument: str) -> str:
    """A dash where a file system has no size; a star before the default one."""
    told = "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n"
    for prefixes, system in device.state["file_systems"].items():
        size, used = system.get("size_bytes"), system.get("used_percent", 0)
        sizes = (f"{size:>13} {size - size * used // 100:>13}" if size else f"{'-':>13} {'-':>13}")
        star = "*" if system.get("default") else " "
        told += f"{star}{sizes}  {system['type']:>9}  {system['flags']:>5}   {prefixes}\n"
    return told + "\n"


def _default_system(device: IosDevice) -> tuple[str, dict[str, Any]]:
    return next((prefixes.split()[0], system) for prefixes, system in device.state["file_systems"].items()
                if system.get("default"))


@shows("dir", "dir <word>")
def directory(device: IosDevice, argument: str) -> str:
    """The image, the configuration and the VLAN database in the default file system."""
    name, system = _default_system(device)
    if argument and argument.rstrip("/") != name:
        return f"%Error opening {argument} (No such device)\n"
    size, zone = system["size_bytes"], device.state["timezone"]
    free = size - size * system["used_percent"] // 100
    when = text.local(device.born - float(device.state["uptime_days"]) * 86400, zone["hours"])
    image = device.state["software"]["image_file"].rpartition("/")[2].rpartition(":")[2]
    files = [(image, size - free - 12_288), ("config.text", 7_211), ("private-config.text", 1_916), ("vlan.dat", 2_072)]
    stamp = f"{when:%b} {when.day:>2} {when:%Y %H:%M:%S} +{int(zone['hours']):02d}:00"
    rows = "".join(
        f"{number:>5}  -rwx  {length:>10}  {stamp}  {file}\n"
        for number, (file, length) in enumerate(files, start=2))
    return f"Directory of {name}/\n\n{rows}\n{size} bytes total ({free} bytes free)\n"


def _ntp_lines(device: IosDevice) -> list[str]:
    ntp, zone = device.state["ntp"], device.state["timezone"]
    stamp = int(device.now - 37) + 2_208_988_800
    reference = text.moment(device.now - 37, zone["name"], zone["hours"])
    if ntp["state"] != "synchronised":
        head = "Clock is unsynchronized, stratum 16, no reference clock"
    else:
        head = f"Clock is synchronized, stratum {ntp['stratum'] + 1}, reference is {ntp['servers'][0]:<15}"
    good = ntp["state"] == "synchronised"
    return [
        head, "nominal freq is 119.2092 Hz, actual freq is 119.2087 Hz, precision is 2**18",
        f"reference time is {stamp % 2**32:08X}.1D4FDF3B ({reference})",
        f"clock offset is {ntp['offset_milliseconds'] if good else 0:.4f} msec, "
        f"root delay is {2.41 if good else 0:.2f} msec",
        f"root dispersion is {31.27 if good else 15.1:.2f} msec, peer dispersion is {0.43 if good else 0:.2f} msec"]


@shows("show ntp status", live=True)
def ntp_status(device: IosDevice, _argument: str) -> str:
    """12.2 has five lines, 15.x adds the loop filter."""
    if device.state["ntp"]["state"] == "disabled":
        return "%NTP is not enabled.\n" if device.family == "c2960s" else ""
    lines = _ntp_lines(device)
    if device.family == "c2960s":
        good = device.state["ntp"]["state"] == "synchronised"
        state = "'CTRL' (Normal Controlled Loop)" if good else "'SPIK' (Spike)"
        lines += [f"loopfilter state is {state}, drift is 0.000004209 s/s",
                  "system poll interval is 256, last update was 37 sec ago."]
    return "".join(f"{line}\n" for line in lines)


@shows("show ntp associations")
def ntp_associations(device: IosDevice, _argument: str) -> str:
    """One line per configured server; the tally mark before it."""
    ntp = device.state["ntp"]
    if ntp["state"] == "disabled":
        return "%NTP is not enabled.\n" if device.family == "c2960s" else ""
    good = ntp["state"] == "synchronised"
    told = "\n      address         ref clock     st  when  poll reach  delay  offset    disp\n"
    for number, server in enumerate(ntp["servers"]):
        mark = ("*" if number == 0 else "+") if good else " "
        if good:
            told += (f"{mark}~{server:<16} {'127.127.1.0':<15}{ntp['stratum']:>3}    37   256  377    2.4 "
                     f"{ntp['offset_milliseconds']:>7.2f}     0.4\n")
        else:
            told += f"{mark}~{server:<16} {'.INIT.':<15} 16     -    64    0    0.0    0.00  16000.\n"
    return told + " * master (synced), # master (unsynced), + selected, - candidate, ~ configured\n"


def _message(device: IosDevice, told: dict[str, Any]) -> str:
    """One line of the buffer; `hours_ago` keeps a log from growing old between two starts of the lab."""
    zone = device.state["timezone"]
    when = text.local(device.started - float(told.get("hours_ago", 24)) * 3600, zone["hours"])
    return f"{when:%b} {when.day:>2} {when:%H:%M:%S}.{when.microsecond // 1000:03d} {zone['name']}: {told['text']}\n"


@shows("show logging")
def logging(device: IosDevice, _argument: str) -> str:
    """Destinations with their levels, then the buffer."""
    told = device.state["logging"]
    messages = sorted(told["messages"], key=lambda one: -float(one.get("hours_ago", 24)))
    hosts = "".join(
        f"        Logging to {host}  (udp port 514,  audit disabled,\n"
        "              authentication disabled, encryption disabled, link up),\n"
        "              2207 message lines logged,\n              0 message lines rate-limited,\n"
        "              0 message lines dropped-by-MD,\n              xml disabled, sequence number disabled\n"
        "              filtering disabled\n" for host in told["hosts"])
    count = told["count"] + len(messages)
    filters = "\nNo Active Message Discriminator.\n\n\n\nNo Inactive Message Discriminator.\n\n\n"
    return (
        "Syslog logging: enabled (0 messages dropped, 2 messages rate-limited, 0 flushes, 0 overruns, xml disabled, "
        f"filtering disabled)\n{filters}"
        f"    Console logging: {_level(told['console'], count)}\n    Monitor logging: {_level(told['monitor'], 0)}\n"
        f"    Buffer logging:  {_level(told['buffer'], count)}\n"
        "    Exception Logging: size (4096 bytes)\n    Count and timestamp logging messages: disabled\n"
        "    File logging: disabled\n    Persistent logging: disabled\n\nNo active filter modules.\n\n"
        f"    Trap logging: {_trap(told['trap'], count)}\n{hosts}\n"
        f"Log Buffer ({told['buffer_bytes']} bytes):\n\n{''.join(_message(device, one) for one in messages)}")


def _level(level: str, count: int) -> str:
    if level == "disabled":
        return "disabled"
    return f"level {level}, {count} messages logged, xml disabled,\n                     filtering disabled"


def _trap(level: str, count: int) -> str:
    return "disabled" if level == "disabled" else f"level {level}, {count + 4} message lines logged"


@shows("show users", live=True)
def users(device: IosDevice, _argument: str) -> str:
    """Who is on the device."""
    return ("    Line       User       Host(s)              Idle       Location\n"
            f"*  1 vty 0     {device.state['ssh']['user']:<10} idle                 00:00:00 127.13.0.1\n\n"
            "  Interface    User               Mode         Idle     Peer Address\n\n")
