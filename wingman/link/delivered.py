"""What a broken connection took with it."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections import deque

if sys.platform == "linux":
    import fcntl
    import termios

_ACKED, _NOT_SENT = struct.Struct("=Q"), struct.Struct("=I")
_ACKED_AT, _NOT_SENT_AT = 120, 144
"""Where Linux's `tcp_info` holds `tcpi_bytes_acked` and `tcpi_notsent_bytes` (include/uapi/linux/tcp.h)."""
_INFO_BYTES = 148
_ESTABLISHED = 1
ASK_EVERY = 32
"""Writes between two questions to the kernel, where the length of what was written is known."""


class Delivered:
    """What of a socket's writes the peer's kernel has taken, as TCP itself knows it (Linux; elsewhere: all).

    A duplicate of the descriptor outlives a connection the peer has cut, so that the last word is heard.
    """

    def __init__(self, source: socket.socket | None) -> None:
        self._fd = socket.socket(fileno=_dup(source)) if source is not None and _asks_tcp(source) else None
        self._waiting: deque[tuple[int, int, float]] = deque()
        self._mark = 0
        self._unasked = 0

    def wrote(self, size: int, seconds: float, buffered: int, framed: int = 0) -> None:
        """A message of `size` payload bytes was just handed over; `buffered` bytes wait in this process.

        `framed` is its length on the wire, 0 where that is not known (TLS): then the kernel is asked each time.
        """
        if self._fd is None:
            return
        if framed and self._unasked > 0:
            self._unasked -= 1
            self._mark += framed
        elif (acked := self._acked()) is not None:
            self._mark = acked + _unsent(self._fd) + buffered
            self._unasked = ASK_EVERY
            while self._waiting and self._waiting[0][0] <= acked:
                self._waiting.popleft()
        else:
            return
        self._waiting.append((self._mark, size, seconds))

    def lost(self) -> tuple[int, float]:
        """The connection is over: payload bytes, and seconds, that never arrived. Nothing on a second call.

        What is on its way to a peer that is still there has left. To one that hung up nothing arrives.
        """
        sent = self._sent()
        missing = [entry for entry in self._waiting if sent is not None and entry[0] > sent]
        self._waiting.clear()
        if self._fd is not None:
            self._fd.close()
            self._fd = None
        return sum(size for _, size, _ in missing), sum(length for _, _, length in missing)

    def _acked(self) -> int | None:
        info = self._info()
        return None if info is None else int(_ACKED.unpack_from(info, _ACKED_AT)[0])

    def _sent(self) -> int | None:
        info = self._info()
        if self._fd is None or info is None:
            return None
        acked = int(_ACKED.unpack_from(info, _ACKED_AT)[0])
        if info[0] != _ESTABLISHED:
            return acked
        return acked + _unsent(self._fd) - int(_NOT_SENT.unpack_from(info, _NOT_SENT_AT)[0])

    def _info(self) -> bytes | None:
        if self._fd is None:
            return None
        try:
            info = self._fd.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        except OSError:
            return None
        return info if len(info) >= _INFO_BYTES else None


def _unsent(connection: socket.socket) -> int:
    """Bytes in the kernel's queue that the peer has not acknowledged."""
    if sys.platform != "linux":
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
    except OSError:
        return 0


def _asks_tcp(source: socket.socket) -> bool:
    return sys.platform == "linux" and source.family in (socket.AF_INET, socket.AF_INET6)


def _dup(source: socket.socket) -> int:
    return os.dup(source.fileno())
