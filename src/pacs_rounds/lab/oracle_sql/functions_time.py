"""Functions of dates and times; TRUNC and ROUND, which take numbers as well."""

from __future__ import annotations

from dataclasses import replace

from pacs_rounds.lab.oracle_sql import dates
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.function_forms import Build, a_number, whole
from pacs_rounds.lab.oracle_sql.values import DATE, SPAN, STAMP, TIMES, Session, Value, joined, number, text, time

_UNITS = {"DD": "day", "DDD": "day", "J": "day", "MM": "month", "MON": "month", "MONTH": "month", "YYYY": "year",
          "YEAR": "year", "YY": "year", "Y": "year", "HH": "hour", "HH24": "hour", "HH12": "hour", "MI": "minute",
          "Q": "quarter", "IW": "week"}


def to_time(kind: str) -> Build:
    """TO_DATE, TO_TIMESTAMP: by a constant model or the session's."""
    def build(session: Session, args: list[Value]) -> Value:
        if args[0].type in TIMES and len(args) == 1:
            return replace(args[0], type=kind)
        subject, model = text(args[0], session), args[1].literal if len(args) > 1 else session.format_of(kind)
        if model is None:
            raise unknown("a format model that is no constant")
        return joined(dates.read(subject.sql, args[0].literal, model, session), kind, args)
    return build


def trunc(session: Session, args: list[Value]) -> Value:
    """TRUNC of a date to a unit, or of a number to places."""
    value = args[0]
    if value.type in TIMES:
        unit = (args[1].literal or "").upper() if len(args) > 1 else "DD"
        if unit in {"D", "DAY", "DY"}:
            return joined(f"(date_trunc('day', {value.sql}) - to_days(CAST(dayofweek({value.sql}) AS INTEGER)))", DATE,
                          args)
        if unit not in _UNITS:
            raise OraError(1821)
        return joined(f"CAST(date_trunc('{_UNITS[unit]}', {value.sql}) AS TIMESTAMP)", DATE, args)
    value = number(value, session)
    places = whole(session, args[1]) if len(args) > 1 else "0"
    return a_number(f"ora_trunc({value.sql}, {places})", args)


def round_of(session: Session, args: list[Value]) -> Value:
    """ROUND of a number; of a date to the day only."""
    value = args[0]
    if value.type in TIMES:
        if len(args) > 1:
            raise unknown("ROUND of a date to a unit")
        return joined(f"CAST(date_trunc('day', {value.sql} + INTERVAL 12 HOUR) AS TIMESTAMP)", DATE, args)
    places = f"CAST({whole(session, args[1])} AS INTEGER)" if len(args) > 1 else "0"
    return a_number(f"round({number(value, session).sql}, {places})", args)


def add_months(session: Session, args: list[Value]) -> Value:
    """ADD_MONTHS: the last day of a month stays the last day."""
    value = time(args[0], session).sql
    moved = f"({value} + to_months(CAST({whole(session, args[1])} AS INTEGER)))"
    clock = f"({value} - date_trunc('day', {value}))"
    return joined(f"CASE WHEN last_day({value}) = CAST({value} AS DATE) THEN last_day({moved}) + {clock} "
                  f"ELSE {moved} END",
                  DATE, args)


def months_between(session: Session, args: list[Value]) -> Value:
    """MONTHS_BETWEEN, with a fraction of 31 days."""
    a, b = (time(one, session).sql for one in args)
    months = f"((year({a}) - year({b})) * 12 + month({a}) - month({b}))"
    even = f"day({a}) = day({b}) OR (last_day({a}) = CAST({a} AS DATE) AND last_day({b}) = CAST({b} AS DATE))"
    clock = f"(epoch({a}) % 86400 - epoch({b}) % 86400) / 86400.0"
    return a_number(f"CASE WHEN {even} THEN {months} ELSE {months} + (day({a}) - day({b}) + {clock}) / 31.0 END", args)


def last_day(session: Session, args: list[Value]) -> Value:
    """LAST_DAY keeps the time of day."""
    value = time(args[0], session).sql
    return joined(f"(last_day({value}) + ({value} - date_trunc('day', {value})))", DATE, args)


def to_span(session: Session, args: list[Value]) -> Value:
    """NUMTODSINTERVAL."""
    seconds = {"DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}.get((args[1].literal or "").upper())
    if seconds is None:
        raise OraError(1760)
    return joined(f"({number(args[0], session).sql} * {seconds})", SPAN, args)


def as_utc(session: Session, args: list[Value]) -> Value:
    """SYS_EXTRACT_UTC: by the host's offset."""
    hours, minutes = int(session.zone[:3]), int(session.zone[0] + session.zone[4:])
    return joined(f"({time(args[0], session).sql} - INTERVAL '{hours * 60 + minutes} minutes')", STAMP, args)
