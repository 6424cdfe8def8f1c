"""WebSocket frames as a client writes and reads them: whole messages. Pure but for the keys' randomness.

Source: RFC 6455 section 5.2 (base framing) and 5.3 (masking; the key of each frame must be unpredictable). The
library's own writer asks the kernel for four random bytes a frame, which costs more than the rest of it; its
reader is a generator that is resumed some six times a frame.
"""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the wheel's C part
    from websockets.utils import apply_mask

_TEXT, _BINARY = 0x81, 0x82
_CONTROL = (0x88, 0x89, 0x8A)
"""Whole ones: close, ping, pong."""
_SHORTEST = 2
_MASKED = 0x80
_SHORT, _MEDIUM, _LONG = struct.Struct("!BB"), struct.Struct("!BBH"), struct.Struct("!BBQ")
_KEY = 4
_POOL = 256 * _KEY


class FrameWriter:
    """Makes frames of messages; keeps a store of random keys."""

    __slots__ = (
        "_at",
        "_head",
        "_headed",
        "_keys",
    )

    def __init__(self) -> None:
        self._keys = b""
        self._at = 0
        self._head = b""
        self._headed = -1  # bytes of the binary message that it is the head of

    def frame(self, message: bytes | str) -> bytes:
        """One message as one frame: text for `str`, else binary."""
        if isinstance(message, str):
            data = message.encode()
            head = _head(_TEXT, len(data))
        else:
            data = message
            if len(data) != self._headed:  # else as long as the one before, as chunks of sound are
                self._head, self._headed = _head(_BINARY, len(data)), len(data)
            head = self._head
        at = self._at
        if at == len(self._keys):
            self._keys, at = os.urandom(_POOL), 0
        self._at = at + _KEY
        key = self._keys[at : at + _KEY]
        return head + key + apply_mask(data, key)


def _head(opcode: int, length: int) -> bytes:
    if length < 126:
        return _SHORT.pack(opcode, _MASKED | length)
    if length < 1 << 16:
        return _MEDIUM.pack(opcode, _MASKED | 126, length)
    return _LONG.pack(opcode, _MASKED | 127, length)


class Piece(NamedTuple):
    """What a server sent."""

    message: bool
    """True: the payload of a whole message. False: raw bytes, for a reader that knows all of the protocol."""
    data: bytes


class FrameReader:
    """Cuts what a server sends into messages, each in one frame, and whole control frames.

    What else there is (messages in fragments, frames that are too long or break a rule) it leaves to another
    reader: from the first of that on (`odd`) everything is given on as it comes.
    """

    def __init__(self, longest: int) -> None:
        """`longest` message in bytes."""
        self._longest = longest
        self._left = b""
        self.odd = False

    def feed(self, data: bytes) -> list[Piece]:
        """What is whole by now, in order."""
        if self.odd:
            return [Piece(message=False, data=data)]
        data = self._left + data if self._left else data
        pieces: list[Piece] = []
        at, size = 0, len(data)
        while size - at >= _SHORTEST:
            first, length, start = data[at], data[at + 1], at + _SHORTEST
            if length in (126, 127):
                start += 2 if length == 126 else 8
                if start > size:
                    break
                length = int.from_bytes(data[at + _SHORTEST : start], "big")
            elif length & _MASKED:
                length = self._longest + 1  # only a client masks
            end = start + length
            message = first in (_TEXT, _BINARY)
            if length > self._longest or not (message or first in _CONTROL):
                pieces.append(Piece(message=False, data=data[at:]))
                self.odd, self._left = True, b""
                return pieces
            if end > size:
                break
            pieces.append(Piece(message, data[start if message else at : end]))
            at = end
        self._left = data[at:]
        return pieces
