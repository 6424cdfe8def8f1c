"""What a loss costs in words: the sample's turns as Opus, packets dropped at random, recognised again.

Prints the word error rate of each way to fill the holes. Usage: python -m scripts.bench.loss_wer [LOSS] [SEEDS]
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av

from wingman.audio.decode import LibopusDecoder
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.local.decoder.recognizers import PocketSphinx
from wingman.local.decoder.wire import Decode, Kind
from wingman.transports.whip_client import file_tracks

SAMPLES = Path(__file__).resolve().parents[2] / "wingman" / "samples"
FRAME = SAMPLE_RATE // 50
Fill = Callable[[LibopusDecoder, bytes], bytes]


def silence(_decoder: LibopusDecoder, _following: bytes) -> bytes:
    return bytes(2 * FRAME)


def conceal(decoder: LibopusDecoder, _following: bytes) -> bytes:
    return decoder.conceal(FRAME)


def recover(decoder: LibopusDecoder, following: bytes) -> bytes:
    return decoder.recover(following, FRAME)


WAYS: dict[str, tuple[bool, float, Fill]] = {
    "no loss": (False, 0.0, silence),
    "silence": (False, 1.0, silence),
    "concealment": (False, 1.0, conceal),
    "concealment, sender with FEC": (True, 1.0, conceal),
    "FEC, else concealment": (True, 1.0, recover),
}
"""Name → whether the sender adds redundancy, the share of the loss that applies, how a hole is filled."""


def measure(loss: float, seeds: int, names: Sequence[str]) -> list[float]:
    """Word error rate in percent of each way in `names`."""
    turns = list(_turns())
    total = sum(len(words) for _, words in turns)
    recognizer = PocketSphinx()
    rates = []
    for name in names:
        fec, share, fill = WAYS[name]
        errors = 0
        for seed in range(seeds):
            rng = random.Random(seed)
            for number, (pcm, words) in enumerate(turns):
                heard = _recognise(recognizer, number, _through(pcm, fec, loss * share, fill, rng, loss))
                errors += _distance(words, heard)
        rates.append(100 * errors / total / seeds)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loss", type=float, nargs="?", default=0.05, metavar="LOSS")
    parser.add_argument("seeds", type=int, nargs="?", default=2, metavar="SEEDS")
    wanted = parser.parse_args()
    for name in WAYS:
        seeds = wanted.seeds if name != "no loss" else 1
        print(f"{name:<32} {measure(wanted.loss, seeds, [name])[0]:5.1f} %", flush=True)


def _turns() -> Iterator[tuple[bytes, list[str]]]:
    truth = json.loads((SAMPLES / "meeting.json").read_text())
    tracks = file_tracks(SAMPLES / "meeting.ogg", (Channel.TAB, Channel.MIC))
    sound = {channel: b"".join(pcm) for channel, pcm in tracks.items()}
    turns = [(Channel(name), turn) for name, side in truth["channels"].items() for turn in side["turns"]]
    for channel, turn in turns:
        pcm = sound[channel]
        begin, end = (round(turn[key] * 48_000) * 2 for key in ("start", "end"))
        heard = bytes(pcm[max(0, begin - 28_800) : end + 28_800])
        yield heard, _plain(turn["text"])


def _through(pcm: bytes, fec: bool, loss: float, fill: Fill, rng: random.Random, expected: float) -> bytes:
    """`pcm` (48 kHz) encoded, thinned out and decoded to 16 kHz."""
    decoder = LibopusDecoder()
    out = bytearray()
    missing = 0
    for packet in _encode(pcm, fec, expected):
        if rng.random() < loss:
            missing += 1
            continue
        while missing:
            out += conceal(decoder, packet) if missing > 1 and fill is recover else fill(decoder, packet)
            missing -= 1
        out += decoder.decode(packet)
    return bytes(out)


def _encode(pcm: bytes, fec: bool, loss: float) -> Iterator[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate, encoder.time_base = 32_000, Fraction(1, 48_000)
    encoder.options = {"application": "voip", "frame_duration": "20"}
    if fec:
        encoder.options |= {"fec": "1", "packet_loss": str(round(100 * loss))}
    for at in range(0, len(pcm) - 1919, 1920):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.pts = 48_000, at // 2
        frame.planes[0].update(pcm[at : at + 1920])
        yield from (bytes(packet) for packet in encoder.encode(frame))


def _recognise(recognizer: PocketSphinx, number: int, pcm: bytes) -> list[str]:
    answer = recognizer.decode(Decode(0, number, Kind.FINAL, 0, pcm), pcm)
    return _plain(" ".join(text for text, *_ in answer.words))


def _plain(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c in " '").split()


def _distance(wanted: list[str], heard: list[str]) -> int:
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


if __name__ == "__main__":
    main()
