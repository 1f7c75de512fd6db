"""Single-row functions by their Oracle names: since which version, how many arguments, and what they are in DuckDB.

A function not listed is refused as Oracle refuses one it does not have: ORA-00904.
"""

from __future__ import annotations

from dataclasses import replace

from pacs_rounds.lab.oracle_sql import dates, numbers
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.function_forms import MANY, Build, a_number, a_text, counting, numeric, textual, whole
from pacs_rounds.lab.oracle_sql.functions_time import (
    add_months,
    as_utc,
    last_day,
    months_between,
    round_of,
    to_span,
    to_time,
    trunc,
)
from pacs_rounds.lab.oracle_sql.values import (
    DATE,
    LONG,
    NULL,
    NUMBER,
    RAW,
    STAMP,
    TEXT,
    TIMES,
    ZONED,
    Session,
    Value,
    alike,
    cast,
    joined,
    number,
    same,
    text,
)


def nvl(session: Session, args: list[Value]) -> Value:
    """NVL: of the first one's type, to which the second is converted."""
    first, second = args
    if first.type == NULL:
        first = cast(first, second.type, session)
    second = cast(second, first.type, session)
    return joined(f"coalesce({first.sql}, {second.sql})", first.type, args, max(first.width, second.width))


def nvl2(session: Session, args: list[Value]) -> Value:
    """NVL2(a, b, c): b when a is not null."""
    test, yes, no = args
    no = cast(no, yes.type, session) if yes.type != NULL else no
    return joined(f"CASE WHEN {test.sql} IS NOT NULL THEN {yes.sql} ELSE {no.sql} END", no.type, args,
                  max(yes.width, no.width))


def coalesce(session: Session, args: list[Value]) -> Value:
    """COALESCE: no conversions."""
    values, kind = same(args, session)
    return joined(f"coalesce({', '.join(one.sql for one in values)})", kind, args, max(one.width for one in values))


def decode(session: Session, args: list[Value]) -> Value:
    """DECODE: NULL equals NULL, all results take the first one's type (NULL there means text)."""
    subject, rest = args[0], args[1:]
    pairs = [(rest[n], rest[n + 1]) for n in range(0, len(rest) - 1, 2)]
    default = rest[-1] if len(rest) % 2 else Value("NULL", NULL)
    kind = pairs[0][1].type if pairs[0][1].type != NULL else TEXT
    first_type = pairs[0][0].type
    parts = []
    results = [cast(result, kind, session) for _, result in pairs] + [cast(default, kind, session)]
    for (search, _), result in zip(pairs, results, strict=False):
        key = cast(search, first_type, session) if first_type != NULL and search.type != NULL else search
        left, right = alike(subject, key, session)
        parts.append(f"WHEN {left.sql} IS NOT DISTINCT FROM {right.sql} THEN {result.sql}")
    return joined(f"CASE {' '.join(parts)} ELSE {results[-1].sql} END", kind, args, max(one.width for one in results))


def _extreme(word: str) -> Build:
    def build(session: Session, args: list[Value]) -> Value:
        kind = args[0].type if args[0].type != NULL else TEXT
        values = [cast(one, kind, session) for one in args]
        empty = " OR ".join(f"{one.sql} IS NULL" for one in values)
        return joined(f"CASE WHEN {empty} THEN NULL ELSE {word}({', '.join(one.sql for one in values)}) END", kind,
                      args,
                      max(one.width for one in values))
    return build


def nullif(session: Session, args: list[Value]) -> Value:
    """NULLIF."""
    left, right = alike(args[0], args[1], session)
    return joined(f"nullif({left.sql}, {right.sql})", left.type, args, left.width)


def substr(session: Session, args: list[Value]) -> Value:
    """SUBSTR: counts from 1 (0 means 1), from the end when negative; no length below one."""
    subject = text(args[0], session)
    begin = whole(session, args[1])
    if len(args) < 3:
        return a_text(f"ora_substr({subject.sql}, {begin}, 100000)", args, subject.width)
    size = args[2].literal
    width = int(float(size)) if size else subject.width
    return a_text(f"ora_substr({subject.sql}, {begin}, {whole(session, args[2])})", args, max(0, width))


def instr(session: Session, args: list[Value]) -> Value:
    """INSTR from the front, or the last one with a position of -1."""
    subject, wanted = text(args[0], session).sql, text(args[1], session).sql
    where, nth = (args[2].literal if len(args) > 2 else "1"), (args[3].literal if len(args) > 3 else "1")
    if nth != "1" or where not in {"1", "-1"}:
        raise unknown("INSTR other than from the front or for the last one")
    return a_number(f"CAST({'strpos' if where == '1' else 'ora_last'}({subject}, {wanted}) AS DOUBLE)", args)


