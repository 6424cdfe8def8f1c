from __future__ import annotations

import asyncio

from tests.meeting.channel_support import Sound
from tests.meeting.test_pipeline import Scripted
from wingman.core.errors import Missed
from wingman.core.media import GapCause
from wingman.core.speech import Final, TimedEvent
from wingman.core.time import SAMPLE_RATE, Span
from wingman.meeting.transcript_branch import TranscriptBranch
from wingman.testing.virtual_time import run


def played(transcriber: Scripted | None, seconds: int) -> tuple[TranscriptBranch, list[TimedEvent], Sound]:
    """So many seconds are fed to a transcriber, which then gets no more."""
    sound, told = Sound(), list[TimedEvent]()

    async def main() -> TranscriptBranch:
        async with asyncio.TaskGroup() as tasks:
            branch = TranscriptBranch(
                sound.input, sound.readers, sound.starter(tasks), lambda: transcriber, told.append
            )
            branch.start()
            sound.feed(seconds)
            branch.source_over()
            sound.input.tape.close()
            branch.last_call()
            await branch.settle(asyncio.get_running_loop().time() + 2.0)
            branch.tell_rest()
            branch.tell_rest()
        return branch

    return run(main()), told, sound


def test_every_second_is_answered_for_once() -> None:
    branch, told, _ = played(Scripted(), 3)
    assert [event.span for event in told if isinstance(event, Final)] == [
        Span(at * SAMPLE_RATE, (at + 1) * SAMPLE_RATE) for at in range(3)
    ]
    assert not [event for event in told if isinstance(event, Missed)]
    assert (branch.provider, branch.owed, branch.answered) == ("scripted", 0, 3 * SAMPLE_RATE)
    assert branch.settled(None) == 3 * SAMPLE_RATE
    assert branch.settled(SAMPLE_RATE) == SAMPLE_RATE


def test_what_nobody_answered_for_is_told_once() -> None:
    branch, told, _ = played(Scripted(seconds=1), 3)
    missed = [(event.span, event.cause) for event in told if isinstance(event, Missed)]
    assert missed == [(Span(SAMPLE_RATE, 3 * SAMPLE_RATE), GapCause.OUTAGE)]
    assert branch.owed == 2 * SAMPLE_RATE


def test_where_nobody_transcribes_nothing_is_owed_and_nothing_told() -> None:
    branch, told, _ = played(None, 2)
    assert (branch.provider, branch.owed, branch.answered, told) == ("", 0, None, [])
    assert not branch.retry()
    assert branch.settled(None) == 2 * SAMPLE_RATE


def test_a_source_that_is_over_is_asked_for_its_last_words_unless_another_hears_them() -> None:
    transcriber = Scripted()
    branch, _, _ = played(transcriber, 1)
    assert transcriber.flushed == 1
    assert (branch.drained(), branch.drained()) == (True, False)
    branch.leave_rest()
    branch.source_over()
    assert (transcriber.flushed, branch.drained()) == (1, False)
