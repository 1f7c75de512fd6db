"""A vendor's signature by each kind of verifier, with keys and files made here; and everything that must be refused."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from patch_site import Site, entry
from patch_site import site as site
from test_patch import HASH, PATCH, listed

from pacs_rounds.cli import cli
from pacs_rounds.model import BadInput
from pacs_rounds.patch import conduct, signatures

Made = tuple[str, dict[str, Any]]
"""(name of the signed file, its `signature` of the approved list)."""


def needs(*names: str) -> None:
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (scripts/system-packages.sh)")


def run(folder: Path, *words: str | Path, stdin: str = "") -> str:
    env = {"GNUPGHOME": str(folder / "gnupg"), "HOME": str(folder), "LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/sbin"}
    done = subprocess.run([str(word) for word in words], cwd=folder, env=env, input=stdin, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(autouse=True)
def no_agent_is_left(tmp_path: Path) -> Iterator[None]:
    """gpg starts an agent for its folder, which goes on running."""
    yield
    if (tmp_path / "gnupg").is_dir():
        run(tmp_path, "gpgconf", "--kill", "gpg-agent")


def gpg_key(folder: Path, kind: str, name: str) -> str:
    """A key without a passphrase; its fingerprint. The public half goes, armoured, into keys/."""
    (folder / "gnupg").mkdir(mode=0o700, exist_ok=True)
    gpg = ("gpg", "--batch", "--passphrase", "", "--pinentry-mode", "loopback")
    run(folder, *gpg, "--quick-gen-key", f"{name} <{name}@example.org>", kind, "sign", "2y")
    lines = run(folder, "gpg", "--with-colons", "--list-keys", name).splitlines()
    (folder / "keys" / f"{name}.asc").write_text(run(folder, "gpg", "--armor", "--export", name))
    return next(line.split(":")[9] for line in lines if line.startswith("fpr"))


def gpg(folder: Path) -> Made:
    needs("gpg", "gpgv")
    signer = gpg_key(folder, "ed25519", "vendor")
    (folder / "core.deb").write_bytes(b"as delivered")
    run(folder, "gpg", "--batch", "--armor", "--output", "core.deb.asc", "--detach-sign", "core.deb")
    gpg_key(folder, "ed25519", "other")
    return "core.deb", {"kind": "gpg", "file": "core.deb.asc", "keyring": "vendor.asc", "signer": signer}


def minisign(folder: Path) -> Made:
    needs("minisign")
    (folder / "core.tar").write_bytes(b"as delivered")
    run(folder, "minisign", "-G", "-f", "-W", "-p", "vendor.pub", "-s", "vendor.key")
    run(folder, "minisign", "-S", "-s", "vendor.key", "-m", "core.tar")
    key = (folder / "vendor.pub").read_text().splitlines()[-1]
    return "core.tar", {"kind": "minisign", "file": "core.tar.minisig", "key": key}


def rpm(folder: Path) -> Made:
    needs("gpg", "rpmbuild", "rpmsign", "rpmkeys")
    signer = gpg_key(folder, "rsa2048", "vendor")
    (folder / "toy.spec").write_text("Name: toy\nVersion: 1\nRelease: 1\nSummary: t\nLicense: MIT\nBuildArch: noarch\n"
                                     "%description\nt\n%files\n")
    run(folder, "rpmbuild", "-bb", "--define", f"_topdir {folder}", "toy.spec")
    (folder / "RPMS" / "noarch" / "toy-1-1.noarch.rpm").rename(folder / "toy.rpm")
    shutil.copy(folder / "toy.rpm", folder / "unsigned.rpm")
    run(folder, "rpmsign", "--define", "_gpg_name vendor", "--define", "__gpg /usr/bin/gpg", "--define",
        "_gpg_sign_cmd_extra_args --batch --pinentry-mode loopback --passphrase ''", "--addsign", "toy.rpm")
    gpg_key(folder, "rsa2048", "other")
    return "toy.rpm", {"kind": "rpm", "keyring": "vendor.asc", "signer": signer}


def cabinet() -> bytes:
    """A cabinet with one stored file, as Microsoft's format document has it."""
    data, name = b"as delivered", b"a.txt\0"
    file = struct.pack("<IIHHHH", len(data), 0, 0, 0, 0, 0x20) + name
    folder = struct.pack("<IHH", 44 + len(file), 1, 0)
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    size = 44 + len(file) + len(block)
    return b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, size, 0, 44, 0, 3, 1, 1, 1, 0, 0, 0) + folder + file + block


