"""The steps of a Windows node: one line of plain cmd.exe each, no PowerShell. Pure.

`wusa.exe` refuses to work for a remote session (Microsoft KB2773898) and a killed session takes its children along:
both installers of Windows Vista and later therefore run as a task of the SYSTEM account, which writes its exit code to
a file.
"""

from __future__ import annotations

from pacs_rounds.patch.approved import File, Patch, Product
from pacs_rounds.patch.steps import Step
from pacs_rounds.patch.windows_rules import old

ROOT = "C:\\Windows"
"""Only administrators write below it: nobody can exchange a file between its verification and its installation."""
FREE = "wmic logicaldisk where \"DeviceID='C:'\" get FreeSpace /value<nul"
HOTFIXES = ("wmic os get ServicePackMajorVersion,Version /value<nul& "
            "wmic qfe get HotFixID,InstalledOn,ServicePackInEffect /value<nul")
"""Which Windows it is and what is installed. Property names are the same in every language; wmic waits for input that
never comes unless it is given none."""
BOOTED = "wmic os get LastBootUpTime /value<nul"
PACKAGES = "dism /online /get-packages /format:table"
SERVICING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
SESSION = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
PUT, HASH = "rounds:put ", "rounds:hash "
"""For Windows XP and 2003, whose certutil knows no SHA-256: the connection's own file transfer, there and back."""


def folder(key: str) -> str:
    """The staging folder of a plan on a node."""
    return f"{ROOT}\\rounds-{key}"


def _exit(test: str) -> str:
    """Exit status 0 where the test of `if` holds, else 1."""
    return f"if {test} (cmd /c exit 0) else (cmd /c exit 1)"


def pending(release: str) -> str:
    """The keys under which a restart waits, listed by their parents: what cannot be read is told apart from none."""
    return f'reg query "{SESSION}"' if old(release) else f'reg query "{SERVICING}"& reg query "{UPDATE}"'


def sweep(where: str) -> str:
    """Remove the task and the folder; status 0 when the folder is gone."""
    task = where.rpartition("\\")[2]
    return (f'schtasks /delete /tn {task} /f >nul 2>&1& (if exist "{where}\\" rd /s /q "{where}")& '
            + _exit(f'not exist "{where}\\"'))


def task(where: str, name: str, command: str, minutes: int) -> str:
    """Run a command as SYSTEM and print `rounds-code N`. A task that an earlier run began is waited for.

    The start lies in the past, so that the task never starts by itself.
    """
    file, title = f"{where}\\{name}", where.rpartition("\\")[2]
    return (f'(if not exist "{file}.begun" ((if exist "{file}.code" del /f /q "{file}.code")& '
            f'>"{file}.cmd" echo @start "" /wait {command}& '
            f'>>"{file}.cmd" echo @^>"{file}.part" echo rounds-code %^errorlevel%& '
            f'>>"{file}.cmd" echo @move /y "{file}.part" "{file}.code" ^>nul& '
            f'schtasks /create /tn {title} /ru SYSTEM /sc once /st 00:00 /tr "{file}.cmd" /f && '
            f'>"{file}.ran" echo ran&& >"{file}.begun" echo begun&& '
            f'(schtasks /run /tn {title} || del /f /q "{file}.begun")))& '
            f'(for /l %i in (1,1,{minutes * 12}) do '
            f'if exist "{file}.begun" if not exist "{file}.code" ping -n 6 127.0.0.1 >nul)& '
            f'if exist "{file}.code" (type "{file}.code"& del /f /q "{file}.begun") else (echo no end& cmd /c exit 1)')


def stage(node: str, where: str, files: list[File], patch: Patch, release: str) -> list[Step]:
    """Copy and verify every file. The bytes come on standard input as base64, which every cmd can take."""
    make = (f'if /i not "%SystemRoot%"=="{ROOT}" (echo Windows lies in %SystemRoot%& cmd /c exit 1) else '
            f'((if not exist "{where}\\" mkdir "{where}")& {FREE})')
    out = [Step(f"{node}/folder", node, "stage", f"a folder with {patch.free_mb} MB free", make, 60, undo=sweep(where),
                judge=f"windows-free:{patch.free_mb}")]
    for one in files:
        target = f"{where}\\{one.name}"
        copy, verify, done = f"{PUT}{target}", f"{HASH}{target}", ""
        if not old(release):
            copy = (f'(if exist "{target}" del /f /q "{target}")& findstr "^" >"{target}.b64"&& '
                    f'certutil -decode "{target}.b64" "{target}"&& del /f /q "{target}.b64"')
            verify = f'certutil -hashfile "{target}" SHA256'
            spaced = " ".join(one.sha256[at:at + 2] for at in range(0, 64, 2))
            done = f'{verify} | findstr /i /c:"{one.sha256}" /c:"{spaced}" >nul'
        out += [Step(f"{node}/copy/{one.name}", node, "stage", f"copy {one.name}", copy, 3600, done_when=done,
                     send=one.name),
                Step(f"{node}/verify/{one.name}", node, "stage", f"SHA-256 of {one.name}", verify, 600,
                     judge=f"windows-hash:{one.sha256}")]
    return out


