"""Measure what the main job promises: words, times, latency, lag, loss, size, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from scripts.proofs.figures import Figure, progress
from tests.support import recordings, sample
from tests.transports import support
from wingman.app import Service, open_service
from wingman.app.http import serve_http
from wingman.audio.decode import LibopusDecoder
from wingman.audio.stream_sync import PeerTimeline
from wingman.commands.demo import DemoProviders, providers, send
from wingman.config.paths import SAMPLE
from wingman.config.settings import Settings
from wingman.config.transports import IngestSettings
from wingman.core.events import Envelope, SuggestionCreated, UtteranceCreated, UtteranceData, UtteranceRevised
from wingman.core.time import Channel
from wingman.core.utterance import ReadingStatus
from wingman.meeting.api import MeetingSpec
from wingman.observe.logs import configure
from wingman.transports.inbound_track import InboundTrack
from wingman.transports.whip_client import encode, file_tracks
from wingman.transports.whip_client import send as whip_send

ROOT = Path(__file__).parents[2]

MEETINGS = 50
POOL = 6
"""Threads of the event loop's pool; as many as Python gives it on two cores."""
CHANNELS = (Channel.TAB, Channel.MIC)


@dataclass
class Heard:
    """What one run of the sample meeting gave."""

    created: list[Envelope] = field(default_factory=list)
    latest: dict[str, Envelope] = field(default_factory=dict)
    suggestions: int = 0
    errors: int = 0
    waits: list[float] = field(default_factory=list)
    """Media seconds that had arrived when an utterance came out, less the utterance's end."""
    lag_p99_ms: float = 0.0

    def of(self, channel: Channel) -> list[Envelope]:
        rows = [e for e in self.latest.values() if e.media and e.media.channel is channel]
        return sorted(rows, key=lambda e: e.media.start if e.media else 0.0)

    @property
    def joined(self) -> int:
        return sum(e.payload(UtteranceData).emotion.status is ReadingStatus.KNOWN for e in self.latest.values())


async def run_sample(which: str) -> Heard:
    """The sample meeting through WebRTC, sent by another process, in real time."""
    heard = Heard()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            providers(DemoProviders(which), _settings(folder)) as settings,
            open_service(settings) as service,
        ):
            port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            async with asyncio.TaskGroup() as tasks:
                server = tasks.create_task(serve_http(service, port.set_result))
                root = f"http://127.0.0.1:{await port}"
                spec = MeetingSpec(title="prove", emotion_policy="counterpart", consent="recording@1")
                meeting = await service.manager.create(spec)

                def watch(batch: Sequence[Envelope]) -> None:
                    for envelope in batch:
                        _note(heard, envelope, meeting.now)

                service.hub.tap(watch)
                await send(root, service.token, meeting.id, SAMPLE)
                await meeting.end("source_ended")
                await service.log.flush()
                heard.lag_p99_ms = service.loop_watch.percentile(0.99) * 1000
                server.cancel()
    return heard


def _note(heard: Heard, envelope: Envelope, now: Any) -> None:
    data = envelope.data
    if isinstance(data, UtteranceCreated | UtteranceRevised):
        heard.latest[data.id] = envelope
    if isinstance(data, UtteranceCreated) and envelope.media:
        heard.created.append(envelope)
        heard.waits.append(now(envelope.media.channel) - envelope.media.end)
    heard.suggestions += isinstance(data, SuggestionCreated)
    failed = envelope.type == "suggestion.failed" or getattr(data, "health", "") == "down"
    heard.errors += failed


def _settings(folder: str) -> Settings:
    from wingman.config.settings import build

    return build({"server": {"port": 0}, "deliver": {"data_dir": folder}})


def word_error_rate(heard: Heard) -> float:
    errors = total = 0
    for channel in CHANNELS:
        said = [w for t in sample.truth() if t.channel is channel for w in sample.plain_words(t.text)]
        words = [w for e in heard.of(channel) for w in sample.plain_words(e.payload(UtteranceData).text)]
        errors += sample.word_errors(said, words)
        total += len(said)
    return errors / total


def worst_time_error_ms(heard: Heard) -> float:
    """Over all true turns: the distance of the nearest heard start, and end."""
    worst = 0.0
    for channel in CHANNELS:
        rows = [e.media for e in heard.of(channel) if e.media]
        for turn in (t for t in sample.truth() if t.channel is channel):
            worst = max(worst, min(abs(turn.start - m.start) for m in rows))
            worst = max(worst, min(abs(turn.end - m.end) for m in rows))
    return worst * 1000


async def lost_packet_ms() -> float:
    """What one lost packet of a steady tone costs: silence put in its place, plus any lasting delay."""
    packets = [bytes(packet) for packet in encode(iter([support.tone(440.0, 4.0)]))]

    def play(lose: int) -> support.TapeSink:
        sink = support.TapeSink()
        track = InboundTrack(Channel.TAB, sink, PeerTimeline(0), IngestSettings().reorder_packets)
        track.use(LibopusDecoder(), conceal=False)
        for number, payload in enumerate(packets):
            if number != lose:
                track.packet(number, number * 960, payload, number * 0.02)
        track.close()
        return sink

    whole, holed = play(-1), play(100)
    zeros = sum(a == 0 != b for a, b in zip(holed.samples(), whole.samples(), strict=False))
    return (zeros + abs(whole.position - holed.position)) / 16


