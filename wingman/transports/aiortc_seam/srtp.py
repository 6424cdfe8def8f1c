"""libsrtp for packets that are not to be copied more often than they must."""

from __future__ import annotations

from collections.abc import Callable

import pylibsrtp
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]  # compiled

LONGEST = 1500
"""Bytes of the longest packet that libsrtp has room for here."""


def unprotector(session: pylibsrtp.Session) -> Callable[[bytes, int], bytes | None]:
    """`session.unprotect` as one call where it makes four: a packet's content from a place on (RTP's header is
    in the clear). None for a packet that is replayed or forged.
    """
    room, buffer, length = session._cdata, session._buffer, ffi.new("int *")
    context, unprotect = session._srtp[0], lib.srtp_unprotect

    def in_the_clear(data: bytes, start: int, _lives: object = session) -> bytes | None:
        size = length[0] = len(data)
        if size > LONGEST:
            return None
        buffer[0:size] = data
        if unprotect(context, room, length):
            return None
        end = length[0]
        return buffer[start:end] if start < end else b""

    return in_the_clear
