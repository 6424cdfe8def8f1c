"""WebSocket frames as a client writes them: whole messages, masked. Pure but for its randomness.

Source: RFC 6455 section 5.2 (base framing) and 5.3 (masking; the key of each frame must be unpredictable). The
library's own writer asks the kernel for four random bytes a frame, which costs more than the rest of it.
"""

from __future__ import annotations

import os
import struct

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the wheel's C part
    from websockets.utils import apply_mask

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80
_SHORT, _MEDIUM, _LONG = struct.Struct("!BB"), struct.Struct("!BBH"), struct.Struct("!BBQ")
_KEY = 4
_POOL = 256 * _KEY


class FrameWriter:
    """Makes frames of messages; keeps a store of random keys."""

    def __init__(self) -> None:
        self._keys = b""
        self._at = 0

    def frame(self, message: bytes | str) -> bytes:
        """One message as one frame: text for `str`, else binary."""
        data, opcode = (message.encode(), _TEXT) if isinstance(message, str) else (message, _BINARY)
        at = self._at
        if at == len(self._keys):
            self._keys, at = os.urandom(_POOL), 0
        self._at = at + _KEY
        key = self._keys[at : at + _KEY]
        return _head(opcode, len(data)) + key + apply_mask(data, key)


def _head(opcode: int, length: int) -> bytes:
    if length < 126:
        return _SHORT.pack(opcode, _MASKED | length)
    if length < 1 << 16:
        return _MEDIUM.pack(opcode, _MASKED | 126, length)
    return _LONG.pack(opcode, _MASKED | 127, length)
