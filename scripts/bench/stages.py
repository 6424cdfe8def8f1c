"""What each stage of the hot path costs by itself, in microseconds of processor time.

`python -m scripts.bench.stages` prints one JSON object. `scripts/bench/guard` runs it over two commits; a stage
that a commit does not have, or has otherwise, is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from wingman.audio.decode import LibopusDecoder
from wingman.audio.reorder import ReorderBuffer
from wingman.audio.tape import Cursor, Tape
from wingman.audio.timeline import Timeline
from wingman.bench.marks import signal
from wingman.config.correlate import CorrelateSettings
from wingman.core import codec
from wingman.core.events import Media, TranscriptPartial
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, Interim, Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import Utterance
from wingman.correlate.correlator import Correlator
from wingman.link.offsets import Offsets
from wingman.stt.deepgram import wire
from wingman.stt.deepgram.stitch import Stitcher
from wingman.suggest.gate.gate import Gate
from wingman.suggest.playbook.playbook import load_playbook
from wingman.transports.whip_client import encode

FRAME = 320
"""Samples of 20 ms."""
ROUNDS = 5
SENTENCE = "so what would the enterprise plan cost us per month if we began in March"
Step = Callable[[int], object]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    costs = {}
    for name, (make, count) in STAGES.items():
        with contextlib.suppress(ImportError, TypeError, AttributeError):
            costs[name] = round(_cost(make, count), 3)
    print(json.dumps(costs))


def _cost(make: Callable[[], Step], count: int) -> float:
    """The cheapest of some rounds: what disturbs only adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        step = make()
        began = time.process_time()
        for number in range(count):
            step(number)
        best = min(best, time.process_time() - began)
    return 1e6 * best / count


def _reorder() -> Step:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    return lambda number: buffer.push(number % 65_536, number, 0.0)


def _decode() -> Step:
    decoder, packets = LibopusDecoder(), [bytes(packet) for packet in encode(signal())]
    return lambda number: decoder.decode(packets[number % len(packets)])


def _timeline() -> Step:
    timeline, pcm = Timeline(), bytes(2 * FRAME)
    return lambda number: timeline.place(number * 960 % (1 << 32), pcm, number / 50)


def _tape() -> Step:
    tape, pcm = Tape(10.0), bytes(2 * FRAME)
    for _ in range(2):
        cursor = tape.cursor(0)
        cursor.on_change(partial(_read, cursor))
    return lambda _: tape.write(PcmBlock(tape.end, pcm))


def _read(cursor: Cursor) -> None:
    cursor.take(FRAME)


def _frame() -> Step:
    from wingman.link.frames import FrameWriter  # not in every commit that is measured

    writer, pcm = FrameWriter(), bytes(2 * FRAME)
    return lambda _: writer.frame(pcm)


def _packet() -> Step:
    """From the content of an RTP packet to its frame at the socket: libopus and all that is ours."""
    packets = [bytes(packet) for packet in encode(signal())]
    track = asyncio.run(_track())
    return lambda number: track.packet(number, number * 960, packets[number % len(packets)], number / 50)


async def _track() -> Any:
    """A track whose sound goes to a transcriber in pieces of 20 ms. Nobody answers: good for eight seconds."""
    from websockets.protocol import State  # nor are all of these

    from wingman.audio.stream_sync import PeerTimeline
    from wingman.config.stt import DeepgramSettings
    from wingman.egress.outlet import Counted, outlet
    from wingman.link.socket import Socket
    from wingman.meeting.channel_input import ChannelInput
    from wingman.stt.deepgram.connection import Connection, SocketPair
    from wingman.transports.inbound_track import InboundTrack

    tape, settings = Tape(10.0), DeepgramSettings(chunk_ms=20, replay_rate=1000.0)
    transport = SimpleNamespace(
        write=len, is_closing=bool, get_extra_info=lambda _: None, get_write_buffer_size=int
    )
    peer = SimpleNamespace(transport=transport, protocol=SimpleNamespace(state=State.OPEN))
    with outlet(Counted()):
        socket = Socket(cast("Any", peer))
    line = SocketPair(socket, cast("Any", None))
    stitch, audio = Stitcher(Channel.TAB, 0), tape.cursor(0)
    connection = Connection(line, audio, stitch, settings, lambda _: None, lambda: None)
    connection._looking = True  # noqa: SLF001 - as `run` does, without its tasks
    audio.on_change(connection._pump)  # noqa: SLF001 - likewise
    track = InboundTrack(Channel.TAB, ChannelInput(Channel.TAB, tape, lambda *_: None), PeerTimeline(0), 5)
    track.use(LibopusDecoder(), conceal=True)
    return track


def _interims() -> list[bytes]:
    from wingman.bench.providers import Talkative  # not in every commit that is measured

    talk = Talkative()
    return [message.encode() for _ in range(500) for message in talk.heard(2 * FRAME)]


def _results() -> Step:
    messages = _interims()
    return lambda number: wire.decode(messages[number % len(messages)])


def _stitch() -> Step:
    messages = [message for raw in _interims() if isinstance(message := wire.decode(raw), wire.Results)]
    stitch, offsets = Stitcher(Channel.TAB, 0), Offsets(0)
    stitch.connected(offsets)
    offsets.sent(0, samples(3600.0))
    return lambda number: stitch.results(messages[number % 19])


def _join() -> Step:
    correlator = Correlator(CorrelateSettings())

    def step(number: int) -> object:
        start = samples(number * 2.0)
        words = _words(start)
        span = Span(start, words[-1].end)
        correlator.feed(Interim(Channel.TAB, span, words))
        return correlator.feed(Final(Channel.TAB, span, words, endpoint=True))

    return step


def _words(start: int) -> tuple[Word, ...]:
    each = enumerate(SENTENCE.split())
    return tuple(Word(word, start + 1600 * at, start + 1600 * at + 1500) for at, word in each)


def _gate() -> Step:
    gate, correlator = Gate(load_playbook("sales")), Correlator(CorrelateSettings())
    heard = []
    for number in range(50):
        start = samples(number * 20.0)
        words = _words(start)
        final = Final(Channel.TAB, Span(start, words[-1].end), words, endpoint=True)
        heard += [out for out in correlator.feed(final) if isinstance(out, Utterance)]
    return lambda number: gate.hear(heard[number % len(heard)])


def _envelope() -> Step:
    media, partial_text = Media(Channel.TAB, 0.0, 1.0), TranscriptPartial(Channel.TAB, "", SENTENCE)
    return lambda number: codec.encode(codec.envelope(number, "m-1", float(number), partial_text, media))


STAGES: Mapping[str, tuple[Callable[[], Step], int]] = {
    "a packet to its socket": (_packet, 390),
    "reorder": (_reorder, 20_000),
    "decode": (_decode, 2000),
    "timeline": (_timeline, 10_000),
    "tape, two readers": (_tape, 10_000),
    "frame": (_frame, 10_000),
    "read results": (_results, 5000),
    "stitch": (_stitch, 2000),
    "join": (_join, 500),
    "gate": (_gate, 300),
    "encode an event": (_envelope, 5000),
}

if __name__ == "__main__":
    main()
