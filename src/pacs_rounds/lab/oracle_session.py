"""A log-in of the simulated database: who may connect, what ALTER SESSION changes, which statements are answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown

if TYPE_CHECKING:
    from pacs_rounds.lab.oracle_sql.engine import Engine, Result
    from pacs_rounds.lab.oracle_views.clock import Now

_SETTING = re.compile(r"(?P<name>[a-z][\w$]*)\s*=\s*(?P<value>'(?:[^']|'')*'|\"[^\"]*\"|[\w$.,-]+)\s*", re.IGNORECASE)
_FREE_SETTINGS = {"CURRENT_SCHEMA", "STATISTICS_LEVEL", "OPTIMIZER_MODE", "TIME_ZONE", "CURSOR_SHARING",
                  "SORT_AREA_SIZE",
                  "PARALLEL_DEGREE_POLICY", "RESULT_CACHE_MODE", "MAX_DUMP_FILE_SIZE", "TRACEFILE_IDENTIFIER"}
_TERRITORIES = {"AMERICA": ".,", "CHINA": ".,", "UNITED KINGDOM": ".,", "GERMANY": ",.", "FRANCE": ", "}


class Hang(Exception):  # noqa: N818  (no error: silence)
    """The instance does not answer: whoever asked waits until they give up."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a statement that returns no rows says."""

    text: str


class Login:
    """An open session. `idle` is true when no instance runs behind it."""

    def __init__(self, now: Now, user: str, sysdba: bool, idle: bool = False) -> None:
        self.now, self.user, self.sysdba = now, user, sysdba
        self.idle = idle
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The session's database, made when first needed."""
        if self._engine is None:
            from pacs_rounds.lab.oracle_sql.session import open_engine
            self._engine = open_engine(self.now, self.sysdba, self.user)
        return self._engine

    def close(self) -> None:
        """Leave."""
        if self._engine is not None:
            self._engine.close()

    def run(self, sql: str) -> Result | Done:
        """One statement; OraError is the database's refusal, Hang means that nothing ever comes."""
        hang = self.now.state["hang_on"]
        if self.now.state["status"] == "HUNG" or (hang and hang.lower() in sql.lower()):
            raise Hang
        if self.idle:
            error = OraError(1034)
            error.text += "\nProcess ID: 0\nSession ID: 0 Serial number: 0"
            raise error
        word = re.match(r"\s*\(?\s*([A-Za-z]+)", sql)
        verb = word[1].upper() if word else ""
        if verb in {"SELECT", "WITH"}:
            return self.engine.query(sql)
        if verb == "ALTER":
            return self._alter(sql)
        if verb == "SET":
            return _set_transaction(sql)
        if verb in {"COMMIT", "ROLLBACK"}:
            return Done(f"{verb.title()} complete.")
        if verb in {"INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "GRANT", "REVOKE", "TRUNCATE", "BEGIN",
                    "DECLARE",
                    "CALL", "ANALYZE", "EXPLAIN", "LOCK", "AUDIT", "PURGE", "FLASHBACK"}:
            raise unknown(f"{verb}: nothing here may be changed")
        raise OraError(900)

    def _alter(self, sql: str) -> Done:
        match = re.fullmatch(r"\s*ALTER\s+SESSION\s+SET\s+(?P<rest>.*?)\s*", sql, re.IGNORECASE | re.DOTALL)
        if not match:
            if re.match(r"\s*ALTER\s+SESSION\b", sql, re.IGNORECASE):
                raise OraError(922)
            raise unknown("ALTER of anything but the session: nothing here may be changed")
        rest, place = match["rest"], 0
        while place < len(rest):
            found = _SETTING.match(rest, place)
            if not found:
                raise OraError(922)
            self._set(found["name"].upper(), found["value"].strip("'\""))
            place = found.end()
        return Done("Session altered.")

    def _set(self, name: str, value: str) -> None:
        nls = self.engine.session.nls
        if name == "CONTAINER":
            if self.now.version < (12, 1):
                raise OraError(2248)
            raise unknown("pluggable databases")
        if name == "NLS_TERRITORY":
            if value.upper() not in _TERRITORIES:
                raise OraError(12705)
            nls["NLS_NUMERIC_CHARACTERS"] = _TERRITORIES[value.upper()]
        elif name == "NLS_NUMERIC_CHARACTERS" and (len(value) != 2 or value[0] == value[1]):
            raise OraError(12705)
        elif name.endswith("_FORMAT"):
            from pacs_rounds.lab.oracle_sql import dates
            dates.elements(value)
        elif name not in nls and name not in _FREE_SETTINGS:
            raise OraError(2248)
        if name in nls:
            nls[name] = value


