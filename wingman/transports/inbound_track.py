"""One channel of a peer connection on its way to the sink: reorder → decode → timeline → sink.

Everything here is synchronous: a datagram that arrives in order has been decoded and written to the tape (and,
through the tape's cursors, handed to the provider sockets) before the socket is read again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from wingman.audio.decode import DecodeError, Decoder
from wingman.audio.reorder import ReorderBuffer
from wingman.audio.source import ChannelSink
from wingman.audio.stream_sync import PeerTimeline, StreamSync
from wingman.audio.timeline import Placed, Timeline
from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, samples_of_ms

log = structlog.get_logger(__name__)

NO_SIGNAL_S = 10.0
"""Exact digital silence for this long is a wrong tab or a muted input, not a quiet speaker."""
PAUSE_S = 60.0
"""The same on a channel that was heard before: while one side talks, the other may well send nothing at all."""

MAX_CONCEALED = 100
"""Milliseconds: the codec's imagination fades out over about this time anyway."""

OVERLAP = samples_of_ms(100)
"""What the stamps say twice is told from here on: of a clock that counts at another rate, most of the sound."""

RETURN_S = 1.0
"""A stream that another one replaced may come back when that one has been quiet for so long."""

REMEMBERED = 8
"""Streams that were replaced and whose late packets are known."""

PACKET_TICKS = 960
"""Of a packet, until one has said how long it is."""

TICKS_PER_MS = 48
"""RTP ticks; Opus always counts at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What the media path needs of an RTP packet."""

    sequence: int
    timestamp: int
    payload: bytes


