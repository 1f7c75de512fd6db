r"""The command lines for Oracle on a Windows host, through cmd.exe, and what their answers mean. Pure.

Everybody on that host sees a command line: no secret, no query. Those come on standard input (script.py). No line
begins with a quotation mark, since cmd.exe takes the first and the last one of such a line away. The facts are from
Oracle's platform guides for Windows and Microsoft's command reference; no real host was there to try them on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.oracle.script import number
from pacs_rounds.oracle.site import Instance, Site
from pacs_rounds.parse.oracle_rows import rows

NULL = " <NUL 2>&1"
PATH = re.compile(r"[A-Za-z]:(?:\\[\w .$#-]+)+", re.ASCII)
"""A path without what cmd.exe reads: % ^ & | < > ( ) ! and quotation marks."""
_RELEASE = re.compile(r"[Rr]elease (\d{1,2})\.(\d{1,2})\.")
_PIECE = 4000
ALERT_LINES = 50_000
"""Lines of the alert log's end that are looked through. `more` is said to pause after some 65,000 for a key."""
_STATE = re.compile(r":\s+(?P<number>[1-7])\s+(?:STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|"
                    r"PAUSE_PENDING|PAUSED)\b")
_FIND = ("[0-9][0-9]:[0-9][0-9]:[0-9][0-9] [0-9][0-9][0-9][0-9]", "^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T",
         "ORA-[0-9]", "TNS-[0-9]", "[Cc]orrupt", "terminat", "Starting ORACLE", "Shutting down", "cannot allocate",
         "not complete")
_TIME = re.compile(r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d|星期. ?\d{1,2}月 +\d{1,2}) \d\d:\d\d:\d\d |"
                   r"\d{4}-\d\d-\d\dT")
_TROUBLE = re.compile(r"ORA-\d|TNS-\d|[Cc]orrupt|terminat|Starting ORACLE|Shutting down|cannot allocate|not complete")
_NO_SUCH_SERVICE, _ACCESS_DENIED = 1060, 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something is not known."""

    reason: Reason
    detail: str


def gap(site: Site) -> str:
    """What of the inventory cannot be used on Windows, in words; empty when nothing."""
    for one in site.instances:
        for name, value in (("oracle_home", one.home), ("alert_log", one.alert_log)):
            if value and not PATH.fullmatch(value):
                return f"rounds_oracle: {name} of {one.sid} is no path that can be used on Windows: {value[:60]}"
    return ""


def environment(one: Instance) -> dict[str, str]:
    """The shell's variables, gone with it. SQLPATH keeps away the login.sql of whoever has set it in the registry."""
    return {"ORACLE_HOME": one.home, "ORACLE_SID": one.sid, "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
            "SQLPATH": rf"{one.home}\bin"}


def _program(path: str, words: str, missing: str = "exit 127") -> str:
    return f'if exist "{path}" (call "{path}" {words}) else {missing}'


def service(one: Instance) -> str:
    """Asks the service manager for the instance's service."""
    return f"sc query OracleService{one.sid}{NULL}"


def runs(text: str, status: int | None) -> bool | Gap:
    """Whether the instance's service runs, from `sc query`. Only the numbers are read: the words have languages.

        STATE              : 4  RUNNING
    """
    if status == _NO_SUCH_SERVICE:
        return False
    if status == _ACCESS_DENIED:
        return Gap(Reason.REFUSED, "the account may not ask the service manager (sc query: error 5)")
    state = _STATE.search(text)
    if state is None:
        said = " ".join(text.split())[:120]
        return Gap(Reason.UNPARSABLE, f"sc query says nothing of the service's state (status {status}): {said}")
    return state["number"] != "1"


def version(one: Instance) -> str:
    """Asks SQL*Plus for its release; nothing is connected to."""
    return _program(rf"{one.home}\bin\sqlplus.exe", "-V" + NULL)


def release(text: str) -> tuple[int, int] | None:
    """(11, 2) from what `sqlplus -V` prints; None where it does not say."""
    match = _RELEASE.search(text)
    return (int(match[1]), int(match[2])) if match else None


def session(one: Instance) -> str:
    """SQL*Plus, which reads the session on its standard input. LOCAL and TWO_TASK would lead to another database."""
    return "set LOCAL=&set TWO_TASK=&" + _program(rf"{one.home}\bin\sqlplus.exe", "-S -L -R 3 /nolog 2>&1")


def pieces(text: str, of: tuple[int, int], nonce: str) -> list[tuple[bytes, str]]:
    """The text of script.build for one release, in pieces that are sent when the mark of the one before is there. Line
    ends are Windows'."""
    wanted = True
    found: list[tuple[bytes, str]] = []
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("--for "):
            _, low, high = line.split()
            wanted = int(low) <= number(of) < int(high)
        elif wanted:
            lines.append(line)
            mark = line.removeprefix(f"prompt {nonce} ")
            if line != mark and (mark == "S" or (mark.startswith("E ") and sum(map(len, lines)) > _PIECE)):
                found.append((_bytes(lines), f"{nonce} {mark}"))
                lines = []
    return [*found, (_bytes(lines), "")]


