"""Settings of audio in."""

from __future__ import annotations

from typing import Literal

from wingman.config.section import Count, Positive, Section


class IngestSettings(Section, frozen=True):
    """How sound comes in."""

    media_path: Literal["direct", "portable"] = "direct"
    """`direct`: one synchronous path per datagram; `portable`: aiortc's public `track.recv()`."""
    tape_s: Positive = 60.0
    """Seconds of audio kept per channel for reconnecting providers (60 s cost 1.92 MB)."""
    setup_timeout_s: Positive = 10.0
    """A peer that has not connected by then is closed."""
    stalled_after_s: Positive = 2.0
    """No RTP for this long: the channel is reported as stalled."""
    gone_after_s: Positive = 10.0
    """No sound and no sign of life for this long: the peer is closed; the meeting waits for it to come back."""
    reorder_packets: Count = 5
    """How many packets to wait for a late one before its place becomes silence; more (up to 0.4 s) for a while
    after one came later than that."""
    conceal_loss: bool = True
    """Let the codec bridge a loss of up to 100 ms instead of leaving silence (direct path only)."""
    host_addresses: tuple[str, ...] = ()
    """Addresses offered as ICE candidates; empty means loopback while the service listens there, else all."""
    candidates: Literal["auto", "near", "any"] = "auto"
    """Addresses of an offer that are tried: `near` are this machine's and its network's; `auto` is `near` while
    the service listens on loopback."""
    ice_servers: tuple[str, ...] = ()
    """STUN and TURN servers (`turn:user:password@host:3478`); none are needed on one machine and in a LAN."""
