"""A channel's branches together; what one meeting makes of them is in `test_pipeline` and `tests/faults`."""

from __future__ import annotations

import asyncio

from tests.meeting.channel_support import Sound
from tests.meeting.test_pipeline import Scripted
from tests.meeting.test_tone_branch import Stranger
from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionEvent
from wingman.core.errors import Branch
from wingman.core.speech import TimedEvent
from wingman.core.time import SAMPLE_RATE
from wingman.correlate.correlator import Correlator
from wingman.meeting.channel import BranchBuilders, ChannelCallbacks, ChannelPipeline, room
from wingman.testing.virtual_time import run


def test_the_slowest_branch_counts_and_all_are_settled_at_the_end() -> None:
    sound = Sound()
    words, tones = list[TimedEvent](), list[EmotionEvent]()
    voice = Stranger()

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            callbacks = ChannelCallbacks(words.append, tones.append, sound.publish)
            providers = BranchBuilders(Scripted, lambda: voice, lambda: None)
            channel = ChannelPipeline(sound.input, providers, callbacks, tasks, sound.accounting)
            channel.words.start()
            correlator = Correlator(CorrelateSettings())
            channel.measure("off", correlator)
            assert (channel.emotion, channel.pays_for_emotion) == ("", False)
            sound.feed(2)
            channel.measure("counterpart", correlator)
            assert (channel.emotion, channel.pays_for_emotion) == ("stranger", True)
            await room([channel], 60.0)
            sound.feed(1)
            assert (channel.answered, channel.place(9.0, None).reached) == (0, 3 * SAMPLE_RATE)
            channel.hold(held=True)
            sound.feed(1)
            channel.hold(held=False)
            assert not channel.retry(Branch.FACE)
            await channel.finish(asyncio.get_running_loop().time() + 5.0)
            assert (channel.answered, channel.lag) == (3 * SAMPLE_RATE, 0)

    run(main())
    assert voice.began == [2 * SAMPLE_RATE]
    assert words
    assert tones
