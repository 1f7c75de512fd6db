"""`rounds parse`, `parsers`, `checks`, `redact`: text in, text out, and the statuses the interface promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rounds_run import Site

from pacs_rounds import catalogue, cli, parse
from pacs_rounds.evidence import keys

DF = ("Filesystem     Type 1024-blocks     Used Available Capacity Mounted on\n"
      "/dev/sda1      ext4    10000000  5000000   5000000      50% /\n")


def rounds(*words: str) -> int:
    """The exit status of `rounds WORDS`, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    return int(ended.value.code or 0)


def test_parse_prints_plain_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "df.txt"
    path.write_text(DF)
    assert rounds("parse", "linux.df", str(path)) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == parse.parse("linux.df", DF)
    assert err == ""


def test_what_a_terminal_would_obey_is_printed_as_its_number(capsys: pytest.CaptureFixture[str],
                                                             tmp_path: Path) -> None:
    path = tmp_path / "df.txt"
    path.write_text(DF.replace("/\n", "/\u202egnp.\x9b2J影像\n"), encoding="utf-8")
    assert rounds("parse", "linux.df", str(path)) == 0
    out = capsys.readouterr().out
    assert "/\\u202egnp.\\u009b2J影像" in out
    assert json.loads(out)[0]["mount"] == "/\u202egnp.\x9b2J影像"


def test_windows_line_ends_make_no_difference(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "df.txt"
    path.write_bytes(DF.replace("\n", "\r\n").encode())
    assert rounds("parse", "linux.df", str(path)) == 0
    assert json.loads(capsys.readouterr().out) == parse.parse("linux.df", DF)


@pytest.mark.parametrize("data", [b"", b"\n", b"nonsense\n", b"\xff\xfe\x00", DF.encode()[:-20], b"\x1b[31m{{ 7*7 }}"])
def test_what_cannot_be_understood_is_one_line_and_status_1(
        capsys: pytest.CaptureFixture[str], tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "df.txt"
    path.write_bytes(data)
    assert rounds("parse", "linux.df", str(path)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("linux.df: ")
    assert err.count("\n") == 1


def test_an_unknown_parser_is_bad_input_with_those_that_are_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert rounds("parse", "linux.dff") == 2
    assert "linux.df" in capsys.readouterr().err
    assert rounds("parse", "solaris.df") == 2
    assert "cisco_ios" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert rounds("parse", "linux.df", "/nowhere/df.txt") == 2
    assert "No such file" in capsys.readouterr().err


def test_parsers_and_checks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert rounds("parsers") == 0
    assert capsys.readouterr().out.split() == parse.names()
    assert rounds("parsers", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == parse.names()
    assert all(row["reads"] for row in rows)
    assert rounds("checks") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(catalogue.load())
    assert rounds("checks", "--lang", "zh") == 0
    assert "文件系统使用率" in capsys.readouterr().out
    assert rounds("checks", "--json") == 0
    assert {one["id"] for one in json.loads(capsys.readouterr().out)} == set(catalogue.load())


def test_redact_prints_the_text_and_tells_what_it_did_beside_it(
        capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "config.txt"
    path.write_text("hostname sw\nenable secret 5 $1$abcd$hunter2\nsnmp-server community hunter3 RO")
    assert rounds("redact", "--platform", "cisco_ios", str(path)) == 0
    out, err = capsys.readouterr()
    assert "hunter" not in out + err
    assert out.startswith("hostname sw\nenable secret 5 <redacted:ios_enable:")
    assert out.endswith(" RO"), "no line end that was not there"
    assert err == "line 2: ios_enable\nline 3: ios_snmp_community\n"


def test_redact_for_a_site_uses_the_tokens_of_its_archive(
        capsys: pytest.CaptureFixture[str], tmp_path: Path, site: Site) -> None:
    from pacs_rounds import redact

    path = tmp_path / "config.txt"
    path.write_text("enable secret hunter2\n")
    assert rounds("redact", "--platform", "cisco_ios", "--site", "lab", str(path)) == 0
    assert redact.token("hunter2", keys.redaction_key(site.name)) in capsys.readouterr().out
    assert rounds("redact", "--platform", "cisco_ios", str(path)) == 0
    assert redact.token("hunter2", keys.redaction_key(site.name)) not in capsys.readouterr().out


@pytest.mark.parametrize(("words", "said"), [
    (["redact", "--platform", "solaris"], "known: "), (["redact"], "--platform"),
    (["redact", "--platform", "linux", "--site", "../x"], "is no site name"),
    (["nosuch"], "No such command"), (["parse"], "Missing argument"), (["checks", "--lang", "fr"], "'fr'"),
])
def test_a_wrong_call_is_bad_input(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert rounds(*words) == 2
    assert said in capsys.readouterr().err


def test_help_names_every_command_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert rounds("--help") == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in cli.COMMANDS)
    assert "3 not sealed" in out
    for name in cli.COMMANDS:
        assert rounds(name, "--help") == 0
        assert "Usage: rounds" in capsys.readouterr().out


def program(*words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen([sys.executable, "-c", "from pacs_rounds.cli import main; main()", *words],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def test_standard_input_is_the_default() -> None:
    out, err = program("parse", "linux.df").communicate(DF.encode(), timeout=30)
    assert json.loads(out)
    assert err == b""


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    process = program("checks", "--json")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.wait(timeout=30) == 1
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_parse_starts_without_the_heavy_libraries() -> None:
    code = ("import sys; from pacs_rounds.cli import cli\n"
            "try: cli.main(['parse', 'linux.df', sys.argv[1]], standalone_mode=False)\n"
            "finally: print(sorted({'netmiko', 'paramiko', 'ansible', 'bagit', 'textfsm'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code, "/dev/stdin"], input=DF.encode(), capture_output=True,
                          timeout=30, check=True)
    assert done.stdout.splitlines()[-1] == b"[]"
