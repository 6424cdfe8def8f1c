"""Whether a peer lives although it sends no sound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiortc import RTCPeerConnection

from wingman.transports.aiortc_seam.receivers import audio_receivers


class Liveness:
    """When the peer last showed that it lives: its consent checks (RFC 7675) and reports, not its sound."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self.seen = self._clock()
        """Loop time."""

    def note(self) -> None:
        self.seen = self._clock()

    def watch(self, peer: RTCPeerConnection) -> None:
        """Look at every datagram that arrives. To be called when the local candidates have been gathered."""
        for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
            self.watch_way(dtls.transport._connection)

    def watch_way(self, connection: Any) -> None:
        """The same for one way to it: the first, or one that a restart found."""
        for protocol in connection._protocols:
            self._watch(protocol)

    def _watch(self, protocol: Any) -> None:
        stock: Callable[[Any, Any], None] = protocol.datagram_received

        def datagram_received(data: Any, address: Any) -> None:
            self.note()
            stock(data, address)

        vars(protocol)["datagram_received"] = datagram_received
