"""What a Windows node's answers mean: exit codes told apart, lists compared with what was approved. Pure.

Numbers after Microsoft's wuerror.h, the reference of CBS errors and the description of `wusa.exe`. Standard output of
a localized Windows is never compared with a sentence: names, numbers and exit codes only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pacs_rounds import parse
from pacs_rounds.model import Answer, ParseError
from pacs_rounds.patch import windows

RESTART = {3010, 0x00240005}
"""Done, and a restart completes it."""
ALREADY = {0x00240006}
ABSENT = {0x00240007, 0x800F080C}
"""Nothing to remove: Windows Update's word and DISM's."""
CODES = {
    1: "the installer failed and says no more", 2: "a file is missing", 5: "access denied",
    87: "the installer does not know one of its arguments", 112: "the disk is full",
    1618: "another installation is running",
    1641: "the installer began a restart by itself although it was told not to",
    0x80070002: "a file is missing", 0x80070003: "a folder is missing", 0x80070005: "access denied",
    0x8007000D: "the file is damaged", 0x80070020: "a file is in use", 0x80070070: "the disk is full",
    0x80070422: "the service Windows Update is disabled", 0x800705B4: "time ran out",
    0x80073701: "the component store is damaged", 0x80073712: "the component store is damaged",
    0x80092004: "the signature cannot be checked: this Windows lacks support for SHA-2",
    0x800B0100: "the file carries no signature", 0x800B0109: "the signature's root is not trusted",
    0x80240016: "another installation is running or a restart is waiting",
    0x80240017: "not applicable to this host", 0x80240028: "may not be uninstalled",
    0x80240044: "only an administrator may do this",
    0x800F0805: "no valid package", 0x800F081E: "not applicable to this host",
    0x800F081F: "source files are missing", 0x800F0823: "needs a newer servicing stack",
    0x800F0825: "permanent: may not be uninstalled",
    0x800F0831: "the component store is damaged or a predecessor is missing",
    0x800F0906: "source files could not be fetched", 0x800F0920: "the servicing stack hangs",
    0x800F0922: "an installer inside the update failed (system partition full, for one)"}


def word(code: int) -> str:
    """A code in hex and in words; a code that is not listed says so."""
    value = code & 0xFFFFFFFF
    shown = f"0x{value:08X}" if value > 0xFFFF else str(value)
    return f"{shown}: {CODES.get(value, 'a code that is not listed; look it up in CBS.log or WindowsUpdate.log')}"


def code_of(answer: Answer) -> int | None:
    """The installer's own exit code, as an unsigned number; None when it was not written down: it did not end."""
    match = re.search(r"^rounds-code (-?\d+)\s*$", answer.text, re.MULTILINE)
    return int(match[1]) & 0xFFFFFFFF if match else None


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no text")[:200]


