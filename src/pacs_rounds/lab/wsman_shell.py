"""The shells of one simulated Windows host: what WS-Management's operations do to them (MS-WSMV 3.1.4). No network.

What a command does is for `run`: a function that gets a Call, reads `call.read()`, writes `call.out(...)`, and returns
the exit code. It runs in a thread of its own; after `terminate` or Delete its `ended` is set, and what it writes is
thrown away.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import queue
import re
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

LOG = logging.getLogger(__name__)
S = "{http://www.w3.org/2003/05/soap-envelope}"
A = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
RSP = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
SHELL = RSP[1:-1]
TIMED_OUT, NO_SHELL, ACCESS_DENIED, TOO_MANY = 2150858793, 2150858843, 5, 2150859173
"""Codes of WSManFault: nothing to receive yet, no such shell, the account may not, more shells than a user may have."""
LARGEST = 24_000
"""Bytes of output in one answer to Receive."""


@dataclass
class Call:
    """One command in a shell: its line, the shell's environment, its streams."""

    line: str
    environment: dict[str, str]
    directory: str = ""
    console_input: bool = True
    ended: threading.Event = field(default_factory=threading.Event)
    typed: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)
    said: list[tuple[str, bytes]] = field(default_factory=list)
    status: int | None = None
    news: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> bytes | None:
        """The next piece of standard input; None at its end, and when the command was ended."""
        while not self.ended.is_set():
            with contextlib.suppress(queue.Empty):
                return self.typed.get(timeout=0.02)
        return None

    def read_all(self) -> bytes:
        """Standard input to its end."""
        return b"".join(iter(self.read, None))

    def out(self, data: bytes) -> None:
        """Write to standard output."""
        self._say("stdout", data)

    def err(self, data: bytes) -> None:
        """Write to standard error."""
        self._say("stderr", data)

    def _say(self, stream: str, data: bytes) -> None:
        with self.news:
            if data and not self.ended.is_set():
                self.said.append((stream, data))
                self.news.notify_all()

    def finish(self, status: int) -> None:
        """The command is over."""
        with self.news:
            if self.status is None:
                self.status = status
            self.news.notify_all()

    def receive(self, seconds: float) -> list[tuple[str, bytes]] | None:
        """What it has written and nobody has received; None when nothing came in time."""
        until = time.monotonic() + seconds
        with self.news:
            while not self.said and self.status is None:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self.news.wait(left)
            return self._taken()

    def _taken(self) -> list[tuple[str, bytes]]:
        taken: list[tuple[str, bytes]] = []
        room = LARGEST
        while self.said and room > 0:
            stream, data = self.said[0]
            taken.append((stream, data[:room]))
            self.said[:1] = [(stream, data[room:])] if data[room:] else []
            room -= len(data)
        return taken


Run = Callable[[Call], int]


