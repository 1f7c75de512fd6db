"""From a statement's text to sqlglot's tree, and what is refused before and after: foreign syntax, reserved words.

sqlglot reads many dialects at once and forgives much; what it accepts and Oracle does not is found here by its tokens.
Functions are left as they were written (`Anonymous`), so that each is looked up by its Oracle name.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.oracle import OracleParser
from sqlglot.tokenizer_core import Token, TokenType

from pacs_rounds.lab.oracle_sql.errors import OraError

RESERVED = frozenset(str.split("""
    ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN COMMENT COMPRESS CONNECT CREATE
    CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE EXCLUSIVE EXISTS FILE FLOAT FOR FROM GRANT GROUP HAVING
    IDENTIFIED IMMEDIATE IN INCREMENT INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE LOCK LONG MAXEXTENTS
    MINUS MLSLABEL MODE MODIFY NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF OFFLINE ON ONLINE OPTION OR ORDER PCTFREE
    PRIOR PRIVILEGES PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID ROWNUM ROWS SELECT SESSION SET SHARE SIZE SMALLINT
    START SUCCESSFUL SYNONYM SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE USER VALIDATE VALUES VARCHAR VARCHAR2
    VIEW WHENEVER WHERE WITH"""))
"""Words that name nothing unless in double quotes (SQL Language Reference, appendix "Oracle SQL Reserved Words")."""
READS = (exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery)


class _Parser(OracleParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: OracleParser.FUNCTION_PARSERS[name] for name in ("CAST", "EXTRACT", "LISTAGG", "TRIM")}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: OracleParser.NO_PAREN_FUNCTION_PARSERS[name] for name in ("ANY", "CASE", "PRIOR", "CONNECT_BY_ROOT")}
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {
        kind: OracleParser.NO_PAREN_FUNCTIONS[kind] for kind in (
            TokenType.CURRENT_DATE, TokenType.CURRENT_TIMESTAMP, TokenType.LOCALTIMESTAMP, TokenType.SYSTIMESTAMP)}


class _Dialect(Oracle):
    Parser = _Parser


_FOREIGN = {"%": 911, "::": 911, "`": 911, "==": 936, "ILIKE": 920, "QUALIFY": 933, "RLIKE": 920,
            "REGEXP": 920, "<=>": 936, "&&": 911, "TOP": 923, "->": 911, "->>": 911, "$$": 911, "//": 936, "~": 911,
            "@>": 911, "<@": 911, "OVERLAPS": 920, "GLOB": 920, "SIMILAR": 920, "DIV": 923}
_AFTER_COMMA = {"FROM", "WHERE", "GROUP", "ORDER", "HAVING", ")", "UNION", "MINUS", ","}


def tokens(sql: str) -> list[Token]:
    """The statement's words. ORA-01756 for a text without its end, ORA-00911 for what is no word at all."""
    try:
        return list(_Dialect().tokenize(sql))
    except TokenError as error:
        raise OraError(1756 if sql.count("'") % 2 else 911) from error


def _plain(word: Token) -> str:
    """A word in capitals; nothing for a text or a quoted name."""
    return "" if word.token_type in (TokenType.STRING, TokenType.IDENTIFIER) else word.text.upper()


def _refuse_words(words: list[Token], version: tuple[int, ...]) -> None:
    for place, word in enumerate(words):
        text, quoted = word.text.upper(), word.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
        after = _plain(words[place + 1]) if place + 1 < len(words) else ""
        if quoted:
            continue
        if text in _FOREIGN and not (word.token_type == TokenType.VAR and text not in {"ILIKE", "QUALIFY"}):
            raise OraError(_FOREIGN[text], at=word.start)
        if text == "FETCH" and after in {"FIRST", "NEXT"} and version < (12, 1):
            raise OraError(933, at=word.start)
        if text == "OFFSET" and after.isdigit() and version < (12, 1):
            raise OraError(933, at=word.start)
        if text == "EXCEPT" and version < (21,):
            raise OraError(933, at=word.start)
        if text == "," and after in _AFTER_COMMA:
            raise OraError(936, at=words[place + 1].start)
        if text == ";":
            raise OraError(911, at=word.start)


def _at(node: exp.Expr) -> int | None:
    place = node.meta.get("start")
    return place if isinstance(place, int) else None


def position(node: exp.Expr) -> int | None:
    """Where a node begins in the statement, as far as its identifiers know."""
    places = [place for one in node.find_all(exp.Identifier) if (place := _at(one)) is not None]
    return min(places) if places else None