def first_words_s() -> float:
    """From `scripts/run` to the first words of the meeting, everything being installed already."""
    began = time.monotonic()
    command = [str(ROOT / "scripts" / "run"), "--exit", "--json", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["type"] in ("transcript.partial", "utterance.created") and event["data"]["text"]:
                took = time.monotonic() - began
                process.terminate()
                return took
    raise SystemExit("the demo said nothing")


def help_s() -> float:
    times = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([ROOT / ".venv" / "bin" / "wingman", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def installed_mb() -> float:
    """Bytes in the files that `pip install` of the pinned core leaves, compiled code included, pip excluded."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [f"{folder}/bin/python", "-m", "pip", "install", "-q", "-c", "constraints.txt", "."]
        subprocess.run(install, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        site = next(Path(folder, "lib").glob("python3*/site-packages"))
        for name in ("pip", "setuptools", "pkg_resources"):
            shutil.rmtree(site / name, ignore_errors=True)
        return sum(f.stat().st_size for f in site.rglob("*") if f.is_file()) / 1e6


def belongings(folder: str) -> Counter[str]:
    """What this process holds, each thing by a name that says what it is."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return Counter(
        [
            *(f"task {task.get_coro()}".partition(" at 0x")[0] for task in asyncio.all_tasks()),
            *(f"thread {thread.name}" for thread in threading.enumerate()),
            *(f"child {_command(child)}" for child in children),
            *(f"descriptor {_target(fd)}" for fd in os.listdir("/proc/self/fd")),
            *(f"file {path.relative_to(folder)}" for path in Path(folder).rglob("*")),
        ]
    )


def _command(pid: str) -> str:
    with contextlib.suppress(OSError):  # it has just ended
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")[:60].strip()
    return "gone"


def _target(fd: str) -> str:
    """What a descriptor leads to, less the numbers that each one has anew."""
    with contextlib.suppress(OSError):  # the one that lists the others
        return os.readlink(f"/proc/self/fd/{fd}").partition(":[")[0]
    return "gone"


async def all_threads() -> None:
    """Have the event loop's pool begin all threads it may have: it keeps them, however few are at work."""
    barrier = threading.Barrier(POOL)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(POOL))
    await asyncio.gather(*(asyncio.to_thread(barrier.wait) for _ in range(POOL)))


async def leftovers() -> Counter[str]:
    """Tasks, threads, processes, descriptors and files more than before, after many short meetings."""
    with tempfile.TemporaryDirectory() as folder:
        wav = recordings.cut(Path(folder) / "short.wav", 0.3, 1.3)
        await all_threads()
        async with (
            providers(DemoProviders("embedded"), _settings(folder)) as settings,
            open_service(settings) as service,
        ):
            port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            async with asyncio.TaskGroup() as tasks:
                server = tasks.create_task(serve_http(service, port.set_result))
                root = f"http://127.0.0.1:{await port}"
                await _short_meeting(service, root, wav)  # the first one imports and opens what stays
                before = belongings(folder)
                for _ in range(MEETINGS):
                    await _short_meeting(service, root, wav)
                for _ in range(100):  # sockets and pipes close a moment after their owner
                    if not (left := belongings(folder) - before):
                        break
                    await asyncio.sleep(0.1)
                server.cancel()
    return left


async def _short_meeting(service: Service, root: str, wav: Path) -> None:
    """A second of speech by WHIP through the embedded providers, from start to end."""
    spec = MeetingSpec(emotion_policy="counterpart", consent="recording@1")
    meeting = await service.manager.create(spec)
    await whip_send(root, service.token, file_tracks(wav, CHANNELS), query={"meeting": meeting.id})
    await meeting.end("source_ended")


def measure() -> list[Figure]:
    configure(msgspec.structs.replace(Settings().observe, log_level="warning"))
    progress("the sample meeting with embedded providers (75 s) …")
    embedded = asyncio.run(run_sample("embedded"))
    progress("the same with emulated Deepgram, Hume and Gemini (75 s) …")
    emulated = asyncio.run(run_sample("emulated"))
    progress(f"{MEETINGS} short meetings …")
    left = asyncio.run(leftovers())
    progress("start-up, packet loss and size …")
    waits = sorted(embedded.waits)
    return [
        Figure("word error rate, embedded", 100 * word_error_rate(embedded), 12, "<=", "%"),
        Figure("worst utterance time error, embedded", worst_time_error_ms(embedded), 200, "<=", "ms"),
        Figure("worst utterance time error, emulated", worst_time_error_ms(emulated), 200, "<=", "ms"),
        Figure("end of speech → final, p50", waits[len(waits) // 2], 0.8, "<=", "s"),
        Figure("end of speech → final, max", waits[-1], unit="s"),
        Figure("event loop lag beside the worker, p99", embedded.lag_p99_ms, 20, "<=", "ms"),
        Figure("audio lost with one RTP packet", asyncio.run(lost_packet_ms()), 20, "<=", "ms"),
        Figure("first words after scripts/run", first_words_s(), 5, "<=", "s"),
        Figure("wingman --help", help_s(), 0.3, "<=", "s"),
        Figure("installed core", installed_mb(), 330, "<=", "MB"),
        Figure("utterances, embedded", len(embedded.latest), 8, ">="),
        Figure("of these with a measured tone, embedded", embedded.joined, 1, ">="),
        Figure("suggestions, embedded", embedded.suggestions, 3, ">="),
        Figure("errors, embedded", embedded.errors, 0, "=="),
        Figure("utterances, emulated", len(emulated.latest), 8, ">="),
        Figure("of these with a measured tone, emulated", emulated.joined, 8, ">="),
        Figure("suggestions, emulated", emulated.suggestions, 3, ">="),
        Figure("errors, emulated", emulated.errors, 0, "=="),
        Figure(f"left behind by {MEETINGS} meetings", left.total(), 0, "==", "", ", ".join(left)),
    ]
