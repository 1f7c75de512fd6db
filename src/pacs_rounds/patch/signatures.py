"""The vendor's own signature of a file, verified on the control node by the verifier the vendor's kind demands. I/O.

`inventories/<site>/patches/keys/` holds the vendors' keys, each obtained once by another way than the files. Who signed
is on the approved list too (`signer` or `key`): a key that merely lies in the folder is not enough. A verifier that is
not installed, a key that is not known and an expired one refuse the file; nothing is skipped. No verifier here asks
whether a key was revoked: a key that is no longer trusted is taken out of the folder.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pacs_rounds import paths
from pacs_rounds.model import BadInput

SECONDS = 600
TOOLS = {"gpg": "gpgv", "minisign": "minisign", "rpm": "rpmkeys", "authenticode": "osslsigncode"}
PACKAGES = {"gpg": "gpgv", "minisign": "minisign", "rpm": "rpm", "authenticode": "osslsigncode"}
Row = Mapping[str, Any]


def keys_folder(site: str) -> Path:
    """Where a site's vendor keys lie."""
    return paths.INVENTORIES / site / "patches" / "keys"


def check(rows: list[dict[str, Any]], folder: Path, keys: Path) -> None:
    """Verify every file of a plan that has a signature; BadInput for the first that does not hold."""
    for row in rows:
        if row.get("signature"):
            fault, remedy = verify(folder / row["name"], row["signature"], folder, keys)
            if fault:
                raise BadInput(str(folder / row["name"]), fault, remedy)


def verify(path: Path, row: Row, folder: Path, keys: Path) -> tuple[str, str]:
    """(fault, remedy) of one file's signature; two empty texts when it holds."""
    kind = row["kind"]
    if shutil.which(TOOLS[kind]) is None:
        return f"cannot be verified: {TOOLS[kind]} is not installed", f"install {PACKAGES[kind]} on the control node"
    for need, where, remedy in (
            (row.get("file"), folder, "put the vendor's signature beside the file"),
            (row.get("keyring"), keys, "put the vendor's key there, obtained by another way than the file")):
        if need and not (where / need).is_file():
            return f"cannot be verified: {where / need} is not there", remedy
    with tempfile.TemporaryDirectory(prefix="rounds-keys-") as place:
        try:
            fault = _KINDS[kind](path, row, folder, keys, Path(place))
        except subprocess.TimeoutExpired:
            fault = f"{TOOLS[kind]} did not end within {SECONDS} s"
    if not fault:
        return "", ""
    return f"the vendor's signature does not hold: {fault}", \
        "get file and signature anew from the vendor; never change the list to fit a file"


def _run(place: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A verifier with nothing of this user's own keys and settings."""
    home = {"HOME": str(place), "GNUPGHOME": str(place), "LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, timeout=SECONDS, check=False, env=home)


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")[:200]


def dearmored(data: bytes) -> bytes:
    """OpenPGP keys in binary; armoured blocks (RFC 9580 section 6.2) are decoded, since gpgv takes none."""
    blocks = re.findall(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(.*?)-----END PGP", data, re.DOTALL)
    if not blocks:
        return data
    out = b""
    for block in blocks:
        lines = block.replace(b"\r", b"").split(b"\n")
        start = lines.index(b"") + 1 if b"" in lines else 0
        out += base64.b64decode(b"".join(line for line in lines[start:] if not line.startswith(b"=")))
    return out


def _gpg(path: Path, row: Row, folder: Path, keys: Path, place: Path) -> str:
    """gpgv's status lines: `VALIDSIG <fingerprint> … <primary fingerprint>`, and neither expired nor revoked."""
    ring = place / "ring.gpg"
    try:
        ring.write_bytes(dearmored((keys / row["keyring"]).read_bytes()))
    except ValueError:
        return f"{row['keyring']} is no OpenPGP key"
    said = _run(place, "gpgv", "--status-fd", "1", "--keyring", ring, folder / row["file"], path)
    status = re.findall(r"^\[GNUPG:\] (\w+)(.*)$", said.stdout, re.MULTILINE)
    words = {word for word, _ in status}
    if bad := words & {"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NO_PUBKEY", "NODATA"}:
        return {"NO_PUBKEY": "the key that signed is not in the keyring", "EXPKEYSIG": "the key has expired",
                "REVKEYSIG": "the key was revoked"}.get(next(iter(sorted(bad, reverse=True))), _last(said.stderr))
    by = [rest.split() for word, rest in status if word == "VALIDSIG"]
    if said.returncode or "GOODSIG" not in words or len(by) != 1:
        return _last(said.stderr)
    return _same(row["signer"], by[0][0], by[0][-1])


def _same(wanted: str, *got: str) -> str:
    mine = wanted.replace(" ", "").upper()
    return "" if mine in {one.upper() for one in got} else f"signed by {got[0]}, not by {mine}"


def _minisign(path: Path, row: Row, folder: Path, keys: Path, place: Path) -> str:
    said = _run(place, "minisign", "-V", "-q", "-P", row["key"], "-x", folder / row["file"], "-m", path)
    return "" if said.returncode == 0 else _last(said.stderr or said.stdout)


def _rpm(path: Path, row: Row, folder: Path, keys: Path, place: Path) -> str:
    """`Header V4 RSA/SHA256 Signature, key ID 1b32b34f: OK`; digests alone are no signature."""
    made = _run(place, "rpmkeys", "--dbpath", place, "--import", keys / row["keyring"])
    if made.returncode:
        return f"{row['keyring']}: {_last(made.stderr)}"
    said = _run(place, "rpmkeys", "--dbpath", place, "--define", "_pkgverify_level all", "--checksig", "-v", path)
    signed = re.findall(r"Signature, key ID ([0-9a-f]{8,16}): (\w+)", said.stdout)
    if not signed:
        return "the package carries no signature"
    wrong = [f"key ID {key}: {word}" for key, word in signed if word != "OK"]
    if said.returncode or wrong:
        return "; ".join(wrong) or _last(said.stdout)
    others = {key for key, _ in signed if not row["signer"].replace(" ", "").lower().endswith(key)}
    return f"signed by key {', '.join(sorted(others))}, not by {row['signer']}" if others else ""


def _authenticode(path: Path, row: Row, folder: Path, keys: Path, place: Path) -> str:
    """Microsoft's signature inside .exe, .msi, .cab and .msu: chain up to the keyring's roots, leaf as listed."""
    ring = keys / row["keyring"]
    said = _run(place, "osslsigncode", "verify", "-in", path, "-CAfile", ring, "-TSA-CAfile", ring,
                "-require-leaf-hash", f"sha256:{row['signer'].replace(' ', '').upper()}")
    if said.returncode == 0 and re.search(r"^Signature verification: ok", said.stdout, re.MULTILINE):
        return ""
    if re.search(r"Leaf hash match: failed", said.stdout, re.IGNORECASE):
        return f"signed with another certificate than {row['signer']}"
    return _last(said.stderr or said.stdout) if "No signature found" not in said.stdout + said.stderr else \
        "the file carries no signature"


_KINDS: dict[str, Callable[[Path, Row, Path, Path, Path], str]] = {
    "gpg": _gpg, "minisign": _minisign, "rpm": _rpm, "authenticode": _authenticode}
