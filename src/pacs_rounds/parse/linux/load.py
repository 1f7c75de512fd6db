"""How busy the machine is: /proc/loadavg, /proc/stat, /proc/uptime, /proc/meminfo."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, one_line, refuse, shown, whole

_LOADAVG = re.compile(r"(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) (\d+)/(\d+) (\d+)")
_UPTIME = re.compile(r"(\d+(?:\.\d+)?)(?: (\d+(?:\.\d+)?))?")
_UP_SINCE = re.compile(r"\d\d:\d\d:\d\d up\s+(?:(\d{1,5}) days?,\s+)?(?:(\d{1,2}):(\d\d)|(\d{1,2}) min(?:utes?)?),"
                       r"\s+(?:\d{1,5} users?,\s+)?load average: [\d., ]+")
_MEMINFO = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\(([a-z]+)\))?:\s*(\d{1,20})( kB)?")

# The columns of a cpu line in the order in which kernels added them; 2.4 has the first four, 2.6.0 seven.
CPU_COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")


# 0.20 0.18 0.12 1/380 11206
@parser("linux.loadavg")
def loadavg(text: str) -> dict[str, Any]:
    """`cat /proc/loadavg`: load_1min, load_5min, load_15min (processes), running_count, thread_count, last_pid."""
    line = one_line(text, "/proc/loadavg")
    match = _LOADAVG.fullmatch(line)
    if not match:
        raise ParseError(f"/proc/loadavg: expected three loads, running/total and a pid, not {shown(line)}")
    one, five, fifteen = (float(value) for value in match.group(1, 2, 3))
    running, total, pid = (int(value) for value in match.group(4, 5, 6))
    return {"load_1min": one, "load_5min": five, "load_15min": fifteen,
            "running_count": running, "thread_count": total, "last_pid": pid}


# 350735.47 234388.90
@parser("linux.uptime")
def uptime(text: str) -> dict[str, Any]:
    """`cat /proc/uptime`: uptime_seconds, and idle_seconds summed over the CPUs (None where a container hides it).

    The line of the program `uptime` (text collected by hand) is read too; it is cut to whole minutes.
    """
    line = one_line(text, "/proc/uptime")
    match = _UPTIME.fullmatch(line)
    since = _UP_SINCE.fullmatch(line) if len(line) < 200 else None
    if since:
        days, hours, minutes, alone = (int(part or 0) for part in since.groups())
        return {"uptime_seconds": float(days * 86400 + hours * 3600 + (minutes + alone) * 60), "idle_seconds": None}
    if not match:
        raise ParseError(f"/proc/uptime: expected one or two numbers of seconds, not {shown(line)}")
    return {"uptime_seconds": float(match[1]), "idle_seconds": float(match[2]) if match[2] else None}


def _cpu(number: int, line: str) -> dict[str, int | None]:
    values = [whole(token) for token in line.split()[1:]]
    if len(values) < 4 or None in values:
        refuse(number, line, "expected at least four tick counts after cpu")
    return {f"{name}_ticks": values[place] if place < len(values) else None
            for place, name in enumerate(CPU_COLUMNS)}


# cpu  10132153 290696 3084719 46828483 16683 0 25195 0 0 0
# cpu0 1393280 32966 572056 13343292 6130 0 17875 0 0 0
# intr 199292 57 0 4 0
# ctxt 22848221062
# btime 1605316999
# procs_running 1
# procs_blocked 0
@parser("linux.stat")
def stat(text: str) -> dict[str, Any]:
    """`cat /proc/stat`, once or several times in a row: cpu_count, boot_epoch_seconds and a list of samples.

    A sample holds <column>_ticks of all CPUs together (None where the kernel has no such column), procs_running
    and procs_blocked (None likewise).
    """
    samples: list[dict[str, Any]] = []
    cpus: set[str] = set()
    boot: int | None = None
    for number, line in lines(text):
        word, _, rest = line.partition(" ")
        if word == "cpu":
            samples.append({**_cpu(number, line), "procs_running": None, "procs_blocked": None})
            continue
        if not samples:
            refuse(number, line, "expected the line 'cpu ...' of /proc/stat first")
        if word.startswith("cpu") and word[3:].isdigit():
            _cpu(number, line)
            cpus.add(word)
            continue
        # Every other line is a word and numbers; 2.4 kernels write "disk_io: (3,0):(1,2,3,4,5)".
        if not re.fullmatch(r"[a-z_]+:?", word) or not re.fullmatch(r"[\d ():,]*", rest):
            refuse(number, line, "expected a word and counts of /proc/stat")
        if word in ("btime", "procs_running", "procs_blocked"):
            value = whole(rest.strip())
            if value is None:
                refuse(number, line, f"expected one number after {word}")
            if word == "btime":
                boot = value
            else:
                samples[-1][word] = value
    if not samples or not cpus or boot is None:
        raise ParseError("/proc/stat: no line " + ("btime" if samples and cpus else "cpu0" if samples else "cpu"))
    return {"cpu_count": len(cpus), "boot_epoch_seconds": boot, "samples": samples}


def _snake(name: str) -> str:
    """MemTotal -> mem_total, SReclaimable -> s_reclaimable, HugePages_Total -> huge_pages_total, DirectMap4k."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"_+", "_", split).lower()


# MemTotal:       65806252 kB
# Active(anon):     311596 kB
# HugePages_Total:       0
@parser("linux.meminfo")
def meminfo(text: str) -> dict[str, int]:
    """`cat /proc/meminfo`: <name>_bytes for sizes, <name>_count for page counts. mem_total_bytes is always there."""
    found: dict[str, int] = {}
    for number, line in lines(text):
        match = _MEMINFO.fullmatch(line.strip())
        if not match:
            refuse(number, line, "expected 'Name: number kB'")
        name = _snake(match[1]) + (f"_{match[2]}" if match[2] else "")
        key = f"{name}_bytes" if match[4] else f"{name}_count"
        if key in found:
            refuse(number, line, "expected each name once")
        found[key] = int(match[3]) * 1024 if match[4] else int(match[3])
    if not found.get("mem_total_bytes"):
        raise ParseError("/proc/meminfo: no MemTotal")
    return found
