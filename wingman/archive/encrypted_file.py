"""Bytes appended to a file under a key, so that what is there can be read whatever happened to its end.

    "WMSEAL1\\n" · 16 bytes of salt · records: length (4 bytes, big endian) · AES-256-GCM ciphertext and tag

Every file has its own key (scrypt of the passphrase and the file's salt), so record n can use n as its nonce.
A record that was moved, changed or taken out does not open; a file that was cut off opens up to the cut, which
is what a crash leaves behind.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wingman.core.passphrase import derived_key

MAGIC = b"WMSEAL1\n"
SALT_BYTES = 16
LENGTH_BYTES = 4
NONCE_BYTES = 12


class WrongKey(ValueError):
    """The key does not open it, or it was changed."""


class Seal:
    """Seals the records of one file, in order."""

    def __init__(self, passphrase: str, salt: bytes = b"") -> None:
        """Slow on purpose (some 0.1 s): not for an event loop."""
        self._salt = salt or os.urandom(SALT_BYTES)
        self._cipher = AESGCM(derived_key(passphrase, self._salt))
        self._records = 0

    @property
    def head(self) -> bytes:
        """What the file begins with."""
        return MAGIC + self._salt

    def record(self, plain: bytes) -> bytes:
        """The next record."""
        sealed = self._cipher.encrypt(self._records.to_bytes(NONCE_BYTES), plain, MAGIC)
        self._records += 1
        return len(sealed).to_bytes(LENGTH_BYTES) + sealed


def unseal(content: bytes, passphrase: str) -> bytes:
    """All that was sealed in a file, up to where it breaks off. Raises `WrongKey`."""
    if not content.startswith(MAGIC):
        raise WrongKey("it was not made by Wingman")
    at = len(MAGIC) + SALT_BYTES
    cipher = AESGCM(derived_key(passphrase, content[len(MAGIC) : at]))
    plain, number = [], 0
    while (end := at + LENGTH_BYTES + int.from_bytes(content[at : at + LENGTH_BYTES])) <= len(content):
        if end == at + LENGTH_BYTES:
            break  # the length itself was cut off
        try:
            record = content[at + LENGTH_BYTES : end]
            plain.append(cipher.decrypt(number.to_bytes(NONCE_BYTES), record, MAGIC))
        except InvalidTag:
            raise WrongKey("the key is another one, or the file was changed") from None
        at, number = end, number + 1
    return b"".join(plain)
