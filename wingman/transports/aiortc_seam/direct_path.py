"""The media path without aiortc's threads, tasks and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pylibsrtp
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtp import RtpPacket

from wingman.transports.aiortc_seam.early_media import EarlyMedia
from wingman.transports.aiortc_seam.inbound_stream import InboundStream, Inlet
from wingman.transports.aiortc_seam.liveness import Liveness
from wingman.transports.aiortc_seam.receiver_reports import ReceiverReports
from wingman.transports.aiortc_seam.receivers import audio_receivers, private, set_private
from wingman.transports.aiortc_seam.srtp import unprotector
from wingman.transports.aiortc_seam.wire import CONTROL_KINDS, RTP_HEADER, read_control, without_redundancy
from wingman.transports.ice_seam import IcePath

QUIET_S = 0.3
"""A stream without a packet for so long may have been replaced by one that nobody announced."""


class DirectPath:
    """RTP packets straight from the UDP socket: unprotected, taken apart and handed on in one call.

    aiortc keeps ICE, DTLS, RTCP and the decision which stream belongs to which receiver: the first packet of a
    stream takes the stock way, and what that learns is remembered here. So do packets that arrive while the
    stock queue still holds older ones, which keeps the order. No decoder thread is started.
    """

    def __init__(self, peer: RTCPeerConnection, inlets: Sequence[Inlet]) -> None:
        self._peer = peer
        self._streams: dict[int, InboundStream] = {}
        self._newest: dict[RTCRtpReceiver, InboundStream] = {}
        self._paths: dict[int, IcePath] = {}
        self._life: Liveness | None = None
        self._clock = asyncio.get_running_loop().time
        for receiver, inlet in zip(audio_receivers(peer), inlets, strict=True):
            self._replace(receiver, inlet)

    def hook_sockets(self, life: Liveness) -> None:
        """Take the datagrams; those of every connection, too, that a restart opens.

        To be called when the local candidates have been gathered.
        """
        self._life = life
        for dtls in {receiver.transport for receiver in audio_receivers(self._peer)}:
            _route_unagreed(dtls._rtp_router, self._quiet)
            hook = partial(self._hook, dtls=dtls)
            self._paths[id(dtls)] = IcePath(dtls, _both(life.watch_way, hook))
            hook(dtls.transport._connection)

    @property
    def ice(self) -> IcePath | None:
        """The way to the peer, once its sockets are hooked; there is one where all media is bundled."""
        return next(iter(self._paths.values()), None) if len(self._paths) == 1 else None

    async def close(self) -> None:
        """Close what was opened beside the peer's own connection."""
        for path in self._paths.values():
            await path.close()

    def _hook(self, connection: Any, dtls: Any) -> None:
        for protocol in connection._protocols:
            stock = protocol.datagram_received
            if dtls._rx_srtp is None:
                stock = EarlyMedia(dtls, stock)
            taken = self._datagrams(stock, connection._queue, dtls, self._paths[id(dtls)])
            vars(protocol)["datagram_received"] = taken

    def _control(self, data: bytes, dtls: Any) -> bool:
        """What a known stream's sender tells of it (RFC 3550, 6.4.1 and 6.6); False: it is for aiortc.

        aiortc's way takes a queue, a task and an object for each block of it. From a peer that is sent nothing
        but receiver reports there is nothing else to hear.
        """
        stream = self._streams.get(int.from_bytes(data[4:8], "big"))
        if stream is None or stream.unprotect is None:
            return False
        try:
            clear = dtls._rx_srtp.unprotect_rtcp(data)
        except (pylibsrtp.Error, ValueError):
            return True  # replayed, forged, or longer than any
        if self._life is not None:
            self._life.note()
        read_control(clear, self._reported, self._ended)
        return True

    def _reported(self, ntp: int, timestamp: int, ssrc: int) -> None:
        if (stream := self._streams.get(ssrc)) is not None:
            stream.reported = ntp >> 16 & 0xFFFFFFFF, self._clock()
            stream.inlet.report(ntp, timestamp, ssrc)

    def _ended(self, ssrc: int) -> None:
        if (stream := self._streams.get(ssrc)) is not None:
            stream.inlet.goodbye(ssrc)

    def _replace(self, receiver: RTCRtpReceiver, inlet: Inlet) -> None:
        types: list[int] = []

        async def receive(parameters: RTCRtpReceiveParameters) -> None:
            if private(receiver, "started"):
                return
            types.extend(codec.payloadType for codec in parameters.codecs if codec.payloadType is not None)
            receiver.transport._register_rtp_receiver(receiver, parameters)
            reports = ReceiverReports(receiver, self._paths[id(receiver.transport)])
            set_private(receiver, "rtcp_task", asyncio.ensure_future(reports.run()))
            set_private(receiver, "started", value=True)

        async def handle_rtp_packet(packet: RtpPacket, **_: Any) -> None:
            stream = self._streams.get(packet.ssrc)
            if stream is None and packet.payload_type in types:
                stream = self._streams[packet.ssrc] = InboundStream(packet.payload_type, inlet)
                self._newest[receiver] = stream
                private(receiver, "remote_streams")[packet.ssrc] = stream
            if stream is not None:
                now = self._clock()
                stream.arrived.extend((packet.sequence_number, packet.timestamp, now))
                inlet.packet(packet.sequence_number, packet.timestamp, packet.payload, now, packet.ssrc)

        receiver.receive = receive  # type: ignore[method-assign]  # in place of aiortc's
        receiver._handle_rtp_packet = handle_rtp_packet  # type: ignore[method-assign,assignment]  # likewise

    def _quiet(self) -> RTCRtpReceiver | None:
        """The one receiver whose stream has stopped, if there is exactly one."""
        now = self._clock()
        silent = [receiver for receiver, stream in self._newest.items() if stream.quiet_for(now) > QUIET_S]
        return silent[0] if len(silent) == 1 else None

    def _datagrams(
        self, stock: Callable[[Any, Any], None], queue: asyncio.Queue[Any], dtls: Any, path: IcePath
    ) -> Callable[[bytes, Any], None]:
        streams, clock, drained = self._streams, self._clock, queue.empty
        unpack, shortest = RTP_HEADER.unpack_from, RTP_HEADER.size

        def datagram_received(data: bytes, address: Any) -> None:
            if len(data) < shortest:
                return stock(data, address)
            first, kind, sequence, timestamp, ssrc = unpack(data)
            stream = streams.get(ssrc)
            if stream is None or not 127 < first < 192 or kind in CONTROL_KINDS:
                if not (127 < first < 192 and kind in CONTROL_KINDS and self._control(data, dtls)):
                    stock(data, address)
                return None
            if (unprotect := stream.unprotect) is None:
                if not drained():
                    return stock(data, address)
                unprotect = stream.unprotect = unprotector(dtls._rx_srtp)
            start = shortest + 4 * (first & 0x0F)
            if first & 0x10:
                start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
            payload = unprotect(data, start)
            if payload is None:
                return None  # replayed or forged
            path.media_at = now = clock()
            if address != path.source:
                path.follow(address)
            if first & 0x20 and payload:
                payload = payload[: max(0, len(payload) - payload[-1])]
            if stream.payload_type != kind & 0x7F:  # of comfort noise, a pressed key, only its number matters
                payload = without_redundancy(payload, stream.payload_type)
            stream.arrived.extend((sequence, timestamp, now))
            take = stream.inlet.packet
            take(sequence, timestamp, payload, now, ssrc)
            return None

        return datagram_received


def _both(first: Callable[[Any], None], then: Callable[[Any], None]) -> Callable[[Any], None]:
    def called(connection: Any) -> None:
        first(connection)
        then(connection)

    return called


def _route_unagreed(router: Any, quiet: Callable[[], RTCRtpReceiver | None]) -> None:
    """Where a stream belongs that the description does not name: its MID header extension says it, or it takes
    the place of the one that has gone quiet. One that begins with redundancy (RFC 2198) is what that is of.
    aiortc discards it otherwise."""
    stock = router.route_rtp

    def route_rtp(packet: RtpPacket) -> Any:
        if packet.payload_type not in router.payload_type_table:
            for kind in router.payload_type_table:
                if sound := without_redundancy(packet.payload, kind):
                    packet.payload, packet.payload_type = sound, kind
                    break
        if packet.ssrc in router.ssrc_table:
            return stock(packet)
        known = packet.extensions.mid
        if known is not None and known in router.mid_table:
            router.ssrc_table[packet.ssrc] = router.mid_table[known]
        found = stock(packet)
        if found is None and (receiver := quiet()) is not None:
            router.ssrc_table[packet.ssrc] = receiver
            found = stock(packet)
        return found

    router.route_rtp = route_rtp
