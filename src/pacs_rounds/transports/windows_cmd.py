"""One line of plain cmd.exe on a Windows host over Ansible's own connection, winrm or ssh; no PowerShell.

Ansible's winrm plugin wraps every command in PowerShell, which old hosts do not have (or only version 2): here its
authenticated WS-Man session is used directly, whose shell is cmd. psrp is PowerShell by nature and is refused.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pacs_rounds.model import Answer, Reason
from pacs_rounds.patch.windows import HASH, PUT

_MARK = re.compile(r"(?:^|\n)rounds-exit (-?\d+)[ \r\n]*$")
PIECE = 48 * 1024
"""Bytes of a file in one message: 64 KiB as base64 lines, and again base64 in SOAP, stay below the 150 KiB that WinRM 2
takes by default."""

NO_SHELL = 0x8033805B
"""WSManFault: the shell was not found."""
FILE_SECONDS = 3600.0


def is_windows(connection: Any) -> bool:
    """Whether a connection leads to cmd or PowerShell."""
    return bool(getattr(getattr(connection, "_shell", None), "_IS_WINDOWS", False))


def wrapped(script: str) -> str:
    """The script, and after it its own exit code: ssh would cut it to eight bits. `call` reads the line once more, when
    the code is known."""
    return f"({script})& call echo rounds-exit %^errorlevel%"


def text_of(data: bytes) -> str:
    """What a console wrote: UTF-16 with its mark (wmic), UTF-8, or code page 936. wmic ends lines with CR CR LF."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _lines(data.decode(name, errors="replace"))
    for name in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return _lines(data.decode(name))
    return _lines(data.decode("utf-8", errors="replace"))


def _lines(text: str) -> str:
    return re.sub(r"\r+\n", "\n", text).replace("\x00", "")


def answer_of(script: str, said: tuple[int, bytes, bytes], began: float) -> Answer:
    """An answer from exit code, standard output and error of a wrapped script. Without the exit code at its end it was
    cut off."""
    rc, out, err = said
    text = text_of(out)
    match = _MARK.search(text)
    if match is None:
        words = (text + text_of(err)).strip()
        return Answer(script, words, None, began, time.time(), Reason.TRUNCATED,
                      f"the end is missing (connection's status {rc}): {words[-120:]}")
    return Answer(script, text[:match.start()] + "\n" + text_of(err), int(match[1]), began, time.time())


def pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """A file as base64 lines of 64 characters in pieces, each with whether it is the last."""
    for at in range(0, max(1, len(data)), PIECE):
        lines = base64.encodebytes(data[at:at + PIECE]).replace(b"\n", b"") or b""
        text = b"".join(lines[one:one + 64] + b"\r\n" for one in range(0, len(lines), 64))
        yield text, at + PIECE >= len(data)


def _winrm(connection: Any, line: str, data: bytes | None, limit: float) -> tuple[int, bytes, bytes]:
    try:
        return _in_shell(connection, line, data, limit)
    except Exception as error:
        connection.protocol = connection.shell_id = None
        # A restarted host does not know this shell: it ran nothing in it.
        if getattr(error, "wsman_fault_code", None) != NO_SHELL:
            raise
    return _in_shell(connection, line, data, limit)


def _in_shell(connection: Any, line: str, data: bytes | None, limit: float) -> tuple[int, bytes, bytes]:
    from winrm.exceptions import WinRMOperationTimeoutError

    connection._connect()
    protocol, shell, until = connection.protocol, connection.shell_id, time.monotonic() + limit
    command = protocol.run_command(shell, line, (), console_mode_stdin=data is None)
    told: list[tuple[bytes, bytes]] = []
    rc, done = -1, False
    try:
        for piece, last in pieces(data) if data is not None else ():
            protocol.send_command_input(shell, command, piece, end=last)
        while not done:
            if time.monotonic() > until:
                raise TimeoutError(f"no end within {limit:.0f} s")
            with contextlib.suppress(WinRMOperationTimeoutError):  # it says nothing for a while
                out, err, rc, done = protocol.get_command_output_raw(shell, command)
                told.append((out, err))
    finally:
        with contextlib.suppress(Exception):  # the answer counts, not what becomes of the command
            protocol.cleanup_command(shell, command)
    return rc, b"".join(out for out, _ in told), b"".join(err for _, err in told)


@contextlib.contextmanager
def _bounded(limit: float) -> Iterator[None]:
    """Ansible's ssh waits for ever for a command that hangs: an alarm ends the wait, and its ssh is ended with it."""
    def ring(number: int, frame: Any) -> None:
        raise TimeoutError(f"no end within {limit:.0f} s")

    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = set(children.read_text().split())
    old = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    except TimeoutError:
        for pid in set(children.read_text().split()) - before:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGTERM)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def execute(connection: Any, line: str, data: bytes | None, limit: float) -> tuple[int, bytes, bytes]:
    """One line on the host, at most `limit` seconds (TimeoutError); `data` goes to its standard input as base64."""
    if connection.transport == "winrm":
        return _winrm(connection, line, data, limit)
    if connection.transport == "psrp":
        raise ValueError("psrp needs PowerShell on the host: set ansible_connection to winrm or ssh")
    body = b"".join(piece for piece, _ in pieces(data)) if data is not None else None
    with _bounded(limit):
        rc, out, err = connection.exec_command(line, in_data=body, sudoable=False)
    return rc, out, err


def put(connection: Any, script: str, path: Path, began: float) -> Answer:
    """The connection's own file transfer, for hosts without certutil's help."""
    with _bounded(FILE_SECONDS):
        connection.put_file(str(path), script.removeprefix(PUT))
    return Answer(script, "", 0, began, time.time())


def read_back(connection: Any, script: str, began: float) -> Answer:
    """Fetch a file and say its SHA-256 in certutil's words."""
    with tempfile.TemporaryDirectory(prefix="rounds-") as folder:
        path = Path(folder) / "file"
        with _bounded(FILE_SECONDS):
            connection.fetch_file(script.removeprefix(HASH), str(path))
        value = hashlib.sha256(path.read_bytes()).hexdigest()
    return Answer(script, f"SHA256 hash of file:\n{value}\nCertUtil: -hashfile (read back)", 0, began, time.time())


def run(connection: Any, script: str, send: Path | None, limit: float) -> Answer:
    """A script of a plan on a Windows host. Errors of the connection are the caller's."""
    began = time.time()
    if script.startswith(PUT) and send is not None:
        return put(connection, script, send, began)
    if script.startswith(HASH):
        return read_back(connection, script, began)
    try:
        said = execute(connection, wrapped(script), send.read_bytes() if send else None, limit)
    except TimeoutError as error:
        return Answer(script, "", None, began, time.time(), Reason.TIMED_OUT, str(error))
    return answer_of(script, said, began)
