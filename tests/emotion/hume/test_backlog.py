"""Audio goes out in whole frames, oldest first; whatever is not sent is said to be missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.audio.tape import Tape
from wingman.config.emotion import HumeSettings
from wingman.core.emotion import EmotionEvent
from wingman.core.errors import Branch, Progress
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, Span
from wingman.emotion.hume.backlog import Backlog, Watermark
from wingman.emotion.hume.ledger import SessionLedger
from wingman.testing.virtual_time import run

FRAME = 1600
SETTINGS = HumeSettings(frame_ms=100, max_lag_ms=1500)


class Rig:
    """A backlog on a tape, and what it says is missing."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.missed: list[tuple[Span, GapCause]] = []
        self.backlog = Backlog(
            self.tape.cursor(), SETTINGS, lambda span, cause: self.missed.append((span, cause))
        )

    def record(self, count: int) -> None:
        self.tape.write(PcmBlock(self.tape.end, bytes(2 * count)))


def test_a_frame_stays_next_until_it_is_dropped_and_comes_back_when_refused() -> None:
    rig = Rig()
    rig.record(2 * FRAME + 7)
    first = rig.backlog.next()
    assert first is not None
    assert (first.span, rig.backlog.next(), rig.backlog.position) == (Span(0, FRAME), first, 0)
    rig.backlog.drop()
    assert rig.backlog.position == FRAME
    rig.backlog.put_back(first)
    assert (rig.backlog.next(), rig.backlog.position) == (first, 0)
    rig.backlog.drop()
    assert rig.backlog.next() is not None
    rig.backlog.drop()
    assert rig.backlog.next() is None, "seven samples are no frame yet"


def test_other_settings_cut_other_frames() -> None:
    rig = Rig()
    rig.record(FRAME)
    rig.backlog.apply(HumeSettings(frame_ms=20))
    frame = rig.backlog.next()
    assert frame is not None
    assert frame.length == 320


@pytest.mark.parametrize(("recorded", "late"), [(24_000, False), (24_001, True)])
def test_only_what_is_too_old_is_skipped(recorded: int, late: bool) -> None:
    rig = Rig()
    rig.record(recorded)
    rig.backlog.next()  # a frame that was taken and not sent counts, too
    assert rig.backlog.skip_to_live(GapCause.OVERRUN) is late
    assert rig.missed == ([(Span(0, recorded), GapCause.OVERRUN)] if late else [])
    assert rig.backlog.position == (recorded if late else 0)


def test_nothing_that_was_recorded_before_a_pause_leaves_during_it() -> None:
    rig = Rig()
    rig.record(FRAME)
    rig.backlog.next()
    assert not rig.backlog.withhold()
    rig.tape.pause()
    assert rig.backlog.withhold()
    assert (rig.missed, rig.backlog.next()) == ([(Span(0, FRAME), GapCause.PAUSED)], None)


def test_waiting_ends_with_the_audio() -> None:
    async def main() -> None:
        rig = Rig()
        rig.tape.skip(50, GapCause.PAUSED)
        rig.record(5)
        rig.tape.close()
        assert await rig.backlog.wait()
        assert not rig.backlog.exhausted
        rig.backlog.drop()
        assert not await rig.backlog.wait()
        assert rig.backlog.exhausted
        assert rig.missed == [(Span(0, 50), GapCause.PAUSED)]

    run(main())


@given(
    st.lists(st.sampled_from(["record", "hole", "send", "refuse", "skip"]) | st.integers(1, 9000), max_size=30)
)
def test_every_sample_is_sent_or_missed_once(steps: list[str | int]) -> None:
    rig, sent = Rig(), list[Span]()
    for step in steps:
        if isinstance(step, int):
            rig.record(step)
        elif step == "hole":
            rig.tape.skip(333, GapCause.PAUSED)
        elif step == "skip":
            rig.backlog.skip_all(GapCause.OVERRUN)
        elif (frame := rig.backlog.next()) is not None:
            rig.backlog.drop()
            if step == "refuse":
                rig.backlog.put_back(frame)
            else:
                sent.append(frame.span)
    rig.backlog.skip_all(GapCause.OVERRUN)
    told = sorted(sent + [span for span, _ in rig.missed])
    assert [span.start for span in told] == [0, *(span.end for span in told[:-1])][: len(told)]
    assert (told[-1].end if told else 0) == rig.tape.end


def test_an_older_session_speaks_until_it_is_over() -> None:
    heard: list[EmotionEvent] = []
    watermark = Watermark(Channel.TAB, heard.append)
    old, new = SessionLedger(Channel.TAB, 1000), SessionLedger(Channel.TAB, 5000)
    watermark.add(old)
    watermark.add(new)
    assert watermark.report()
    assert not watermark.report(), "it has not moved"
    watermark.remove(old)
    assert watermark.report()
    watermark.remove(new)
    assert heard == [Progress(Branch.EMOTION, Channel.TAB, upto) for upto in (1000, 5000)]
