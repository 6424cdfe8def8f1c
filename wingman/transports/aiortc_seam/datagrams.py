"""Datagrams that no peer sends, from whoever knows the port: none of them ends a call.

aiortc looks at the first byte of what came without asking whether there is one, and gives libsrtp more than it
has room for; either error ends the connection. aioice takes the attributes of a STUN message apart without
looking at their length, and lets the error out.
"""

from __future__ import annotations

import struct
from typing import Any

import aioice.ice

from wingman.transports.aiortc_seam.srtp import LONGEST

_stock = aioice.ice.StunProtocol.datagram_received


def _datagram_received(protocol: aioice.ice.StunProtocol, data: Any, address: Any) -> None:
    if not 0 < len(data) <= LONGEST:
        return
    try:
        _stock(protocol, data, address)
    except struct.error:  # no STUN message, then
        protocol.receiver.data_received(data, protocol.local_candidate.component)


aioice.ice.StunProtocol.datagram_received = _datagram_received  # type: ignore[method-assign,assignment]  # in place of its own
