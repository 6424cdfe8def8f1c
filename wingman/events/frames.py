"""One event, encoded once for all its readers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from wingman.core import codec
from wingman.core.events import Envelope, TranscriptPartial
from wingman.core.steady_clock import now

SHORT, MEDIUM = 126, 1 << 16


class Frame:
    """An envelope with its JSON line and, on demand, its WebSocket and SSE forms."""

    def __init__(self, envelope: Envelope) -> None:
        data = envelope.data
        self.envelope = envelope
        self.line = codec.encode(envelope)
        self.seq = envelope.seq
        self.interim = data.channel if isinstance(data, TranscriptPartial) else ""
        """The channel whose partial transcript this is; a later one replaces it. Empty for all else."""

    @cached_property
    def text(self) -> str:
        """The line as WebSocket libraries want it."""
        return self.line.decode()

    @cached_property
    def websocket(self) -> bytes:
        """A whole unmasked, uncompressed text frame (RFC 6455, section 5.2)."""
        size = len(self.line)
        if size < SHORT:
            head = bytes((0x81, size))
        elif size < MEDIUM:
            head = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x81\x7f" + size.to_bytes(8, "big")
        return head + self.line

    def sse(self, epoch: int = 0) -> bytes:
        """A whole server-sent event. Its id is the `seq`, and among several processes which owner told it."""
        told_by = f".{epoch}" if epoch else ""
        return f"id: {self.seq}{told_by}\n".encode() + self._sse

    @cached_property
    def _sse(self) -> bytes:
        return f"event: {self.envelope.type}\ndata: ".encode() + self.line + b"\n\n"


def transient(meeting: str, seq: int, payload: Any) -> Frame:
    """A frame for one client that is not in the log; `seq` is the newest one it accounts for."""
    return Frame(codec.envelope(seq, meeting, now(), payload))
