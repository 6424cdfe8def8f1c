"""The media path's figures: sessions against peers, latency, memory, loss, drift, start, many cores."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from scripts.bench import loss_wer
from scripts.proofs._mediapath_peers import against_the_bare_reference, run, sessions_against
from scripts.proofs._mediapath_wait import still, telemetry, waits
from scripts.proofs.figures import Figure, progress
from wingman.audio.decode import LibopusDecoder
from wingman.audio.tape import Tape
from wingman.bench.harness import Step, Subject, wingman
from wingman.bench.marks import signal
from wingman.bench.providers import Providers
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports.inbound_track import InboundTrack, PeerTimeline
from wingman.transports.whip_client import encode

ROOT = Path(__file__).resolve().parents[2]
FRAME = SAMPLE_RATE // 50
CHUNK_WAIT_MS = 80.0
"""The first packet of a 100 ms chunk waits this long for the last: part of what a session may take."""


def measure() -> list[Figure]:
    figures = [*_sessions(), *_cores(), _start(), *waits(), *still(), *telemetry(), *_pass_through()]
    # none of these counts time: they run beside one another, and what needs a core for itself is over
    with ProcessPoolExecutor(1, get_context("spawn"), os.nice, (19,)) as beside:
        pure = beside.submit(_pure)
        return [*figures, *_memory(), *pure.result()]


def _pure() -> list[Figure]:
    return [*_loss(), *_drift()]


# --- sessions against the peers ------------------------------------------------------------------------


def _sessions() -> Iterator[Figure]:
    fine = run(wingman(chunk_ms=20), (10,))
    coarse = run(wingman(chunk_ms=100), (10, 80, 120, 160, 240, 280, 320, 360, 400))
    held = [s for s in coarse if s.p99_ms + CHUNK_WAIT_MS <= 200 and s.complete]
    most = max((s.sessions for s in held), default=0)
    yield Figure("sessions held on one core", most, 75, ">=", note="both provider sockets, 100 ms chunks")
    yield from sessions_against(most)
    yield from against_the_bare_reference()
    yield Figure("cpu per session, N=10, 20 ms chunks", fine[0].cpu_ms, unit="ms/s")
    yield Figure("cpu per session, N=10, 100 ms chunks", coarse[0].cpu_ms, unit="ms/s")
    yield Figure("cpu per session at the most held", held[-1].cpu_ms if held else 0.0, unit="ms/s")
    for branch, p50, _ in fine[0].branches:
        yield Figure(f"packet to {branch} socket p50, 20 ms chunks", p50, 1.0, "<=", "ms")
    for branch, p50, _ in coarse[0].branches:
        yield Figure(
            f"packet to {branch} socket p50, 100 ms chunks", p50, 1.0, "<=", "ms", "after the last packet"
        )
    busy = min(coarse, key=lambda s: abs(s.cpu_share - 0.6))
    yield Figure("p50 near 60 % of the core", busy.p50_ms, 0.5, "<=", "ms", f"at {busy.cpu_share:.0%}")
    yield Figure("p99 near 60 % of the core", busy.p99_ms, 5.0, "<=", "ms", f"at {busy.cpu_share:.0%}")
    yield _memory_per_session(coarse)


def _memory_per_session(steps: list[Step]) -> Figure:
    first, last = steps[0], steps[-1]
    each = (last.rss_mb - first.rss_mb) / max(1, last.sessions - first.sessions)
    tape = 10 * SAMPLE_RATE * 2 / (1 << 20)
    return Figure("memory per further session, tape apart", each - tape, 1.5, "<=", "MB")


def _cores() -> Iterator[Figure]:
    """As many sessions per process on one process and on two; nobody pinned, the load beside them."""
    spent = {}
    for workers in (1, 2):
        subject = wingman(100, workers=workers)
        unpinned = Subject(f"{workers} proc", subject.command, subject.outlets, subject.path, pinned=False)
        spent[workers] = run(unpinned, (30 * workers,))[-1]
    kept = spent[1].cpu_ms / spent[2].cpu_ms
    yield Figure("two workers: efficiency", kept, 0.8, ">=", "x", "30 sessions each; 1 = perfect scaling")
    yield Figure("two workers: p99", spent[2].p99_ms, 200.0, "<=", "ms", "60 sessions")


# --- what needs no network -----------------------------------------------------------------------------


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

    def anchor(self, wall: float, kept_s: float = 0.0) -> int:
        return 0

    def lost(self, loss: Loss) -> None: ...

    def state(self, state: str, detail: str = "") -> None: ...


def _track(conductor: PeerTimeline | None = None, conceal: bool = False) -> tuple[InboundTrack, _Sink]:
    sink = _Sink()
    track = InboundTrack(Channel.TAB, sink, conductor or PeerTimeline(0), 5)
    track.use(LibopusDecoder(), conceal)
    return track, sink


def _loss() -> Iterator[Figure]:
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

    silence, concealed = loss_wer.measure(0.05, 1, ("silence", "FEC, else concealment"))
    yield Figure("word errors at 5 % loss, silence", silence, unit="%")
    yield Figure(
        "word errors at 5 % loss, as bridged", concealed, silence, "<=", "%", "not more than with silence"
    )


def _drift() -> Iterator[Figure]:
    """90 minutes of two sound cards, +50 and -50 ppm, reports every 5 s with the noise of a busy browser."""
    progress("drift")
    epoch, unit, pcm = 3_970_000_000, 1 << 32, b"\x10\x00" * FRAME
    rng = random.Random(9)

    async def run() -> tuple[float, float]:
        conductor = PeerTimeline(0)
        tracks = [(_track(conductor), 48_000 * (1 + ppm * 1e-6)) for ppm in (50, -50)]
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

    drift, apart = asyncio.run(run())
    yield Figure("drift in 90 min at 50 ppm (virtual)", drift, 100.0, "<=", "ms")
    yield Figure("tab against mic in 90 min at 100 ppm (virtual)", apart, 5.0, "<=", "ms")


def _memory() -> Iterator[Figure]:
    """Two hours of a whole meeting on a fast clock: what it grows by once all bounded stores are full."""
    progress("two hours of a meeting, sixty times as fast")
    *samples, events = asyncio.run(_soak(2.0))
    by_minute = {int(minute): float(mb) for minute, mb in map(str.split, samples)}
    heard = json.loads(events).get("utterance.created", 0)
    # the stand-in says one word a second; a meeting that stopped hearing would be flat as well
    yield Figure("words heard in these 2 h", heard, 6000, ">=")
    yield Figure("growth from minute 10 to 60 (virtual)", by_minute[60] - by_minute[10], unit="MB")
    growth = by_minute[120] - by_minute[60]
    yield Figure("growth from minute 60 to 120 (virtual)", growth, 1.0, "<=", "MB", "a whole meeting")


async def _soak(hours: float) -> list[str]:
    providers = Providers(lambda _branch: lambda _pcm, _now: None)
    async with providers.open():
        command = ("-m", "scripts.bench.soak", "--providers", str(providers.port))
        soaking = await asyncio.create_subprocess_exec(
            sys.executable, *command, "--hours", str(hours), stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        out, _ = await soaking.communicate()
        return out.decode().splitlines()


def _start() -> Figure:
    """`wingman serve` until it says that it is ready; the median of three."""
    progress("cold start")
    times = []
    for _ in range(3):
        began = time.perf_counter()
        command = [str(ROOT / ".venv" / "bin" / "wingman"), "serve", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
            assert serving.stdout is not None
            for line in serving.stdout:
                if "ready" in line:
                    times.append(time.perf_counter() - began)
                    break
            serving.terminate()
    return Figure("cold start of wingman serve", sorted(times)[1] if len(times) == 3 else 99.0, 1.5, "<=", "s")


def _pass_through() -> Iterator[Figure]:
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
