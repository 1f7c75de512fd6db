"""C-ECHO: is there a DICOM service behind this AE title? One association per peer at a time, always let go of.

An accepted C-ECHO proves a TCP port, a negotiated association and one answered message. It proves nothing about
storage, worklist or database. The other ways it can end mean different things and are kept apart: see `Echo.result`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.transports.dicom_result import Echo
from pacs_rounds.transports.dicom_round import Peer, Round
from pacs_rounds.transports.endpoint import UNKNOWN

COMMAND = "C-ECHO"
"""The pseudo-command whose answer this transport writes."""
DEFAULT_PORT = 104
DEFAULT_CALLING = "MAINTCHK"
DEFAULT_WORKERS = 8


def check_ae_title(title: Any, where: str) -> str:
    """The title without its insignificant spaces, or BadInput (PS3.5 section 6.2, VR AE). Case is significant."""
    if not isinstance(title, str) or not title.strip():
        raise BadInput(where, "an AE title is missing", "write 1 to 16 characters, as the device has it configured")
    stripped = title.strip(" ")
    if len(stripped) > 16:
        raise BadInput(where, f"the AE title {stripped[:40]!r} has {len(stripped)} characters",
                       "an AE title has at most 16")
    if not re.fullmatch(r"[ -\[\]-~]+", stripped):
        raise BadInput(where, f"the AE title {stripped!r} has a backslash, a control or a non-ASCII character",
                       "use printable ASCII without backslash; upper and lower case are different titles")
    return stripped


def peers_of(host: str, address: Any, dicom_aes: Any, timeout: float | None = None) -> list[Peer]:
    """The peers of one host from its `dicom_aes` ({ae_title, port, address?} each), grouped by address and port.

    What is not filled in yet stays `unknown` and is answered for without a packet. Raises BadInput for what no
    device can have.
    """
    rows = [{}] if dicom_aes in (None, UNKNOWN, []) else dicom_aes
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        raise BadInput(host, "dicom_aes is no list of mappings", "write: dicom_aes: [{ae_title: CT1, port: 104}]")
    grouped: dict[tuple[str, int | str], list[str]] = {}
    for number, row in enumerate(rows, start=1):
        title = row.get("ae_title") or UNKNOWN
        if title != UNKNOWN:
            title = check_ae_title(title, f"{host}: dicom_aes #{number}")
        where = str(row.get("address") or address or UNKNOWN)
        port = _port(row.get("port", UNKNOWN if title == UNKNOWN else DEFAULT_PORT), f"{host}: dicom_aes #{number}")
        grouped.setdefault((where, port), []).append(title)
    return [Peer(host, where, port, tuple(titles), timeout) for (where, port), titles in grouped.items()]


def _port(port: Any, where: str) -> int | str:
    if port in (None, UNKNOWN):
        return UNKNOWN
    if isinstance(port, str) and port.isascii() and port.isdigit():
        port = int(port)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise BadInput(where, f"{str(port)[:40]!r} is no TCP port", "write a number from 1 to 65535")
    return port


def echo_peers(peers: Sequence[Peer], *, calling_ae_title: str = DEFAULT_CALLING, timeout: float = 10.0,
               workers: int = DEFAULT_WORKERS) -> list[Echo]:
    """Ask every AE title of every peer, `workers` peers at once and one association per peer at a time.

    `timeout` (seconds) bounds everything done for one title: name, connect, association, echo and release. A peer
    that let one title run into it is not asked for its others, so that a dead device costs its time-out once.
    Raises BadInput for impossible titles and numbers before anything is sent; never for what a peer does.
    """
    calling = check_ae_title(calling_ae_title, "rounds_calling_ae_title")
    for name, number in (("timeout", timeout), ("workers", workers), *(("timeout", p.timeout) for p in peers)):
        if number is not None and not 0 < number < 1e6:
            raise BadInput(name, f"{number} is not usable", "write a number above 0")
    clean = [Peer(peer.host, peer.address, _port(peer.port, peer.host),
                  tuple(title if title == UNKNOWN else check_ae_title(title, peer.host) for title in peer.ae_titles),
                  peer.timeout or timeout) for peer in peers]
    return Round(clean, calling, workers).ask()


def answers(echoes: Sequence[Echo], commands: Sequence[Collect]) -> list[Answer]:
    """The answers of one host to the commands its checks collect, from its echoes. Only `C-ECHO` has one here."""
    now = time.time()
    return [answer_for(echoes) if one.command == COMMAND else
            Answer(one.command, "", None, now, now, Reason.NOT_RUN, "read from text collected by hand, never sent")
            for one in commands]


def answer_for(echoes: Sequence[Echo]) -> Answer:
    """One host's Answer to `C-ECHO`: a JSON line per AE title. A peer's silence is in the line, not in the reason."""
    if not echoes:
        now = time.time()
        return Answer(COMMAND, "", None, now, now, Reason.NOT_RUN, "no AE title was asked")
    text = "".join(echo.line() + "\n" for echo in echoes)
    return Answer(COMMAND, text, None, min(e.started for e in echoes), max(e.ended for e in echoes))
