"""Windows hotfixes: the list's rules, whole plans on a simulated host through its cmd, faults, roll-back."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import winrm_stand
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from pacs_rounds import yamlfile
from pacs_rounds.lab.windows_host import Host
from pacs_rounds.lab.wsman_shell import Call
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import approved, journal, plan, standing, steps, windows, windows_words
from pacs_rounds.patch.engine import Engine, StepFailed
from pacs_rounds.transports import windows_cmd

KB = "KB4012212"
IDENTITY = f"Package_for_{KB}~31bf3856ad364e35~amd64~~6.1.1.0"


def hotfix(**more: Any) -> bytes:
    """A toy hotfix file; the simulated host reads what it does."""
    told = {"kb": KB, "holds": [f"Windows6.1-{KB}-x64.cab"], "restart": True} | more
    return b"MSCF\n" + json.dumps(told).encode()


def entries(data: bytes, name: str = "hotfix.msu", **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A product and a patch of an approved list; `release` goes to the product."""
    product = {"title": "RIS workstation", "owner": "vendor", "kind": "windows", "versions": ["none", KB, "KB4499175"],
               "release": more.pop("release", "6.1.7601 SP1"), "hosts": ["ris-ws"]}
    patch = {"id": "P", "product": "ws", "component": "Windows", "from": ["none"], "to": KB, "state": "approved",
             "document": {"title": "Release notes", "sha256": "a" * 64}, "approved": {"by": "Li", "on": "2026-11-01"},
             "files": [{"name": name, "sha256": sha256(data).hexdigest()}], "packages": {KB: "installed"},
             "windows": {"install": "wusa"}, "services": ["PacsCore"], "reboot": True, "free_mb": 500, "minutes": 20}
    return product, {key: value for key, value in (patch | more).items() if value is not None}


def listed(product: dict[str, Any], patch: dict[str, Any]) -> approved.Approved:
    found = approved.Approved()
    data = {"products": {"ws": product}, "patches": [patch]}
    yamlfile.validate(data, "patches", Path("x.yml"))
    approved.parse(data, Path("x.yml"), found)
    return found


