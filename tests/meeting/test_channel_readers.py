from __future__ import annotations

from tests.meeting.channel_support import Sound
from wingman.audio.tape import Cursor
from wingman.core.events import AudioState
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.channel_readers import SlowReader, store_sound


def test_the_slowest_reader_counts_unless_it_is_left_out_or_gone() -> None:
    sound = Sound()
    sound.feed(3)
    assert sound.readers.lag(None) == 0
    with sound.readers.reading(0) as slow, sound.readers.reading(2 * SAMPLE_RATE):
        assert sound.readers.lag(None) == 3 * SAMPLE_RATE
        assert sound.readers.lag(slow) == SAMPLE_RATE
    assert sound.readers.lag(None) == 0


def test_a_reader_is_stuck_when_it_settles_nothing_for_a_while() -> None:
    reader = SlowReader()
    assert not reader.stuck(1e9), "it has not begun"
    reader.got_on(5.0)
    assert not reader.stuck(5.0 + reader.PATIENCE_S)
    assert reader.stuck(5.1 + reader.PATIENCE_S)
    reader.got_on(20.0)
    assert not reader.stuck(21.0)


async def test_a_store_with_a_defect_says_that_the_sound_is_lost_from_here_on() -> None:
    sound = Sound()

    async def broken(_: Channel, cursor: Cursor) -> None:
        raise ZeroDivisionError

    await store_sound(broken, sound.input, sound.readers, sound.publish)
    (state,) = [event for event in sound.events if isinstance(event, AudioState)]
    assert state.state == "lost"
    assert "ZeroDivisionError" in state.detail
    assert sound.readers.lag(None) == 0
