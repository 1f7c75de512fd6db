"""The simulated WinRM listener, as pywinrm sees it: log-ins, streams, exit codes, faults, and nothing left open."""

from __future__ import annotations

from pathlib import Path

import pytest
import winrm_stand
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol
from winrm_stand import PASSWORD, USER

from pacs_rounds.lab import wsman
from pacs_rounds.lab.wsman_shell import Call, Fault


def shout(call: Call) -> int:
    """What is typed in capitals, and the command line as an error."""
    if call.line == "sleep":
        call.ended.wait(30)
        return 0
    call.err(f"{call.line} {call.environment.get('A')} {call.console_input}".encode())
    call.out(call.read_all().upper())
    return 3


def client(server: wsman.Server, transport: str, authority: Path | None, password: str = PASSWORD) -> Protocol:
    scheme = "https" if server.certificate else "http"
    return Protocol(f"{scheme}://{server.address}:{server.port}/wsman", transport=transport, username=USER,
                    password=password, ca_trust_path=str(authority), read_timeout_sec=10, operation_timeout_sec=1,
                    proxy=None)


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
@pytest.mark.parametrize("tls", [True, False], ids=["https", "http"])
def test_a_command_gets_its_input_and_gives_its_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transport: str,
                                                        tls: bool) -> None:
    monkeypatch.setenv("NTLM_USER_FILE", "")
    wsman.ntlm_users({USER: PASSWORD}, tmp_path / "ntlm")
    files = winrm_stand.certificates(tmp_path)
    with winrm_stand.listening(shout, files if tls else None) as server:
        winrm = client(server, transport, files.authority)
        shell = winrm.open_shell(env_vars={"A": "b"})
        command = winrm.run_command(shell, "echo", ["x"], console_mode_stdin=False)
        winrm.send_command_input(shell, command, b"hello " * 5000)
        winrm.send_command_input(shell, command, b"end", end=True)
        assert winrm.get_command_output(shell, command) == (b"HELLO " * 5000 + b"END", b"echo x b False", 3)
        winrm.close_shell(shell)
        assert server.shells.open == {}
        assert server.shells.actions.count("Receive") > 1
        assert bool(winrm.transport.encryption) == (transport == "ntlm" and not tls)
        with pytest.raises(InvalidCredentialsError):
            client(server, transport, files.authority, "wrong").open_shell()


def test_silence_is_a_fault_and_a_command_can_be_ended() -> None:
    with winrm_stand.listening(shout) as server:
        winrm = client(server, "basic", None)
        shell = winrm.open_shell()
        command = winrm.run_command(shell, "sleep")
        with pytest.raises(WinRMOperationTimeoutError):
            winrm.get_command_output_raw(shell, command)
        winrm.cleanup_command(shell, command)
        assert server.shells.calls[0].ended.is_set()
        server.shells.before = lambda action: Fault(5, "Access is denied.") if action == "Command" else None
        with pytest.raises(WSManFaultError) as refused:
            winrm.run_command(shell, "echo")
        assert refused.value.wsman_fault_code == 5
        server.shells.before = lambda action: None
        winrm.close_shell(shell)
        with pytest.raises(WSManFaultError, match="shell was not found"):
            winrm.run_command(shell, "echo")