class Site:
    """One Windows host, a plan for it, and an engine whose clock is moved by hand."""

    def __init__(self, place: Path, host: Host, data: bytes, name: str = "hotfix.msu", **more: Any) -> None:
        self.host, self.data, self.now = host, data, 1_800_000_000.0
        self.list = listed(*entries(data, name, **more))
        pair = plan.Pair("ws", ("n",), steps.Cluster("none"), counts=(("studies", "echo 7"),))
        self.plan = plan.build(
            site="lab", patch=self.list.patches["P"], approved=self.list, pair=pair, active="n", versions={"n": "none"},
            window=plan.Window(1_800_000_000, 1_800_100_000), made=0.0, by="Li", list_sha256="a" * 64)
        self.file = place / name
        self.file.write_bytes(data)
        self.journal = journal.Journal(place / "journal.jsonl")
        self.engine = Engine(self.plan, self.journal, self.run, lambda service: Answer("", "", 0),
                             clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds * 100
        if self.host.away and "never_back" not in self.host.faults:
            self.host.come_back()

    def run(self, script: str, send: str, limit: float) -> Answer:
        """As the node's action does it, with the host in place of a connection."""
        if script.startswith(windows.PUT):
            self.host.files[script.removeprefix(windows.PUT).lower()] = self.data
            return Answer(script, "", 0)
        if script.startswith(windows.HASH):
            value = sha256(self.host.files[script.removeprefix(windows.HASH).lower()]).hexdigest()
            return Answer(script, f"SHA256 hash of file:\n{value}\nCertUtil: -hashfile (read back)", 0)
        stdin = b"".join(piece for piece, _ in windows_cmd.pieces(self.data)) if send else b""
        try:
            code, out = self.host.line(windows_cmd.wrapped(script), stdin)
        except ConnectionError as error:
            return Answer(script, "", None, reason=Reason.UNREACHABLE, detail=str(error))
        return windows_cmd.answer_of(script, (code, out, b""), 0.0)

    def apply(self) -> None:
        self.engine.forward([row["id"] for row in self.plan["steps"] if row["phase"] != "close"])

    def back(self) -> None:
        self.engine.backward([row["id"] for row in journal.to_undo(
            self.plan["steps"], journal.progress(self.journal.events()))])

    def failure(self) -> str:
        """Apply, and how it failed."""
        with pytest.raises(StepFailed) as failed:
            self.apply()
        return str(failed.value)


def clean(host: Host) -> bool:
    """Nothing of a plan is left on the host."""
    return not [one for one in (*host.files, *host.folders, *host.tasks) if "rounds" in one] and not host.pending


# -- the approved list

@pytest.mark.parametrize(("changed", "word"), [
    ({"to": "none", "from": ["none"]}, "does not come after"), ({"packages": {}}, "must name KB4012212"),
    ({"packages": {KB: None}}, "must name KB4012212"), ({"windows": None}, "windows: is missing"),
    ({"windows": {"install": "dism"}}, "installs one file .cab"),
    ({"windows": {"install": "self", "section": "3"}}, "installs one file .exe"),
    ({"windows": {"install": "self"}}, "section"), ({"release": "5.2.3790 SP2"}, "does not go with Windows 5.2.3790"),
    ({"release": "10.0.14393"}, "identity is missing"), ({"config": ["/etc/x"]}, "has no meaning for a hotfix"),
    ({"windows": {"install": "wusa", "identity": "Package & calc"}}, "identity"), ({"release": "Vista"}, "release"),
    ({"files": [{"name": f"{n}.msu", "sha256": "a" * 64} for n in "ab"]}, "installs one file")])
def test_flaw_in_the_approved_list_is_named(changed: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        listed(*entries(b"", **changed))


def test_windows_pair_names_no_linux_cluster() -> None:
    found = listed(*entries(b""))
    pair = plan.Pair("ws", ("n", "m"), steps.Cluster("pacemaker", "x"))
    with pytest.raises(BadInput, match="names a Linux cluster"):
        plan.build(site="lab", patch=found.patches["P"], approved=found, pair=pair, active="n", versions={}, made=0.0,
                   window=plan.Window(0, 9e9), by="Li", list_sha256="")


def test_dollar_in_a_service_name_is_for_windows_alone() -> None:
    assert listed(*entries(b"", services=["MSSQL$RIS"])).patches["P"].services == ("MSSQL$RIS",)
    product, patch = entries(b"", services=["MSSQL$RIS"], windows=None, to="2", packages={"core": "2"},
                             rollback_files=[{"name": "a.deb", "sha256": "a" * 64}], **{"from": ["1"]})
    product |= {"kind": "apt", "package": "core", "versions": ["1", "2"]}
    del product["release"]
    with pytest.raises(BadInput, match="is a Windows service"):
        listed(product, patch)


# -- standing

@pytest.mark.parametrize(("host", "version", "verdict"), [
    (Host(), "none", "missing"), (Host(hotfixes={KB: "3/21/2017"}), KB, "current"),
    (Host(hotfixes={KB: "", "KB4499175": ""}), "KB4499175", "ahead"), (Host(hotfixes={}), "unknown", "unknown"),
    (Host(release="6.3.9600", service_pack=0), "unknown", "unknown"), (Host(service_pack=0), "unknown", "unknown"),
    (Host(faults={"list_unreadable"}), "unknown", "unknown"), (Host(language="zh"), "none", "missing"),
    (Host(language="zh", faults={"list_unreadable"}), "unknown", "unknown")])
def test_standing_of_a_host(tmp_path: Path, host: Host, version: str, verdict: str) -> None:
    site = Site(tmp_path, host, hotfix())
    product = site.list.products["ws"]
    told, why = standing.installed(product, site.run(standing.question(product), "", 60))
    assert told == version, why
    assert standing.stand(site.list, product, "ris-ws", told, why, datetime.date(2026, 11, 22)).verdict == verdict


def test_host_that_cannot_be_reached_is_unknown() -> None:
    product = listed(*entries(b"")).products["ws"]
    answer = Answer("", "", None, reason=Reason.UNREACHABLE, detail="no route")
    assert standing.installed(product, answer) == ("unknown", "unreachable: no route")


# -- whole plans

@pytest.mark.parametrize("language", ["en", "zh"])
def test_hotfix_is_installed_restarted_and_taken_back(tmp_path: Path, language: str) -> None:
    host = Host(language=language)
    site = Site(tmp_path, host, hotfix())
    site.apply()
    assert KB in host.hotfixes
    assert [call for call in host.calls if call.startswith("shutdown")] == [
        'shutdown /r /f /t 5 /d p:2:17 /c "approved patch"']
    site.back()
    assert host.hotfixes == {"KB2999226": "3/21/2017"}
    assert clean(host)


@pytest.mark.parametrize(("name", "more"), [
    ("hotfix.msu", {}), ("hotfix.cab", {"windows": {"install": "dism", "identity": IDENTITY}}),
    ("hotfix.exe", {"release": "5.2.3790 SP2", "windows": {"install": "self", "section": "3"}})])
def test_every_script_is_one_line_that_cmd_takes(tmp_path: Path, name: str, more: dict[str, Any]) -> None:
    """8,191 characters is what cmd.exe takes, 261 what schtasks takes as a command."""
    for row in Site(tmp_path, Host(), hotfix(), name, **more).plan["steps"]:
        for key in ("script", "done_when", "undo", "undo_restart", "undo_check"):
            text = windows_cmd.wrapped(row.get(key, ""))
            assert len(text) < 8000
            assert text.isascii()
            assert "\n" not in text
            assert "powershell" not in text.lower()
            assert text.count("(") == text.count(")")
            assert text.count('"') % 2 == 0


def test_other_number_that_begins_alike_is_not_approved(tmp_path: Path) -> None:
    site = Site(tmp_path, Host(), hotfix(holds=[f"Windows6.1-{KB}0-x64.cab"]))
    assert f"holds what nobody approved: Windows6.1-{KB}0-x64.cab" in site.failure()


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, Host(), hotfix())
    site.apply()
    site.engine.forward([row["id"] for row in site.plan["steps"] if row["phase"] == "close"])
    assert KB in site.host.hotfixes
    assert clean(site.host)


def test_cabinet_goes_through_dism(tmp_path: Path) -> None:
    host = Host()
    site = Site(tmp_path, host, hotfix(identity=IDENTITY), "hotfix.cab",
                windows={"install": "dism", "identity": IDENTITY})
    site.apply()
    assert host.packages == {IDENTITY: "Installed"}
    site.back()
    assert host.packages == {}
    assert KB not in host.hotfixes
    assert not any(call.startswith("wusa") for call in host.calls)


def test_windows_2016_is_taken_back_by_dism(tmp_path: Path) -> None:
    """`wusa /uninstall /quiet` ends with 87 there."""
    host = Host(release="10.0.14393", service_pack=0)
    site = Site(tmp_path, host, hotfix(identity=IDENTITY), release="10.0.14393",
                windows={"install": "wusa", "identity": IDENTITY})
    site.apply()
    site.back()
    assert KB not in host.hotfixes
    assert any("/remove-package" in call for call in host.calls)
    assert not any(call.startswith("wusa /uninstall") for call in host.calls)


def test_windows_2003_uses_the_hotfix_s_own_programs(tmp_path: Path) -> None:
    host = Host(release="5.2.3790", service_pack=2)
    site = Site(tmp_path, host, hotfix(restart=False), "hotfix.exe", release="5.2.3790 SP2", reboot=False,
                windows={"install": "self", "section": "Installation"})
    site.apply()
    assert KB in host.hotfixes
    assert "hotfix /quiet /norestart" in host.calls
    assert not any(call.startswith(("schtasks", "certutil", "dism", "wusa")) for call in host.calls)
    site.back()
    assert KB not in host.hotfixes
    assert clean(host)


def test_needed_hotfix_is_asked_for_and_never_installed(tmp_path: Path) -> None:
    site = Site(tmp_path, Host(), hotfix(), windows={"install": "wusa", "requires": ["KB4490628"]})
    assert "needs KB4490628, which is not installed and not part of this plan" in site.failure()
    site.back()
    assert clean(site.host)
    assert not any(call.startswith(("wusa", "schtasks /create")) for call in site.host.calls)


@pytest.mark.parametrize(("host", "data", "more", "step", "word"), [
    (Host(faults={"wrong_bytes"}), hotfix(), {}, "n/verify/hotfix.msu", "another file: SHA-256"),
    (Host(faults={"disk_full"}), hotfix(), {}, "n/folder", "104 MB free on C:, 500 MB are needed"),
    (Host(faults={"list_unreadable"}), hotfix(), {}, "n/hotfixes-before", "not understood"),
    (Host(release="6.3.9600", service_pack=0), hotfix(), {}, "n/hotfixes-before", "this is Windows 6.3.9600"),
    (Host(pending=[lambda: None]), hotfix(), {}, "n/no-restart-pending", "a restart is waiting (RebootPending)"),
    (Host(), hotfix(holds=["Windows6.1-KB4012212-x64.cab", "Windows6.1-KB9999999-x64.cab"]), {}, "n/simulate",
     "holds what nobody approved: Windows6.1-KB9999999-x64.cab"),
    (Host(), b"no hotfix", {}, "n/simulate", "cannot be opened"),
    (Host(), hotfix(code=0x80240017), {}, "n/apply", "0x80240017: not applicable"),
    (Host(), hotfix(code=0x800F0922), {}, "n/apply", "0x800F0922: an installer inside"),
    (Host(), hotfix(code=1641), {}, "n/apply", "began a restart by itself"),
    (Host(), hotfix(code=0x80FFFFFF), {}, "n/apply", "0x80FFFFFF: a code that is not listed"),
    (Host(faults={"no_task"}), hotfix(), {}, "n/apply", "the installer did not end"),
    (Host(), hotfix(), {"reboot": False}, "n/apply", "asks for a restart, which the release document does not name"),
    (Host(faults={"never_back"}), hotfix(), {}, "n/reboot", "did not come back"),
    (Host(), hotfix(also=["KB9999999"]), {}, "n/installed", "not approved, but installed now: KB9999999"),
    (Host(faults={"stays_stopped"}), hotfix(), {}, "n/service/PacsCore", "PacsCore is stopped"),
    (Host(services={}), hotfix(), {}, "n/service/PacsCore", "sc refused")])
def test_fault_stops_the_plan(tmp_path: Path, host: Host, data: bytes, more: dict[str, Any], step: str,
                              word: str) -> None:
    site = Site(tmp_path, host, data, **more)
    said = site.failure()
    assert said.startswith(f"{step}: ")
    assert word in said
    if "never_back" in host.faults:
        with pytest.raises(StepFailed, match="could not be taken back: unreachable"):
            site.back()
        return
    host.faults -= {"list_unreadable"}
    site.back()
    if host.pending == []:
        assert clean(host)
    assert KB not in host.hotfixes


def test_update_that_only_waited_for_the_restart_is_taken_back_all_the_same(tmp_path: Path) -> None:
    """wusa says "not installed" of an update that waits for the restart; the restart installs it."""
    host = Host(faults={"stays_stopped"})
    site = Site(tmp_path, host, hotfix(), services=[])
    site.engine.forward(["n/folder", "n/copy/hotfix.msu", "n/verify/hotfix.msu", "n/hotfixes-before",
                         "n/no-restart-pending", "n/simulate", "n/apply"])
    assert KB not in host.hotfixes
    site.back()
    assert KB not in host.hotfixes
    assert host.calls.count('shutdown /r /f /t 5 /d p:2:17 /c "approved patch"') == 2
    assert clean(host)


def test_uninstaller_that_refuses_leaves_the_node_in_between(tmp_path: Path) -> None:
    host = Host()
    site = Site(tmp_path, host, hotfix())
    site.apply()
    host.faults.add("uninstall_refused")
    with pytest.raises(StepFailed, match="0x800F0825: permanent"):
        site.back()
    states = journal.touched_nodes(site.plan["steps"], journal.progress(site.journal.events()))
    assert states == {"n": "in between: n/apply"}
    host.faults.clear()
    site.back()
    assert KB not in host.hotfixes


def test_controller_killed_while_the_task_ran_does_not_begin_a_second(tmp_path: Path) -> None:
    host = Host()
    site = Site(tmp_path, host, hotfix())
    names = [row["id"] for row in site.plan["steps"]]
    site.engine.forward(names[:names.index("n/apply")])
    row = next(row for row in site.plan["steps"] if row["id"] == "n/apply")
    site.engine._enter(row, "do", "begin")
    site.run(row["script"].replace('del /f /q "', 'echo "'), "", 60)  # the session died before its last command
    site.apply()
    assert sum(call.startswith("wusa ") for call in host.calls) == 1
    assert KB in host.hotfixes


def test_installed_already_is_no_fault() -> None:
    assert windows_words.fault("windows-install", Answer("", "rounds-code 2359302", 0), {}) == ""
    assert windows_words.fault("windows-install", Answer("", "rounds-code -2145124329", 0), {}).startswith("0x80240017")
    assert "did not end" in windows_words.fault("windows-install", Answer("", "", 0), {})


@pytest.mark.parametrize(("text", "word"), [
    ("", "the registry could not be read"), ("ERROR: Access is denied.", "the registry could not be read"),
    (f"\nHKEY_LOCAL_MACHINE{windows.SERVICING[4:]}\n", ""),
    (f"\nHKEY_LOCAL_MACHINE{windows.SERVICING[4:]}\\RebootPending\n", "RebootPending"),
    (f"\nHKEY_LOCAL_MACHINE{windows.SERVICING[4:]}\nHKEY_LOCAL_MACHINE{windows.UPDATE[4:]}\\RebootRequired\n",
     "RebootRequired"),
    (f"HKEY_LOCAL_MACHINE{windows.SESSION[4:]}\n    PendingFileRenameOperations    REG_MULTI_SZ    x\n",
     "PendingFileRenameOperations")])
def test_waiting_restart_is_told_from_a_registry_nobody_could_read(text: str, word: str) -> None:
    said = windows_words.fault("windows-settled", Answer("", text, 1), {})
    assert (word in said) if word else said == ""


def test_corrected_clock_is_no_restart() -> None:
    assert not windows_words.later(20261120083015, 20261120083020)
    assert windows_words.later(20261120083015, 20261120084015)


# -- the transport

@pytest.mark.parametrize(("data", "text"), [
    (b"a\r\r\nb\r\n", "a\nb\n"), ("空间".encode("gbk"), "空间"), ("空间".encode(), "空间"),
    (b"\xff\xfe" + "K\r\n".encode("utf-16-le"), "K\n")])
def test_what_a_console_writes_is_read(data: bytes, text: str) -> None:
    assert windows_cmd.text_of(data) == text


def test_answer_without_its_exit_code_was_cut_off() -> None:
    answer = windows_cmd.answer_of("x", (0, b"FreeSpace=1", b""), 0.0)
    assert (answer.status, answer.reason) == (None, Reason.TRUNCATED)
    answer = windows_cmd.answer_of("x", (194, b"words\r\nrounds-exit 3010 \r\n", b"warning"), 0.0)
    assert (answer.status, answer.text) == (3010, "words\nwarning")


class Winrm:
    """What Ansible's winrm connection is to us: a session of pywinrm, and a shell."""

    transport = "winrm"

    def __init__(self, server: Any) -> None:
        self.where = f"http://{server.address}:{server.port}/wsman"
        self.protocol: Protocol | None = None
        self.shell_id: str | None = None

    def _connect(self) -> None:
        if self.protocol is None:
            self.protocol = Protocol(self.where, transport="basic", username=winrm_stand.USER,
                                     password=winrm_stand.PASSWORD, proxy=None, ca_trust_path=None)
            self.shell_id = self.protocol.open_shell()


def test_file_goes_over_ws_man_whole_and_in_pieces(tmp_path: Path) -> None:
    host, data = Host(folders={"c:", "c:\\windows", "c:\\windows\\rounds-1"}), bytes(range(256)) * 600

    def carry(call: Call) -> int:
        code, out = host.line(call.line, b"" if call.console_input else call.read_all())
        call.out(out)
        return code

    (tmp_path / "big.msu").write_bytes(data)
    target = "C:\\Windows\\rounds-1\\big.msu"
    script = f'findstr "^" >"{target}.b64"&& certutil -decode "{target}.b64" "{target}"'
    with winrm_stand.listening(carry) as server:
        answer = windows_cmd.run(Winrm(server), script, tmp_path / "big.msu", 20)
        assert (answer.status, answer.reason) == (0, None), answer
        assert host.files[target.lower()] == data
        assert windows_cmd.run(Winrm(server), "cmd /c exit 3010", None, 20).status == 3010
        assert server.shells.actions.count("Send") == 4, "no message above what WinRM 2 takes"


def test_restarted_host_gets_a_new_shell_and_a_wrong_password_a_reason() -> None:
    def carry(call: Call) -> int:
        call.out(Host().line(call.line)[1])
        return 0

    with winrm_stand.listening(carry) as server:
        connection = Winrm(server)
        assert windows_cmd.run(connection, "cmd /c exit 2", None, 20).status == 2
        server.shells.open.clear()
        assert windows_cmd.run(connection, "cmd /c exit 3", None, 20).status == 3
        server.users.clear()
        with pytest.raises(InvalidCredentialsError):
            windows_cmd.run(connection, "cmd /c exit 4", None, 20)


def test_command_that_hangs_is_ended_here_and_there() -> None:
    def hang(call: Call) -> int:
        call.ended.wait(30)
        return 0

    with winrm_stand.listening(hang) as server:
        connection = Winrm(server)
        connection._connect()
        connection.protocol.operation_timeout_sec = 1
        answer = windows_cmd.run(connection, "wmic", None, 0.2)
        assert (answer.status, answer.reason) == (None, Reason.TIMED_OUT)
        assert server.shells.calls[0].ended.is_set()


def test_ssh_that_hangs_is_ended() -> None:
    class Hangs(Sftp):
        def exec_command(self, line: str, in_data: bytes | None = None, sudoable: bool = True) -> Any:
            self.child = subprocess.Popen(["sleep", "60"])
            self.child.wait()

    connection = Hangs()
    answer = windows_cmd.run(connection, "wmic", None, 0.2)
    assert (answer.status, answer.reason) == (None, Reason.TIMED_OUT)
    assert connection.child.wait(10) == -15


class Sftp:
    """An ssh connection's file transfer."""

    transport = "ssh"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put_file(self, source: str, target: str) -> None:
        self.files[target] = Path(source).read_bytes()

    def fetch_file(self, source: str, target: str) -> None:
        Path(target).write_bytes(self.files[source])

    def exec_command(self, line: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        return 194, b"rounds-exit 3010\r\n", b""


def test_old_windows_gets_and_proves_its_file_by_the_connection_itself(tmp_path: Path) -> None:
    (tmp_path / "f.exe").write_bytes(b"MZ")
    connection = Sftp()
    assert windows_cmd.run(connection, f"{windows.PUT}C:\\f.exe", tmp_path / "f.exe", 20).status == 0
    answer = windows_cmd.run(connection, f"{windows.HASH}C:\\f.exe", None, 20)
    assert windows_words.fault(f"windows-hash:{sha256(b'MZ').hexdigest()}", answer, {}) == ""
    connection.files["C:\\f.exe"] = b"MX"
    answer = windows_cmd.run(connection, f"{windows.HASH}C:\\f.exe", None, 20)
    assert "another file" in windows_words.fault(f"windows-hash:{sha256(b'MZ').hexdigest()}", answer, {})


def test_ssh_that_cuts_the_exit_code_is_not_believed() -> None:
    assert windows_cmd.run(Sftp(), "x", None, 20).status == 3010


# -- another cmd than our own

def wine(lines: list[str], place: Path) -> str:
    """Lines through Wine's cmd.exe as a batch file (its percent signs doubled): another cmd.exe than ours."""
    text = "@echo off\r\n" + "".join(
        line.replace("%i ", "%%i ").replace("%^errorlevel%", "%%^errorlevel%%") + "\r\n" for line in lines)
    subprocess.run(["wine", "cmd", "/c", "ver"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=True)
    drive = place / "drive_c"
    (drive / "x.cmd").write_text(text)
    said = subprocess.run(["wine", "cmd", "/c", "C:\\x.cmd"], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)
    return windows_cmd.text_of(said.stdout)


@pytest.mark.skipif(not os.environ.get("ROUNDS_WINE") or shutil.which("wine") is None,
                    reason="read by our own cmd alone: set ROUNDS_WINE=1 where wine is installed")
def test_wine_s_cmd_reads_the_scripts_as_ours_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINEPREFIX", str(tmp_path))
    monkeypatch.setenv("WINEDEBUG", "-all")
    where = windows.folder("1")
    task = windows.task(where, "apply", "cmd /c exit 5", 1)
    for real, stand_in in ((f'schtasks /create /tn rounds-1 /ru SYSTEM /sc once /st 00:00 /tr "{where}\\apply.cmd" /f',
                            "cmd /c exit 0"), ("schtasks /run /tn rounds-1", f'call "{where}\\apply.cmd"')):
        assert real in task
        task = task.replace(real, stand_in)
    lines = [windows_cmd.wrapped(one) for one in (
        f'(if not exist "{where}\\" mkdir "{where}")& cmd /c exit 3', task, f'type "{where}\\apply.cmd"',
        windows.counts((("studies", "echo 5"), ("rows", "echo 7"))), windows.sweep(where).partition("& ")[2],
        f'if exist "{where}\\" (echo there) else (echo gone)',
        '(for /l %i in (1,1,3) do if not exist "C:\\nope" if not exist "C:\\no" cmd /c exit 4)& echo after')]
    host = Host()
    ours = windows_cmd.text_of(b"".join(host.line(line.replace('call "', '"'))[1] for line in lines))
    assert wine(lines, tmp_path).split() == ours.split()
    assert "rounds-code 5" in ours
