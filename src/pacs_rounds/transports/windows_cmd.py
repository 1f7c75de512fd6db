"""One line of plain cmd.exe on a Windows host over Ansible's own connection, winrm or ssh; no PowerShell.

Ansible's winrm plugin wraps every command in PowerShell, which old hosts do not have (or only version 2): here its
authenticated WS-Man session is used directly, whose shell is cmd. psrp is PowerShell by nature and is refused.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
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


def _winrm(connection: Any, line: str, data: bytes | None) -> tuple[int, bytes, bytes]:
    try:
        return _in_shell(connection, line, data)
    except Exception as error:
        connection.protocol = connection.shell_id = None
        # A restarted host does not know this shell: it ran nothing in it.
        if getattr(error, "wsman_fault_code", None) != NO_SHELL:
            raise
    return _in_shell(connection, line, data)


def _in_shell(connection: Any, line: str, data: bytes | None) -> tuple[int, bytes, bytes]:
    connection._connect()
    protocol, shell = connection.protocol, connection.shell_id
    command = protocol.run_command(shell, line, (), console_mode_stdin=data is None)
    try:
        if data is not None:
            for piece, last in pieces(data):
                protocol.send_command_input(shell, command, piece, end=last)
        out, err, rc = protocol.get_command_output(shell, command)
    finally:
        with contextlib.suppress(Exception):  # the answer counts, not what becomes of the shell
            protocol.cleanup_command(shell, command)
    return rc, out, err


def execute(connection: Any, line: str, data: bytes | None) -> tuple[int, bytes, bytes]:
    """One line on the host; `data` goes to its standard input as base64 lines."""
    if connection.transport == "winrm":
        return _winrm(connection, line, data)
    if connection.transport == "psrp":
        raise ValueError("psrp needs PowerShell on the host: set ansible_connection to winrm or ssh")
    body = b"".join(piece for piece, _ in pieces(data)) if data is not None else None
    rc, out, err = connection.exec_command(line, in_data=body, sudoable=False)
    return rc, out, err


def put(connection: Any, script: str, path: Path, began: float) -> Answer:
    """The connection's own file transfer, for hosts without certutil's help."""
    connection.put_file(str(path), script.removeprefix(PUT))
    return Answer(script, "", 0, began, time.time())


def read_back(connection: Any, script: str, began: float) -> Answer:
    """Fetch a file and say its SHA-256 in certutil's words."""
    with tempfile.TemporaryDirectory(prefix="rounds-") as folder:
        path = Path(folder) / "file"
        connection.fetch_file(script.removeprefix(HASH), str(path))
        value = hashlib.sha256(path.read_bytes()).hexdigest()
    return Answer(script, f"SHA256 hash of file:\n{value}\nCertUtil: -hashfile (read back)", 0, began, time.time())


def run(connection: Any, script: str, send: Path | None) -> Answer:
    """A script of a plan on a Windows host. Errors of the connection are the caller's."""
    began = time.time()
    if script.startswith(PUT) and send is not None:
        return put(connection, script, send, began)
    if script.startswith(HASH):
        return read_back(connection, script, began)
    return answer_of(script, execute(connection, wrapped(script), send.read_bytes() if send else None), began)
