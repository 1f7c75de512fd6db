"""show processes cpu, show processes memory, show memory statistics."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_CPU = re.compile(r"^(?:Core \d+: )?CPU utilization for five seconds: (?P<five>\d+)%(?:/(?P<interrupt>\d+)%)?; "
                  r"one minute: (?P<minute>\d+)%; five minutes: (?P<five_minutes>\d+)%$")
_PROCESS = re.compile(r"^\s*(?P<pid>\d+)\s+\d+\s+\d+\s+\d+\s+(?P<five>[\d.]+)%?\s+[\d.]+%?\s+"
                      r"(?P<five_minutes>[\d.]+)%?\s+\S+\s+(?P<name>\S.*)$")
_PROSE = re.compile(r"^\s*PID\s+Runtime|^This command only shows processes inside|"  # the rest is IOS-XE's remark
                    r"^Please use 'show processes cpu platform'|^to show (?:the utilization|processes from)")
_BUSIEST = 5


# CPU utilization for five seconds: 7%/0%; one minute: 6%; five minutes: 6%
#  PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process
#    4      923108       47113      19593  0.00%  0.15%  0.14%   0 Check heaps
#
# Own parser: the template gives every process as text, three hundred rows of which five are looked at.
@parser("cisco_ios.show_processes_cpu")
def show_processes_cpu(text: str) -> dict[str, Any]:
    """Utilisation in percent (the busiest core's where there are several) and the processes busiest over 5 minutes."""
    cores: list[dict[str, Any]] = []
    processes: list[dict[str, Any]] = []
    for line in lines_of(text):
        if not line.strip() or _PROSE.match(line):
            continue
        if match := _CPU.match(line.strip()):
            interrupt = int(match["interrupt"]) if match["interrupt"] is not None else None
            cores.append({
                "five_seconds_percent": int(match["five"]), "interrupt_percent": interrupt,
                "one_minute_percent": int(match["minute"]), "five_minutes_percent": int(match["five_minutes"])})
        elif match := _PROCESS.match(line):
            if float(match["five_minutes"]) > 0:
                processes.append({"pid": int(match["pid"]), "process": match["name"].strip(),
                                  "five_minutes_percent": float(match["five_minutes"])})
        else:
            fail("line not understood", line)
    if not cores:
        fail("no line 'CPU utilization': not show processes cpu")
    processes.sort(key=lambda one: -one["five_minutes_percent"])
    busiest = max(cores, key=lambda core: core["five_minutes_percent"])
    return {**busiest, "cores": len(cores), "busiest": processes[:_BUSIEST]}


_POOL = re.compile(r"^\s*(?P<pool>\S[\w/ -]*?) +Pool Total: +"
                   r"(?P<total>\d+) +Used: +(?P<used>\d+) +Free: +(?P<free>\d+)$")
_OLD_POOL = re.compile(r"^Total: (?P<total>\d+), Used: (?P<used>\d+), Free: (?P<free>\d+)$")
_HOLDER = re.compile(r"^\s*\d+\s+\S+\s+\d+\s+\d+\s+(?P<holding>\d+)\s+\d+\s+\d+(?:\s+(?P<name>\S.*))?$")


# Processor Pool Total:   81394420 Used:   27483420 Free:   53911000
#       I/O Pool Total:    8388608 Used:    5765024 Free:    2623584
#  PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process
#    0   0   35207796    3141420   29230728          0          0 *Init*
#                                  27479312 Total
@parser("cisco_ios.show_processes_memory")
def show_processes_memory(text: str) -> dict[str, Any]:
    """Memory pools in bytes with used percent, and the processes holding most. 12.1 has one pool without a name."""
    pools: list[dict[str, Any]] = []
    holders: list[dict[str, Any]] = []
    for line in lines_of(text):
        if not line.strip() or re.match(r"^\s*PID\s+TTY\s+Allocated|^\s*\d+ Total$", line):
            continue
        if match := _POOL.match(line) or _OLD_POOL.match(line.strip()):
            pools.append(_pool(match.groupdict().get("pool") or "Processor", match))
        elif match := _HOLDER.match(line):
            holders.append({"process": (match["name"] or "").strip() or None, "holding_bytes": int(match["holding"])})
        else:
            fail("line not understood", line)
    if not pools:
        fail("no memory pool in the text: not show processes memory")
    holders.sort(key=lambda one: -one["holding_bytes"])
    return {"pools": pools, "largest": holders[:_BUSIEST]}


def _pool(name: str, match: re.Match[str]) -> dict[str, Any]:
    total, used, free = int(match["total"]), int(match["used"]), int(match["free"])
    if total == 0 or used > total:
        fail("a memory pool uses more than it has", match[0])
    return {"pool": name.strip(), "total_bytes": total, "used_bytes": used, "free_bytes": free,
            "used_percent": round(100 * used / total, 1)}


_STATISTIC = re.compile(r"^\s*(?P<pool>[A-Za-z][\w/ ]*?)\s+[0-9A-F]+\s+(?P<total>\d+)\s+(?P<used>\d+)\s+(?P<free>\d+)"
                        r"\s+\d+\s+\d+$")


#                 Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)
# Processor    37AC9A8    81394420    27483420    53911000    51822040    49801244
#       I/O    8400000     8388608     5765024     2623584     2560000     2600000
@parser("cisco_ios.show_memory_statistics")
def show_memory_statistics(text: str) -> list[dict[str, Any]]:
    """Memory pools in bytes, as `show processes memory` gives them."""
    pools: list[dict[str, Any]] = []
    head = False
    for line in lines_of(text):
        if not line.strip() or line.startswith("Tracekey :"):
            continue
        if re.match(r"^\s*Head\s+Total\(b\)\s+Used\(b\)", line):
            head = True
        elif head and (match := _STATISTIC.match(line)):
            pools.append(_pool(match["pool"], match))
        else:
            fail("line not understood", line)
    if not pools:
        fail("no memory pool in the text: cut off, or not show memory statistics")
    return pools