def authenticode(folder: Path) -> Made:
    needs("openssl", "osslsigncode")
    for name in ("vendor", "other"):
        run(folder, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
            f"keys/{name}.asc", "-days", "30", "-subj", f"/CN={name}", "-addext", "extendedKeyUsage=codeSigning")
    (folder / "unsigned.cab").write_bytes(cabinet())
    run(folder, "osslsigncode", "sign", "-certs", "keys/vendor.asc", "-key", "vendor.key", "-in", "unsigned.cab",
        "-out", "fix.cab")
    said = run(folder, "openssl", "x509", "-in", "keys/vendor.asc", "-noout", "-fingerprint", "-sha256")
    return "fix.cab", {"kind": "authenticode", "keyring": "vendor.asc",
                       "signer": said.partition("=")[2].strip().replace(":", "").lower()}


KINDS: list[Callable[[Path], Made]] = [gpg, minisign, rpm, authenticode]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_signature_holds_for_this_file_by_this_key_alone(kind: Callable[[Path], Made], tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    name, row = kind(tmp_path)
    rows = [{"name": name, "signature": row}]

    def fault(**changed: Any) -> str:
        return signatures.verify(tmp_path / name, row | changed, tmp_path, tmp_path / "keys")[0]

    signatures.check(rows, tmp_path, tmp_path / "keys")
    listed(PATCH | {"files": [{"name": "core_2.deb", "sha256": HASH, "signature": row}]})
    if "signer" in row:
        stranger = row["signer"].translate(str.maketrans("0123456789abcdefABCDEF", "123456789abcdef0BCDEF0"))
        assert "not by" in (said := fault(signer=stranger)) or "another certificate" in said
        assert "does not hold" in fault(keyring="other.asc"), "a key that is not the vendor's"
        assert "is not there" in fault(keyring="nobody.asc")
    else:
        assert "does not hold" in fault(key="RW" + "A" * 54)
    if "file" in row:
        assert "is not there" in fault(file="missing.sig")
        (tmp_path / "empty").write_bytes(b"")
        assert "does not hold" in fault(file="empty")
    data = bytearray((tmp_path / name).read_bytes())
    data[data.find(b"as delivered")] ^= 1  # the last byte where the content is compressed
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match="signature does not hold"):
        signatures.check(rows, tmp_path, tmp_path / "keys")
    unsigned = tmp_path / f"unsigned.{name.rpartition('.')[2]}"
    if unsigned.exists():
        shutil.copy(unsigned, tmp_path / name)
        assert "carries no signature" in fault()


@pytest.mark.parametrize("kind", sorted(signatures.TOOLS))
def test_missing_verifier_refuses_the_file(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BadInput, match=f"{signatures.TOOLS[kind]} is not installed"):
        signatures.check([{"name": "f", "signature": {"kind": kind}}], tmp_path, tmp_path)


def test_expired_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    name, row = gpg(tmp_path)
    run(tmp_path, "gpg", "--batch", "--passphrase", "", "--pinentry-mode", "loopback", "--quick-set-expire",
        row["signer"], "seconds=1")
    (tmp_path / "keys" / "vendor.asc").write_text(run(tmp_path, "gpg", "--armor", "--export", "vendor"))
    until, fault = time.monotonic() + 20, ""
    while not fault and time.monotonic() < until:
        time.sleep(0.2)
        fault = signatures.verify(tmp_path / name, row, tmp_path, tmp_path / "keys")[0]
    assert "the key has expired" in fault


@pytest.mark.parametrize("row", [
    {"kind": "gpg", "keyring": "v.gpg", "signer": "A" * 40}, {"kind": "minisign", "file": "f.minisig"},
    {"kind": "rpm", "keyring": "v.asc"}, {"kind": "none"},
    {"kind": "gpg", "file": "../x", "keyring": "v", "signer": "A" * 40},
    {"kind": "rpm", "keyring": "v.asc", "signer": "abcd"}, "core.deb.asc"])
def test_signature_of_another_form_is_refused(row: Any) -> None:
    with pytest.raises(BadInput, match="signature"):
        listed(PATCH | {"files": [{"name": "core_2.deb", "sha256": HASH, "signature": row}]})


def test_unsigned_file_stops_a_plan_before_any_node_and_not_a_roll_back(site: Site) -> None:
    """The file has its hash; the signature the list asks for is not there."""
    needs("minisign")
    row = entry()
    row["files"][0]["signature"] = {"kind": "minisign", "file": "core_2.deb.minisig", "key": "RW" + "A" * 54}
    site.write(row)
    name = site.plan(0, 10_000)
    with pytest.raises(BadInput, match=r"core_2.deb.minisig is not there"):
        conduct.control_begin("lab", {"plan": name}, os.getpid())
    assert conduct.control_begin("lab", {"plan": name, "direction": "undo"}, os.getpid())["plan"] == name
    said = CliRunner().invoke(cli, ["patch", "files", "--site", "lab"])
    assert said.exit_code == 1
    assert "core_2.deb  REFUSED: cannot be verified" in said.output
    assert "core_1.deb  ok, not signed" in said.output
    (site.files / "core_1.deb").write_bytes(b"changed")
    assert "core_1.deb  REFUSED: has SHA-256" in CliRunner().invoke(cli, ["patch", "files", "--site", "lab"]).output
