"""Stand-ins for the programs of a Linux server: small POSIX sh scripts that print what its state says.

Each is one `case` over its arguments with the answer as a quoted text: `printf` is a builtin, so that an answer costs
one process. Arguments nobody foresaw go to the machine's own program of that name.
"""

from __future__ import annotations

import datetime
import itertools
from typing import Any

from pacs_rounds.lab import oracle_host

State = dict[str, Any]
Answers = dict[str, str]
_DAY = 86400


def quote(text: str) -> str:
    """The text as one word of sh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _table(rows: list[list[str]], right: set[int]) -> str:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    lines = [" ".join([*(cell.rjust(width) if n in right else cell.ljust(width)
                         for n, (cell, width) in enumerate(zip(row, widths, strict=False))), row[-1]]) for row in rows]
    return "\n".join(lines) + "\n"


def _df(state: State) -> Answers:
    pseudo = [("devtmpfs", "devtmpfs", 16375408, 0, "/dev"), ("tmpfs", "tmpfs", 16389056, 0, "/dev/shm"),  # noqa: S108
              ("tmpfs", "tmpfs", 16389056, 173244, "/run"), ("tmpfs", "tmpfs", 16389056, 0, "/sys/fs/cgroup")]
    space = [["Filesystem", "Type", "1024-blocks", "Used", "Available", "Capacity", "Mounted on"]]
    inodes = [["Filesystem", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"]]
    for device, kind, size, used, mount in pseudo:
        space.append([device, kind, str(size), str(used), str(size - used), f"{-(-used * 100 // size)}%", mount])
        inodes.append([device, str(size // 4), "480", str(size // 4 - 480), "1%", mount])
    for mount, one in state["filesystems"].items():
        size, count = one["size_kb"], max(100, one["size_kb"] // 2)
        used, taken = size * one["used_percent"] // 100, count * one["inodes_percent"] // 100
        full, many = f"{one['used_percent']}%", f"{one['inodes_percent']}%"
        space.append([one["device"], one["type"], str(size), str(used), str(size - used), full, mount])
        inodes.append([one["device"], str(count), str(taken), str(count - taken), many, mount])
    return {"-P -T -k": _table(space, {2, 3, 4, 5}), "-P -i": _table(inodes, {1, 2, 3, 4})}


def _ps(state: State) -> Answers:
    number = itertools.count(1)
    lines = ["  PID  PPID STAT USER     COMMAND"]
    for one in [*state["processes"].values(), *state["extra_processes"], *oracle_host.processes(state)]:
        for _ in range(one.get("count", 1)):
            pid = next(number)
            parent = 0 if pid < 3 else 2 if one["args"].startswith("[") else 1
            shown = pid if pid < 3 else pid * 37 + 400
            lines.append(f"{shown:>5} {parent:>5} {one['stat']:<4} {one['user']:<8} {one['args']}")
    lines.append(f"{31007:>5} {1:>5} {'Rs':<4} {'rounds':<8} ps -eo pid,ppid,stat,user,args")
    commands = ["COMMAND", *(line.split(None, 4)[4] for line in lines[1:])]
    return {"-eo pid,ppid,stat,user,args": "\n".join(lines) + "\n", "-eo args": "\n".join(commands) + "\n"}


def _systemctl(state: State) -> Answers:
    rows = [[name, *said.split(" ", 3)] for name, said in state["units"].items()]
    widths = [max(len(row[n]) for row in rows) for n in range(4)] if rows else []
    text = "".join(" ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) + "\n"
                   for row in rows)
    return {"list-units --all --no-legend --no-pager --plain": text}


def _multipath(state: State) -> Answers:
    lines: list[str] = []
    for number, (name, one) in enumerate(state["multipath"].items()):
        dead = all(word.split()[0] == "failed" for word in one["paths"].values())
        lines += [f"{name} ({one['wwid']}) dm-{number + 4} {one['product']}",
                  f"size={one['size']} features='1 queue_if_no_path' hwhandler='1 alua' wp=rw"]
        paths = list(one["paths"].items())
        halves = [half for half in (paths[:len(paths) // 2], paths[len(paths) // 2:]) if half]
        for group, half in enumerate(halves):
            last = group == len(halves) - 1
            word = "enabled" if group or dead else "active"
            lines.append(f"{'`' if last else '|'}-+- policy='service-time 0' prio={10 if group else 50} status={word}")
            for place, (disk, said) in enumerate(half):
                tip = "`" if place == len(half) - 1 else "|"
                minor = (ord(disk[-1]) - ord("a")) * 16
                lines.append(f"{' ' if last else '|'} {tip}- {1 + place}:0:{group}:{number} {disk} 8:{minor:<3} {said}")
    return {"-ll": "\n".join(lines) + "\n" if lines else ""}


def _listening(state: State) -> tuple[Answers, Answers]:
    ss = ["Netid State      Recv-Q Send-Q Local Address:Port               Peer Address:Port"]
    netstat = ["Active Internet connections (only servers)",
               "Proto Recv-Q Send-Q Local Address           Foreign Address         State"]
    for word in state["listening"]:
        proto, _, port = word.partition("/")
        tcp = proto == "tcp"
        local = "127.0.0.1" if word == "udp/323" else "*"
        state_word, queue = ("LISTEN", 128) if tcp else ("UNCONN", 0)
        ss.append(f"{proto:<5} {state_word:<10} 0      {queue:<6} {local + ':' + port:>26} {'*:*':>25}")
        address = f"{local.replace('*', '0.0.0.0')}:{port}"  # noqa: S104  (text, nothing listens)
        netstat.append(f"{proto:<5} {0:>6} {0:>6} {address:<23} {'0.0.0.0:*':<23} {'LISTEN' if tcp else ''}".rstrip())
    return {"-lntu": "\n".join(ss) + "\n"}, {"-lntu": "\n".join(netstat) + "\n"}


def _chronyc(state: State) -> Answers:
    sources = state["time_sync"]
    lines = [f"210 Number of sources = {len(sources)}",
             "MS Name/IP address         Stratum Poll Reach LastRx Last sample               ", "=" * 79]
    for address, one in sources.items():
        last = "-" if one["reach"] == "0" else str(one["last_rx_seconds"])
        offset = f"{one['offset_us']:+d}us"
        lines.append(f"^{one['mark']} {address:<27} {one['stratum']:>2}  10  {one['reach']:>4} {last:>5}  "
                     f"{offset:>8}[{offset:>8}] +/-   14ms")
    return {"-n sources": "\n".join(lines) + "\n"}


def _clamscan(state: State, now: float) -> Answers:
    one = state["clamav"]
    made = datetime.datetime.fromtimestamp(now - one["signature_age_days"] * _DAY, datetime.UTC)
    return {"--version": f"ClamAV {one['engine']}/{one['signatures']}/{made:%a %b} {made.day:>2} {made:%H:%M:%S %Y}\n"}


def _uname(name: str, state: State) -> Answers:
    kernel = state["kernel"]
    return {"-n -s -r -m": f"Linux {name} {kernel} x86_64\n", "-r": f"{kernel}\n", "-n": f"{name}\n",
            "-a": f"Linux {name} {kernel} #1 SMP x86_64 x86_64 x86_64 GNU/Linux\n"}


def answers(name: str, state: State, now: float) -> dict[str, Answers]:
    """Program -> its arguments -> what it prints, for everything but what `real` leaves to the machine."""
    ss, netstat = _listening(state)
    tools = {
        "df": _df(state), "ps": _ps(state), "systemctl": _systemctl(state), "multipath": _multipath(state),
        "dmesg": {"": "".join(f"{line}\n" for line in [*state["dmesg"], *state["extra_dmesg"]])},
        "ss": ss, "netstat": netstat, "chronyc": _chronyc(state), "clamscan": _clamscan(state, now),
        "uname": _uname(name, state), "hostname": {"": f"{name}\n"},
        "du": {"-skx /var/log": f"{state['log']['size_kb']}\t/var/log\n"},
    }
    return {tool: said for tool, said in tools.items() if tool not in state["real"]}


def script(tool: str, said: Answers, real: str | None) -> str:
    """The stand-in of one program; other arguments go to `real`, the machine's own, or fail like a missing one."""
    otherwise = f'exec {real} "$@"' if real else f"printf 'sh: 1: {tool}: not found\\n' >&2; exit 127"
    cases = "\n".join(f"{quote(arguments)}) printf %s {quote(text)} ;;" for arguments, text in said.items())
    return f'#!/bin/sh\ncase "$*" in\n{cases}\n*) {otherwise} ;;\nesac\n'


def clock(offset: float, real: str) -> str:
    """A `date` whose clock is wrong."""
    return f'#!/bin/sh\nnow=$({real} +%s)\nexec {real} -d "@$((now + {round(offset)}))" "$@"\n'


def missing(tool: str) -> str:
    """A program that is not installed, whatever the machine has."""
    return f"#!/bin/sh\nprintf 'sh: 1: {tool}: not found\\n' >&2\nexit 127\n"


HANG = "#!/bin/sh\nexec sleep 86400\n"


def literal(text: str, status: int) -> str:
    """A program that says one thing whatever it is asked."""
    return f"#!/bin/sh\nprintf %s {quote(text)}\nexit {status}\n"


def flood(size: int) -> str:
    """A program that never stops talking, until `size` bytes."""
    return f"#!/bin/sh\nyes 'the same line, again and again, as a broken driver writes it' | head -c {size}\n"


def cut(inner: str, characters: int) -> str:
    """A program whose answer breaks off; `inner` is the path of the whole one."""
    return f'#!/bin/sh\n{inner} "$@" | head -c {characters}\n'
