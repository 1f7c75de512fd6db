"""The site's signing key and OpenSSH's signatures. Ordinary programs do the work: ssh-keygen, nothing else."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from pacs_rounds import paths
from pacs_rounds.evidence.layout import SiteEvidence, write_new
from pacs_rounds.model import BadInput

NAMESPACE = "evidence@rounds"
SECONDS = 20.0


def _ssh_keygen(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise BadInput("ssh-keygen", "is not installed", "install OpenSSH's client: apt-get install openssh-client")
    try:
        return subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise BadInput("ssh-keygen", f"did not end within {SECONDS:g} s",
                       "a key with a passphrase needs an agent: ssh-add it and set ROUNDS_SIGNING_KEY to its .pub") \
            from None


def identity(site: str) -> str:
    """The signer's name in allowed_signers."""
    return f"rounds@{site}"


def key_path(site: str) -> Path:
    """The private key: ROUNDS_SIGNING_KEY (may also name a .pub whose private half an agent holds), or the site's."""
    return Path(os.environ.get("ROUNDS_SIGNING_KEY") or paths.STATE / "keys" / site / "signing_ed25519")


def _public_line(key: Path) -> str:
    public = key if key.suffix == ".pub" else key.with_name(key.name + ".pub")
    try:
        kind, blob = public.read_text(encoding="ascii").split()[:2]
    except (OSError, ValueError):
        raise BadInput(str(public), "the signing key's public half is missing or unreadable",
                       f"ssh-keygen -y -f {key} > {public}") from None
    return f"{kind} {blob}"


def signing_key(evidence: SiteEvidence) -> Path:
    """The key to sign with, made on the site's first run. Raises BadInput when this machine's key does not count."""
    key = key_path(evidence.site)
    signers = evidence.allowed_signers
    if not key.exists():
        if signers.exists():
            raise BadInput(str(key), f"no signing key here, but {evidence.site} already has signed runs",
                           f"bring the site's key here, or let a person add this machine's public key to {signers}")
        key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", identity(evidence.site), "-f", str(key))
        if made.returncode:
            raise BadInput(str(key), f"ssh-keygen could not make a key: {made.stderr.decode(errors='replace').strip()}")
    line = _public_line(key)
    if not signers.exists():
        write_new(signers, f'{identity(evidence.site)} namespaces="{NAMESPACE}" {line}\n'.encode("ascii"), durable=True)
    elif line.split()[1] not in signers.read_text(encoding="utf-8", errors="replace"):
        raise BadInput(str(signers), f"does not list the key {key}",
                       "bring the site's own key here, or let a person add this machine's public key to that file")
    return key


def sign(key: Path, data: bytes) -> bytes:
    """The armoured signature over data."""
    done = _ssh_keygen("-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, stdin=data)
    if done.returncode or not done.stdout:
        raise BadInput(str(key), f"signing failed: {done.stderr.decode(errors='replace').strip()}",
                       "is the key readable, or its agent running (ssh-add -l)?")
    return done.stdout


def signature_fault(evidence: SiteEvidence, data: bytes, signature: Path) -> str:
    """Empty when the signature is good, else what ssh-keygen says."""
    if not signature.exists():
        return "no signature"
    if not evidence.allowed_signers.exists():
        return f"{evidence.allowed_signers} is missing"
    done = _ssh_keygen("-Y", "verify", "-f", str(evidence.allowed_signers), "-I", identity(evidence.site),
                       "-n", NAMESPACE, "-s", str(signature), stdin=data)
    if done.returncode == 0:
        return ""
    return (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[0] if done.stderr or done.stdout \
        else "not verified"


def fingerprint(public: Path) -> str:
    """`SHA256:…` of a public key or of the first signer in an allowed_signers file; empty when there is none."""
    return next(iter(fingerprints(public)), "")


def fingerprints(public: Path) -> list[str]:
    """`SHA256:…` of every key in a public key or allowed_signers file: a second signer must not stay unseen."""
    try:
        lines = public.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for words in (line.split() for line in lines if not line.startswith("#")):
        start = next((i for i, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), None)
        if start is not None:
            done = _ssh_keygen("-l", "-f", "-", stdin=" ".join(words[start:start + 2]).encode())
            found.append(done.stdout.decode().split()[1] if done.returncode == 0 else "(not a key)")
    return found


def redaction_key(site: str) -> bytes:
    """The site's key for redaction tokens, made on first use and readable by its owner only."""
    path = paths.STATE / "keys" / site / "redaction.key"
    try:
        return _whole(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f".{secrets.token_hex(4)}")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(32))
        try:
            os.link(temporary, path)  # whoever comes second uses the first one's key
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
        return _whole(path)


def _whole(path: Path) -> bytes:
    """The key's bytes. A short one would make tokens that can be guessed back to their secrets."""
    key = path.read_bytes()
    if len(key) < 32:
        raise BadInput(str(path), f"holds {len(key)} bytes instead of 32",
                       "restore it from a copy; without it, remove the file: tokens then differ from earlier runs'")
    return key