def _bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def idle(text: str, nonce: str) -> bool:
    """Whether the session found that no instance runs behind the service, which on Windows runs without one, too: the
    instance was shut down by hand, or not started with its service."""
    begin, end = text.find(f"{nonce} C"), text.find(f"{nonce} S")
    return begin >= 0 and end < 0 and "ORA-01034" in text[begin:]


def listener(site: Site, one: Instance, verb: str) -> str:
    """lsnrctl. The software of a cluster may lie on the disk that only the active node has."""
    root = one.home
    lost = f'if exist "{root}\\bin" (exit 127) else (echo -- no home)'
    return _program(rf"{root}\bin\lsnrctl.exe", f"{verb} {site.listener}".rstrip() + NULL, lost)


def opatch(one: Instance) -> str:
    """opatch lsinventory, which writes a log of its own into the home: only where that is allowed."""
    root = one.home
    lost = f'if exist "{root}\\bin" (exit 127) else (echo -- no home)'
    return _program(rf"{root}\OPatch\opatch.bat", f'lsinventory -oh "{root}"' + NULL, lost)


def alert_places(one: Instance) -> str:
    """Prints the paths of the instance's alert logs in their usual places: of 11g and later, of 9i and 10g, and of a
    home without ORACLE_BASE."""
    name, base = f"alert_{one.sid}.log", re.split(r"(?i)\\product(?:\\|$)", one.home)[0]
    deep = [(rf"{root}\diag\rdbms\*", rf"{one.sid}\trace\{name}") for root in (base, rf"{one.home}\log")]
    deep.append((rf"{base}\admin\*", rf"bdump\{name}"))
    # %~i: without quotation marks, whether or not `for` has left those of the pattern.
    loops = [f'(for /d %i in ("{root}") do @if exist "%~i\\{rest}" @echo %~i\\{rest})' for root, rest in deep]
    flat = [rf"{one.home}\rdbms\{place}\{name}" for place in ("trace", "log")]
    return " & ".join([*loops, *(f'(if exist "{path}" echo {path})' for path in flat)])


def alert_place(one: Instance, text: str) -> str | Gap:
    """The one alert log among the paths that `alert_places` printed."""
    found = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not found:
        return Gap(Reason.TOOL_MISSING, f"alert_{one.sid}.log: not found in its usual places; name it in the inventory")
    if len(found) > 1 or not PATH.fullmatch(found[0]):
        return Gap(Reason.UNPARSABLE, f"which alert log is the instance's? Name it in the inventory: {found[:4]}"[:300])
    return found[0]


def alert_count(path: str) -> str:
    """Prints how many lines the log has."""
    return f'find /c /v "" <"{path}"'


def lines_in(text: str) -> int | Gap:
    """What `find /c` printed."""
    said = " ".join(text.split())
    if re.fullmatch(r"\d{1,10}", said):
        return int(said)
    return Gap(Reason.REFUSED, f"the log cannot be read: {said[:160]}")


def alert_read(path: str, count: int) -> str:
    """Prints the time lines and the lines that tell of trouble, of the log's end."""
    words = " ".join(f'/c:"{one}"' for one in _FIND)
    return f'more +{max(0, count - ALERT_LINES)} "{path}" | findstr /r {words}'


def alert_text(path: str, text: str) -> str | Gap:
    """The lines that tell of trouble, each under its own time line, and the first and last time line, which say how far
    the text goes: as the shell of other hosts prints them."""
    kept: list[str] = []
    waiting = ""
    for line in text.splitlines():
        if _TIME.match(line):
            kept, waiting = (kept, line) if kept else ([line], "")
        elif kept and _TROUBLE.search(line):
            kept += [*filter(None, [waiting]), line[:1000]]
            waiting = ""
    if not kept:
        return Gap(Reason.EMPTY, f"no time line in the last {ALERT_LINES} lines of {path}")
    return "\n".join([f"-- file {path}", *kept, *filter(None, [waiting])]) + "\n"


def audit_text(parameters: str) -> str | Gap:
    """The audit directories, from the instance's answer to the query `parameters`: none, unless the audit trail is XML.
    Otherwise Oracle writes what it always audits into Windows' event log, and no file for each connection."""
    try:
        told = {row["name"]: row["value"] or "" for found in rows(parameters).values() for row in found
                if row["source"] == "MEMORY"}
    except (ParseError, KeyError):
        return Gap(Reason.NOT_RUN, "whether audit files are written stands in the parameters, which gave no answer")
    trail = told.get("audit_trail", "").upper()
    if "XML" in trail:
        place = told.get("audit_file_dest", "audit_file_dest")
        return Gap(Reason.NOT_RUN, f"audit_trail is {trail}: the files in {place} are not counted on Windows hosts")
    return "-- end\n"
