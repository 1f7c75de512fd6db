"""Three real OpenSSH servers on loopback, with keys of their own, for the user who runs this.

    python -m linux_health_openssh.servers up     sshd on 127.0.0.1 to 127.0.0.3, the inventory, before.json
    python -m linux_health_openssh.servers down   ends what `up` started, known by process id and start time

What a session can reach: programs by a PATH without any interpreter but sh (python and perl are traps that leave a
mark), a clamscan that hangs, a home and a TMPDIR of its own. One server has `timeout`; one has only `setsid`, as
before coreutils 7; one has neither and a bash for its sh, as RHEL 5. As root each also gets a mount namespace in which
/tmp and /var/tmp are folders of the scenario, and /bin/sh can be bash; otherwise all have the machine's own.
"""

from __future__ import annotations

import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from shared import witness

SSHD = Path("/usr/sbin/sshd")
PLACE = witness.PLACE / "openssh"
INVENTORY = witness.PLACE / "inventories" / "openssh"
SITE = Path(__file__).parent / "site"
HOSTS = {"with-timeout": "127.0.0.1", "with-setsid": "127.0.0.2", "with-job-control": "127.0.0.3"}
PRIVSEP = Path("/run/sshd")
MARK = "ROUNDS_MOLECULE_SESSION"
INTERPRETERS = ("python", "python2", "python3", "perl")
TOOLS = ("sh", "cat", "date", "sleep", "true", "df", "ps", "grep", "ls", "du", "awk", "head", "uname", "dmesg", "ss",
         "netstat", "systemctl", "multipath", "chronyc", "ntpq", "id", "env", "touch", "rm")
HANGS = "#!/bin/sh\nexec sleep 86400\n"
CONFIG = """\
Port {port}
ListenAddress {address}
HostKey "{place}/host_key"
PidFile "{place}/{name}/sshd.pid"
AuthorizedKeysFile "{place}/login_key.pub"
AuthenticationMethods publickey
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PermitUserRC no
PrintMotd no
LogLevel VERBOSE
ForceCommand exec "{place}/{name}/login"
"""


def whole(name: str) -> bool:
    """Whether a server's /tmp is the scenario's own: only root may have a mount namespace in which sshd still works."""
    return (PLACE / name / "private").exists()


def _key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True, timeout=20)
    return path.with_name(path.name + ".pub").read_text(encoding="ascii").strip()


