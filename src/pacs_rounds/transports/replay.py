"""Answers from files: DIR/<host>/<command>.txt, collected by hand or taken from an earlier run.

A file's name is the command with everything but letters and digits as `_` (`show_version.txt`, `df_P_T_k.txt`), or the
last word of its parser's name (`df.txt`, `show_version.txt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pacs_rounds.catalogue import Check, Collect
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.transports.failures import cli_complaint

SUFFIXES = {".txt", ".raw", ".log", ".out", ".json", ".yml"}


def slug(command: str) -> str:
    """A command as a file's name: letters, digits, `_`; `show interfaces` -> show_interfaces."""
    return re.sub(r"[^A-Za-z0-9]+", "_", command).strip("_").lower()[:80]


def names_of(collect: Collect) -> set[str]:
    """The file names (without ending) that may hold this command's answer."""
    return {slug(collect.command), slug(collect.parser.partition(".")[2])}


def check_folder(folder: Path, hosts: Iterable[str], checks: Iterable[Check]) -> None:
    """Raise BadInput for a folder that cannot be meant: not there, empty, unknown host, file no command answers to."""
    if not folder.is_dir():
        raise BadInput(str(folder), "no such folder", "expected DIR/<host>/<command>.txt")
    entries = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not entries:
        raise BadInput(str(folder), "holds no folder of a host", "expected DIR/<host>/<command>.txt")
    known_hosts = set(hosts)
    known = {name for check in checks for collect in check.collect for name in names_of(collect)}
    for entry in entries:
        if entry.name not in known_hosts:
            near = [host for host in sorted(known_hosts) if host[:2] == entry.name[:2]][:6] or sorted(known_hosts)[:6]
            raise BadInput(str(entry), f"{entry.name!r} is no host of this site", "rename the folder; hosts are "
                           + ", ".join(near) + " …")
        for path in sorted(entry.iterdir()):
            if path.name.startswith(".") or path.suffix not in SUFFIXES:
                continue
            if slug(path.stem) not in known:
                near = sorted(name for name in known if name[:5] == slug(path.stem)[:5])[:5]
                raise BadInput(str(path), "no command of any check is called so",
                               "name it after its command; near: " + (", ".join(near) or "see `rounds parsers`"))


def ask(folder: Path, host: str, commands: Sequence[Collect], platform: str = "") -> list[Answer]:
    """The recorded answers of one host; a command without a file is `not_run`. Times are the file's own.

    A CLI's complaint that somebody saved is a complaint here too.
    """
    files = {slug(path.stem): path for path in sorted((folder / host).glob("*")) if path.suffix in SUFFIXES} \
        if (folder / host).is_dir() else {}
    newest = max((path.stat().st_mtime for path in files.values()), default=0.0)
    answers = []
    for one in commands:
        path = next((files[name] for name in sorted(names_of(one)) if name in files), None)
        if path is None:
            answers.append(Answer(one.command, "", None, newest, newest, Reason.NOT_RUN, "no file holds this answer"))
            continue
        at = path.stat().st_mtime
        text = path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n")
        reason, detail = cli_complaint(platform, text) or (None, "")
        answers.append(Answer(one.command, text, None, at, at, reason, detail))
    return answers
