"""Text collected by hand: what it is named decides, near misses are refused, complaints are complaints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds.catalogue import Check, Collect, load
from pacs_rounds.model import BadInput, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.replay import ask, check_folder, slug

HOSTS = ["pacs-a", "pacs-b", "core-1"]
DF = Collect("df -P -T -k", "linux.df")
SHOW = Collect("show version", "cisco_ios.show_version")


def put(folder: Path, name: str, data: str | bytes = "text\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def checks() -> list[Check]:
    return list(load().values())


def refused(folder: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        check_folder(folder, HOSTS, checks())
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(("command", "name"), [
    ("show interfaces", "show_interfaces"), ("df -P -T -k", "df_p_t_k"), ("cat /proc/loadavg", "cat_proc_loadavg"),
    ("  Show  Version ", "show_version"), ("x" * 200, "x" * 80),
])
def test_a_file_is_named_after_its_command(command: str, name: str) -> None:
    assert slug(command) == name


def test_a_good_folder_passes(tmp_path: Path) -> None:
    for name in ("pacs-a/df.txt", "pacs-b/df_P_T_k.log", "pacs-b/LOADAVG.TXT", "core-1/show version.txt",
                 "core-1/show-inventory.raw", "pacs-a/.DS_Store", "pacs-a/Thumbs.db", ".git/config"):
        put(tmp_path, name)
    check_folder(tmp_path, HOSTS, checks())


@pytest.mark.parametrize(("name", "words", "remedy"), [
    ("pacs-a/dff.txt", "no command of any check is called so", "df"),
    ("pacs-a/show_verson.txt", "no command of any check is called so", "show_version"),
    ("pacs_a/df.txt", "'pacs_a' is no host of this site", "pacs-a"),
    ("PACS-A/df.txt", "is no host of this site", "core-1"),
    ("df.txt", "lies beside the folders of the hosts", "move it"),
    ("pacs-a/df", "is no file with a command's answer", "<command>.txt"),
    ("pacs-a/df.text", "is no file with a command's answer", "<command>.txt"),
    ("pacs-a/photo.jpg", "is no file with a command's answer", "move it"),
    ("pacs-a/more/df.txt", "is no file with a command's answer", "move it"),
])
def test_a_near_miss_is_refused_with_the_name_that_was_meant(
        tmp_path: Path, name: str, words: str, remedy: str) -> None:
    put(tmp_path, "pacs-b/df.txt")
    put(tmp_path, name)
    error = refused(tmp_path)
    assert words in error.problem
    assert remedy in error.remedy
    assert name.split("/")[0] in error.where


@pytest.mark.parametrize("other", ["df_P_T_k.txt", "df.raw", "DF.txt"])
def test_two_files_for_one_command_are_refused(tmp_path: Path, other: str) -> None:
    put(tmp_path, "pacs-a/df.txt")
    put(tmp_path, f"pacs-a/{other}")
    assert "answers the same command as" in refused(tmp_path).problem


def test_a_folder_that_is_none_or_holds_none_is_refused(tmp_path: Path) -> None:
    assert "no such folder" in refused(tmp_path / "nowhere").problem
    assert "no such folder" in refused(put(tmp_path, "file.txt")).problem
    (tmp_path / "empty").mkdir()
    assert "holds no folder of a host" in refused(tmp_path / "empty").problem


def test_answers_come_from_their_files_with_the_files_time(tmp_path: Path) -> None:
    path = put(tmp_path, "pacs-a/df.txt", "Filesystem\r\nx\r\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    found, missing = ask(tmp_path, "pacs-a", [DF, Collect("cat /proc/uptime", "linux.uptime")], "linux")
    assert (found.text, found.status, found.reason, found.started, found.ended) == (
        "Filesystem\nx\n", None, None, 1_700_000_000, 1_700_000_000)
    assert (missing.reason, missing.ended) == (Reason.NOT_RUN, 1_700_000_000)


def test_a_host_of_whom_nothing_was_collected_is_not_run_today(tmp_path: Path) -> None:
    answer = ask(tmp_path, "pacs-a", [DF])[0]
    assert answer.reason is Reason.NOT_RUN
    assert answer.ended > 1_700_000_000, "not the year 1970"


@pytest.mark.parametrize(("data", "text"), [
    (b"\xef\xbb\xbfvalue\r\n", "value\n"), ("v\u4e2d\r\n".encode("utf-16"), "v\u4e2d\n"),
    (b"\xfe\xff\x00v\x00\n", "v\n"), ("中".encode("gbk"), "\ufffd\ufffd"), (b"\xff\xfe\x00", "\ufffd"), (b"", ""),
])
def test_what_windows_saves_is_read(tmp_path: Path, data: bytes, text: str) -> None:
    put(tmp_path, "pacs-a/df.txt", data)
    assert ask(tmp_path, "pacs-a", [DF])[0].text == text


def test_a_file_longer_than_any_answer_is_cut(tmp_path: Path) -> None:
    put(tmp_path, "pacs-a/df.txt", b"x" * (MAX_BYTES + 1))
    put(tmp_path, "pacs-b/df.txt", b"x" * MAX_BYTES)
    cut, whole = ask(tmp_path, "pacs-a", [DF])[0], ask(tmp_path, "pacs-b", [DF])[0]
    assert (cut.reason, len(cut.text)) == (Reason.TRUNCATED, MAX_BYTES)
    assert (whole.reason, len(whole.text)) == (None, MAX_BYTES)


@pytest.mark.parametrize(("platform", "text", "reason"), [
    ("cisco_ios", "          ^\n% Invalid input detected at '^' marker.\n\nswitch#", Reason.TOOL_MISSING),
    ("cisco_ios", "% Incomplete command.\n", Reason.TOOL_MISSING),
    ("cisco_ios", "% Authorization failed.\n", Reason.REFUSED),
    ("cisco_ios", "Cisco IOS Software\n% Invalid is a word of ours\n", None),
    ("linux", "bash: multipath: command not found\n", Reason.TOOL_MISSING),
    ("linux", "-bash: /usr/sbin/multipath: No such file or directory\n", Reason.TOOL_MISSING),
    ("linux", "sh: 1: multipath: not found\n", Reason.TOOL_MISSING),
    ("linux", "/bin/sh: line 1: dmesg: Permission denied\n", Reason.REFUSED),
    ("linux", "bash: x: command not found\nmpatha (3600) dm-0 DGC,VRAID\n", None),
    ("linux", "cat: /proc/mdstat: No such file or directory\n", None),
    ("linux", "% Invalid input detected at '^' marker.\n", None),
])
def test_a_complaint_that_somebody_saved_is_a_complaint(
        tmp_path: Path, platform: str, text: str, reason: Reason | None) -> None:
    put(tmp_path, "core-1/show_version.txt", text)
    answer = ask(tmp_path, "core-1", [SHOW], platform)[0]
    assert answer.reason is reason
    assert answer.text == text
    assert bool(answer.detail) == (reason is not None)


def test_the_commands_own_name_goes_before_the_parsers(tmp_path: Path) -> None:
    put(tmp_path, "pacs-a/df_p_t_k.txt", "by command")
    put(tmp_path, "pacs-a/other.txt", "something else")
    assert ask(tmp_path, "pacs-a", [DF])[0].text == "by command"


def test_a_folder_in_place_of_a_file_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "pacs-a" / "df.txt").mkdir(parents=True)
    assert ask(tmp_path, "pacs-a", [DF])[0].reason is Reason.NOT_RUN


def test_every_command_of_the_catalogue_has_a_name_of_its_own() -> None:
    """Within a platform no two commands may answer to one file."""
    taken: dict[tuple[str, str], Any] = {}
    for check in checks():
        for collect in check.collect:
            place = (check.domain, slug(collect.command))
            assert taken.setdefault(place, collect.command) == collect.command
