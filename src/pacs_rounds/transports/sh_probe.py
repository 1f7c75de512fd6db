r"""One POSIX sh script for all commands of a role, and the reading of what it prints. Pure.

The script goes to `/bin/sh` on standard input: the target needs no Python and gets no file. What it prints::

    <nonce> B 0 35219.41
    Filesystem     Type 1024-blocks ...
    <nonce> X 0 0 .
    <nonce> E 0 0 35219.43
    <nonce> Q

B begins command 0 (and tells the target's monotonic seconds), X is written by the command's own shell with its exit
status, E by the watchdog with the status it saw, Q ends the whole. A command that was killed at its limit has no X and
an E of 137; one whose text was cut at the size limit has neither X nor a kill. The dot shows that the X line itself was
not cut. The nonce is made anew for each host and
travels in the environment, so that no process list and no hostile output can forge a mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES

SHELL = "/bin/sh"

# Standard input is the script itself: each command gets /dev/null instead, or it would eat what follows; or a pipe from
# a function of this shell, for what no list of processes may show. A shell gives /dev/null to what runs in the
# background, so the command's standard input is kept as number 3. Here-documents would be files in /tmp.
# Old RHEL has no `timeout`, and dash has no job control without a terminal: there `setsid` gives each command a process
# group of its own, and where even that is missing, bash's job control. A watchdog that has not become the leader of its
# group yet is killed by its own number.
# Killing the group (not the process) is what frees the session when a child hangs in the kernel: the reader `head`
# dies with it and nobody holds our standard output any longer.
_PROLOGUE = r"""
LC_ALL=C; LANG=C; PATH=$PATH:/sbin:/usr/sbin:/usr/local/bin:/usr/local/sbin; ROUNDS_N='{nonce}'; ROUNDS_M={max_bytes}
export LC_ALL LANG PATH ROUNDS_N ROUNDS_M
unset ENV BASH_ENV HISTFILE
exec 2>/dev/null
u() {{ t=; read t t2 </proc/uptime; }}
W='{{ (eval "$1"); s=$?; echo; echo "$ROUNDS_N X $0 $s ."; }} 2>&1 | head -c "$ROUNDS_M"'
if timeout -s KILL 5 true; then
  k() {{ timeout -s KILL "$2" sh -c "$W" "$1" "$3" 3<&-; }}
elif setsid true; then
  k() {{ setsid sh -c "$W" "$1" "$3" <&3 3<&- & p=$!
    setsid sh -c 'sleep "$1"; kill -9 "-$2"' w "$2" $p >/dev/null 3<&- & w=$!
    wait $p; s=$?; kill -9 -$w || kill -9 $w; wait $w; return $s; }}
else
  set -m
  k() {{ sh -c "$W" "$1" "$3" <&3 3<&- & p=$!; (sleep "$2"; kill -9 -$p || kill -9 $p) >/dev/null 3<&- & w=$!
    wait $p; s=$?; kill -9 -$w || kill -9 $w; wait $w; return $s; }}
fi
r() {{ u; echo; echo "$ROUNDS_N B $1 $t"; k "$@" 3<&0; s=$?; u; echo; echo "$ROUNDS_N E $1 $s $t"; }}
"""


def _limit(one: Collect) -> int:
    """Whole seconds, as old versions of `timeout` and `sleep` want them."""
    return max(1, round(one.limit_seconds))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def build(commands: Sequence[Collect], nonce: str, max_bytes: int = MAX_BYTES,
          feeds: Mapping[int, str] | None = None) -> str:
    """The script that runs the commands one after the other, each cut at its own time and size limit. `feeds` is what
    the command of that number reads on its standard input."""
    lines = [_PROLOGUE.format(nonce=nonce, max_bytes=max_bytes)]
    for number, one in enumerate(commands):
        step = f"r {number} {_limit(one)} {_quote(one.command)}"
        if feeds and number in feeds:
            lines += [f"f() {{ printf '%s' {_quote(feeds[number])}; }}", f"f | {step}"]
        else:
            lines.append(f"{step} </dev/null")
    # The newline before an end mark stands there for texts that end without one.
    lines.append('echo; echo "$ROUNDS_N Q"')
    return "\n".join(lines) + "\n"


def read(output: str, commands: Sequence[Collect], nonce: str, started: float, ended: float) -> list[Answer]:
    """One Answer per command from what the script printed.

    `started`/`ended` are the control node's clock around the round trip. The single times come from the target's own
    monotonic clock, counted back from the end, so that a slow login does not shift them.
    """
    mark = re.compile(rf"^{re.escape(nonce)} (?:([BXE]) (\d+) ?(-?\d+)?(?:[ .]?(\S*))?|(Q))$", re.MULTILINE)
    found: dict[int, dict[str, re.Match[str]]] = {}
    complete = False
    for match in mark.finditer(output):
        if match[5]:
            complete = True
        elif match[1] != "X" or match[0].endswith(" ."):
            found.setdefault(int(match[2]), {}).setdefault(match[1], match)
    last = max((_seconds(output, marks["E"]) or 0.0 for marks in found.values() if "E" in marks), default=0.0)

    def control_time(match: re.Match[str] | None, otherwise: float) -> float:
        seconds = _seconds(output, match) if match else None
        return otherwise if seconds is None else min(ended, max(started, ended - (last - seconds)))

    answers = []
    for number, one in enumerate(commands):
        marks = found.get(number, {})
        begin, own_end, end = marks.get("B"), marks.get("X"), marks.get("E")
        times = (control_time(begin, started), control_time(end, ended))
        if begin is None:
            why = Reason.TRUNCATED if found and not complete else Reason.NOT_RUN
            answers.append(Answer(one.command, "", None, *times, why, "the session ended before this command"))
            continue
        if own_end and end and own_end.start() > end.start():
            own_end = None  # the watchdog had already given the command up
        stop = own_end or end
        text = output[begin.end() + 1:stop.start()] if stop else output[begin.end() + 1:]
        if stop and text.endswith("\n"):
            text = text[:-1]
        answers.append(_answer(one, text, own_end, end, times))
    return answers


def _seconds(output: str, match: re.Match[str]) -> float | None:
    """The monotonic seconds at the end of a B or E line, None where the target has no /proc/uptime."""
    word = match[0].rsplit(" ", 1)[-1]
    expected = 4 if match[1] == "B" else 5
    if len(match[0].split(" ")) != expected:
        return None
    try:
        return float(word)
    except ValueError:
        return None


def _answer(one: Collect, text: str, own_end: re.Match[str] | None, end: re.Match[str] | None,
            times: tuple[float, float]) -> Answer:
    if own_end:
        return Answer(one.command, text, int(own_end[3]), *times)
    if end is None:
        return Answer(one.command, text, None, *times, Reason.TRUNCATED, "the session ended in the middle of the text")
    if int(end[3]) in {137, 265}:
        took = times[1] - times[0]
        if took < _limit(one) - 0.5:
            return Answer(one.command, text, None, *times, Reason.TRUNCATED, f"was killed after {took:.1f} s")
        return Answer(one.command, text, None, *times, Reason.TIMED_OUT, f"no end within {_limit(one)} s")
    text = text[:begin] if (begin := text.rfind("\n" + end[0].split(" ", 1)[0])) >= 0 else text
    return Answer(one.command, text, None, *times, Reason.TRUNCATED, f"cut after {len(text)} characters")
