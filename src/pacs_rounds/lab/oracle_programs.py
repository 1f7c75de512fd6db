"""Oracle's programs on a simulated host, by name: what each prints and with which status it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pacs_rounds.lab import oracle_rman, oracle_tools, sqlplus
from pacs_rounds.lab.oracle_views.clock import Now

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Call:
    """How a program was called: arguments, ORACLE_SID, ORACLE_HOME and its standard input."""

    program: str
    words: list[str]
    sid: str
    home: str
    script: str


def _sqlplus(call: Call, now: Callable[[], Now], say: Say) -> int:
    state, words = now().state, list(call.words)
    if words and words[0].upper() == "-V":
        say(f"\nSQL*Plus: Release {state['version']} Production\n\n")
        return 0
    while words and words[0].startswith("-"):
        option = words.pop(0).upper()
        if option in {"-R", "-C", "-M"}:
            words = words[1:]
        elif option not in {"-S", "-SILENT", "-L", "-LOGON", "-F", "-NOLOGINTIME"}:
            say("SP2-0306: Invalid option.\nUsage: { [<option>] [{logon | /nolog}] [<start>] }\n")
            return 1
    program = sqlplus.SqlPlus(now, say, call.sid)
    if not words or words[0].lower() != "/nolog":
        # A password on the command line is what everybody on the host can read: nobody here may do that.
        if words and "/" in words[0] and words[0] not in {"/"}:
            say("ORA-00600: internal error code, arguments: [a password on the command line], [], [], []\n")
            return 1
        program.connect(" ".join(words) or "/ as sysdba")
        if program.login is None:
            return 1
    return program.run(call.script)


def _tool(answer: Callable[[Now, list[str]], tuple[int, str]]) -> Callable[[Call, Callable[[], Now], Say], int]:
    def program(call: Call, now: Callable[[], Now], say: Say) -> int:
        status, text = answer(now(), call.words)
        say(text)
        return status

    return program


def _rman(call: Call, now: Callable[[], Now], say: Say) -> int:
    if [word.lower() for word in call.words] not in (["target", "/"], ["target", "/", "nocatalog"]):
        # A password on the command line is what everybody on the host can read: nobody here may do that.
        say("RMAN-00552: syntax error in command line arguments\n")
        return 1
    status, text = oracle_rman.rman(now(), call.script)
    say(text)
    return status


PROGRAMS: dict[str, Callable[[Call, Callable[[], Now], Say], int]] = {
    "sqlplus": _sqlplus, "rman": _rman, "lsnrctl": _tool(oracle_tools.lsnrctl), "opatch": _tool(oracle_tools.opatch)}


def run(call: Call, now: Callable[[], Now], say: Say) -> int:
    """Run a program; its exit status. oracle_session.Hang when it never ends."""
    return PROGRAMS[call.program](call, now, say)
