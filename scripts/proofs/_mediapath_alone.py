"""The media path's figures that need no network: losses, drift, hours of one meeting, the codec alone."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.bench import loss_wer
from scripts.proofs.figures import Figure, progress
from wingman.audio.decode import LibopusDecoder
from wingman.audio.stream_sync import PeerTimeline
from wingman.audio.tape import Tape
from wingman.bench.marks import signal
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports.inbound_track import InboundTrack
from wingman.transports.whip_client import encode

ROOT = Path(__file__).resolve().parents[2]
FRAME = SAMPLE_RATE // 50


class _Sink:
    """A sink over a tape that counts what was silent."""

    def __init__(self) -> None:
        self.tape = Tape(10.0)
        self.silent = 0

    @property
    def position(self) -> int:
        return self.tape.end

    def write(self, block: PcmBlock) -> None:
        self.silent += 0 if any(block.pcm) else block.length
        self.tape.write(block)

    def skip(self, count: int, cause: GapCause) -> None:
        self.silent += count
        self.tape.skip(count, cause)

    def newest(self, count: int) -> bytes:
        return b""

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        return 0

    def lost(self, loss: Loss) -> None: ...

    def state(self, state: str, detail: str = "") -> None: ...


def _track(peer_timeline: PeerTimeline | None = None, conceal: bool = False) -> tuple[InboundTrack, _Sink]:
    sink = _Sink()
    track = InboundTrack(Channel.TAB, sink, peer_timeline or PeerTimeline(0), 5)
    track.use(LibopusDecoder(), conceal)
    return track, sink


def losses() -> list[Figure]:
    """What lost packets cost: sound, delay, words."""
    return [*_lost(), *_words()]


def _lost() -> Iterator[Figure]:
    progress("loss")
    packets = [bytes(packet) for packet in encode(signal())]

    async def play(count: int, lost: set[int]) -> tuple[float, float]:
        track, sink = _track()
        for number in range(count):
            if number not in lost:
                packet = packets[number % len(packets)]
                track.packet(number & 0xFFFF, number * 960 & 0xFFFFFFFF, packet, number / 50)
        behind = count * FRAME - sink.position
        track.close()
        return sink.silent / SAMPLE_RATE * 1000, behind / SAMPLE_RATE * 1000

    rng = random.Random(5)
    total = 15_000
    lost = {n for n in range(10, total - 20) if rng.random() < 0.05}
    silent, behind = asyncio.run(play(total, lost))
    yield Figure(
        "audio lost at 5 % loss",
        silent / (total * 20) * 100,
        5.5,
        "<=",
        "%",
        f"{len(lost) / total:.2%} dropped",
    )
    yield Figure("delay that stays after 5 % loss", behind, 0.0, "<=", "ms")
    silent, behind = asyncio.run(play(500, {250}))
    yield Figure("audio lost by one lost packet", silent, 20.0, "<=", "ms")
    yield Figure("delay that stays after one lost packet", behind, 0.0, "<=", "ms")


def _words() -> Iterator[Figure]:
    silence, concealed = loss_wer.measure(0.05, 1, ("silence", "FEC, else concealment"))
    yield Figure("word errors at 5 % loss, silence", silence, unit="%")
    yield Figure(
        "word errors at 5 % loss, as bridged", concealed, silence, "<=", "%", "not more than with silence"
    )


def drift() -> list[Figure]:
    """90 minutes of two sound cards, +50 and -50 ppm, reports every 5 s with the noise of a busy browser."""
    progress("drift")
    epoch, unit, pcm = 3_970_000_000, 1 << 32, b"\x10\x00" * FRAME
    rng = random.Random(9)

    async def run() -> tuple[float, float]:
        peer_timeline = PeerTimeline(0)
        tracks = [(_track(peer_timeline), 48_000 * (1 + ppm * 1e-6)) for ppm in (50, -50)]
        sent = [0, 0]
        drift = apart = 0.0
        for second in range(5, 90 * 60 + 1, 5):
            ends = []
            for number, ((track, sink), rate) in enumerate(tracks):
                while (sent[number] + 1) * 960 / rate <= second:
                    track.pcm(sent[number] * 960 % unit, pcm, float(second))
                    sent[number] += 1
                late = abs(rng.gauss(0, 0.001)) + (0.04 if rng.random() < 0.05 else 0.0)
                track.report(round((epoch + second + late) * unit), round(second * rate) % unit)
                ends.append(sink.position + second * SAMPLE_RATE - sent[number] * 960 / rate * SAMPLE_RATE)
            if second > 30:
                drift = max(drift, *(abs(end / SAMPLE_RATE - second) for end in ends))
                apart = max(apart, abs(ends[0] - ends[1]) / SAMPLE_RATE)
        return drift * 1000, apart * 1000

    most, apart = asyncio.run(run())
    return [
        Figure("drift in 90 min at 50 ppm (virtual)", most, 100.0, "<=", "ms"),
        Figure("tab against mic in 90 min at 100 ppm (virtual)", apart, 5.0, "<=", "ms"),
    ]


def memory() -> list[Figure]:
    """Two hours of a whole meeting on a fast clock: what it grows by once all bounded stores are full."""
    progress("two hours of a meeting, sixty times as fast")
    *samples, events = _soak(2.0)
    by_minute = {int(minute): float(mb) for minute, mb in map(str.split, samples)}
    heard = json.loads(events).get("utterance.created", 0)
    first, second = by_minute[60] - by_minute[10], by_minute[120] - by_minute[60]
    return [
        # the stand-in says one word a second; a meeting that stopped hearing would be flat as well
        Figure("words heard in these 2 h", heard, 6000, ">="),
        Figure("growth from minute 10 to 60 (virtual)", first, unit="MB"),
        Figure("growth from minute 60 to 120 (virtual)", second, 1.0, "<=", "MB", "a whole meeting"),
    ]


def _soak(hours: float) -> list[str]:
    command = [sys.executable, "-m", "scripts.bench.soak", "--hours", str(hours)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()


def pass_through() -> Iterator[Figure]:
    """What forwarding Opus to the transcriber could save: the decode, were nobody else to need it."""
    packets = [bytes(packet) for packet in encode(signal())]
    decoder = LibopusDecoder()
    began = time.perf_counter()
    for _ in range(20):
        for packet in packets:
            decoder.decode(packet)
    each = (time.perf_counter() - began) / 20 / len(packets)
    yield Figure("Opus decode at 16 kHz mono", each * 1e6, unit="us/packet")
    yield Figure("decode per session", each * 50 * 1000, unit="ms/s", note="the most a pass-through could save")