def _free(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    match = re.search(r"^FreeSpace=(\d+)\s*$", answer.text, re.MULTILINE)
    if match is None:
        return f"the free space is not known: {_last(answer.text)}"
    free = int(match[1]) // 1_000_000
    return "" if free >= int(given) else f"{free} MB free on C:, {given} MB are needed"


def _hash(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    told = parse.parse("windows.certutil_hashfile", answer.text)
    if told["algorithm"] != "SHA256":
        return f"{told['algorithm']} instead of SHA-256: this certutil is too old to prove the file"
    return "" if told["hash"] == given else f"another file: SHA-256 {told['hash'][:16]}…, approved is {given[:16]}…"


def release_of(text: str) -> str:
    """`6.1.7601 SP1` of wmic's answer; empty when it is not told."""
    version = re.search(r"^Version=(\d+\.\d+\.\d+)", text, re.MULTILINE)
    pack = re.search(r"^ServicePackMajorVersion=(\d+)", text, re.MULTILINE)
    if not version or not pack:
        return ""
    return version[1] + (f" SP{pack[1]}" if pack[1] != "0" else "")


def hotfixes_of(text: str) -> list[str]:
    """Ids of the installed hotfixes of the answer to HOTFIXES; ParseError when the list cannot be read."""
    lines = [line for line in text.splitlines()
             if not re.match(r"(?:Version|ServicePackMajorVersion)=[\d.]*\s*$", line)]
    return [row["id"] for row in parse.parse("windows.wmic_qfe_list", "\n".join(lines))["hotfixes"]]


def _release(answer: Answer, wanted: str) -> str:
    release = release_of(answer.text)
    if not release:
        return f"the release is not known: {_last(answer.text)}"
    return "" if release == wanted else f"this is Windows {release}, the list is for {wanted}"


def _before(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    release, _, needs = given.partition("|")
    if why := _release(answer, release):
        return why
    ids = hotfixes_of(answer.text)
    if missing := [one for one in needs.split() if one not in ids]:
        return (f"needs {', '.join(missing)}, which is not installed and not part of this plan: "
                "it must be approved and installed by a plan of its own")
    return ""


def _after(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    ids = hotfixes_of(answer.text)
    return "" if given in ids else f"{given} is not in the list of installed hotfixes"


def surplus(before: str, after: str, allowed: Mapping[str, Any]) -> str:
    """What came along without approval, from the lists before and after."""
    try:
        new = set(hotfixes_of(after)) - set(hotfixes_of(before)) - set(allowed)
    except ParseError as error:
        return f"the list from before cannot be compared: {error}"
    return f"not approved, but installed now: {', '.join(sorted(new))}" if new else ""


def _settled(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    if why := waiting(answer.text):
        return f"a restart is waiting ({why}): restart the host in a window of its own first"
    known = any(f"\\{name}".lower() in answer.text.lower() for name in ("Component Based Servicing", "Session Manager"))
    return "" if known else f"the registry could not be read: {_last(answer.text)}"


def waiting(text: str) -> str:
    """The key that says that a restart is waiting; empty when none does."""
    match = re.search(r"\\(RebootPending|RebootRequired)\s*$|^\s*(PendingFileRenameOperations)\s", text, re.MULTILINE)
    return (match[1] or match[2]) if match else ""


def _contents(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    """`hotfix.msu: Windows6.1-KB4012212-x64.cab`: every cabinet but the scan list must be approved."""
    if answer.status != 0:
        return f"the file cannot be opened: {_last(answer.text)}"
    names = re.findall(r"\.msu[:：]\s+(\S.*?)\s*$", answer.text, re.MULTILINE | re.IGNORECASE)
    names = [name for name in names if name.lower() != "wsusscan.cab" and not name.lower().endswith((".xml", ".txt"))]
    if not names:
        return f"the file holds no update: {_last(answer.text)}"
    strange = [name for name in names if name not in plan["packages"] and not any(
        re.search(rf"(?<![A-Za-z0-9]){re.escape(kb)}(?!\d)", name, re.IGNORECASE) for kb in plan["packages"])]
    return f"the file holds what nobody approved: {', '.join(strange)}" if strange else ""


def _cabinet(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    names = set(re.findall(r"\S+~[0-9a-f]{16}~\S*~\S*~[\d.]+", answer.text))
    if answer.status != 0 or not names:
        return f"DISM does not know the file: {_last(answer.text)}"
    return "" if names == {given} else f"the file is {', '.join(sorted(names))}, approved is {given}"


def _package(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    rows = {row["identity"]: row for row in parse.parse("windows.dism_get_packages", answer.text)["packages"]}
    if given not in rows:
        return f"{given} is not in DISM's table"
    row = rows[given]
    return "" if row["state"] == "installed" else f"{given} is {row['state_as_written']}, not installed"


def _install(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    code = code_of(answer)
    if code in {0, *ALREADY} or (code in RESTART and given == "restart"):
        return ""
    if code in RESTART:
        return "it asks for a restart, which the release document does not name"
    return f"the installer did not end: {_last(answer.text)}" if code is None else word(code)


def _remove(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    code = code_of(answer)
    if code is None:
        return f"the uninstaller did not end: {_last(answer.text)}"
    return "" if code in {0, *RESTART, *ABSENT} else word(code)


def wants_restart(answer: Answer) -> bool:
    """Whether a removal is complete only after a restart."""
    return code_of(answer) in RESTART or bool(waiting(answer.text))


def _service(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    rows = parse.parse("windows.sc_query", answer.text)["services"]
    if len(rows) != 1:
        return f"{len(rows)} services where one was asked for"
    return "" if rows[0]["state"] == "running" else f"{rows[0]['name']} is {rows[0]['state']}"


def _reboot(answer: Answer, plan: Mapping[str, Any], given: str) -> str:
    return "" if answer.status == 0 and booted(answer) else f"the host was not restarted: {_last(answer.text)}"


def booted(answer: Answer) -> int | None:
    """When the host was started, as the digits of wmic's time (YYYYMMDDhhmmss); None when it does not say."""
    match = re.search(r"^LastBootUpTime=(\d{14})", answer.text, re.MULTILINE)
    return int(match[1]) if match else None


def later(old: int, new: int) -> bool:
    """Whether two such times are two starts. Windows counts its start back from its clock: a corrected clock moves it
    by seconds, and a server is not restarted within half a minute of its start."""
    one, two = (datetime.strptime(str(value), "%Y%m%d%H%M%S") for value in (old, new))
    return abs((two - one).total_seconds()) > 30


def gone(answer: Answer, kb: str) -> str:
    """Why a removal is not believed: the update is still listed, or the list cannot be read."""
    if answer.reason is not None:
        return f"{answer.reason}: {answer.detail}"
    try:
        return f"{kb} is still installed" if kb in hotfixes_of(answer.text) else ""
    except ParseError as error:
        return f"not understood: {error}"


_JUDGES = {"windows-free": _free, "windows-hash": _hash, "windows-before": _before, "windows-after": _after,
           "windows-settled": _settled, "windows-contents": _contents, "windows-cabinet": _cabinet,
           "windows-package": _package, "windows-install": _install, "windows-remove": _remove,
           "windows-service": _service, "windows-reboot": _reboot}


def fault(judge: str, answer: Answer, plan: Mapping[str, Any]) -> str:
    """Why a step failed; empty when it did not. `judge` is a name, and after a colon what it compares with."""
    if answer.reason is not None:
        return f"{answer.reason}: {answer.detail}"
    name, _, given = judge.partition(":")
    try:
        return _JUDGES[name](answer, plan, given)
    except ParseError as error:
        return f"not understood: {error}"


def version(product_release: str, versions: tuple[str, ...], answer: Answer) -> tuple[str, str]:
    """(the newest listed hotfix that is installed, the first version when none is, or unknown; why)."""
    try:
        if why := _release(answer, product_release):
            return "unknown", why
        ids = hotfixes_of(answer.text)
    except ParseError as error:
        return "unknown", str(error)
    known = [one for one in versions if one in ids]
    return (known[-1], "") if known else (versions[0], "none of the listed hotfixes is installed")


QUESTION = windows.HOTFIXES
"""How a Windows host is asked for the version of a product."""
