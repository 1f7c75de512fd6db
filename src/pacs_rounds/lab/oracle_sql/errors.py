"""What the simulated database refuses, in Oracle's own words."""

from __future__ import annotations

TEXTS = {
    900: "invalid SQL statement", 904: "{}: invalid identifier", 905: "missing keyword",
    908: "missing NULL keyword", 907: "missing right parenthesis", 909: "invalid number of arguments",
    911: "invalid character",
    918: "column ambiguously defined", 920: "invalid relational operator",
    923: "FROM keyword not found where expected", 932: "inconsistent datatypes: expected {} got {}",
    933: "SQL command not properly ended", 934: "group function is not allowed here", 936: "missing expression",
    937: "not a single-group group function", 938: "not enough arguments for function",
    939: "too many arguments for function", 942: "table or view does not exist", 972: "identifier is too long",
    975: "date + date not allowed", 976: "Specified pseudocolumn or operator not allowed here.",
    978: "nested group function without GROUP BY", 979: "not a GROUP BY expression",
    988: "missing or invalid password(s)",
    997: "illegal use of LONG datatype",
    1012: "not logged on", 1017: "invalid username/password; logon denied",
    1031: "insufficient privileges", 1034: "ORACLE not available", 1219:
        "database not open: queries allowed on fixed tables/views only",
    1416: "two tables cannot be outer-joined to each other",
    1417: "a table may be outer joined to at most one other table",
    1427: "single-row subquery returns more than one row",
    1468: "a predicate may reference only one outer-joined table",
    1476: "divisor is equal to zero", 1507: "database not mounted",
    1719: "outer join operator (+) not allowed in operand of OR or IN", 1722: "invalid number",
    1756: "quoted string not properly terminated",
    1785: "ORDER BY item must be the number of a SELECT-list expression",
    1789: "query block has incorrect number of result columns",
    1790: "expression must have same datatype as corresponding expression", 1791: "not a SELECTed expression",
    1799: "a column may not be outer-joined to a subquery", 1821: "date format not recognized",
    1830: "date format picture ends before converting entire input string",
    1841: "(full) year must be between -4713 and +9999, and not be 0", 1843: "not a valid month",
    1858: "a non-numeric character was found where a numeric was expected",
    1861: "literal does not match format string", 2003: "invalid USERENV parameter", 3001: "unimplemented feature ({})",
    6550: "line 1, column 7:\nPLS-00201: identifier '{}' must be declared",
    25156: "old style outer join (+) cannot be used with ANSI joins", 30483: "window  functions are not allowed here",
    30484: "missing window specification for this function",
    30485: "missing ORDER BY expression in the window specification",
    2000: "missing WITHIN keyword",
    30482: "DISTINCT option not allowed for this function", 28000: "the account is locked",
    28001: "the password has expired",
    28002: "the password will expire within {} days", 922: "missing or invalid option",
    1481: "invalid number format model",
    1788: "CONNECT BY clause required in this query block", 902: "invalid datatype", 913: "too many values",
    947: "not enough values", 30076: "invalid extract field for extract source", 1436: "CONNECT BY loop in user data",
    30089: "missing or invalid <datetime field>", 1760: "illegal argument for function",
    30562: "invalid time zone in SQL statement", 1453: "SET TRANSACTION must be first statement of transaction",
    1456: "may not perform insert/delete/update operation inside a READ ONLY transaction",
    1489: "result of string concatenation is too long", 2248: "invalid option for ALTER SESSION",
    12705: "Cannot access NLS data files or invalid environment specified", 1008: "not all variables bound",
    1013: "user requested cancel of current operation", 1810: "format code appears twice",
    960: "ambiguous column naming in select list", 957: "duplicate column name",
    1445: "cannot select ROWID from, or sample, a join view without a key-preserved table",
    1446: "cannot select ROWID from, or sample, a view with DISTINCT, GROUP BY, etc.", 928: "missing SELECT keyword",
    903: "invalid table name", 906: "missing left parenthesis",
    1732: "data manipulation operation not legal on this view",
}


class OraError(Exception):
    """An ORA- error. `at` is the offset in the statement at which Oracle puts its asterisk, None where it puts none."""

    def __init__(self, number: int, *words: object, at: int | None = None) -> None:
        self.number, self.at = number, at
        self.text = f"ORA-{number:05d}: " + TEXTS[number].format(*words)
        super().__init__(self.text)


def unknown(what: str, at: int | None = None) -> OraError:
    """A construct Oracle may well know and the laboratory does not: it must fail, not be guessed at."""
    return OraError(3001, f"the laboratory does not know {what}", at=at)


def worded(text: str) -> OraError:
    """The error whose whole text (`ORA-01722: invalid number`) came up while a statement ran."""
    number = int(text[4:9])
    error = OraError(number) if "{}" not in TEXTS.get(number, "{}") else OraError(3001, text)
    error.text = text
    return error
