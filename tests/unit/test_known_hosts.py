"""Each connection reads only the lines of known_hosts that can speak of its device."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.known_hosts import own_file, own_lines

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFEL+rV9MutI+vYFK77Dz6p3qT2/dCrDl0SfDtJ3uWyJ"
TEXT = f"""# written by rounds trust
127.0.4.1 {KEY} one
[127.0.4.1]:2222 {KEY} two
[127.0.4.1]:22222 {KEY} other port
127.0.4.11,sw-11.example {KEY} three

|1|b64salt=|b64hash= {KEY} hashed
*.example {KEY} wildcard
@revoked 127.0.4.9 {KEY} revoked
"""


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def _kept(path: Path, address: str, port: int) -> list[str]:
    return [line.split(maxsplit=1)[1].partition(KEY)[2].strip() for line in own_lines(path, address, port).splitlines()]


@pytest.mark.parametrize(("address", "port", "expected"), [
    ("127.0.4.1", 2222, ["one", "two"]),
    ("127.0.4.1", 22, ["one"]),
    ("127.0.4.11", 22, ["three"]),
    ("sw-11.example", 22, ["three"]),
    ("127.0.4.2", 22, []),
])
def test_only_lines_that_can_concern_the_device_are_kept(
        known: Path, address: str, port: int, expected: list[str]) -> None:
    assert _kept(known, address, port) == [*expected, "hashed", "wildcard", "revoked"]


def test_a_file_that_changes_is_read_again(known: Path) -> None:
    assert _kept(known, "127.0.4.2", 22) == ["hashed", "wildcard", "revoked"]
    known.write_text(f"{TEXT}127.0.4.2 {KEY} new\n", encoding="utf-8")
    os.utime(known, ns=(0, known.stat().st_mtime_ns + 1))
    assert _kept(known, "127.0.4.2", 22) == ["new", "hashed", "wildcard", "revoked"]


def test_the_file_lives_as_long_as_the_connection_is_made(known: Path) -> None:
    with own_file(Endpoint("sw", "127.0.4.1", 2222, known_hosts=str(known))) as name:
        assert Path(name).read_text(encoding="utf-8") == own_lines(known, "127.0.4.1", 2222)
    assert not Path(name).exists()


def test_a_missing_file_stays_missing(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.txt")
    with own_file(Endpoint("sw", "127.0.4.1", known_hosts=missing)) as name:
        assert name == missing
