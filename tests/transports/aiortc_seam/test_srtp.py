"""Packets taken apart beside libsrtp's own way."""

from __future__ import annotations

import struct

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session

from wingman.transports.aiortc_seam.srtp import LONGEST, unprotector

KEY = bytes(range(30))


def sealed(sequence: int, payload: bytes) -> bytes:
    sending = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    return sending.protect(struct.pack("!BBHLL", 0x80, 96, sequence, 960, 7) + payload)


def receiving() -> Session:
    return Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_INBOUND))


@pytest.mark.parametrize("size", [0, 1, 160, 1_300])
def test_the_content_is_what_libsrtp_makes_of_it(size: int) -> None:
    packet = sealed(1, bytes(size))
    assert unprotector(receiving())(packet, 12) == receiving().unprotect(packet)[12:]


def test_a_packet_counts_once_and_only_unchanged() -> None:
    unprotect, packet = unprotector(receiving()), sealed(1, b"sound")
    assert unprotect(packet[:-1] + bytes([packet[-1] ^ 1]), 12) is None
    assert unprotect(packet, 12) == b"sound"
    assert unprotect(packet, 12) is None
    stock = receiving()
    stock.unprotect(packet)
    with pytest.raises(pylibsrtp.Error):
        stock.unprotect(packet)


def test_what_is_longer_than_the_room_for_it_is_refused() -> None:
    assert unprotector(receiving())(bytes(LONGEST + 1), 12) is None
