"""What was measured beforehand is told as its audio passes by, in order and completely."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from wingman.audio.tape import Tape
from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, Scale, VocalBurst
from wingman.core.errors import Branch, Health, Progress, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.emotion.recorded import RecordedAnalyzer, RecordedFaceAnalyzer
from wingman.testing.virtual_time import run

INFO = EmotionInfo("hume-v0", True, Scale.INTENSITY, 0.1, 0.3, 0.5)
END = 4 * SAMPLE_RATE
STARTS = st.integers(0, END) | st.integers(1, 8).map(lambda step: step * SAMPLE_RATE // 2 - 700)
PLACES = STARTS.map(lambda start: Span(start, start + 700))


def measured(start: int, end: int, branch: Branch = Branch.EMOTION) -> EmotionSpan:
    return EmotionSpan(Channel.TAB, Span(start, end), (), INFO.name, INFO.scale, branch=branch)


def told(spans: Sequence[EmotionSpan | VocalBurst], pause: int = 0) -> list[EmotionEvent]:
    """What the meter says of four seconds of audio, of which `pause` samples are a hole."""

    async def main() -> list[EmotionEvent]:
        tape, heard = Tape(), list[EmotionEvent]()
        tape.write(PcmBlock(0, bytes(2 * (END - pause))))
        tape.skip(pause, GapCause.PAUSED)
        tape.close()
        await RecordedAnalyzer(spans, INFO).run(Channel.TAB, tape.cursor(), heard.append)
        return heard

    return run(main())


@given(st.lists(PLACES, max_size=8), st.integers(0, END))
@example([], END)  # not a sample before the hole
def test_everything_is_told_once_and_before_the_progress_that_covers_it(places: list[Span], hole: int) -> None:
    heard = told([measured(place.start, place.end) for place in places], hole)
    assert sorted(each.span for each in heard if isinstance(each, EmotionSpan)) == sorted(places)
    reached = [each.upto for each in heard if isinstance(each, Progress)]
    assert reached == sorted(reached)
    assert reached[-1] == END
    before = -1
    for each in heard:
        if isinstance(each, Progress):
            before = each.upto
        elif isinstance(each, EmotionSpan):
            assert each.span.end > before


def test_it_is_up_first_and_ended_last() -> None:
    burst = VocalBurst(Channel.TAB, Span(100, END + 5), "laugh", 0.7, INFO.name)
    heard = told([burst])
    assert heard[0] == ProviderState(Branch.EMOTION, INFO.name, Health.UP, Channel.TAB)
    assert heard[-2:] == [burst, ProviderState(Branch.EMOTION, INFO.name, Health.ENDED, Channel.TAB)]


def test_faces_are_told_as_the_sound_passes_and_the_rest_at_the_end() -> None:
    first, second, late = (measured(n, n + 10, Branch.FACE) for n in (0, 5, 90))

    async def main() -> None:
        analyzer, heard = RecordedFaceAnalyzer([late, second, first], INFO), list[EmotionEvent]()
        task = asyncio.create_task(analyzer.run(Channel.TAB, heard.append))
        await asyncio.sleep(0)
        assert analyzer.advance(9) == 9
        assert len(heard) == 1
        analyzer.advance(15)
        assert heard[1:] == [first, second]
        analyzer.close()
        await task
        assert heard[3] == late
        assert heard[4:] == [ProviderState(Branch.FACE, INFO.name, Health.ENDED, Channel.TAB)]

    run(main())
