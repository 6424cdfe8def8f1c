"""Media that comes before its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCDtlsTransport

from wingman.transports.aiortc_seam.srtp import LONGEST

MOST = 256
"""Packets that are kept: two and a half seconds of two channels."""


class EarlyMedia:
    """The stock way of a datagram, on which media waits for the end of the DTLS handshake.

    The last flight of a handshake and the first packets of sound are datagrams: either may come first, and a
    sender that waited for the connection has gathered a second of sound. aiortc drops what it cannot read.
    """

    def __init__(self, dtls: RTCDtlsTransport, stock: Callable[[bytes, Any], None]) -> None:
        self._dtls = dtls
        self._stock = stock
        self._kept: list[tuple[bytes, Any]] = []
        dtls.on("statechange", self._release)

    def __call__(self, data: bytes, address: Any) -> None:
        """One datagram from `address`."""
        if self._dtls._rx_srtp is None and data and 127 < data[0] < 192:
            if len(self._kept) < MOST and len(data) <= LONGEST:
                self._kept.append((data, address))
        else:
            self._stock(data, address)

    def _release(self) -> None:
        """With the keys, in the order in which they came; where there will be none, nowhere."""
        if self._dtls.state == "connecting":
            return
        self._dtls.remove_listener("statechange", self._release)  # it holds a socket, and who made that
        kept, self._kept = self._kept, []
        if self._dtls.state == "connected":
            for data, address in kept:
                self._stock(data, address)
