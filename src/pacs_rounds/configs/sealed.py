"""Sealed copies: age encryption to the site's recipients. Pure but for reading an identity file.

The control node knows recipients only; whoever holds an identity opens a copy with this tool or with plain
`age -d -i IDENTITY FILE`. The format is age's binary one: a copy is a file, nobody pastes it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyrage

from pacs_rounds.model import BadInput

HEAD = b"age-encryption.org/v1"


def recipients(words: Sequence[str], where: str = "rounds_configs.recipients") -> list[Any]:
    """pyrage's recipients of `age1…`, `ssh-ed25519 …` and `ssh-rsa …` lines; BadInput names the one that is none."""
    found = []
    for word in words:
        kind: Any = pyrage.ssh if word.startswith("ssh-") else pyrage.x25519
        if word.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY" in word:
            raise BadInput(where, "holds a secret key; the control node must never have one",
                           "write the public half: age-keygen -y IDENTITY")
        try:
            found.append(kind.Recipient.from_str(word.strip()))
        except pyrage.RecipientError as error:
            raise BadInput(where, f"{word[:30]!r} is no recipient: {error}",
                           "an age1… public key (age-keygen -y), or the line of an ssh-ed25519 or ssh-rsa .pub") \
                from None
    return found


def seal(data: bytes, to: Sequence[Any]) -> bytes:
    """The ciphertext; ValueError without a recipient. It differs each time, whatever the plaintext."""
    if not to:
        raise ValueError("no recipient: nothing is sealed to nobody")
    done: bytes = pyrage.encrypt(data, list(to))
    return done


def opened(data: bytes, identity: Path) -> bytes:
    """The plaintext; BadInput when the identity is none, needs a passphrase, or is not one of the recipients."""
    try:
        text = identity.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(identity), f"cannot be read: {error}", "name the file of an age or SSH identity") from None
    if not data.startswith(HEAD):
        raise BadInput(str(identity), "the sealed copy is damaged: it does not begin as an age file",
                       "take another revision (rounds configs log), or the copy of the store")
    try:
        done: bytes = pyrage.decrypt(data, _identities(text, identity))
    except pyrage.DecryptError as error:
        raise BadInput(str(identity), f"does not open this copy: {error}",
                       "it must belong to one of the recipients the copy was sealed to") from None
    return done


def _identities(text: str, where: Path) -> list[Any]:
    try:
        if "PRIVATE KEY" in text:
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError as error:
        raise BadInput(str(where), f"is no usable identity: {error}",
                       "an age identity file (age-keygen) or an unencrypted OpenSSH private key") from None
    if not found:
        raise BadInput(str(where), "holds no identity", "an age identity file has a line AGE-SECRET-KEY-1…")
    return found


def name_of(plain: bytes, words: Sequence[str], key: bytes) -> str:
    """The name of a sealed copy: the same for the same text and recipients, and it says nothing without the key."""
    to = "\0".join(sorted(word.strip() for word in words)).encode()
    return hmac.new(key, b"sealed\0" + hashlib.sha256(to).digest() + plain, hashlib.sha256).hexdigest()[:40]