def _pad(word: str) -> Build:
    def build(session: Session, args: list[Value]) -> Value:
        subject, fill = text(args[0], session), text(args[2], session).sql if len(args) > 2 else "' '"
        width = int(float(args[1].literal)) if args[1].literal else 4000
        return a_text(f"{word}({subject.sql}, CAST({whole(session, args[1])} AS INTEGER), {fill})", args, width)
    return build


def _trim(word: str) -> Build:
    def build(session: Session, args: list[Value]) -> Value:
        values = [text(one, session) for one in args]
        chars = values[1].sql if len(values) > 1 else "' '"
        return a_text(f"{word}({values[0].sql}, {chars})", args, values[0].width)
    return build


def replace_text(session: Session, args: list[Value]) -> Value:
    """REPLACE: without a third argument it takes away."""
    values = [text(one, session) for one in args]
    instead = f"coalesce({values[2].sql}, '')" if len(values) > 2 else "''"
    return a_text(f"CASE WHEN {values[1].sql} IS NULL THEN {values[0].sql} ELSE "
              f"replace({values[0].sql}, {values[1].sql}, {instead}) END", args, 4000)


def translate(session: Session, args: list[Value]) -> Value:
    """TRANSLATE: a NULL third argument makes everything NULL."""
    one, two, three = (text(value, session) for value in args)
    return a_text(f"translate({one.sql}, {two.sql}, {three.sql})", args, one.width)


def chr_of(session: Session, args: list[Value]) -> Value:
    """CHR."""
    return joined(f"chr(CAST({whole(session, args[0])} AS INTEGER))", TEXT, args, 1)


def concat(session: Session, args: list[Value]) -> Value:
    """|| and CONCAT: NULL is nothing."""
    values = [text(one, session) for one in args]
    for one in values:
        if one.type == LONG:
            raise OraError(997)
    return a_text(" || ".join(f"coalesce({one.sql}, '')" for one in values), args,
              min(4000, sum(one.width for one in values)))


def to_char(session: Session, args: list[Value]) -> Value:
    """TO_CHAR of a time, an interval or a number, with a constant model."""
    value = args[0]
    if len(args) == 1:
        return joined(text(value, session).sql, TEXT, args, text(value, session).width)
    model = args[1].literal
    if model is None:
        raise unknown("a format model that is no constant")
    if value.type in TIMES:
        return joined(dates.written(value.sql, model, session), TEXT, args, dates.width(model, session))
    value = number(value, session)
    return joined(numbers.written(value.sql, model), TEXT, args, numbers.width(model))


def to_number(session: Session, args: list[Value]) -> Value:
    """TO_NUMBER; with a model only group marks and blanks may stand besides digits."""
    if len(args) == 1:
        return number(args[0], session)
    subject = text(args[0], session)
    return a_number(f"ora_number(replace({subject.sql}, ',', ''), '.')", args)


def sys_context(session: Session, args: list[Value]) -> Value:
    """SYS_CONTEXT('USERENV', …)."""
    name = (args[1].literal or "").upper()
    if (args[0].literal or "").upper() != "USERENV":
        return Value("CAST(NULL AS VARCHAR)", TEXT, 256)
    if name not in session.context:
        raise OraError(2003)
    known = session.context[name]
    return Value("CAST(NULL AS VARCHAR)" if known is None else text_of(known), TEXT, 256)


def text_of(known: str) -> str:
    """A text as a constant."""
    return "'" + known.replace("'", "''") + "'"


def _regexp(form: str, kind: str) -> Build:
    def build(session: Session, args: list[Value]) -> Value:
        values = [text(one, session) for one in args]
        sqls = [one.sql for one in values]
        if kind == NUMBER:
            return a_number(f"CAST({form.format(*sqls)} AS DOUBLE)", args)
        return a_text(form.format(*sqls, *["''"] * (3 - len(sqls))), args, 4000)
    return build


