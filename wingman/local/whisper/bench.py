"""How fast a model is on this machine, measured on the bundled sample. Blocking."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE
from wingman.local.whisper.engine import Device, Options, WhisperModel

FLUENT_S = 0.5
"""A model whose final of a 5 s utterance takes longer than this feels slow."""
LOOKS = Options("en", final=False)
FINALS = Options("en")
INTERIM_S = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One model on this machine, in seconds and shares of real time."""

    load_s: float
    final_s: float
    """Seconds for the final of an utterance of 5 s."""
    look_s: float
    """Seconds for one look at it."""

    @property
    def fluent(self) -> bool:
        return self.final_s <= FLUENT_S

    def channels(self, cores: int) -> int:
        """Channels that may all talk at once, looks every second included, where `cores` decode."""
        per_second = self.final_s / 5 + self.look_s / INTERIM_S
        return max(0, int(cores * 0.9 / per_second))


def measure(folder: Path, utterances: Sequence[bytes], device: Device = "cpu") -> Measured:
    """Time a model on a few utterances (16 kHz mono s16). Raises `OSError` when it cannot be loaded."""
    began = time.perf_counter()
    model = WhisperModel(folder, device)
    load_s = time.perf_counter() - began
    # one thread decodes: its processor time is what an idle machine takes, whatever else runs now
    clock = time.process_time if device == "cpu" else time.perf_counter
    five = [pcm[: 5 * SAMPLE_RATE * BYTES_PER_SAMPLE] for pcm in utterances]
    return Measured(load_s, _median(model, five, FINALS, clock), _median(model, five, LOOKS, clock))


def _median(
    model: WhisperModel, utterances: Sequence[bytes], options: Options, clock: Callable[[], float]
) -> float:
    spent = []
    for pcm in utterances:
        began = clock()
        model.decode(pcm, options)
        spent.append(clock() - began)
    return statistics.median(spent)
