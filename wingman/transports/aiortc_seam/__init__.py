"""Every private touch of aiortc, and of aioice but for its connections (see `ice_seam`), in one folder.

What they keep private and we need: which host addresses become ICE candidates, why DTLS failed, the audio
jitter buffer (stock, one lost packet costs five packets of audio and leaves 200 ms of delay for good), the
sender reports, and for the direct path the datagrams themselves. `check` says by name what a new version took
away.
"""

from __future__ import annotations

from wingman.transports.aiortc_seam import datagrams as datagrams
from wingman.transports.aiortc_seam.direct_path import DirectPath
from wingman.transports.aiortc_seam.dtls import failure
from wingman.transports.aiortc_seam.host_candidates import host_addresses
from wingman.transports.aiortc_seam.inbound_stream import Inlet, PacketHandler
from wingman.transports.aiortc_seam.jitter_buffer import reorder_only
from wingman.transports.aiortc_seam.liveness import Liveness
from wingman.transports.aiortc_seam.packet_sender import PacketSender
from wingman.transports.aiortc_seam.receivers import abort, audio_receivers, on_control
from wingman.transports.aiortc_seam.versions import check, unfit

__all__ = [
    "DirectPath",
    "Inlet",
    "Liveness",
    "PacketHandler",
    "PacketSender",
    "abort",
    "audio_receivers",
    "check",
    "failure",
    "host_addresses",
    "on_control",
    "reorder_only",
    "unfit",
]