def _set_transaction(sql: str) -> Done:
    if re.fullmatch(r"\s*SET\s+TRANSACTION\s+(READ\s+ONLY|READ\s+WRITE|ISOLATION\s+LEVEL\s+\w+(\s+\w+)?)\s*", sql,
                    re.IGNORECASE):
        return Done("Transaction set.")
    raise OraError(922)


def connect(now: Now, written: str, sid: str | None = None) -> tuple[Login | None, str]:
    """What follows CONNECT: the session (or None) and what SQL*Plus says. `sid` is the environment's ORACLE_SID."""
    state = now.state
    if sid == "":
        return None, "ERROR:\nORA-12162: TNS:net service name is incorrectly specified\n\n\n"
    down = state["status"] == "DOWN" or sid not in (None, state["sid"])
    if state["session_logon_denied"]:
        return None, f"ERROR:\n{state['session_logon_denied']}\n\n"
    if re.fullmatch(r"/\s+as\s+sysdba", written, re.IGNORECASE):
        if state["status"] == "HUNG" and state["hang_on"] == "connect":
            raise Hang
        login = Login(now, "SYS", True, down)
        return login, "Connected to an idle instance.\n" if login.idle else "Connected.\n"
    match = re.fullmatch(r"(?P<user>\"[^\"]+\"|[\w$#]+)/(?P<password>\"[^\"]*\"|[^\s@\"]+)"
                         r"(?P<net>@\S+)?(?P<role>\s+as\s+\w+)?",
                         written, re.IGNORECASE)
    if not match:
        return None, _refused(OraError(1017))
    if match["net"]:
        return None, "ERROR:\nORA-12154: TNS:could not resolve the connect identifier specified\n\n\n"
    if down:
        return None, ("ERROR:\nORA-01034: ORACLE not available\nORA-27101: shared memory realm does not exist\n"
                      "Linux-x86_64 Error: 2: No such file or directory\n"
                      "Process ID: 0\nSession ID: 0 Serial number: 0\n\n\n")
    return _account(now, match["user"], match["password"].strip('"'))


def _refused(error: OraError) -> str:
    return f"ERROR:\n{error.text}\n\n\n"


def _account(now: Now, user: str, password: str) -> tuple[Login | None, str]:
    user = user.strip('"') if user.startswith('"') else user.upper()
    account = now.state["accounts"].get(user)
    if account is None or not account["password"] or account["password"] != password:
        return None, _refused(OraError(1017))
    status = account["status"]
    if "LOCKED" in status:
        return None, _refused(OraError(28000))
    if status == "EXPIRED":
        return None, f"{_refused(OraError(28001))}Changing password for {user.lower()}\nNew password: "
    if now.state["status"] != "OPEN" and now.state["status"] != "HUNG":
        return None, ("ERROR:\nORA-01033: ORACLE initialization or shutdown in progress\nProcess ID: 0\n"
                      "Session ID: 0 Serial number: 0\n\n\n")
    said = ""
    if status == "EXPIRED(GRACE)":
        said = _refused(OraError(28002, account["expires_in_days"]))
    return Login(now, user, False), f"{said}Connected.\n"
