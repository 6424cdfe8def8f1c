"""The self-test judges each stage by what came of a spoken question, and keeps nothing of it."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from wingman.app import Service, open_service
from wingman.audio.source import ChannelSink
from wingman.config.paths import SAMPLE
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.core.media import PcmBlock
from wingman.core.time import Channel
from wingman.meeting.self_test import ENOUGH, SPOKEN, heard_share, probe_of, self_test

TREE: dict[str, Any] = {"transcribe": {"provider": "off"}, "suggest": {"provider": "cues", "meaning": "off"}}


class Source:
    """A moment of silence, or nothing at all."""

    channels = (Channel.TAB,)
    recorded = False

    def __init__(self, *, sound: bool) -> None:
        self._sound = sound

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        if self._sound:
            sinks[Channel.TAB].state("capturing")
            sinks[Channel.TAB].write(PcmBlock(0, bytes(6400)))


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    async with open_service(build(TREE), keep=False) as running:
        yield running


@pytest.mark.parametrize(("sound", "level"), [(True, "ok"), (False, "problem")])
async def test_each_stage_is_judged_by_itself(service: Service, sound: bool, level: str) -> None:
    stages = {stage.name: stage for stage in await self_test(service.manager, service.log, Source(sound=sound))}
    assert list(stages) == ["Sound", "Words", "Tone", "Card", "Model"]
    assert stages["Sound"].level == level
    assert (stages["Words"].level, stages["Words"].words) == ("problem", "The transcriber wrote nothing down.")
    assert (stages["Card"].level, stages["Card"].words) == ("problem", "Without words there is no card.")
    assert (stages["Tone"].level, stages["Model"].level) == ("note", "note")
    assert service.manager.all_live() == ()


async def test_a_service_that_is_stopping_tests_nothing(service: Service) -> None:
    await service.manager.end_all("shutdown")
    with pytest.raises(InputError) as refused:
        await self_test(service.manager, service.log, Source(sound=True))
    assert refused.value.status == 503


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        (SPOKEN, True),
        ("Can you tell me HOW much the enterprise plan costs, per month?", True),
        ("can you tell me how much the enter prize plan cost per month", True),
        ("", False),
        ("the the the the", False),
        ("你好 🙂", False),
    ],
)
def test_small_mishearings_are_no_failure(text: str, enough: bool) -> None:
    assert (heard_share(text) >= ENOUGH) is enough
    assert 0 <= heard_share(text) <= 1


def test_the_probe_is_a_short_mono_file(tmp_path: Path) -> None:
    path = probe_of(SAMPLE, tmp_path)
    assert path.parent == tmp_path
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16_000, 2)
        assert file.getnframes() / 16_000 == pytest.approx(4.7, abs=0.1)
        assert any(file.readframes(file.getnframes()))
