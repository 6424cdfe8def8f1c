"""libsrtp for packets that are not to be copied more often than they must, and that may be long."""

from __future__ import annotations

from collections.abc import Callable

import pylibsrtp
from aiortc import RTCDtlsTransport
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]  # compiled

LONGEST = 8192
"""Bytes of the longest packet: 120 ms of Opus at its highest rate (510 kb/s) are 7650."""

_stock_setup = RTCDtlsTransport._setup_srtp


def unprotector(session: pylibsrtp.Session) -> Callable[[bytes, int], bytes | None]:
    """`session.unprotect` as one call where it makes four: a packet's content from a place on (RTP's header is
    in the clear). None for a packet that is replayed or forged.
    """
    room, buffer, length = session._cdata, session._buffer, ffi.new("int *")
    context, unprotect, longest = session._srtp[0], lib.srtp_unprotect, len(room)

    def in_the_clear(data: bytes, start: int, _lives: object = session) -> bytes | None:
        size = length[0] = len(data)
        if size > longest:
            return None
        buffer[0:size] = data
        if unprotect(context, room, length):
            return None
        end = length[0]
        return buffer[start:end] if start < end else b""

    return in_the_clear


def widen(session: pylibsrtp.Session) -> None:
    """Room for what comes: pylibsrtp has as much as Ethernet carries in one piece."""
    session._cdata = ffi.new("char[]", LONGEST)
    session._buffer = ffi.buffer(session._cdata)


def _setup_srtp(transport: RTCDtlsTransport) -> None:
    _stock_setup(transport)
    if transport._rx_srtp is not None:
        widen(transport._rx_srtp)


RTCDtlsTransport._setup_srtp = _setup_srtp  # type: ignore[method-assign,assignment]  # in place of its own