class Fault(Exception):  # noqa: N818  (an answer, not an error)
    """A SOAP fault."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass
class Shell:
    """What Create made."""

    environment: dict[str, str]
    directory: str
    codepage: str
    owner: str
    calls: dict[str, Call] = field(default_factory=dict)


@dataclass
class Shells:
    """All shells of the host. `before(action)` may return `drop` (the connection is closed without an answer), `hang`
    (no answer until the server closes) or a Fault to raise. `actions` keeps the last word of every action asked for,
    `calls` every command; `open` the shells that nobody has deleted."""

    run: Run
    before: Callable[[str], str | Fault | None] = lambda action: None
    open: dict[str, Shell] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def delete(self, name: str) -> None:
        """Delete a shell with all that runs in it."""
        shell = self.open.pop(name, None)
        for call in shell.calls.values() if shell else ():
            call.ended.set()

    def answer(self, body: bytes, user: str) -> str:
        """The envelope that answers one; Fault."""
        envelope = ET.fromstring(body)  # noqa: S314  (the tests' own client)
        action = _text(envelope, f".//{A}Action").rpartition("/")[2]
        self.actions.append(action)
        told = self.before(action)
        if isinstance(told, Fault):
            raise told
        if told:
            raise Silence(told)
        shell_id = next((one.text or "" for one in envelope.iter(f"{W}Selector") if one.get("Name") == "ShellId"), "")
        if action == "Create":
            content = self._create(envelope, user)
        else:
            shell = self.open.get(shell_id)
            if shell is None or shell.owner != user:
                raise Fault(NO_SHELL, "The shell was not found on the server.")
            content = {"Delete": self._delete, "Command": self._command, "Send": self._send, "Receive": self._receive,
                       "Signal": self._signal}[action](envelope, shell_id, shell)
        return _envelope(f"{action}Response", content, _text(envelope, f".//{A}MessageID"))

    def _create(self, envelope: ET.Element, user: str) -> str:
        options = _options(envelope)
        environment = {one.get("Name", ""): one.text or "" for one in envelope.iter(f"{RSP}Variable")}
        name = str(uuid.uuid4()).upper()
        self.open[name] = Shell(environment, _text(envelope, f".//{RSP}WorkingDirectory"),
                                  options.get("WINRS_CODEPAGE", ""), user)
        return ('<x:ResourceCreated xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"><a:ReferenceParameters>'
                f'<w:SelectorSet><w:Selector Name="ShellId">{name}</w:Selector></w:SelectorSet>'
                '</a:ReferenceParameters></x:ResourceCreated>')

    def _delete(self, envelope: ET.Element, shell_id: str, shell: Shell) -> str:
        self.delete(shell_id)
        return ""

    def _command(self, envelope: ET.Element, shell_id: str, shell: Shell) -> str:
        options = _options(envelope)
        words = [_text(envelope, f".//{RSP}Command"), *(one.text or "" for one in envelope.iter(f"{RSP}Arguments"))]
        call = Call(" ".join(filter(None, words)), shell.environment, shell.directory,
                    options.get("WINRS_CONSOLEMODE_STDIN", "TRUE") == "TRUE")
        name = str(uuid.uuid4()).upper()
        shell.calls[name] = call
        self.calls.append(call)
        threading.Thread(target=self._work, args=(call,), daemon=True).start()
        return f"<rsp:CommandResponse><rsp:CommandId>{name}</rsp:CommandId></rsp:CommandResponse>"

    def _work(self, call: Call) -> None:
        status = 1
        try:
            status = self.run(call)
        except Exception:
            LOG.exception("the stand-in failed: %s", call.line)
            call.err(b"the stand-in failed\r\n")
        finally:
            call.finish(status)

    def _send(self, envelope: ET.Element, shell_id: str, shell: Shell) -> str:
        for stream in envelope.iter(f"{RSP}Stream"):
            call = _call(shell, stream.get("CommandId"))
            if call.status is not None:
                raise Fault(232, "The pipe is being closed.")
            if stream.text:
                call.typed.put(base64.b64decode(stream.text))
            if stream.get("End") == "true":
                call.typed.put(None)
        return "<rsp:SendResponse/>"

    def _receive(self, envelope: ET.Element, shell_id: str, shell: Shell) -> str:
        name = next(one.get("CommandId") for one in envelope.iter(f"{RSP}DesiredStream"))
        call = _call(shell, name)
        seconds = float(re.sub(r"[^\d.]", "", _text(envelope, f".//{W}OperationTimeout")) or 60)
        said = call.receive(seconds)
        if said is None:
            raise Fault(TIMED_OUT, "The WS-Management service cannot complete the operation within the time specified.")
        streams = "".join(f'<rsp:Stream Name="{stream}" CommandId="{name}">{base64.b64encode(data).decode()}'
                          "</rsp:Stream>" for stream, data in said)
        done = call.status is not None and not call.said
        code = f"<rsp:ExitCode>{call.status}</rsp:ExitCode>" if done else ""
        return (f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/'
                f'{"Done" if done else "Running"}">{code}</rsp:CommandState></rsp:ReceiveResponse>')

    def _signal(self, envelope: ET.Element, shell_id: str, shell: Shell) -> str:
        signal = next(envelope.iter(f"{RSP}Signal"))
        if _text(signal, f"{RSP}Code").endswith("/terminate"):
            call = _call(shell, signal.get("CommandId"))
            call.ended.set()
            call.finish(-1073741510)  # 0xC000013A, as after Ctrl-C
        return "<rsp:SignalResponse/>"


class Silence(Exception):  # noqa: N818
    """No answer: `drop` or `hang`."""


def _text(element: ET.Element, path: str) -> str:
    return element.findtext(path) or ""


def _options(envelope: ET.Element) -> dict[str, str]:
    return {one.get("Name", ""): one.text or "" for one in envelope.iter(f"{W}Option")}


def _call(shell: Shell, name: str | None) -> Call:
    if name not in shell.calls:
        raise Fault(NO_SHELL, "The command was not found on the server.")
    return shell.calls[name]


def _envelope(action: str, content: str, relates_to: str) -> str:
    return (f'<s:Envelope xmlns:s="{S[1:-1]}" xmlns:a="{A[1:-1]}" xmlns:w="{W[1:-1]}" xmlns:rsp="{SHELL}"><s:Header>'
            f"<a:Action>{SHELL}/{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
            f"<a:RelatesTo>{relates_to}</a:RelatesTo></s:Header><s:Body>{content}</s:Body></s:Envelope>")


def fault_text(fault: Fault) -> str:
    """The envelope of a fault."""
    kind = "TimedOut" if fault.code == TIMED_OUT else "InternalError"
    return _envelope("fault", f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:{kind}</s:Value>"
                     f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{fault.words}</s:Text></s:Reason>'
                     '<s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
                     f'Code="{fault.code}" Machine="lab"><f:Message>{fault.words}</f:Message></f:WSManFault></s:Detail>'
                     "</s:Fault>", "")
