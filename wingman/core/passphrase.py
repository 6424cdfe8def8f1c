"""A key out of a passphrase. Pure, and slow on purpose."""

from __future__ import annotations

import hashlib

KEY_BYTES = 32
_N, _R, _P = 1 << 15, 8, 1
_MEMORY = 64 * 1024 * 1024
"""What scrypt may use at these parameters (it takes half of it)."""


def derived_key(passphrase: str, salt: bytes) -> bytes:
    """`KEY_BYTES` by scrypt. Takes some 0.1 s: not for an event loop."""
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=KEY_BYTES)