class InboundTrack:
    """One channel's audio path. `loop` is only used to give up holes in time."""

    __slots__ = (
        "_begun",
        "_bridged",
        "_conceal",
        "_decoder",
        "_depth",
        "_loop",
        "_missing",
        "_next",
        "_past",
        "_reorder",
        "_replaced",
        "_sink",
        "_sounding",
        "_ssrc",
        "_sync",
        "_ticks",
        "_timeline",
        "_timer",
        "_told",
        "_told_overlap",
        "channel",
        "left",
    )

    def __init__(self, channel: Channel, sink: ChannelSink, peer_timeline: PeerTimeline, depth: int) -> None:
        self.channel = channel
        self._sink = sink
        self._sync = StreamSync(peer_timeline)
        self._timeline: Timeline | None = None
        self._depth = depth
        self._reorder: ReorderBuffer[Packet] = ReorderBuffer(depth, wait=depth * 0.02)
        self._ssrc: int | None = None
        self._replaced: deque[int] = deque(maxlen=REMEMBERED)
        self._past = Counter[LossCause]()  # of streams that were replaced
        self._told = Counter[LossCause]()
        self._told_overlap = 0
        self._decoder: Decoder | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._begun = 0.0
        self._sounding: float | None = None  # when there was anything in it last
        self._conceal = True
        self._bridged = 0  # lost packets that were dealt with
        self._missing = 0  # packets in a row that did not become sound, before the one that comes next
        self._ticks = 0  # length of the newest packet
        self._next: int | None = None  # RTP timestamp at which the newest packet ends
        self.left = False
        """The sender said goodbye (RTCP BYE) and has sent nothing since."""

    @property
    def last_arrival(self) -> float | None:
        """When the newest packet came (loop time); None before the first."""
        return self._sync.last_arrival

    @property
    def lost(self) -> int:
        """Packets given up so far."""
        return self._dropped[LossCause.LOST]

    @property
    def broken(self) -> int:
        """Packets that were not valid Opus."""
        return self._past[LossCause.UNDECODABLE]

    @property
    def _dropped(self) -> Counter[LossCause]:
        here = {LossCause.LOST: self._reorder.lost, LossCause.LATE: self._reorder.late}
        return self._past + Counter(here)

    def tell_losses(self) -> None:
        """Tell the sink what was dropped since the last call."""
        dropped = self._dropped
        for cause, amount in (dropped - self._told).items():
            self._sink.lost(Loss(cause, LossUnit.PACKETS, amount))
        self._told = dropped
        overlap = self._timeline.overlap if self._timeline is not None else 0
        if overlap - self._told_overlap >= OVERLAP:
            seconds = (overlap - self._told_overlap) / SAMPLE_RATE
            self._sink.lost(Loss(LossCause.OVERLAP, LossUnit.SECONDS, seconds))
            self._told_overlap = overlap

    @property
    def no_signal(self) -> bool:
        """Whether it has been exactly silent for so long that it may be the wrong tab or microphone."""
        since, limit = (self._begun, NO_SIGNAL_S) if self._sounding is None else (self._sounding, PAUSE_S)
        return (self.last_arrival or 0.0) - since > limit

    def use(self, decoder: Decoder, conceal: bool) -> None:
        """Decode packets with `decoder`; needed before `packet` is called. `conceal`: bridge short losses."""
        self._decoder = decoder
        self._conceal = conceal

    def packet(self, sequence: int, timestamp: int, payload: bytes, now: float, ssrc: int = 0) -> None:
        """One encoded packet off the wire, in any order. An empty one takes a number and no time: no hole."""
        if ssrc != self._ssrc and not (payload and self._follow(ssrc, now)):
            return
        if payload:
            self._sync.arrived(timestamp, now)
            self.left = False
        if self._reorder.passes(sequence):
            if payload and self._reorder.lost != self._bridged:  # only empty packets came behind a hole so far
                self._settle((Packet(sequence, timestamp, payload),), now)
            elif payload:
                self._decode(timestamp, payload, now)
            return
        self._settle(self._reorder.push(sequence, Packet(sequence, timestamp, payload), now), now)
        if self._reorder.deadline is not None and self._timer is None:
            self._arm()

    def pcm(self, timestamp: int, pcm: bytes, now: float) -> None:
        """Audio that is decoded already (16 kHz mono s16), stamped with the sender's 48 kHz clock."""
        self._sync.arrived(timestamp, now)
        self.left = False
        self._sound(timestamp, pcm, now)

    def _sound(self, timestamp: int, pcm: bytes, now: float) -> None:
        timeline = self._timeline or self._begin(now)
        sync = self._sync
        if sync.due or sync.debt:
            sync.correct(timeline, pcm)
        if self._missing or (block := timeline.follow(timestamp, pcm, now)) is None:
            self._sound_apart(timeline, timestamp, pcm, now)
        else:
            self._sink.write(block)
        if pcm.strip(b"\0"):  # the quickest look at whether there is anything in it
            self._sounding = now

    def _sound_apart(self, timeline: Timeline, timestamp: int, pcm: bytes, now: float) -> None:
        """The same for sound that does not simply follow what came before."""
        placed: Sequence[Placed] = timeline.place(timestamp, pcm, now)
        missing, self._missing = self._missing * (self._ticks or PACKET_TICKS), 0
        if len(placed) > 1 and missing >= MAX_CONCEALED * TICKS_PER_MS:
            placed = self._told_missing(placed)
        self._write(placed)

    def _told_missing(self, placed: Sequence[Placed]) -> Sequence[Placed]:
        """What the timeline filled is no silence anybody knows of, and no pause: a word may be missing."""
        filled, *rest = placed
        if isinstance(filled, Gap) and filled.cause is not GapCause.NOT_SENT:
            return placed
        self._sink.skip(filled.span.length, GapCause.LOST)
        return rest

    def report(self, ntp: int, timestamp: int, ssrc: int = 0) -> None:
        """A sender report: keep this channel's index on the clock it shares with the others."""
        if not ntp or self._ssrc not in (None, ssrc):
            return  # RFC 3550: a sender without a wall clock says 0
        self._write(self._sync.report(ntp, timestamp, self._timeline))

    def goodbye(self, ssrc: int) -> None:
        """The sender ended the stream `ssrc`."""
        self.left = self._ssrc in (None, ssrc)

    def _follow(self, ssrc: int, now: float) -> bool:
        """Another stream takes over this channel, with its own numbers and clock. False: a packet too late."""
        if self._ssrc is not None:
            quiet = now - (self.last_arrival or now)
            if ssrc in self._replaced and quiet < RETURN_S:
                self._past[LossCause.OTHER_STREAM] += 1
                return False
            self._settle(self._reorder.flush(), now)
            self._past = self._dropped
            self._bridged = 0
            self._reorder = ReorderBuffer(self._depth, wait=self._depth * 0.02)
            self._sync.restart()
            self._next = None
            if self._timeline is not None:
                self._timeline.restart()
            self._replaced.append(self._ssrc)
            log.info("another stream took over", channel=self.channel)
        self._ssrc = ssrc
        return True

    def close(self) -> None:
        """Write what is held and let go of the decoder."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._settle(self._reorder.flush(), self._loop.time())
        self._decoder = None
        self.tell_losses()

    def _settle(self, packets: Sequence[Packet], now: float) -> None:
        """Decode what the reorder buffer let go; where packets were given up before it, bridge the hole."""
        lost = self._reorder.lost
        sounding = [packet for packet in packets if packet.payload]
        self._missing += lost - self._bridged if sounding else 0
        if sounding and lost > self._bridged:
            self._bridge(sounding[0], lost - self._bridged, now)
            self._bridged = lost
        for packet in sounding:
            self._decode(packet.timestamp, packet.payload, now)

    def _bridge(self, following: Packet, lost: int, now: float) -> None:
        """Fill the hole before `following`: its last packet from the redundancy that `following` carries, what
        came before it by concealment. A long hole stays silent (see `Timeline`)."""
        if self._decoder is None or self._next is None or not self._conceal:
            return
        hole = (following.timestamp - self._next) % (1 << 32)
        if hole > MAX_CONCEALED * TICKS_PER_MS or hole != lost * self._ticks:
            return  # too long, or silence was suppressed in it as well
        for at in range(0, hole, self._ticks):
            samples = self._ticks // 3
            last = at + self._ticks == hole
            pcm = self._decoder.recover(following.payload, samples) if last else self._decoder.conceal(samples)
            self._sound((self._next + at) % (1 << 32), pcm, now)

    def _decode(self, timestamp: int, payload: bytes, now: float) -> None:
        if self._decoder is None:
            raise RuntimeError("`use` comes before the first packet")
        try:
            pcm = self._decoder.decode(payload)
        except DecodeError as broken:
            self._past[LossCause.UNDECODABLE] += 1
            self._missing += 1
            log.debug("packet dropped", channel=self.channel, reason=str(broken))
            return  # the timeline fills its place
        self._sound(timestamp, pcm, now)
        self._ticks = 3 * len(pcm) // BYTES_PER_SAMPLE
        self._next = timestamp + self._ticks

    def _begin(self, now: float) -> Timeline:
        self._sink.anchor(time.time(), begun_s=None if self._sync.peer.begun else 0.0)
        begins = self._sync.peer.index_at(now, self._sink.position)
        self._timeline = timeline = Timeline(self._sink.position)
        self._write(timeline.advance(begins, GapCause.RECONNECT))
        self._begun = now
        return timeline

    def _write(self, placed: Sequence[Placed]) -> None:
        for item in placed:
            if isinstance(item, PcmBlock):
                self._sink.write(item)
            else:
                self._sink.skip(item.span.length, item.cause)

    def _arm(self) -> None:
        deadline = self._reorder.deadline
        if deadline is not None:
            self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        now = self._loop.time()
        self._settle(self._reorder.expire(now), now)
        self._arm()