def _before(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    """What must be so before anything is changed, and what is in the file: only approved updates."""
    out = [Step(f"{node}/hotfixes-before", node, "simulate", "release and hotfixes before", HOTFIXES, 120,
                judge=f"windows-before:{product.release}|{' '.join(patch.requires)}"),
           Step(f"{node}/no-restart-pending", node, "simulate", "no restart is waiting", pending(product.release), 60,
                judge="windows-settled")]
    file = f"{where}\\{patch.files[0].name}"
    if patch.install == "wusa":
        out.append(Step(f"{node}/simulate", node, "simulate", "what the file holds", f'expand -D "{file}"', 300,
                        judge="windows-contents"))
    if patch.install == "dism":
        out.append(Step(f"{node}/simulate", node, "simulate", "what the file holds",
                        f'dism /online /get-packageinfo /packagepath:"{file}"', 300,
                        judge=f"windows-cabinet:{patch.identity}"))
    return out


def _remove(patch: Patch, release: str) -> str:
    """The command that takes the update away again."""
    kb = patch.target
    if old(release):
        return f'"{ROOT}\\$NtUninstall{kb}$\\spuninst\\spuninst.exe" /quiet /norestart'
    if patch.identity:
        return f"{ROOT}\\System32\\dism.exe /online /norestart /quiet /remove-package /packagename:{patch.identity}"
    return f"{ROOT}\\System32\\wusa.exe /uninstall /kb:{kb[2:]} /quiet /norestart"


def _apply(node: str, where: str, patch: Patch, product: Product) -> Step:
    """The installation and its undo. The undo asks at its end whether a restart is waiting: the engine then restarts,
    and looks whether the update is gone (one that only waited for the restart is installed by it)."""
    file, release = f"{where}\\{patch.files[0].name}", product.release
    command = {"wusa": f'{ROOT}\\System32\\wusa.exe "{file}" /quiet /norestart',
               "dism": f'{ROOT}\\System32\\dism.exe /online /norestart /quiet /add-package /packagepath:"{file}"',
               "self": f'"{file}" /quiet /norestart'}[patch.install]
    minutes = max(30, patch.minutes * 2)
    back, asks = _remove(patch, release), pending(release)
    if old(release):
        # These installers wait for nobody and work in a remote session.
        script = f'start "" /wait {command}& call echo rounds-code %^errorlevel%'
        undo = (f'(if exist "{ROOT}\\$NtUninstall{patch.target}$\\" (start "" /wait {back}& '
                f"call echo rounds-code %^errorlevel%) else (echo rounds-code {0x00240007}))& {asks}")
    else:
        script = task(where, "apply", command, minutes)
        # Where no task ever ran there is nothing to take away; that the update is not there is proved afterwards.
        undo = (f'(if exist "{where}\\apply.ran" ({task(where, "undo", back, minutes)}) else '
                f"(echo rounds-code {0x00240007}))& {asks}")
    return Step(f"{node}/apply", node, "apply", f"install {patch.target} ({patch.install})", script, minutes * 75,
                undo=undo, judge="windows-install" + (":restart" if patch.reboot else ""),
                undo_judge=f"windows-remove:{patch.target}", undo_restart=restart(release), undo_check=HOTFIXES,
                done_when=present(patch.target))


def present(kb: str) -> str:
    """Exit status 0 where the hotfix is listed: asked of a step that was begun and has no end."""
    return f'wmic qfe get HotFixID,ServicePackInEffect<nul | findstr /i "\\<{kb}\\>" >nul'


def restart(release: str) -> str:
    """Say when the host was started last, and restart it in five seconds."""
    how = "shutdown -r -f -t 5" if old(release) else 'shutdown /r /f /t 5 /d p:2:17 /c "approved patch"'
    return f"{BOOTED}& {how}"


def leave(node: str, where: str) -> Step:
    """Remove what a roll-back would need, at the very end."""
    return Step(f"{node}/leave-nothing", node, "close", "remove the task and the staging folder", sweep(where), 120)


def node_steps(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    """All steps of one node, in the order of the phases."""
    release = product.release
    out = [*stage(node, where, list(patch.files), patch, release), *_before(node, where, patch, product),
           _apply(node, where, patch, product)]
    if patch.reboot:
        out.append(Step(f"{node}/reboot", node, "reboot", "restart and come back", restart(release), 1800,
                        judge="windows-reboot"))
    if patch.identity:
        out.append(Step(f"{node}/package", node, "check", f"{patch.identity} is installed", PACKAGES, 600,
                        judge=f"windows-package:{patch.identity}"))
    out += [Step(f"{node}/installed", node, "check", f"{patch.target} is installed and nothing else", HOTFIXES, 120,
                 judge=f"windows-after:{patch.target}"),
            Step(f"{node}/settled", node, "check", "no restart is waiting", pending(release), 60,
                 judge="windows-settled")]
    for name in patch.services:
        wait = (f'(for /l %i in (1,1,24) do sc query "{name}" | find "RUNNING" >nul || ping -n 6 127.0.0.1 >nul)& '
                f'sc query "{name}"')
        out.append(Step(f"{node}/service/{name}", node, "check", f"{name} is running", wait, 300,
                        judge="windows-service"))
    return out


def counts(pairs: tuple[tuple[str, str], ...]) -> str:
    """cmd: `name number` lines; each command prints its number."""
    return "& ".join(f'(<nul set /p "={name} ")& {command}' for name, command in pairs)
