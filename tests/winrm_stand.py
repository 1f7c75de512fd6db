"""A host with WinRM for the tests: certificates of a CA of our own, and a listener on loopback."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pacs_rounds.lab import wsman
from pacs_rounds.lab.wsman_shell import Run, Shells

ADDRESS = "127.0.0.1"
USER, PASSWORD = "rounds", "of the vault, p$$ & <w>"


@dataclass(frozen=True)
class Certificates:
    """Files: our CA's certificate, the host's certificate and key; and the host's hash as people write it."""

    authority: Path
    host: Path
    key: Path
    sha256: str


def certificates(place: Path, address: str = ADDRESS) -> Certificates:
    """A CA, and a host's certificate signed by it."""
    now = datetime.datetime.now(datetime.UTC)
    names = {word: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, word)]) for word in ("test CA", "win-a")}
    keys = {word: ec.generate_private_key(ec.SECP256R1()) for word in names}

    def signed(word: str, authority: bool) -> x509.Certificate:
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        return (x509.CertificateBuilder().subject_name(names[word]).issuer_name(names["test CA"])
                .public_key(keys[word].public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
                .add_extension(x509.BasicConstraints(authority, None), True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(keys[word].public_key()), False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys["test CA"].public_key()), False)
                .add_extension(x509.KeyUsage(True, *[False] * 4, authority, authority, False, False), True)
                .add_extension(alternative, False).sign(keys["test CA"], hashes.SHA256()))

    ours, host = signed("test CA", True), signed("win-a", False)
    (place / "ca.pem").write_bytes(ours.public_bytes(serialization.Encoding.PEM))
    (place / "host.pem").write_bytes(host.public_bytes(serialization.Encoding.PEM))
    (place / "host.key").write_bytes(keys["win-a"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return Certificates(place / "ca.pem", place / "host.pem", place / "host.key",
                        host.fingerprint(hashes.SHA256()).hex(":").upper())


@contextlib.contextmanager
def listening(run: Run, files: Certificates | None = None) -> Iterator[wsman.Server]:
    """A listener whose commands `run` carries out; https with certificates."""
    server = wsman.Server(ADDRESS, {USER: PASSWORD}, Shells(run), files.host if files else None,
                          files.key if files else None).start()
    try:
        yield server
    finally:
        server.close()
