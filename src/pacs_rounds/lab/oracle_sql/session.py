"""A session's settings: NLS, clock, SYS_CONTEXT, and the engine that goes with them."""

from __future__ import annotations

from pacs_rounds.lab.oracle_sql.engine import Engine
from pacs_rounds.lab.oracle_sql.values import Session
from pacs_rounds.lab.oracle_views.clock import Now
from pacs_rounds.lab.oracle_views.rows import StateViews

STAMP_FORMAT = "DD-MON-RR HH.MI.SSXFF AM"
ZONED_FORMAT = "DD-MON-RR HH.MI.SSXFF AM TZR"


def settings(now: Now, user: str = "SYS") -> Session:
    """What a fresh session has."""
    state = now.state
    said = state["nls"]
    nls = {"NLS_LANGUAGE": said["language"], "NLS_TERRITORY": said["territory"], "NLS_DATE_FORMAT": said["date_format"],
           "NLS_NUMERIC_CHARACTERS": said["numeric_characters"], "NLS_TIMESTAMP_FORMAT": STAMP_FORMAT,
           "NLS_TIMESTAMP_TZ_FORMAT": ZONED_FORMAT, "NLS_DATE_LANGUAGE": said["language"], "NLS_SORT": "BINARY",
           "NLS_COMP": "BINARY", "NLS_CALENDAR": "GREGORIAN", "NLS_CURRENCY": "$",
           "NLS_ISO_CURRENCY": said["territory"]}
    context: dict[str, str | None] = {
        "DB_NAME": state["db_name"], "DB_UNIQUE_NAME": state["unique_name"], "INSTANCE_NAME": state["sid"].lower(),
        "INSTANCE": "1",
        "SERVER_HOST": now.host, "HOST": now.host, "SESSION_USER": user, "CURRENT_USER": user, "CURRENT_SCHEMA": user,
        "ISDBA": "TRUE" if user == "SYS" else "FALSE", "SID": "97", "SESSIONID": "4294967295", "OS_USER": "oracle",
        "TERMINAL": None, "IP_ADDRESS": None, "MODULE": f"sqlplus@{now.host} (TNS V1-V3)", "SERVICE_NAME": "SYS$USERS",
        "LANGUAGE": f"{said['language']}_{said['territory']}.{said['characterset']}", "LANG": "US", "NLS_DATE_FORMAT":
        said["date_format"], "NLS_TERRITORY": said["territory"], "DB_DOMAIN": None, "DATABASE_ROLE": state["role"],
        "AUTHENTICATION_METHOD": "OS" if user == "SYS" else "PASSWORD"}
    if now.version >= (12, 1):
        context |= {"CON_NAME": "CDB$ROOT", "CON_ID": "1"}
    return Session(now.version, nls, f"{now.at:%Y-%m-%d %H:%M:%S}", now.zone, context)


def open_engine(now: Now, sysdba: bool, user: str = "SYS") -> Engine:
    """A database of its own for one session."""
    return Engine(StateViews(now, sysdba), settings(now, user))
