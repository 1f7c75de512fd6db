"""Answers from files: DIR/<host>/<command>.txt, collected by hand or taken from an earlier run.

A file's name is the command with everything but letters and digits as `_` (`show_version.txt`, `df_P_T_k.txt`), or the
last word of its parser's name (`df.txt`, `show_version.txt`) where that parser reads one command only.
"""

from __future__ import annotations

import codecs
import difflib
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from pacs_rounds.catalogue import Check, Collect
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.parse.oracle_rows import verdict
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.failures import cli_complaint

SUFFIXES = {".txt", ".raw", ".log", ".out", ".json", ".yml"}


def slug(command: str) -> str:
    """A command as a file's name: letters, digits, `_`; `show interfaces` -> show_interfaces."""
    return re.sub(r"[^A-Za-z0-9]+", "_", command).strip("_").lower()[:80]


def names_of(collect: Collect) -> set[str]:
    """The file names (without ending) that may hold this command's answer."""
    by_parser = set() if collect.alias else {slug(collect.parser.partition(".")[2])}
    return {slug(collect.command), *by_parser}


def check_folder(folder: Path, hosts: Iterable[str], checks: Iterable[Check]) -> None:
    """Raise BadInput for a folder that cannot be meant: not there, empty, unknown host, file no command answers to,
    two files for one command. A misspelt name would otherwise be an answer that silently never came."""
    if not folder.is_dir():
        raise BadInput(str(folder), "no such folder", "expected DIR/<host>/<command>.txt")
    entries = [path for path in sorted(folder.iterdir()) if not _clutter(path)]
    stray = next((path for path in entries if not path.is_dir()), None)
    if stray:
        raise BadInput(str(stray), "lies beside the folders of the hosts", "move it into its host's folder")
    if not entries:
        raise BadInput(str(folder), "holds no folder of a host", "expected DIR/<host>/<command>.txt")
    known_hosts = set(hosts)
    commands = {name: collect.command for check in checks for collect in check.collect for name in names_of(collect)}
    for entry in entries:
        if entry.name not in known_hosts:
            near = [host for host in sorted(known_hosts) if host[:2] == entry.name[:2]][:6] or sorted(known_hosts)[:6]
            raise BadInput(str(entry), f"{entry.name!r} is no host of this site", "rename the folder; hosts are "
                           + ", ".join(near) + " …")
        _check_host(entry, commands)


def _check_host(entry: Path, commands: dict[str, str]) -> None:
    seen: dict[str, Path] = {}
    for path in sorted(entry.iterdir()):
        if _clutter(path):
            continue
        if not path.is_file() or path.suffix.lower() not in SUFFIXES:
            raise BadInput(str(path), "is no file with a command's answer",
                           "name it <command>.txt, or move it out of this folder")
        name = slug(path.stem)
        if name not in commands:
            near = difflib.get_close_matches(name, commands, 5, 0.5)
            raise BadInput(str(path), "no command of any check is called so",
                           "name it after its command; near: " + (", ".join(near) or "see `rounds parsers`"))
        other = seen.setdefault(commands[name], path)
        if other != path:
            raise BadInput(str(path), f"answers the same command as {other.name}", "keep one of the two")


def _clutter(path: Path) -> bool:
    """What file managers leave behind."""
    return path.name.startswith(".") or path.name.lower() in {"thumbs.db", "desktop.ini"}


def ask(folder: Path, host: str, commands: Sequence[Collect], platform: str = "") -> list[Answer]:
    """The recorded answers of one host; a command without a file is `not_run`. Times are the file's own.

    A CLI's complaint that somebody saved is a complaint here too.
    """
    place = folder / host
    files = {slug(path.stem): path for path in sorted(place.iterdir())
             if path.is_file() and path.suffix.lower() in SUFFIXES and not _clutter(path)} if place.is_dir() else {}
    # Where nothing was collected, now is when that was found out.
    newest = max((path.stat().st_mtime for path in files.values()), default=time.time())
    answers = []
    for one in commands:
        path = next((files[name] for name in sorted(names_of(one)) if name in files), None)
        if path is None:
            answers.append(Answer(one.command, "", None, newest, newest, Reason.NOT_RUN, "no file holds this answer"))
        else:
            answers.append(_answer(one, path, platform))
    return answers


def _answer(one: Collect, path: Path, platform: str) -> Answer:
    at = path.stat().st_mtime
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        text = _decoded(raw[:MAX_BYTES])
        return Answer(one.command, text, None, at, at, Reason.TRUNCATED, f"cut after {MAX_BYTES} bytes")
    text = _decoded(raw)
    of_database = verdict(text) if text.startswith("-- instance ") else None
    reason, detail = of_database or cli_complaint(platform, text) or (None, "")
    return Answer(one.command, text, None, at, at, reason, detail)


def _decoded(raw: bytes) -> str:
    """Text as terminals and Windows editors save it: UTF-8 or UTF-16 with its mark; line ends become ours."""
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return raw.decode(encoding, errors="replace").replace("\r\n", "\n")
