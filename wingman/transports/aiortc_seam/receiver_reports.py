"""What a sender is told of what arrived."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pylibsrtp
from aiortc import RTCRtpReceiver

from wingman.core.shared_timer import shared_timer
from wingman.transports.aiortc_seam.inbound_stream import InboundStream
from wingman.transports.aiortc_seam.receivers import private
from wingman.transports.aiortc_seam.wire import MOST_BLOCKS, receiver_report, report_block
from wingman.transports.ice_seam import IcePath

REPORT_S = 0.3
"""How often a sender is told what arrived."""
LOOK_S = 0.1
"""How often it is looked whether a sender is due to be told."""


class ReceiverReports:
    """aiortc's receiver reports (RFC 3550, 6.4.2), three times as often: without them a sender knows that its
    network is gone.
    """

    def __init__(self, receiver: RTCRtpReceiver, path: IcePath) -> None:
        self._receiver = receiver
        self._path = path
        self._streams: dict[int, InboundStream] = private(receiver, "remote_streams")
        self._due = 0.0

    async def run(self) -> None:
        """aiortc's task for them. However it ends, it says so: `stop` waits for that without a limit."""
        private(self._receiver, "rtcp_started").set()
        beats = shared_timer(LOOK_S)
        beats.join(self._look)
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            pass  # that is how `stop` ends it, and aiortc's own ends without a word as well
        finally:
            beats.leave(self._look)
            private(self._receiver, "rtcp_exited").set()

    def _look(self, now: float) -> None:
        if now < self._due:
            return
        self._due = now + REPORT_S * (0.75 + 0.5 * random.random())
        about = [_about(ssrc, stream, now) for ssrc, stream in self._streams.items()][-MOST_BLOCKS:]
        source, dtls = private(self._receiver, "rtcp_ssrc"), self._receiver.transport
        if source is None or not about or dtls._tx_srtp is None:
            return
        report = receiver_report(source, about)
        with contextlib.suppress(pylibsrtp.Error):  # the key is used up
            self._path.send(dtls._tx_srtp.protect_rtcp(report))


def _about(ssrc: int, stream: InboundStream, now: float) -> bytes:
    """A report's block; `now` is loop time."""
    stream.count()
    lsr, at = stream.reported
    dlsr = int((now - at) * 65536) if lsr and 0 < now - at < 65536 else 0
    lost = stream.fraction_lost, stream.packets_lost
    return report_block(ssrc, lost, stream.max_seq, stream.jitter, (lsr, dlsr))
