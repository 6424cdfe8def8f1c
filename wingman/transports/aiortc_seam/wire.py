"""RTP and RTCP as bytes: what a stream's sender tells of it, and what it is told of what arrived.

Source: RFC 3550, sections 5.1 (header), 6.4.1 and 6.4.2 (reports), 6.6 (BYE); RFC 5761, section 4 (one port);
RFC 2198, section 3 (redundant sound).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Protocol

RTP_HEADER = struct.Struct("!BBHLL")
"""The fixed header: version and flags, payload type, sequence number, timestamp, SSRC."""
CONTROL_KINDS = range(192, 224)
"""What shares a port with sound and is none."""
MOST_BLOCKS = 31
"""More do not fit into one report."""
_CONTROL_HEAD, _SENDER_INFO = struct.Struct("!BBH"), struct.Struct("!LQL")
_REPORT_HEAD, _REPORT_BLOCK = struct.Struct("!BBHL"), struct.Struct("!LLLLLL")
_SENDER_REPORT, _RECEIVER_REPORT, _BYE = 200, 201, 203


class SenderReport(Protocol):
    """What a sender report says of time."""

    def __call__(self, ntp: int, timestamp: int, ssrc: int) -> None:
        """RTP time `timestamp` of the stream `ssrc` was `ntp` (64-bit NTP) on the sender's clock."""
        ...


def read_control(compound: bytes, report: SenderReport, goodbye: Callable[[int], None]) -> None:
    """Hand on the sender reports and the ended streams of a compound; what is cut short is passed over."""
    at = 0
    while at + _CONTROL_HEAD.size <= len(compound):
        first, kind, words = _CONTROL_HEAD.unpack_from(compound, at)
        block = compound[at + _CONTROL_HEAD.size : at + 4 * (words + 1)]
        at += 4 * (words + 1)
        if kind == _SENDER_REPORT and len(block) >= _SENDER_INFO.size:
            ssrc, ntp, timestamp = _SENDER_INFO.unpack_from(block)
            report(ntp, timestamp, ssrc)
        elif kind == _BYE:
            for source in range(0, min(4 * (first & 0x1F), len(block) - 3), 4):
                goodbye(int.from_bytes(block[source : source + 4], "big"))


def without_redundancy(payload: bytes, kind: int) -> bytes:
    """The newest sound of an RFC 2198 payload, all of whose blocks are of payload type `kind`; else nothing."""
    at = older = 0
    while at + 4 < len(payload) and payload[at] == 0x80 | kind:
        older += int.from_bytes(payload[at + 2 : at + 4]) & 0x3FF
        at += 4
    return payload[at + 1 + older :] if payload[at : at + 1] == bytes((kind,)) else b""


def receiver_report(source: int, blocks: Sequence[bytes]) -> bytes:
    """The report of the receiver `source` about so many streams, at most `MOST_BLOCKS`."""
    head = _REPORT_HEAD.pack(0x80 | len(blocks), _RECEIVER_REPORT, 1 + 6 * len(blocks), source)
    return head + b"".join(blocks)


def report_block(ssrc: int, lost: tuple[int, int], top: int, jitter: int, report: tuple[int, int]) -> bytes:
    """What is said of one stream.

    `lost`: since the last report in 256ths, and packets in all; `top`: the highest sequence number, extended;
    `jitter` in units of RTP time; `report`: the newest sender report (the middle of its NTP time), and the time
    since in 65,536ths of a second.
    """
    fraction, packets = lost
    return _REPORT_BLOCK.pack(ssrc, fraction << 24 | packets & 0xFFFFFF, top, jitter, *report)
