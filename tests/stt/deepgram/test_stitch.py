"""Windows become one transcript, whatever the connections did."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bytecodes import bytecodes
from wingman.core.errors import Missed, Progress
from wingman.core.media import Gap, GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.link.offsets import Offsets
from wingman.stt.deepgram.stitch import _NOTHING_YET, Stitcher
from wingman.stt.deepgram.wire import Alternative, Alternatives, Heard, Results


def window(
    start: float, end: float, *words: tuple[str, float, float], final: bool = True, ends: bool = False
) -> Results:
    heard = tuple(Heard(first, last, text, speaker=0) for text, first, last in words)
    return Results(start, end - start, Alternatives((Alternative(heard),)), final, ends)


def connected(origin_s: float = 0.0, sent_s: float = 30.0) -> tuple[Stitcher, Offsets]:
    stitch = Stitcher(Channel.TAB, round(origin_s * SAMPLE_RATE))
    return stitch, reconnect(stitch, sent_s)


def reconnect(stitch: Stitcher, sent_s: float = 30.0) -> Offsets:
    offsets = Offsets(stitch.settled)
    stitch.connected(offsets)
    offsets.sent(stitch.settled, round(sent_s * SAMPLE_RATE))
    return offsets


def texts(events: list[TranscriberEvent]) -> list[str]:
    return [word.text for event in events if isinstance(event, Final) for word in event.words]


def test_a_final_settles_and_moves_the_watermark() -> None:
    stitch, _ = connected(origin_s=10.0)
    events = stitch.results(window(0, 2, ("hi", 0.5, 0.9), ends=True))
    final, progress = events
    assert isinstance(final, Final)
    assert final.span == Span(160_000, 192_000)
    assert (final.words[0].start, final.words[0].speaker, final.endpoint) == (168_000, "1.0", True)
    assert progress == Progress(progress.branch, Channel.TAB, 192_000)  # type: ignore[union-attr]  # it is one
    assert stitch.settled == 192_000


def test_what_was_final_is_never_said_again() -> None:
    stitch, _ = connected()
    stitch.results(window(0, 2, ("a", 0.5, 0.9)))
    assert texts(stitch.results(window(0, 2, ("a", 0.5, 0.9)))) == []
    assert texts(stitch.results(window(1, 3, ("a", 1.2, 1.9), ("b", 2.1, 2.4)))) == ["b"]
    assert stitch.results(window(0.5, 1.5, ("late", 0.6, 0.8), final=False)) == []


def test_a_new_connection_that_repeats_words_before_its_beginning_doubles_nothing() -> None:
    """Some services hold the end of the last stream and say it once more, at times before zero."""
    stitch, _ = connected()
    stitch.results(window(0, 2, ("a", 0.5, 0.9), ("b", 1.6, 1.95)))
    reconnect(stitch)
    interim = stitch.results(window(0, 1, ("b", -0.4, -0.05), ("c", 0.2, 0.5), final=False))
    assert [word.text for event in interim if isinstance(event, Interim) for word in event.words] == ["c"]
    assert texts(stitch.results(window(0, 2, ("b", -0.4, -0.05), ("c", 0.2, 0.5)))) == ["c"]


def test_labels_of_two_connections_are_different_people() -> None:
    stitch, _ = connected()
    first = stitch.results(window(0, 1, ("a", 0.1, 0.3)))[0]
    reconnect(stitch)
    second = stitch.results(window(0, 1, ("b", 0.1, 0.3)))[0]
    assert isinstance(first, Final)
    assert isinstance(second, Final)
    assert (first.words[0].speaker, second.words[0].speaker) == ("1.0", "2.0")
    assert second.words[0].start == 16_000 + 1_600


def test_finals_in_the_wrong_order_are_put_right() -> None:
    stitch, _ = connected()
    stitch.results(window(0, 2, ("a", 0.5, 0.9), ("b", 1.2, 1.5), final=False))
    assert texts(stitch.results(window(1, 2, ("b", 1.2, 1.5)))) == []
    assert texts(stitch.results(window(0, 1, ("a", 0.5, 0.9)))) == ["a", "b"]
    assert stitch.passed_over is None


def test_a_final_that_got_lost_is_asked_for_again_and_only_once() -> None:
    stitch, _ = connected()
    assert texts(stitch.results(window(2, 3, ("b", 2.2, 2.5)))) == []
    assert stitch.passed_over is None, "it may still come"
    stitch.results(window(3, 6, final=False))
    assert stitch.passed_over == Span(0, 32_000)
    stitch.ask_again()
    reconnect(stitch)
    assert texts(stitch.results(window(2, 3, ("b", 2.2, 2.5)))) == [], "it may still come, this time too"
    events = stitch.results(window(3, 6, final=False))
    assert [e.span for e in events if isinstance(e, Missed)] == [Span(0, 32_000)]
    assert texts(events) == ["b"]
    assert stitch.passed_over is None


def test_a_service_that_leaves_silence_out_is_found_out_once() -> None:
    """From then on what it leaves out is told at once, and words that were shown there are still asked for."""
    stitch, _ = connected()
    stitch.ask_again()
    stitch.results(window(2, 3, ("b", 2.2, 2.5)))
    stitch.results(window(3, 4.5, final=False))
    events = stitch.results(window(5, 6, ("c", 5.2, 5.5)))
    assert [e.span for e in events if isinstance(e, Missed)] == [Span(48_000, 80_000)]
    assert texts(events) == ["c"]
    stitch.results(window(6, 8, ("d", 7.2, 7.5), final=False))
    assert texts(stitch.results(window(9, 10, ("e", 9.2, 9.5)))) == []


def test_words_shown_in_a_hole_are_not_forgotten_when_the_next_window_is_shown() -> None:
    stitch, _ = connected()
    stitch.results(window(0, 2, ("a", 0.5, 0.9), final=False))
    stitch.results(window(3, 4, ("b", 3.2, 3.5), final=False))
    assert texts(stitch.results(window(3, 6, ("b", 3.2, 3.5)))) == []
    assert texts(stitch.results(window(0, 3, ("a", 0.5, 0.9)))) == ["a", "b"]
    assert texts(stitch.results(window(6, 7, ("c", 6.2, 6.5)))) == ["c"]


@pytest.mark.parametrize(("begins", "at"), [(1.5, 2.1), (1.9, 2.5), (2.0, 2.0)], ids=["over", "late", "seam"])
def test_a_word_whose_own_final_is_lost_between_windows_that_overlap_is_asked_for(
    begins: float, at: float
) -> None:
    """The window after it joins the one before, so that no hole shows; but the word was seen."""

    def until_the_next() -> Stitcher:
        stitch.results(window(0, 2, ("a", 0.5, 0.9)))
        stitch.results(window(begins, at + 0.3, ("lost", at, at + 0.04), final=False))
        assert texts(stitch.results(window(2.045, 4, ("b", 3.2, 3.5)))) == []
        stitch.results(window(4, 6, final=False))
        return stitch

    stitch, _ = connected()
    late = until_the_next().results(window(begins, at + 0.3, ("lost", at, at + 0.04)))
    assert texts(late) == ["lost", "b"], "it came after all"
    stitch, _ = connected()
    assert until_the_next().passed_over is not None
    stitch.ask_again()
    reconnect(stitch)
    told = stitch.results(window(0, 0.2, ("lost", 0.05, 0.1)))
    assert texts(told) == ["lost"], "it is said again from what is settled on"
    stitch, _ = connected()
    until_the_next()
    stitch.ask_again()
    events = stitch.results(window(4, 7, final=False))
    gone = Span(round(at * SAMPLE_RATE), round((at + 0.04) * SAMPLE_RATE))
    assert [event.span for event in events if isinstance(event, Missed)] == [gone]
    assert texts(events) == ["b"]


def test_a_word_that_only_an_interim_had_is_nobodys() -> None:
    """What a service takes back in the same window was never said."""
    stitch, _ = connected()
    stitch.results(window(0, 2, ("a", 0.5, 0.9)))
    stitch.results(window(2, 3, ("uh", 2.4, 2.5), final=False))
    assert texts(stitch.results(window(2.03, 4, ("b", 3.2, 3.5)))) == ["b"]


@given(
    cuts=st.lists(st.integers(5, 40), min_size=4, max_size=8),
    back=st.lists(st.integers(0, 4), min_size=8, max_size=8),
    lost=st.integers(0, 7),
)
def test_whatever_window_is_lost_its_words_are_told(cuts: list[int], back: list[int], lost: int) -> None:
    """Windows of any length that reach back over the one before; each shows its word before it settles it."""
    stitch, _ = connected(sent_s=60.0)
    events: list[TranscriberEvent] = []
    end, words = 0.0, []
    for number, (length, over) in enumerate(zip(cuts, back, strict=False)):
        start, before = max(0.0, end - over / 10), end
        end = round(before + length / 10, 3)
        word = (f"w{number}", before + 0.1, before + 0.3)
        words.append(word)
        events += stitch.results(window(start, end, word, final=False))
        if number != lost:
            events += stitch.results(window(start, end, word))
    if stitch.passed_over is not None or stitch.settled < end * SAMPLE_RATE - 1:
        stitch.ask_again()
        events += stitch.drain()
        events += stitch.finish(round(end * SAMPLE_RATE), heard=False)
    gaps = [event.span for event in events if isinstance(event, Missed)]
    said = texts(events)
    for text, first, last in words:
        told = any(gap.overlap(Span(round(first * SAMPLE_RATE), round(last * SAMPLE_RATE))) for gap in gaps)
        assert said.count(text) == 1 or (told and not said.count(text)), text


def test_an_interim_of_a_later_window_alone_shows_that_a_final_is_missing() -> None:
    stitch, _ = connected()
    stitch.results(window(3, 4, ("b", 3.2, 3.5), final=False))
    assert stitch.passed_over is None
    stitch.results(window(3, 5.5, ("b", 3.2, 3.5), final=False))
    assert stitch.passed_over is None, "it may follow the final of this window"
    stitch.results(window(3, 15, ("b", 3.2, 3.5), final=False))
    assert stitch.passed_over == Span(0, 48_000)


def test_a_window_beyond_what_was_sent_is_not_believed() -> None:
    for odd in (window(999_999, 1_000_000), window(0, 60, ("a", 0.5, 0.9)), window(-5, 1), window(3, 2)):
        stitch, _ = connected()
        assert stitch.results(odd) == []
        assert (stitch.position, stitch.answered) == (0, 0)
        assert texts(stitch.results(window(0, 2, ("b", 0.5, 0.9)))) == ["b"]


def test_words_with_impossible_times_keep_the_place_their_neighbours_leave() -> None:
    stitch, _ = connected()
    words = (("a", 0.5, 500_000.0), ("b", 1.0, 1.5), ("c", -3.0, 1.9), ("d", float("inf"), float("nan")))
    (final, _) = stitch.results(window(0, 2, *words))
    assert isinstance(final, Final)
    spans = {word.text: (word.start / SAMPLE_RATE, word.end / SAMPLE_RATE) for word in final.words}
    assert spans == {"a": (0.5, 0.8), "b": (1.0, 1.5), "c": (1.6, 1.9), "d": (1.9, 2.0)}


def test_a_window_beside_its_words_is_not_believed() -> None:
    stitch, _ = connected()
    assert stitch.results(window(0, 2, ("a", 6.3, 6.5))) == []
    assert texts(stitch.results(window(0, 7, ("a", 6.3, 6.5)))) == ["a"]


def test_words_that_a_window_too_long_had_swallowed_are_told_late() -> None:
    stitch, _ = connected()
    stitch.results(window(0, 9, ("a", 0.5, 0.9)))
    assert texts(stitch.results(window(3, 6, ("b", 3.2, 3.5)))) == ["b"]
    assert texts(stitch.results(window(3, 6, ("b", 3.2, 3.5)))) == []


def test_interims_replace_each_other_and_an_empty_one_says_how_far_silence_was_heard() -> None:
    stitch, _ = connected()
    first = stitch.results(window(0, 1, ("wor", 0.5, 1.0), final=False))
    assert [type(event) for event in first] == [Interim]
    assert [type(event) for event in stitch.results(window(0, 2, final=False))] == [Interim]
    assert stitch.results(window(0, 3, final=False)) == [Interim(Channel.TAB, Span(0, 48_000), ())]


def test_a_pause_is_crossed_when_all_before_it_is_settled() -> None:
    stitch, offsets = connected(sent_s=2.0)
    offsets.jump(160_000)
    pause = Gap(Span(32_000, 160_000), GapCause.PAUSED)
    assert stitch.gap(pause) == []
    events = stitch.results(window(0, 2, ("a", 0.5, 0.9)))
    final, progress = events
    assert isinstance(final, Final)
    assert final.span == Span(0, 32_000)
    assert progress.upto == 160_000  # type: ignore[union-attr]  # it is one


def test_what_was_overrun_is_missed_and_what_was_never_recorded_is_not() -> None:
    stitch = Stitcher(Channel.MIC, 0)
    lost, paused = Gap(Span(0, 100), GapCause.OVERRUN), Gap(Span(100, 300), GapCause.PAUSED)
    assert [type(event) for event in stitch.skip(lost)] == [Missed, Progress]
    assert [type(event) for event in stitch.skip(paused)] == [Progress]
    assert stitch.settled == 300
    assert [type(event) for event in stitch.finish(400, heard=False)] == [Missed, Progress]


def test_an_inherited_utterance_ends_when_the_next_connection_hears_silence() -> None:
    stitch, _ = connected()
    stitch.results(window(0, 1, ("a", 0.5, 0.9)))
    reconnect(stitch)
    assert not [e for e in stitch.results(window(0, 0.5, final=False)) if isinstance(e, SpeechEnded)]
    ended = [e for e in stitch.results(window(0, 1.5, final=False)) if isinstance(e, SpeechEnded)]
    assert [event.at for event in ended] == [14_400]
    assert not [e for e in stitch.results(window(0, 2.5, final=False)) if isinstance(e, SpeechEnded)]


def test_the_services_minus_one_means_it_was_said_before() -> None:
    stitch, _ = connected()
    assert stitch.utterance_end(-1) == []
    assert stitch.utterance_end(1.5) == [SpeechEnded(Channel.TAB, 24_000)]


def test_what_an_interim_costs_is_what_is_new_in_it() -> None:
    stitch, _ = connected()
    said = [(f"word{number}", number / 4, number / 4 + 0.2) for number in range(40)]
    costs = [
        bytecodes(partial(stitch.results, window(0, count / 4, *said[:count], final=False)))
        for count in range(1, 41)
    ]
    assert costs[39] < 1.1 * costs[4], "of 36 words more, none is new"
    told: list[TranscriberEvent] = []
    settled = bytecodes(lambda: told.extend(stitch.results(window(0, 10, *said))))
    assert texts(told) == [text for text, _, _ in said]
    assert settled < 10 * costs[4], "the final says the very same"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),  # words kept of the one before
            st.integers(0, 3),  # and added
            st.sampled_from((0.0, 0.25, 5.0)),  # where the window begins
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_what_was_worked_out_of_the_last_interim_changes_nothing(
    said: list[tuple[int, int, float, bool]],
) -> None:
    remembers, forgets = connected()[0], connected()[0]
    words: list[tuple[str, float, float]] = []
    for number, (kept, added, start, final) in enumerate(said):
        words = words[:kept]
        words += [
            (f"w{number}" * (at != 1), start + (kept + at) / 4, start + (kept + at + 1) / 4)
            for at in range(added)
        ]
        message = window(start, start + 2.5, *words, final=final)
        forgets._last = _NOTHING_YET
        assert remembers.results(message) == forgets.results(message)
        assert remembers.settled == forgets.settled