def _refuse_names(tree: exp.Expr, words: list[Token], version: tuple[int, ...]) -> None:
    longest = 128 if version >= (12, 2) else 30
    by_start = {word.start: place for place, word in enumerate(words)}
    for name in tree.find_all(exp.Identifier):
        place = _at(name)
        if len(name.this.encode()) > longest:
            raise OraError(972, at=place)
        parent = name.parent
        if name.args.get("quoted") or place is None or place not in by_start:
            continue
        before = words[by_start[place] - 1].text.upper() if by_start[place] else ""
        if isinstance(parent, exp.TableAlias) and before == "AS" and not isinstance(parent.parent, exp.CTE):
            raise OraError(933, at=words[by_start[place] - 1].start)
        if isinstance(parent, exp.TableAlias) and before in {")", "AS"} and isinstance(parent.parent, exp.CTE):
            continue
        upper = name.this.upper()
        if isinstance(parent, exp.Alias) and upper in RESERVED:
            raise OraError(923, at=place)
        if isinstance(parent, exp.TableAlias) and upper in RESERVED:
            raise OraError(933, at=place)
        if isinstance(parent, exp.Column) and upper in RESERVED - {"ROWNUM", "ROWID", "LEVEL", "SYSDATE", "USER",
                                                                   "UID"}:
            raise OraError(936, at=place)
        if not (upper[0].isalpha() and all(sign.isalnum() or sign in "_$#" for sign in upper)):
            raise OraError(911, at=place)


def _missing_from(words: list[Token], version: tuple[int, ...]) -> None:
    """A SELECT without FROM, which is no error from 23ai on."""
    depth, open_selects = 0, [0]
    for word in words:
        text = _plain(word)
        if text == "(":
            depth += 1
            open_selects.append(0)
        elif text == ")":
            if len(open_selects) > 1 and open_selects.pop() and version < (23,):
                raise OraError(923, at=word.start)
            depth -= 1
        elif text == "SELECT":
            if open_selects[-1] and version < (23,):
                raise OraError(923, at=word.start)
            open_selects[-1] = 1
        elif text == "FROM":
            open_selects[-1] = 0
    if depth > 0:
        raise OraError(907, at=words[-1].end + 1)
    if open_selects[0] and version < (23,):
        raise OraError(923, at=words[-1].end + 1)


@functools.lru_cache(256)
def parse(sql: str, version: tuple[int, ...]) -> tuple[exp.Expr, list[Token]]:
    """The tree of one query and its words. Only queries are read; anything else is refused by the caller."""
    words = tokens(sql)
    if not words:
        raise OraError(900)
    _refuse_words(words, version)
    _missing_from(words, version)
    try:
        trees = _Dialect().parse(sql)
    except (ParseError, TokenError) as error:
        details = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        said = str(details.get("description", ""))
        context = len(str(details.get("start_context", "")))
        number = 936 if "Required keyword" in said else 907 if "Expecting )" in said else 933
        raise OraError(number, at=context or None) from error
    if len(trees) != 1 or not isinstance(trees[0], READS):
        raise OraError(900)
    _refuse_names(trees[0], words, version)
    return trees[0], words


def headings(words: list[Token], sql: str) -> list[str]:
    """The texts of the select list's expressions, blanks taken out and in capitals, as SQL*Plus heads its columns."""
    upper = [_plain(word) for word in words]
    try:
        begin = _main_select(upper)
    except ValueError:
        return []
    while begin < len(upper) and upper[begin] in {"DISTINCT", "UNIQUE", "ALL"}:
        begin += 1
    found, depth, start = [], 0, begin
    for place in range(begin, len(words)):
        if upper[place] == "(":
            depth += 1
        elif upper[place] == ")":
            depth -= 1
        if (depth == 0 and upper[place] in {",", "FROM"}) or depth < 0:
            found.append(_bare(sql[words[start].start:words[place - 1].end + 1]))
            start = place + 1
            if upper[place] != ",":
                break
    return found


def _main_select(upper: list[str]) -> int:
    depth = 0
    for place, text in enumerate(upper):
        depth += (text == "(") - (text == ")")
        if text == "SELECT" and depth == 0:
            return place + 1
    return upper.index("SELECT") + 1


def _bare(text: str) -> str:
    """An expression as Oracle names its column: in capitals, without the blanks between its words."""
    out, quote = [], ""
    for sign in text.upper():
        quote = "" if sign == quote else sign if not quote and sign in "'\"" else quote
        if quote or not sign.isspace():
            out.append(sign)
    return "".join(out)