def _free_port(address: str) -> int:
    """A port that is free on the address just now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _programs(folder: Path, helpers: tuple[str, ...]) -> None:
    """Links to what the probe may use, where the machine has it; a program that hangs; traps for the interpreters."""
    folder.mkdir()
    for tool in (*TOOLS, *helpers):
        real = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
        if real:
            (folder / tool).symlink_to(real)
    (folder / "clamscan").write_text(HANGS)
    (folder / "clamscan").chmod(0o755)
    for name in INTERPRETERS:
        trap = folder / name
        trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> {shlex.quote(str(PLACE / 'interpreter_called'))}\nexit 127\n")
        trap.chmod(0o755)


def _server(name: str, address: str, port: int) -> None:
    """The files of one server."""
    own = PLACE / name
    for folder in ("home", "tmp", "var_tmp"):
        (own / "files" / folder).mkdir(parents=True)
    bash = name == "with-job-control" and can_unshare()
    _programs(own / "bin", {"with-timeout": ("timeout",)}.get(name, () if bash else ("setsid",)))
    files = shlex.quote(str(own / "files"))
    login = own / "login"
    login.write_text(
        f"#!/bin/sh\ncd {files}/home\n"
        f"exec /usr/bin/env -i {MARK}={shlex.quote(str(PLACE))} HOME={files}/home TMPDIR={files}/tmp "  # noqa: S108
        f"USER=\"$USER\" LOGNAME=\"$USER\" SHELL=/bin/sh PATH={shlex.quote(str(own / 'bin'))} "
        "/bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n", encoding="utf-8")
    login.chmod(0o755)
    (own / "sshd_config").write_text(CONFIG.format(port=port, address=address, place=PLACE, name=name))


def can_unshare() -> bool:
    """Whether a server may have a /tmp of its own: only root's sshd still works in a mount namespace, and a checkout
    below /tmp would hide itself."""
    below_tmp = str(PLACE).startswith(("/tmp/", "/var/tmp/"))  # noqa: S108  (the machine's own)
    if os.geteuid() != 0 or below_tmp or not shutil.which("unshare"):
        return False
    done = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True, timeout=10)
    return done.returncode == 0


def _namespace(name: str) -> list[str]:
    """What stands before sshd: a mount namespace with a /tmp of its own, where that can be had."""
    if not can_unshare():
        return []
    files = shlex.quote(str(PLACE / name / "files"))
    steps = [f"mount --bind {files}/tmp /tmp", f"mount --bind {files}/var_tmp /var/tmp"]  # noqa: S108
    if name == "with-job-control":
        steps.append('mount --bind "$(readlink -f /bin/bash)" "$(readlink -f /bin/sh)"')
    (PLACE / name / "private").touch()
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
            " && ".join([*steps, 'exec "$@"']), "sh"]


def _start(name: str, address: str, port: int) -> int:
    command = [*_namespace(name), str(SSHD), "-D", "-e", "-f", str(PLACE / name / "sshd_config")]
    with (PLACE / name / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection((address, port), timeout=1) as probe:
                if probe.recv(4) == b"SSH-":
                    return process.pid
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise SystemExit(f"{name}: sshd does not answer: {(PLACE / name / 'log').read_text(errors='replace')}")


def up() -> None:
    """Keys, servers, inventory. Without sshd an inventory without hosts, so that converge has nothing to do."""
    down()
    for leftover in (PLACE, INVENTORY.parent, Path(os.environ["ROUNDS_EVIDENCE"]), Path(os.environ["ROUNDS_STATE"])):
        shutil.rmtree(leftover, ignore_errors=True)
    PLACE.mkdir(parents=True)
    shutil.copytree(SITE, INVENTORY)
    if not SSHD.exists():
        shutil.rmtree(INVENTORY / "host_vars")
        (INVENTORY / "hosts.yml").write_text("all:\n  children:\n    linux_servers:\n", encoding="utf-8")
        print(f"{SSHD} is not here: nothing to inspect")
        return
    host_key = _key(PLACE / "host_key")
    _key(PLACE / "login_key")
    if os.geteuid() == 0 and not PRIVSEP.exists():
        PRIVSEP.mkdir(mode=0o755)
        (PLACE / "made_privsep").touch()
    user = pwd.getpwuid(os.getuid()).pw_name
    running, known = {}, ""
    for name, address in HOSTS.items():
        port = _free_port(address)
        _server(name, address, port)
        pid = _start(name, address, port)
        running[name] = {"pid": pid, "ticks": _ticks(pid)}
        (PLACE / "running.json").write_text(json.dumps(running), encoding="utf-8")
        (INVENTORY / "host_vars" / name / "address.yml").write_text(
            f"ansible_host: {address}\nansible_port: {port}\nansible_user: {user}\n", encoding="utf-8")
        known += f"[{address}]:{port} {host_key}\n"
    (INVENTORY / "known_hosts.txt").write_text(known, encoding="ascii")
    witness.BEFORE.write_text(json.dumps(files()), encoding="utf-8")
    print(f"sshd answers:\n{known}")


def files() -> dict[str, witness.Listing]:
    """Everything a session may write to, by server: home, TMPDIR, and (as root) /tmp and /var/tmp."""
    return {name: witness.listing(PLACE / name / "files") for name in HOSTS}


def sessions() -> list[str]:
    """Processes of a session that are still there, as their command lines."""
    mark = f"{MARK}={PLACE}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return found


def _ticks(pid: int) -> int | None:
    """Start time of a process in the kernel's clock ticks: a number given away again has another one."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[19])


def down() -> None:
    """End all servers."""
    kept = PLACE / "running.json"
    for one in json.loads(kept.read_text(encoding="utf-8")).values() if kept.exists() else []:
        if one["ticks"] is not None and _ticks(one["pid"]) == one["ticks"]:
            os.kill(one["pid"], signal.SIGTERM)
    kept.unlink(missing_ok=True)
    if (PLACE / "made_privsep").exists():
        PRIVSEP.rmdir()
        (PLACE / "made_privsep").unlink()


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
