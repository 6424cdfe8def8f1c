"""Peer: the bare media path, the floor in Python. Argument: the providers' port.

aiortc makes SDP, ICE and DTLS. A datagram is one call: unprotect, header, libopus at 16 kHz mono, one WebSocket
frame. No loss is bridged, nothing is kept, no result is read beyond its JSON. uvloop, picows, orjson.
"""

from __future__ import annotations

import asyncio
import ctypes
import struct
import sys
import sysconfig
from pathlib import Path

import orjson
import picows
import uvicorn
from aioice.ice import StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PROVIDERS = int(sys.argv[1])
HEADER = struct.Struct("!BBHLL")
LONGEST = 16_000 * 120 // 1000
peers: set[RTCPeerConnection] = set()
tasks: set[asyncio.Task[None]] = set()

folder = Path(sysconfig.get_paths()["platlib"]) / "av.libs"
opus = ctypes.CDLL(str(next(folder.glob("libopus*.so*"))))
opus.opus_decoder_create.restype = ctypes.c_void_p
opus.opus_decode.argtypes = [
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_int,
]
_stun = StunProtocol.datagram_received


def datagram_received(self, data, addr) -> None:
    """RTP never sees aioice's queue."""
    path = getattr(self.receiver, "media_path", None)
    if path is not None and 127 < data[0] < 192 and not 63 < data[1] & 0x7F < 96:
        path(data)
    else:
        _stun(self, data, addr)


async def receive(self, parameters) -> None:
    """aiortc's receiver without its decoder thread."""
    self.transport._register_rtp_receiver(self, parameters)  # noqa: SLF001 - the floor has no seam


StunProtocol.datagram_received = datagram_received
RTCRtpReceiver.receive = receive


class Results(picows.WSListener):
    """Reads what the provider says, and that is all."""

    def on_ws_frame(self, transport, frame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            orjson.loads(frame.get_payload_as_bytes())


def media_path(unprotect, transport):
    """What takes a datagram from the ICE socket to the provider's."""
    decoder = opus.opus_decoder_create(16_000, 1, None)
    room = bytearray(2 * LONGEST)
    at = ctypes.addressof((ctypes.c_char * len(room)).from_buffer(room))
    pcm, decode, send, binary = memoryview(room), opus.opus_decode, transport.send, picows.WSMsgType.BINARY

    def take(data: bytes) -> None:
        plain = unprotect(data)
        first, _, _, _, _ = HEADER.unpack_from(plain)
        start = 12 + 4 * (first & 15)
        if first & 16:
            start += 4 + 4 * ((plain[start + 2] << 8) | plain[start + 3])
        payload = plain[start:]
        count = decode(decoder, payload, len(payload), at, LONGEST, 0)
        if count > 0:
            send(binary, pcm[: 2 * count])

    return take


async def connected(peer: RTCPeerConnection) -> None:
    url = f"ws://127.0.0.1:{PROVIDERS}/v1/listen?encoding=linear16&sample_rate=16000"
    transport, _ = await picows.ws_connect(Results, url)
    dtls = peer.getTransceivers()[0].receiver.transport
    line, unprotect = dtls.transport._connection, dtls._rx_srtp.unprotect  # noqa: SLF001 - likewise
    line.media_path = media_path(unprotect, transport)


async def whip(request: Request) -> Response:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peers.add(peer)

    @peer.on("connectionstatechange")
    def changed() -> None:
        if peer.connectionState == "connected":
            tasks.add(asyncio.ensure_future(connected(peer)))

    await peer.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    return Response(peer.localDescription.sdp, 201, media_type="application/sdp")


serve(uvicorn, Starlette(routes=[Route("/whip", whip, methods=["POST"])]), loop="uvloop")
