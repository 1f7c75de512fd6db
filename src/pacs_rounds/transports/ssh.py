"""SSH from the control node for the fan-out door: one session, the probe script on standard input, then goodbye.

paramiko 4 on purpose: it is the last that reaches SHA-1-only servers, and it costs a third of an OpenSSH process.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Sequence

import paramiko

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES, sh_probe
from pacs_rounds.transports.endpoint import Endpoint, disabled_algorithms, open_socket
from pacs_rounds.transports.failures import connection_failure, words_of
from pacs_rounds.transports.known_hosts import own_file
from pacs_rounds.transports.shell_round import Plan


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one host. Never raises for what the host does; every command gets its reason."""
    plan = Plan(commands, endpoint.ways.get("oracle"), secrets.token_hex(12))
    started = time.time()
    give_up = time.monotonic() + endpoint.deadline_seconds
    try:
        output, remark = _run(endpoint, plan.script(), give_up)
    except (OSError, EOFError, paramiko.SSHException) as error:
        reason, detail = connection_failure(words_of(error))
        ended = time.time()
        return [Answer(one.command, "", None, started, ended, reason, detail) for one in commands]
    answers = plan.answers(output.decode("utf-8", errors="replace"), started, time.time())
    if remark:
        return [Answer(a.command, a.text, None, a.started, a.ended, Reason.TIMED_OUT, remark)
                if a.reason in {Reason.NOT_RUN, Reason.TRUNCATED} else a for a in answers]
    return answers


def connect(endpoint: Endpoint) -> paramiko.SSHClient:
    """A logged-in client; the host key must be the recorded one. Raises OSError or SSHException."""
    client = paramiko.SSHClient()
    if endpoint.known_hosts:
        with own_file(endpoint) as known:
            client.load_host_keys(known)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    with contextlib.ExitStack() as unless_connected:
        connection = unless_connected.enter_context(open_socket(endpoint))
        unless_connected.callback(client.close)
        client.connect(
            endpoint.address, endpoint.port, endpoint.user or None, endpoint.password, key_filename=endpoint.key_file,
            timeout=endpoint.connect_seconds, banner_timeout=endpoint.connect_seconds,
            auth_timeout=endpoint.connect_seconds, look_for_keys=False, sock=connection,
            allow_agent=endpoint.password is None and endpoint.key_file is None,
            disabled_algorithms=disabled_algorithms(endpoint.legacy_ssh))
        unless_connected.pop_all()
    return client


def _run(endpoint: Endpoint, script: str, give_up: float) -> tuple[bytes, str]:
    """What the script printed, and a remark when the deadline cut it."""
    client = connect(endpoint)
    try:
        transport = client.get_transport()
        if transport is None:
            raise paramiko.SSHException("connection lost")
        channel = transport.open_session(timeout=endpoint.connect_seconds)
        channel.exec_command(sh_probe.SHELL)
        channel.settimeout(5.0)
        channel.sendall(script.encode())
        channel.shutdown_write()
        return _drain(channel, give_up)
    finally:
        client.close()


def _drain(channel: paramiko.Channel, give_up: float) -> tuple[bytes, str]:
    chunks: list[bytes] = []
    size = 0
    while True:
        left = give_up - time.monotonic()
        if left <= 0:
            return b"".join(chunks), "the host's deadline passed"
        channel.settimeout(left)
        try:
            chunk = channel.recv(65536)
        except (TimeoutError, socket.timeout):  # noqa: UP041  (paramiko raises its own on old Pythons)
            continue
        if not chunk:
            return b"".join(chunks), ""
        size += len(chunk)
        if size > 40 * MAX_BYTES:
            return b"".join(chunks), "more text than any inspection has"
        chunks.append(chunk)