FUNCTIONS: dict[str, tuple[tuple[int, ...], int, int, Build]] = {
    "NVL": ((8,), 2, 2, nvl), "NVL2": ((8, 1), 3, 3, nvl2), "COALESCE": ((9,), 2, MANY, coalesce),
    "DECODE": ((8,), 3, MANY, decode), "NULLIF": ((9,), 2, 2, nullif),
    "GREATEST": ((8,), 1, MANY, _extreme("greatest")),
    "LEAST": ((8,), 1, MANY, _extreme("least")), "SUBSTR": ((8,), 2, 3, substr), "INSTR": ((8,), 2, 4, instr),
    "LENGTH": ((8,), 1, 1, counting("length({0})")), "LENGTHB": ((8,), 1, 1, counting("strlen({0})")),
    "UPPER": ((8,), 1, 1, textual("upper({0})")), "LOWER": ((8,), 1, 1, textual("lower({0})")),
    "INITCAP": ((8,), 1, 1, textual("array_to_string(list_transform(string_split(lower({0}), ' '), "
                                     "lambda w: upper(left(w, 1)) || substr(w, 2)), ' ')")),
    "LPAD": ((8,), 2, 3, _pad("lpad")), "RPAD": ((8,), 2, 3, _pad("rpad")), "LTRIM": ((8,), 1, 2, _trim("ltrim")),
    "RTRIM": ((8,), 1, 2, _trim("rtrim")), "REPLACE": ((8,), 2, 3, replace_text), "TRANSLATE": ((8,), 3, 3, translate),
    "CHR": ((8,), 1, 1, chr_of), "ASCII": ((8,), 1, 1, counting("unicode({0})")), "CONCAT": ((8,), 2, 2, concat),
    "TO_CHAR": ((8,), 1, 3, to_char), "TO_DATE": ((8,), 1, 3, to_time(DATE)),
    "TO_TIMESTAMP": ((9,), 1, 3, to_time(STAMP)), "TO_TIMESTAMP_TZ": ((9,), 1, 3, to_time(ZONED)),
    "TO_NUMBER": ((8,), 1, 3, to_number), "TRUNC": ((8,), 1, 2, trunc), "ROUND": ((8,), 1, 2, round_of),
    "ADD_MONTHS": ((8,), 2, 2, add_months), "MONTHS_BETWEEN": ((8,), 2, 2, months_between),
    "LAST_DAY": ((8,), 1, 1, last_day), "NUMTODSINTERVAL": ((9,), 2, 2, to_span),
    "ABS": ((8,), 1, 1, numeric("abs({0})")), "CEIL": ((8,), 1, 1, numeric("ceil({0})")),
    "FLOOR": ((8,), 1, 1, numeric("floor({0})")), "SIGN": ((8,), 1, 1, numeric("CAST(sign({0}) AS DOUBLE)")),
    "SQRT": ((8,), 1, 1, numeric("sqrt({0})")), "POWER": ((8,), 2, 2, numeric("power({0}, {1})")),
    "MOD": ((8,), 2, 2, numeric("CASE WHEN {1} = 0 THEN {0} ELSE {0} - {1} * trunc({0} / {1}) END")),
    "LN": ((8,), 1, 1, numeric("ln({0})")), "LOG": ((8,), 2, 2, numeric("(ln({1}) / ln({0}))")),
    "EXP": ((8,), 1, 1, numeric("exp({0})")), "BITAND": ((8,), 2, 2, numeric(
        "CAST(CAST({0} AS BIGINT) & CAST({1} AS BIGINT) AS DOUBLE)")),
    "SYS_CONTEXT": ((8, 1), 2, 3, sys_context), "RAWTOHEX": ((8,), 1, 1, textual("{0}")),
    "REGEXP_REPLACE": ((10,), 2, 6, _regexp("regexp_replace({0}, {1}, coalesce({2}, ''), 'g')", TEXT)),
    "REGEXP_SUBSTR": ((10,), 2, 2, _regexp("regexp_extract({0}, {1})", TEXT)),
    "REGEXP_COUNT": ((11,), 2, 2, _regexp("len(regexp_extract_all({0}, {1}))", NUMBER)),
    "SYS_EXTRACT_UTC": ((9,), 1, 1, as_utc), "TO_SINGLE_BYTE": ((8,), 1, 1, textual("{0}")),
    "TO_CLOB": ((9,), 1, 1, textual("{0}", 4000)), "HEXTORAW": ((8,), 1, 1, lambda session, args: replace(
        text(args[0], session), type=RAW)),
}


def call(name: str, args: list[Value], session: Session, at: int | None) -> Value:
    """A function call; ORA-00904 for one that this version does not have, ORA-00909 for a wrong number of arguments."""
    known = FUNCTIONS.get(name)
    if known is None or session.version < known[0]:
        raise OraError(904, f'"{name}"', at=at)
    _, least, most, build = known
    if len(args) < least:
        raise OraError(938 if name in {"NVL", "DECODE", "SUBSTR"} else 909, at=at)
    if len(args) > most:
        raise OraError(939, at=at)
    for one in args:
        if one.type == LONG:
            raise OraError(932, "CHAR", "LONG", at=at)
    try:
        return build(session, args)
    except OraError as error:
        error.at = at if error.at is None else error.at
        raise
