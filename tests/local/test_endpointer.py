"""Where utterances begin, pause and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE, samples_of_ms
from wingman.local.endpointer import FRAME, Endpointer, EndpointRules, Mark, Offset, Onset, Pause, Resume

RULES = EndpointRules()


def heard(pattern: str, rules: EndpointRules = RULES) -> list[Mark]:
    """Marks of a pattern of frames: `#` voice, `.` silence; then the audio stops."""
    endpointer = Endpointer(rules)
    marks: list[Mark] = []
    for number, frame in enumerate(pattern):
        voice = float(frame == "#")
        marks += endpointer.frame(number * FRAME, voice, voice + number % 7 * 0.01)
    return marks + endpointer.cut(len(pattern) * FRAME)


def test_silence_says_nothing() -> None:
    assert heard("." * 100) == []


def test_speech_begins_before_the_detector_fired() -> None:
    begin = heard("." * 20 + "#" * 20)[0]
    assert begin == Onset((20 + 1 - 10) * FRAME, 20 * FRAME)


def test_a_pause_is_told_before_the_end() -> None:
    marks = heard("#" * 20 + "." * 40)
    assert [type(m) for m in marks] == [Onset, Pause, Offset]
    pause, end = marks[1], marks[2]
    assert isinstance(pause, Pause)
    assert isinstance(end, Offset)
    assert pause == Pause(20 * FRAME, 26 * FRAME)
    assert (end.at, end.voiced, end.capped) == (20 * FRAME, 20 * FRAME, False)
    assert end.upto == 33 * FRAME


def test_a_pause_in_a_sentence_is_taken_back() -> None:
    marks = heard("#" * 20 + "." * 8 + "#" * 5 + "." * 40)
    assert [type(m) for m in marks] == [Onset, Pause, Resume, Pause, Offset]


def test_the_longer_one_speaks_the_shorter_the_silence_that_ends_it() -> None:
    assert RULES.silence_after(5 * SAMPLE_RATE) == samples_of_ms(416)
    assert RULES.silence_after(7 * SAMPLE_RATE) == samples_of_ms(333)
    assert RULES.silence_after(9 * SAMPLE_RATE) == samples_of_ms(250)
    patient = EndpointRules(end_silence=samples_of_ms(100))
    assert patient.silence_after(20 * SAMPLE_RATE) == samples_of_ms(100)


def test_endless_speech_is_cut_where_it_is_quietest() -> None:
    endpointer, marks = Endpointer(RULES), list[Mark]()
    quiet = 350
    for number in range(400):
        marks += endpointer.frame(number * FRAME, 0.9, 0.1 if number == quiet else 1.0)
    cuts = [m for m in marks if isinstance(m, Offset)]
    assert [(m.at, m.upto, m.capped) for m in cuts] == [(quiet * FRAME, quiet * FRAME, True)]
    begins = [m.at for m in marks if isinstance(m, Onset)]
    assert begins == [0, quiet * FRAME]


def test_what_comes_after_a_gap_begins_there() -> None:
    endpointer = Endpointer(RULES)
    for number in range(10):
        endpointer.frame(number * FRAME, 0.9, 1.0)
    endpointer.cut(10 * FRAME)
    assert endpointer.frame(1_000_000, 0.9, 1.0) == [Onset(1_000_000, 1_000_000)]


@given(
    st.text(alphabet="#.", max_size=1500),
    st.integers(1, 20),
    st.sampled_from([1.0, 3.0, 15.0]),
)
def test_utterances_never_overlap_and_none_is_too_long(pattern: str, end_frames: int, longest: float) -> None:
    rules = EndpointRules(end_silence=end_frames * FRAME, longest=round(longest * SAMPLE_RATE))
    marks = heard(pattern, rules)
    last, begin, voiced = 0, 0, 0
    for mark in marks:
        if isinstance(mark, Onset):
            assert mark.at >= last
            assert mark.voice_at >= mark.at
            begin = mark.at
        elif isinstance(mark, Offset):
            assert begin <= mark.at <= mark.upto
            assert mark.upto - begin <= rules.longest + FRAME
            last = mark.upto
            voiced += mark.voiced
    assert voiced <= pattern.count("#") * FRAME
    onsets = [m for m in marks if isinstance(m, Onset)]
    assert len(onsets) == sum(isinstance(m, Offset) for m in marks)
    assert ("#" in pattern) == bool(onsets)
