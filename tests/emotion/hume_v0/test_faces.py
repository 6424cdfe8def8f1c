"""The face meter against the local gateway, in jumping time."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from tests.testing.pictures import picture
from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Branch, Health, ProviderState
from wingman.core.time import Channel, samples
from wingman.emotion.faces.pictures import Picture
from wingman.emotion.hume_v0.faces import HumeV0FaceAnalyzer
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.virtual_time import run

JPEG = picture(320, 180)


async def watch(
    seconds: float, faults: tuple[Fault, ...] = (), paused: tuple[float, float] = (99.0, 99.0), **changes: Any
) -> tuple[list[EmotionEvent], HumeV0Emulator]:
    """A picture every half second for so long; the meter is held from `paused[0]` to `paused[1]`."""
    events: list[EmotionEvent] = []
    async with HumeV0Emulator(FaultScript(faults)) as gateway, asyncio.TaskGroup() as group:
        base = HumeV0Settings(url=gateway.url, api_key=Secret("local-key"))
        meter = HumeV0FaceAnalyzer(msgspec.structs.replace(base, **changes))
        group.create_task(meter.run(Channel.MIC, events.append))
        for step in range(int(2 * seconds)):
            now = step / 2
            meter.hold(paused[0] <= now < paused[1])
            meter.show(Picture(samples(now), JPEG))
            await asyncio.sleep(0.5)
        meter.close()
    return events, gateway


def faces(events: list[EmotionEvent]) -> list[EmotionSpan]:
    return [event for event in events if isinstance(event, EmotionSpan)]


def test_a_picture_in_two_seconds_is_measured() -> None:
    events, gateway = run(watch(10.0))
    found = faces(events)
    assert gateway.requests == len(found) == 5
    assert {(span.branch, span.scores[0].label, span.subject) for span in found} == {(Branch.FACE, "joy", "1")}
    assert [(span.span.start, span.span.end) for span in found[1:]] == [
        (samples(t - 1), samples(t + 1)) for t in (2, 4, 6, 8)
    ]


def test_nothing_leaves_during_a_pause() -> None:
    events, _ = run(watch(20.0, paused=(5.0, 15.0)))
    moments = [(span.span.start + span.span.end) / 2 / 16_000 for span in faces(events)]
    assert not [at for at in moments if 5.0 <= at < 15.0]
    assert max(moments) >= 15.0


@pytest.mark.parametrize(
    "fault", [Fault(kind=Kind.DROP, at=0.0), Fault(kind=Kind.REFUSE, status=503), Fault(kind=Kind.MALFORMED)]
)
def test_a_fault_costs_a_picture_and_no_more(fault: Fault) -> None:
    events, _ = run(watch(20.0, (fault,)))
    assert len(faces(events)) >= 7
    states = [event for event in events if isinstance(event, ProviderState)]
    assert states[-1].health is Health.ENDED
    assert {state.branch for state in states} == {Branch.FACE}


def test_how_far_everything_is_told() -> None:
    meter = HumeV0FaceAnalyzer(HumeV0Settings())
    assert meter.advance(samples(3)) == samples(3)
    meter.show(Picture(samples(4), JPEG))
    assert meter.advance(samples(5)) == samples(3), "a picture that waits stands for the second before it, too"
