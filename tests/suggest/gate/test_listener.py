"""Utterances wait for their meaning, in order, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from tests.suggest.support import said
from wingman.core.errors import FaultKind, ProviderFault
from wingman.suggest.gate.listener import FAILURES, GateInput, MeaningListener, Vector
from wingman.testing.virtual_time import run


class Slow:
    """An encoder whose answers take as long as told; the vector is the length of the text."""

    name = "slow"
    remote = False

    def __init__(self, waits: dict[str, float] | None = None, *, fails: bool = False) -> None:
        self.waits = waits or {}
        self.fails = fails
        self.asked: list[str] = []

    async def encode(self, texts: Sequence[str], purpose: str) -> Vector:
        self.asked += texts
        if self.fails:
            raise ProviderFault("it is broken", kind=FaultKind.UNAVAILABLE)
        await asyncio.sleep(self.waits.get(texts[0], 0.0))
        return np.array([[len(texts[0])]], np.float32)

    async def aclose(self) -> None: ...


class Taken:
    """What the gate was told."""

    def __init__(self) -> None:
        self.all: list[tuple[str, float | None]] = []

    def __call__(self, heard: GateInput, meaning: Vector | None) -> None:
        text = getattr(heard.what, "text", "")
        self.all.append((text, None if meaning is None else float(meaning[0])))


async def _hear(listener: MeaningListener, *texts: str) -> None:
    running = asyncio.create_task(listener.run())
    await listener.ready()
    for number, text in enumerate(texts):
        listener.hear(GateInput(said(text, number), 0.0))
    await listener.idle()
    running.cancel()
    await asyncio.wait((running,))


def test_order_is_kept_whatever_a_text_takes() -> None:
    taken = Taken()
    run(_hear(MeaningListener(Slow({"one": 0.02}), 1.0, taken), "one", "three"))
    assert taken.all == [("one", 3.0), ("three", 5.0)]


def test_what_takes_too_long_goes_without_meaning() -> None:
    taken = Taken()
    run(_hear(MeaningListener(Slow({"slow": 5.0}), 0.02, taken), "slow", "quick"))
    assert taken.all == [("slow", None), ("quick", 5.0)]


def test_an_encoder_that_loads_slowly_is_waited_for_by_nobody_and_is_not_given_up() -> None:
    run(_loads_slowly())


async def _loads_slowly() -> None:
    taken = Taken()
    listener = MeaningListener(Slow({"ready": 0.1}), 0.02, taken)
    running = asyncio.create_task(listener.run())
    await asyncio.sleep(0.03)
    listener.hear(GateInput(said("meanwhile"), 0.0))
    assert taken.all == [("meanwhile", None)]
    await listener.ready()
    for text in ("one", "four"):
        listener.hear(GateInput(said(text), 0.0))
    await listener.idle()
    running.cancel()
    await asyncio.wait((running,))
    assert taken.all[1:] == [("one", 3.0), ("four", 4.0)]


def test_a_broken_encoder_is_left_alone_after_a_while() -> None:
    taken, encoder = Taken(), Slow(fails=True)
    run(_hear(MeaningListener(encoder, 1.0, taken), *"abcdef"))
    assert [text for text, _ in taken.all] == list("abcdef")
    assert len(encoder.asked) == FAILURES


def test_the_end_of_a_meeting_loses_nothing() -> None:
    run(_ends())


async def _ends() -> None:
    taken = Taken()
    listener = MeaningListener(Slow({"long": 5.0}), 10.0, taken)
    running = asyncio.create_task(listener.run())
    await listener.ready()
    for text in ("long", "then"):
        listener.hear(GateInput(said(text), 0.0))
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait((running,))
    assert taken.all == [("long", None), ("then", None)]


def test_without_an_encoder_everything_passes_at_once() -> None:
    taken = Taken()
    MeaningListener(None, 1.0, taken).hear(GateInput(said("now"), 0.0))
    assert taken.all == [("now", None)]
