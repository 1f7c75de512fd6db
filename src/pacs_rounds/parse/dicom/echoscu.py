"""What `echoscu -v` prints, DCMTK's (3.5 to 3.6) and pynetdicom's, one or several calls in one text.

A round can so be done from text that somebody collected by hand. The program names neither peer nor AE title; the
command line before its output does, so keep it in the file where a host has more than one title.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser

Session = dict[str, Any]

_PREFIX = re.compile(r"^(?:(?P<level>[TDIWEF]): ?)?(?P<said>.*)$")
_CALL = re.compile(r"(?:^|[\s/\\$#>])echoscu(?:\.exe|\.py)?\s+(?P<words>\S.*)$")
_PROMPT = re.compile(r"^\S.{0,60}[$#>]$|^[$#>]$")
_STATUS = re.compile(r"^(?:Received Echo Response|Echo \[\d+\], Complete)\s*[(\[](?P<words>.*)[)\]]$")
_SOURCES = {"service user": 1, "service provider (acse)": 2, "service provider (acse related)": 2,
            "service provider (presentation)": 3, "service provider (presentation related)": 3}
_REASONS = {"application context name not supported": 2, "calling ae title not recognized": 3,
            "calling ae title not recognised": 3, "called ae title not recognized": 7,
            "called ae title not recognised": 7, "protocol version not supported": 2, "temporary congestion": 1,
            "local limit exceeded": 2, "no reason": 1, "no reason given": 1}
# Words of a failure, the result they mean and the phase they end (None: the phase reached so far).
_FAILURES: tuple[tuple[str, str, str | None], ...] = (
    (r"connection refused|actively refused", "refused", "connect"),
    (r"tcp initiali[sz]ation error.*tim(?:ed|e) ?out", "timed_out", "connect"),
    (r"no route to host|network is unreachable|host is down|unknown host|name or service not known|getaddrinfo",
     "unreachable", "connect"),
    (r"dul network read timeout|acse timeout reached|(?:association|artim) .*timeout", "timed_out", "association"),
    (r"no data available \(timeout|dimse timeout reached", "timed_out", "echo"),
    (r"no accept(?:able|ed) presentation contexts?", "no_context", "association"),
    (r"peer aborted association|association aborted|received a-abort", "aborted", None),
    (r"peer requested release", "aborted", None),
    (r"peer closed connection|connection closed by peer|connection reset|broken pipe", "closed", None),
)
# What only says that a failure follows or has been; the line beside it says which.
_EMPTY_WORDS = re.compile(
    r"^(?:association request failed: unable to connect to remote|association request failed:?"
    r"|association request failed: 0006:031b failed to establish association|(?:echo )?scu failed:?"
    r"|tcp initiali[sz]ation error:?)$", re.IGNORECASE)


# $ echoscu -v -aet MAINTCHK -aec CT9 192.0.2.9 104
# I: Requesting Association
# I: Association Accepted (Max Send PDV: 16372)
# I: Sending Echo Request (MsgID 1)
# I: Received Echo Response (Success)
# I: Releasing Association
@parser("dicom.echoscu")
def echoscu(text: str) -> list[Session]:
    """List of calls: {ae_title, address, port, calling_ae_title (None where no command line says), result, phase,
    reject_result, source, reason_code, reason_text, status, remarks}; words as in `dicom.c_echo`, besides `cut_off`
    (the text ends in the middle) and `other` (a failure with words of its own). Raises ParseError for foreign lines.
    """
    sessions: list[Session] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        match = _PREFIX.match(line)
        level, said = (match["level"], match["said"].strip()) if match else (None, line)
        if not line or level in {"D", "T"} or (level is None and _PROMPT.match(line)):
            continue
        call = None if level else _CALL.search(line)
        if call:
            sessions.append(_from_command_line(call["words"], number))
        elif said.startswith("Requesting Association"):
            if not sessions or sessions[-1]["phase"] != "call":
                sessions.append(_new())
            sessions[-1]["phase"] = "connect"
        elif not sessions:
            raise ParseError(f"line {number} is no output of echoscu -v: {line[:60]!r}")
        else:
            _read(sessions[-1], level, said, number)
    if not sessions:
        raise ParseError("no call of echoscu in the text")
    return [_finished(session) for session in sessions]


def _new() -> Session:
    return {"ae_title": None, "address": None, "port": None, "calling_ae_title": None, "result": "cut_off",
            "phase": "connect", "reject_result": None, "source": None, "reason_code": None, "reason_text": "",
            "status": None, "remarks": []}


def _from_command_line(words: str, number: int) -> Session:
    try:
        parts = shlex.split(words)
    except ValueError:
        raise ParseError(f"line {number}: the command line cannot be read: {words[:60]!r}") from None
    session = {**_new(), "phase": "call"}
    for flags, key in ((("-aec", "--call"), "ae_title"), (("-aet", "--aetitle"), "calling_ae_title")):
        for flag in flags:
            if flag in parts[:-1]:
                session[key] = parts[parts.index(flag) + 1]
    if len(parts) >= 2 and parts[-1].isdigit() and not parts[-2].startswith("-"):
        session["address"], session["port"] = parts[-2], int(parts[-1])
    return session


def _read(session: Session, level: str | None, said: str, number: int) -> None:
    """One line of a call into its session."""
    status = _STATUS.match(said)
    if said.startswith("Association Accepted"):
        session["phase"] = "echo"
    elif status:
        _take_status(session, status["words"], number)
    elif re.match(r"(?:Sending Echo Request|Echo \[\d+\],? *$|(?:Releasing|Aborting) Association)", said):
        return
    elif re.match(r"Association Reject(?:ed|ion)", said):
        session["result"], session["phase"] = "rejected", "association"
    elif session["result"] == "rejected" and said.startswith(("Result:", "Reason:")):
        _take_rejection(session, said, number)
    elif said.startswith("Association Release Failed"):
        session["result"], session["phase"], session["reason_text"] = "unreleased", "release", said[:160]
    elif _take_failure(session, said):
        return
    elif level in {"E", "F"}:
        session["result"] = "other" if session["result"] == "cut_off" else session["result"]
        session["reason_text"] = session["reason_text"] or said[:160]
    elif level in {"I", "W"}:
        session["remarks"].append(said[:160])
    else:
        raise ParseError(f"line {number} is no output of echoscu -v: {said[:60]!r}")


def _take_status(session: Session, words: str, number: int) -> None:
    code = re.search(r"0x([0-9a-fA-F]{1,4})", words)
    if code:
        value = int(code[1], 16)
    elif re.fullmatch(r"(?:Status: )?success", words.strip(), re.IGNORECASE):
        value = 0
    else:
        raise ParseError(f"line {number}: the status {words[:60]!r} is not understood")
    if session["result"] == "failed_status":  # -repeat: one failure is enough
        return
    session["status"] = f"0x{value:04x}"
    session["result"] = "failed_status" if value else "accepted"


def _take_rejection(session: Session, said: str, number: int) -> None:
    if said.startswith("Reason:"):
        words = said.removeprefix("Reason:").strip()
        session["reason_code"], session["reason_text"] = _REASONS.get(words.lower()), words[:160]
        return
    match = re.fullmatch(r"Result: Rejected (Permanent|Transient), Source: (.+)", said, re.IGNORECASE)
    if not match:
        raise ParseError(f"line {number}: the rejection {said[:60]!r} is not understood")
    session["reject_result"] = 1 if match[1].lower() == "permanent" else 2
    session["source"] = _SOURCES.get(match[2].strip().lower())


def _take_failure(session: Session, said: str) -> bool:
    if _EMPTY_WORDS.match(said):
        session["result"] = "other" if session["result"] == "cut_off" else session["result"]
        session["reason_text"] = session["reason_text"] or said
        return True
    for pattern, result, phase in _FAILURES:
        if re.search(pattern, said, re.IGNORECASE):
            # DCMTK 3.6.8 names the general failure first and the cause below it.
            if session["result"] not in {"refused", "timed_out", "unreachable", "failed_status"}:
                session["result"] = result
                session["phase"] = phase or ("association" if session["phase"] == "connect" else session["phase"])
                session["reason_text"] = said[:160]
            return True
    return False


def _finished(session: Session) -> Session:
    if session["phase"] == "call":
        session["phase"] = "connect"
    return session
