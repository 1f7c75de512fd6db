"""A Windows host over Ansible's own ssh connection and OpenSSH: exit codes above 255, files on standard input, SFTP."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, shell_loader

from pacs_rounds.lab.windows_host import Host
from pacs_rounds.patch import windows, windows_words
from pacs_rounds.transports import windows_cmd

FOLDER = windows.folder("1")


@contextlib.contextmanager
def listening(host: Host, place: Path) -> Iterator[int]:
    """An SSH server whose commands go to the host's cmd and whose SFTP sees `place/disk`; its port."""
    (place / "disk" / "C:" / "Windows" / "rounds-1").mkdir(parents=True)
    key, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    (place / "id").write_bytes(user.export_private_key())
    (place / "id").chmod(0o600)
    (place / "authorized").write_bytes(user.export_public_key())
    ready, over, told = threading.Event(), threading.Event(), [0]

    async def run(process: Any) -> None:
        code, out = host.line(process.command, await process.stdin.read() if "findstr" in process.command else b"")
        process.stdout.write(out)
        process.exit(code & 0xFF)  # what is left of it on this way

    async def serve() -> None:
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], authorized_client_keys=str(place / "authorized"), encoding=None,
            process_factory=run,
            sftp_factory=lambda chan: asyncssh.SFTPServer(chan, chroot=str(place / "disk").encode()))
        told[0] = server.sockets[0].getsockname()[1]
        ready.set()
        await asyncio.to_thread(over.wait)
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    (place / "known").write_text(f"[127.0.0.1]:{told[0]} {key.export_public_key().decode()}")
    try:
        yield told[0]
    finally:
        over.set()
        thread.join(20)


def connection(place: Path, port: int) -> Any:
    """Ansible's ssh plugin with cmd as the host's shell."""
    context = PlayContext()
    context.remote_addr = "127.0.0.1"
    made = connection_loader.get("ssh", context)
    made._shell = shell_loader.get("cmd")
    made.set_options(var_options={
        "ansible_host": "127.0.0.1", "inventory_hostname": "n", "ansible_port": port, "ansible_user": "rounds",
        "ansible_ssh_private_key_file": str(place / "id"),
        "ansible_ssh_common_args": f"-F /dev/null -o UserKnownHostsFile={place / 'known'} -o ControlMaster=no"})
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_host_is_asked_and_gets_its_files_over_ssh(tmp_path: Path, language: str) -> None:
    host = Host(language=language, folders={"c:", "c:\\windows", FOLDER.lower()})
    data = bytes(range(256)) * 400
    file, target = tmp_path / "hotfix.exe", f"{FOLDER}\\hotfix.exe"
    file.write_bytes(data)
    with listening(host, tmp_path) as port:
        ssh = connection(tmp_path, port)
        assert windows_cmd.is_windows(ssh)
        asked = windows_cmd.run(ssh, windows.HOTFIXES, None, 20)
        assert windows_words.version("6.1.7601 SP1", ("none", "KB2999226"), asked) == ("KB2999226", "")
        assert windows_cmd.run(ssh, "cmd /c exit 3010", None, 20).status == 3010
        copied = windows_cmd.run(ssh, f'findstr "^" >"{target}.b64"&& certutil -decode "{target}.b64" "{target}"', file,
                                 20)
        assert (copied.status, host.files[target.lower()]) == (0, data)
        assert windows_cmd.run(ssh, f"{windows.PUT}{target}", file, 20).status == 0
        back = windows_cmd.run(ssh, f"{windows.HASH}{target}", None, 20)
        assert windows_words.fault(f"windows-hash:{sha256(data).hexdigest()}", back, {}) == ""
