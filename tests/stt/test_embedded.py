"""The recogniser that needs no key, no network and no model: it hears a turn, and no word in silence."""

from __future__ import annotations

from tests.support import sample
from tests.support.local import running, tape_of, transcriber, turn_pcm
from wingman.core.errors import Progress
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel

GREETING = min(sample.truth(), key=lambda turn: turn.end - turn.start)


async def heard(*pieces: bytes) -> list[TranscriberEvent]:
    events: list[TranscriberEvent] = []
    tape = tape_of(*pieces)
    tape.close()
    async with running() as local:
        await transcriber(local).run(Channel.TAB, tape.cursor(), events.append)
    return events


async def test_it_says_of_itself_that_nothing_leaves_the_machine() -> None:
    async with running() as local:
        info = transcriber(local).info
    assert (info.name, info.remote) == ("embedded", False)


async def test_a_turn_comes_out_in_words_with_their_times() -> None:
    pcm = turn_pcm(0.2, GREETING)
    events = await heard(pcm)
    words = [word for event in events if isinstance(event, Final) for word in event.words]
    told = {word.text.lower().strip(".,?") for word in words}
    spoken = {word.lower().strip(".,?") for word in GREETING.text.split()}
    assert len(told & spoken) >= len(spoken) // 2
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(0 <= word.start < word.end <= len(pcm) // 2 for word in words)


async def test_silence_has_no_words_and_is_passed_all_the_same() -> None:
    events = await heard(bytes(2 * SAMPLE_RATE))
    assert not [event for event in events if isinstance(event, Final) and event.words]
    assert max(event.upto for event in events if isinstance(event, Progress)) >= SAMPLE_RATE
