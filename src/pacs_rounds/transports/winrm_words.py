"""What a failed WinRM request means, and the characters of Windows' console programs. Pure."""

from __future__ import annotations

import codecs
import re

from pacs_rounds.model import Reason
from pacs_rounds.transports.failures import connection_failure, words_of
from pacs_rounds.transports.winrm_settings import UTF_8

# Codes of WSManFault, as winerror.h and wsmerror.h name them.
_ACCESS_DENIED = 5
_NO_SUCH_SHELL = 2150858843  # ERROR_WSMAN_UNEXPECTED_SELECTORS
_NO_ROOM = {2150859173, 2150859174, 2150859179, 2150859236}  # ERROR_WSMAN_QUOTA_MAX_SHELLS and its kin
_TLS = (
    (r"fingerprints? did not match", "the host shows another certificate than the recorded one: find out why"),
    (r"certificate has expired|not yet valid", "the host's certificate is out of its time"),
    (r"hostname mismatch|ip address mismatch|doesn't match", "the host's certificate is for another name"),
    (r"unsupported protocol|no protocols available|protocol version|handshake failure|dh key too small|no shared",
     "no common TLS version or cipher"),
    (r"wrong version number|record layer failure|http request", "no TLS is spoken there"),
    (r"certificate verify failed", "no CA that we trust has signed the host's certificate"),
)
_OURS = (
    (r"(?:kerberos|credssp) is not installed|requests_ntlm is not installed",
     Reason.TOOL_MISSING, "the control node lacks a library for this way to log in"),
    (r"no kerberos credentials|no credentials cache|ticket expired|KRB5|GSSError|KerberosExchangeError|SpnegoError",
     Reason.REFUSED, "the log-in could not be negotiated"),
)


def failure(error: BaseException) -> tuple[Reason, str]:
    """Reason and a sentence for people, from what pywinrm, requests or the XML of an answer raised."""
    import requests.exceptions as http
    from winrm import exceptions as winrm

    words = " ".join(words_of(error).split())
    if isinstance(error, winrm.InvalidCredentialsError):
        return Reason.REFUSED, "login refused: user or password, or this way to log in is off on the host"
    if isinstance(error, winrm.WSManFaultError):
        return _fault(error.wsman_fault_code, error.reason)
    if isinstance(error, winrm.WinRMTransportError):
        return _status(error.code)
    if isinstance(error, http.SSLError) or "SSLError" in words:
        return _tls(words)
    if isinstance(error, http.ReadTimeout):
        return Reason.TIMED_OUT, "WinRM took the request and did not answer it in time"
    for pattern, reason, sentence in _OURS:
        if match := re.search(pattern, words, re.IGNORECASE):
            return reason, f"{sentence} ({words[max(0, match.start() - 60):match.end() + 60].strip()})"
    if isinstance(error, http.RequestException | OSError):
        return connection_failure(words)
    return Reason.UNPARSABLE, f"no answer of WS-Management: {words[:160]}"


def _tls(words: str) -> tuple[Reason, str]:
    for pattern, sentence in _TLS:
        if match := re.search(pattern, words, re.IGNORECASE):
            return Reason.REFUSED, f"{sentence} ({words[max(0, match.start() - 40):match.end() + 60].strip()})"
    return Reason.REFUSED, f"TLS was not agreed on ({words[-120:]})"


def _fault(code: int | None, said: str) -> tuple[Reason, str]:
    shown = f"({code}: {' '.join(said.split())[:120]})"
    if code == _ACCESS_DENIED:
        return Reason.REFUSED, f"the account may not open a remote shell: group or policy {shown}"
    if code in _NO_ROOM:
        return Reason.REFUSED, f"no free shell on the host: its quota is used up {shown}"
    if code == _NO_SUCH_SHELL:
        return Reason.UNREACHABLE, f"the shell was ended on the host {shown}"
    return Reason.UNPARSABLE, f"WinRM answers with a fault {shown}"


def _status(code: int) -> tuple[Reason, str]:
    if code == 403:
        return Reason.REFUSED, "WinRM refuses this account or address (HTTP 403)"
    if code in {404, 405, 411, 503}:
        return Reason.UNREACHABLE, f"no WinRM answers at this port and path (HTTP {code})"
    return Reason.UNPARSABLE, f"no answer of WS-Management (HTTP {code})"


def decode(raw: bytes, codepage: int = UTF_8, whole: bool = True) -> str:
    """The text a program printed. SQL*Plus writes UTF-8, as its NLS_LANG says; console programs write the host's code
    page: where the bytes are no UTF-8, they are read in the one named, or as simplified Chinese, and what is no
    character there becomes U+FFFD. Bytes of a character that was cut (`whole` false) are left out."""
    names = ["utf-8", "gb18030" if codepage in {UTF_8, 936, 54936} else f"cp{codepage}"]
    text = ""
    for name in names:
        decoder = codecs.getincrementaldecoder(name)("strict")
        try:
            text = decoder.decode(raw, final=whole)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode(names[-1], errors="replace")
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n")


def known_codepage(codepage: int) -> bool:
    """Whether Python has a decoder for it."""
    try:
        codecs.lookup(f"cp{codepage}")
    except LookupError:
        return codepage in {UTF_8, 54936}
    return True
