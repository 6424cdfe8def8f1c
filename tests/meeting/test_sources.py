"""A source holds its channels until it is over, whatever ends it, and ends nothing but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from wingman.archive.egress_ledger import Ledger
from wingman.audio.source import ChannelSink, SourceOrigin
from wingman.config.correlate import CorrelateSettings
from wingman.config.meeting import MeetingSettings
from wingman.config.suggest import CostSettings
from wingman.core.errors import InputError, WingmanError
from wingman.core.events import CaptureState, Event, Media
from wingman.core.media import PcmBlock
from wingman.core.time import Channel
from wingman.correlate.correlator import Correlator
from wingman.meeting.accounting import Accounting
from wingman.meeting.api import LiveSource
from wingman.meeting.channel import BranchBuilders
from wingman.meeting.controls import MeetingControls
from wingman.meeting.cost import CostTracker
from wingman.meeting.endings import Endings
from wingman.meeting.pipeline import MeetingPipeline, Stages
from wingman.meeting.sources import MeetingSources

TAB, MIC = Channel.TAB, Channel.MIC


class Source:
    """Gives one block, and then waits, ends or breaks."""

    recorded = False

    def __init__(self, *channels: Channel, then: Exception | None = None, waits: bool = True) -> None:
        self.channels = channels
        self._then = then
        self._waits = waits

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        for sink in sinks.values():
            sink.state("capturing")
            sink.write(PcmBlock(sink.position, bytes(640)))
        if self._then is not None:
            raise self._then
        if self._waits:
            await asyncio.Event().wait()


class Quiet:
    """Stands where the coach would."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Fed:
    """Sources with what they feed, around nobody who listens."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.endings = Endings(MeetingSettings(idle_end_s=60.0, grace_s=5.0), 0.0)
        accounting = Accounting(
            CostTracker(CostSettings(), {}), Ledger(self.publish, lambda: 0.0), self.publish
        )
        providers = BranchBuilders(lambda: None, lambda: None, lambda: None)
        coach: Any = Quiet()
        stages = Stages(providers, Correlator(CorrelateSettings()), coach, accounting)
        self.pipeline = MeetingPipeline(stages, self.publish, tape_s=10, live=True)
        self.controls = MeetingControls(self.pipeline, stages, self.publish, consent=None)
        self.sources = MeetingSources(
            "m-1",
            self.pipeline,
            self.controls,
            self.endings,
            ending=lambda: False,
            fed=lambda: self.pipeline.length > 0,
        )

    def publish(self, payload: Event, media: Media | None) -> None:
        self.told.append(payload)

    def states(self, channel: Channel) -> list[str]:
        return [e.state for e in self.told if isinstance(e, CaptureState) and e.channel is channel]

    def reason(self) -> str:
        due = self.endings.next()
        return due.reason if due else ""


async def test_a_channel_has_one_source_at_a_time() -> None:
    fed = Fed()
    async with asyncio.TaskGroup() as tasks:
        first = Source(TAB)
        await fed.sources.attach(first, tasks)
        await asyncio.sleep(0)
        with pytest.raises(InputError, match="already fed") as refused:
            await fed.sources.attach(Source(MIC, TAB), tasks)
        assert refused.value.status == 409
        await fed.sources.attach(Source(MIC), tasks, SourceOrigin("pcm", "g-1"))
        assert [*fed.sources.live] == [LiveSource((TAB,), "recording"), LiveSource((MIC,), "pcm", "g-1")]
        await fed.sources.detach(first)
        assert [source.channels for source in fed.sources.live] == [(MIC,)]
        await fed.sources.attach(Source(TAB), tasks)
        assert fed.reason() == ""
        await fed.sources.stop()
        assert [*fed.sources.live] == []
    fed.pipeline.close()
    assert fed.states(TAB)[:2] == ["capturing", "ended"]


async def test_one_that_was_stopped_before_its_first_turn_frees_its_channels() -> None:
    fed = Fed()
    async with asyncio.TaskGroup() as tasks:
        source = Source(TAB)
        await fed.sources.attach(source, tasks)
        await fed.sources.detach(source)
        await fed.sources.attach(Source(TAB, waits=False), tasks)
        await fed.sources.stop()
    fed.pipeline.close()


@pytest.mark.parametrize(
    ("failure", "detail"),
    [(WingmanError("the socket is gone"), "the socket is gone"), (ZeroDivisionError(), "over a defect")],
    ids=["gone", "defect"],
)
async def test_one_that_fails_is_gone_and_fails_alone(failure: Exception, detail: str) -> None:
    fed = Fed()
    async with asyncio.TaskGroup() as tasks:
        broken, other = Source(TAB, then=failure), Source(MIC)
        await fed.sources.attach(broken, tasks)
        await fed.sources.attach(other, tasks)
        await fed.sources.played(broken)
        assert fed.states(TAB)[-1] == "gone"
        assert fed.states(MIC) == ["capturing"]
        assert any(detail in e.detail for e in fed.told if isinstance(e, CaptureState))
        await fed.sources.stop()
    fed.pipeline.close()
    assert fed.reason() == "client_gone"


async def test_in_a_pause_a_new_channel_is_held_from_its_first_sample() -> None:
    fed = Fed()
    fed.controls.paused = True
    async with asyncio.TaskGroup() as tasks:
        await fed.sources.attach(Source(TAB), tasks)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert fed.pipeline.channels[TAB].input.paused
        await fed.sources.stop()
    fed.pipeline.close()
