"""What naviseccli says in place of an answer. Its exit status tells nothing: errors are text on standard output."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pacs_rounds.model import Reason


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why there is no answer. `whole`: it holds for every subcommand, so that asking the SP again is useless; with
    a refused log-in it would lock the account."""

    reason: Reason
    detail: str
    whole: bool = True


# Each anchored at a line's begin: log entries that quote such words begin with a date.
_SAID: tuple[tuple[str, Reason, str, bool], ...] = (
    # The question that hangs who runs it unattended. What follows it comes from somebody whom nobody has checked.
    (r"Unable to validate the identity of the server", Reason.REFUSED,
     "the SP's certificate is not trusted: look at it and store it once by hand, as the user of the rounds", True),
    (r"(?:Error: )?Security file not found", Reason.REFUSED,
     "no usable security file: make it on this machine, as the user of the rounds (-AddUserSecurity)", True),
    (r"(?:.{0,80}\b)?The security file is invalid|(?:Please )?enter (?:your |the )?password", Reason.REFUSED,
     "the security file is of no use: make it anew on this machine, as the user of the rounds", True),
    (r"(?:.{0,80}\b)?(?:Invalid username, password and/or scope|Authentication (?:failed|is required)|"
     r"Incorrect username|(?:User )?account (?:is )?locked)|.{0,200}\b401 Unauthori[sz]ed",
     Reason.REFUSED, "the SP refuses the log-in of the security file", True),
    (r"(?:.{0,80}\b)?(?:Caller not privileged|User not authorized)", Reason.REFUSED,
     "the account may not run this subcommand: it needs the role operator", False),
    (r"(?:Error(?::| occurred)? .{0,80})?(?:because of )?(?:the )?(?:request |connection |operation )?"
     r"tim(?:ed|e) ?out\b(?! *[:=])|.{0,60}\brequest (?:has )?timed out",
     Reason.TIMED_OUT, "the SP did not answer the tool in time", False),
    (r"(?:A network error|(?:Exception: )?(?:An )?error) occurred while trying to connect|"
     r".{0,80}Could not connect to the specified host|.{0,80}Error occurred because connection refused|"
     r".{0,40}Unable to establish a secure connection|.{0,80}(?:unknown host|host not found)|"
     r"The management server (?:is not running|could not be contacted)", Reason.UNREACHABLE,
     "the SP cannot be reached", True),
    (r"(?:Exception: )?Error occurred during HTTP request/response", Reason.UNREACHABLE,
     "the SP's management server does not answer properly", True),
    (r"CLI commands are not supported by the target", Reason.TOOL_MISSING,
     "what answers at this address is no VNX block array", True),
    (r"(?:.{0,60}: )?(?:Invalid command|Unknown command|(?:.{0,60} )?is not a recognized (?:command|switch|option))|"
     r"This version of .{0,60} does not support|Usage:(?:\s*$|.*[\[<])", Reason.TOOL_MISSING,
     "this array's software does not know the subcommand", False),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), Complaint(reason, sentence, whole))
                  for pattern, reason, sentence, whole in _SAID)
HEAD_LINES, TAIL_LINES = 8, 2


def complaint(text: str) -> Complaint | None:
    """The first complaint in an answer's first lines or its last two, or None when it is an answer.

    Only there: `Timed out` may end an answer that began well, and a log may quote anything in between.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    ends = lines if len(lines) <= HEAD_LINES + TAIL_LINES else lines[:HEAD_LINES] + lines[-TAIL_LINES:]
    for pattern, kind in _PATTERNS:
        said = next((line for line in ends if pattern.match(line)), None)
        if said is not None:
            return Complaint(kind.reason, f"{kind.detail} ({said[:120]})", kind.whole)
    return None
