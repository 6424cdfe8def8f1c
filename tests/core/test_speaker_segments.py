"""Words and the stretches of voices are joined by time, and by nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.speaker_segments import NEAR, SpeakerSegment, labelled
from wingman.core.speech import Word
from wingman.core.time import SAMPLE_RATE, Span

SPANS = st.tuples(st.integers(0, 60 * SAMPLE_RATE), st.integers(0, 4 * SAMPLE_RATE)).map(
    lambda row: Span(row[0], row[0] + row[1])
)
SEGMENTS = st.builds(SpeakerSegment, SPANS, st.sampled_from(["0", "1", None]))


def words(*spans: tuple[float, float]) -> list[Word]:
    return [Word("so", round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in spans]


def segment(start: float, end: float, label: str | None) -> SpeakerSegment:
    return SpeakerSegment(Span(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)), label)


def test_a_word_is_whose_voice_covers_most_of_it() -> None:
    said = words((0.1, 0.5), (0.9, 1.4), (1.5, 1.9))
    told = labelled(said, [segment(0, 1.0, "0"), segment(1.0, 2.0, "1")])
    assert [word.speaker for word in told] == ["0", "1", "1"]


def test_a_word_beside_a_voice_is_its_and_one_far_away_is_nobodys() -> None:
    told = labelled(words((1.1, 1.1), (3.0, 3.2)), [segment(0, 1.0, "0")])
    assert [word.speaker for word in told] == ["0", None]


def test_a_voice_nobody_knows_gives_no_label() -> None:
    assert labelled(words((0, 1)), [segment(0, 1, None)])[0].speaker is None


def test_where_two_speak_at_once_the_one_who_says_more_of_it_counts() -> None:
    told = labelled(words((1.0, 2.0)), [segment(0, 1.3, "0"), segment(1.1, 4, "1")])
    assert told[0].speaker == "1"


@given(st.lists(SPANS, max_size=6), st.lists(SEGMENTS, max_size=6))
def test_words_stay_what_they_are(spans: list[Span], segments: list[SpeakerSegment]) -> None:
    said = [Word(str(n), span.start, span.end) for n, span in enumerate(spans)]
    told = labelled(said, segments)
    assert [(w.text, w.start, w.end) for w in told] == [(w.text, w.start, w.end) for w in said]
    for word in told:
        near = [
            s.label for s in segments if s.span.start - NEAR <= word.end and word.start <= s.span.end + NEAR
        ]
        assert word.speaker is None or word.speaker in near
