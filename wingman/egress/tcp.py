"""How far a TCP connection's bytes have come, as the kernel knows it. Linux; elsewhere nothing is known."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
from typing import Protocol

if sys.platform == "linux":
    import fcntl
    import termios

_ACKED, _NOT_SENT, _MIN_RTT = struct.Struct("=Q"), struct.Struct("=I"), struct.Struct("=I")
_ACKED_AT, _NOT_SENT_AT, _MIN_RTT_AT = 120, 144, 148
"""Where Linux's `tcp_info` holds `tcpi_bytes_acked`, `tcpi_notsent_bytes` and `tcpi_min_rtt`
(include/uapi/linux/tcp.h)."""
_INFO_BYTES = 152
NEAR_US = 1000
"""Round trips, in microseconds, of this machine and its network."""
_ESTABLISHED, _FIN_WAIT1, _FIN_WAIT2, _CLOSED = 1, 4, 5, 7
"""States of a connection (include/net/tcp_states.h): the peer is there in the first three."""
_TCP = (socket.AF_INET, socket.AF_INET6)
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: what was not sent is thrown away, and the peer is told."""


class HasSocket(Protocol):
    """A socket, or what asyncio gives in its place."""

    @property
    def family(self) -> int:
        """`socket.AF_INET` and the like."""
        ...

    def fileno(self) -> int:
        """Its descriptor; -1 once it is closed."""
        ...


class TcpView:
    """A duplicate of a connection's descriptor: it outlives the connection, so that the last word is heard."""

    def __init__(self, source: HasSocket | None) -> None:
        self._fd: socket.socket | None = None
        if sys.platform == "linux" and source is not None and source.family in _TCP:
            self._fd = socket.socket(fileno=os.dup(source.fileno()))

    def acked(self) -> int | None:
        """Bytes the peer's kernel has taken; None where nobody knows."""
        info = self._info()
        return None if info is None else int(_ACKED.unpack_from(info, _ACKED_AT)[0])

    def position(self) -> int | None:
        """Bytes this process has handed to the kernel so far, by the same count."""
        acked = self.acked()
        while acked is not None:
            position = acked + self._unacked()
            again = self.acked()
            if again == acked:  # else a word came in between, and the sum is of two moments
                return position
            acked = again
        return None

    def sent(self, *, reset: bool = False) -> int | None:
        """Bytes that have arrived or are on their way to a peer that is still there.

        To one that hung up nothing is on its way: what it has not acknowledged by then it never took. One that
        has `reset` the connection without a goodbye never acknowledged its last segments: where nothing stays
        under way for long, it had them.
        """
        info = self._info()
        if info is None:
            return None
        acked = int(_ACKED.unpack_from(info, _ACKED_AT)[0])
        near = reset and int(_MIN_RTT.unpack_from(info, _MIN_RTT_AT)[0]) < NEAR_US
        if info[0] not in (_ESTABLISHED, _FIN_WAIT1, _FIN_WAIT2) and not near:
            return acked
        return acked + self._unacked() - int(_NOT_SENT.unpack_from(info, _NOT_SENT_AT)[0])

    @property
    def over(self) -> bool:
        """Nothing more will be acknowledged."""
        info = self._info()
        return info is None or info[0] == _CLOSED

    def close(self) -> None:
        """Let go; bytes the kernel has not sent yet are never sent. Idempotent."""
        if self._fd is None:
            return
        info = self._info()
        if info is not None and _NOT_SENT.unpack_from(info, _NOT_SENT_AT)[0]:
            with contextlib.suppress(OSError):
                self._fd.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._fd.close()
        self._fd = None

    def _info(self) -> bytes | None:
        if self._fd is None:
            return None
        try:
            info = self._fd.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        except OSError:
            return None
        return info if len(info) >= _INFO_BYTES else None

    def _unacked(self) -> int:
        """Bytes in the kernel's queue that the peer has not acknowledged."""
        if sys.platform != "linux" or self._fd is None:
            return 0
        try:
            return int(struct.unpack("i", fcntl.ioctl(self._fd.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
        except OSError:
            return 0
