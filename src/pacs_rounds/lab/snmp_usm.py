"""SNMPv3's user-based security as an agent of 2012 has it: MD5 and SHA-1, DES and AES-128 (RFC 3414, 3826)."""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pacs_rounds.lab.snmp_ber import BerError

HASHES: dict[str, Callable[..., Any]] = {
    "MD5": functools.partial(hashlib.md5, usedforsecurity=False),
    "SHA": functools.partial(hashlib.sha1, usedforsecurity=False)}
DIGEST_OCTETS = 12


@functools.cache
def localised_key(protocol: str, password: str, engine_id: bytes) -> bytes:
    """RFC 3414, A.2: a megabyte of the password, hashed, then hashed with the engine's id."""
    make = HASHES[protocol]
    word = password.encode("utf-8")
    key = make((word * (1_048_576 // len(word) + 1))[:1_048_576]).digest()
    localised: bytes = make(key + engine_id + key).digest()
    return localised


@dataclass(frozen=True, slots=True)
class User:
    """One user as the agent knows it; `none` for a protocol it does not use."""

    name: str
    auth_protocol: str
    auth_key: str
    priv_protocol: str
    priv_key: str

    def digest(self, engine_id: bytes, message: bytes) -> bytes:
        """The message's authentication parameters; their place in it holds zeros."""
        key = localised_key(self.auth_protocol, self.auth_key, engine_id)
        return hmac.new(key, message, HASHES[self.auth_protocol]).digest()[:DIGEST_OCTETS]

    def _cipher(self, engine_id: bytes, boots: int, seconds: int, salt: bytes) -> Cipher[Any]:
        key = localised_key(self.auth_protocol, self.priv_key, engine_id)
        if len(salt) != 8:
            raise BerError("no salt")
        if self.priv_protocol == "DES":
            start = bytes(one ^ other for one, other in zip(key[8:16], salt, strict=True))
            return Cipher(TripleDES(key[:8] * 3), modes.CBC(start))  # one key three times is DES
        start = boots.to_bytes(4) + seconds.to_bytes(4) + salt
        return Cipher(algorithms.AES(key[:16]), CFB(start))

    def encrypt(self, engine_id: bytes, boots: int, seconds: int, salt: bytes, plain: bytes) -> bytes:
        """The scoped PDU's octets as they are sent."""
        if self.priv_protocol == "DES":
            plain += bytes(-len(plain) % 8)
        maker = self._cipher(engine_id, boots, seconds, salt).encryptor()
        return bytes(maker.update(plain) + maker.finalize())

    def decrypt(self, engine_id: bytes, boots: int, seconds: int, salt: bytes, secret: bytes) -> bytes:
        """The scoped PDU, with the padding DES leaves behind it. BerError when it cannot be one."""
        if self.priv_protocol == "DES" and len(secret) % 8:
            raise BerError("no whole blocks")
        reader = self._cipher(engine_id, boots, seconds, salt).decryptor()
        return bytes(reader.update(secret) + reader.finalize())
