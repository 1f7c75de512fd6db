"""SQL*Plus's SET: its options by their abbreviations, and what it says to those it does not know."""

from __future__ import annotations

import re

from pacs_rounds.lab.sqlplus_format import Settings

_ON_OFF = {"HEADING": "heading", "TRIMOUT": "trimout", "TAB": "tab", "WRAP": "wrap", "VERIFY": "verify",
           "TERMOUT": "termout",
           "SQLBLANKLINES": "sqlblanklines"}
_NUMBERS = {"PAGESIZE": ("pagesize", 0, 50000, 268), "LINESIZE": ("linesize", 1, 32767, 267),
            "NUMWIDTH": ("numwidth", 2, 50, 266), "LONG": ("long", 1, 2000000000, 265)}
_OPTIONS = str.split("""
    HEAding TRIMout TAB WRAp VERify TERMout SQLBLanklines PAGESize LINesize NUMwidth LONG FEEDback NEWPage DEFine
    NULL COLSEP UNDerline RECSEP SQLTerminator MARKup ECHO TRIMSpool TIme TIMIng AUTOTrace SERVEROUTput
    LONGChunksize ARRAYsize SQLPrompt SQLNumber SQLCase FLUsh NUMFormat SHOWmode AUTOcommit APPInfo EXITCommit
    ESCape CONcat PAUse SQLCOntinue SQLPREfix CMDSep ERRORLogging SUFfix DESCRIBE EDITFile EMBedded COPYCommit
    INSTANCE XQUERY""")
_HANDLED = {"FEEDBACK", "NEWPAGE", "DEFINE", "NULL", "COLSEP", "UNDERLINE", "RECSEP", "SQLTERMINATOR", "MARKUP",
            *_ON_OFF, *_NUMBERS}


def _option(written: str) -> str | None:
    """SET's option by what was written: as many letters as its capitals above, or more."""
    for one in _OPTIONS:
        least = sum(sign.isupper() for sign in one)
        if len(written) >= least and one.upper().startswith(written.upper()):
            return one.upper()
    return None


def change(settings: Settings, rest: str, version: tuple[int, ...]) -> str:
    """Do what follows SET; returns what SQL*Plus says. An option it does not know ends the line."""
    words = re.findall(r"'[^']*'|\"[^\"]*\"|\S+", rest)
    if not words:
        return "SP2-0281: set missing set option\nUsage: SET <option> <value>\n"
    said = ""
    for place in range(0, len(words), 2):
        value = words[place + 1].strip("'\"") if place + 1 < len(words) else ""
        name = _option(words[place])
        if name is None:
            return f'{said}SP2-0158: unknown SET option "{words[place]}"\n'
        if name == "MARKUP":
            return said + _markup(value, version)
        said += _one(settings, name, value)
    return said


def _one(settings: Settings, name: str, value: str) -> str:
    if name in _NUMBERS:
        attribute, least, most, message = _NUMBERS[name]
        if not value.isdigit() or not least <= int(value) <= most:
            return f"SP2-0{message}: {attribute} option {value} out of range ({least} through {most})\n"
        setattr(settings, attribute, int(value))
    elif name in _ON_OFF:
        if value.upper() not in {"ON", "OFF"}:
            return f"SP2-0265: {name.lower()} must be set ON or OFF\n"
        setattr(settings, _ON_OFF[name], value.upper() == "ON")
    elif name in _HANDLED:
        _text(settings, name, value)
    return ""


def _text(settings: Settings, name: str, value: str) -> None:
    upper = value.upper()
    if name == "FEEDBACK":
        settings.feedback = {"ON": 6, "OFF": 0}.get(upper, int(value) if value.isdigit() else 6)
    elif name == "NEWPAGE":
        settings.newpage = None if upper == "NONE" else int(value)
    elif name == "DEFINE":
        settings.define = {"ON": "&", "OFF": ""}.get(upper, value)
    elif name == "NULL":
        settings.null = value
    elif name == "COLSEP":
        settings.colsep = value or " "
    elif name == "UNDERLINE":
        settings.underline = {"OFF": "", "ON": "-"}.get(upper, value)
    elif name == "RECSEP":
        settings.recsep = value.lower()
    elif name == "SQLTERMINATOR":
        settings.sqlterminator = {"OFF": "", "ON": ";"}.get(upper, value)


def _markup(value: str, version: tuple[int, ...]) -> str:
    """SET MARKUP CSV is 12.2 and later; the laboratory knows no markup at all, and says so."""
    if value.upper() == "CSV" and version < (12, 2):
        return 'SP2-0158: unknown SET MARKUP option "CSV"\n'
    return "SP2-9999: the laboratory's SQL*Plus knows no SET MARKUP\n"
