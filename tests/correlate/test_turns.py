"""Where turns begin and end. Times in the examples are seconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.bytecodes import bytecodes
from tests.support.each import each
from wingman.config.correlate import CorrelateSettings
from wingman.core.speech import Final, Interim, Word
from wingman.core.time import Channel, Span, samples
from wingman.correlate.sentences import Sentences
from wingman.correlate.turns import NEVER, Assembler, Turn, _Tail

TAB = Channel.TAB


def word(text: str, start: float, end: float, speaker: str | None = None) -> Word:
    return Word(text, samples(start), samples(end), 0.9, speaker)


def final(*words: Word, endpoint: bool = False, end: float | None = None) -> Final:
    last = samples(end) if end is not None else words[-1].end
    return Final(TAB, Span(words[0].start if words else last, last), words, endpoint)


def texts(turns: list[Turn]) -> list[str]:
    return [" ".join(word.text for word in turn.words) for turn in turns]


def assembler(**settings: float) -> Assembler:
    return Assembler(TAB, CorrelateSettings(**settings))  # type: ignore[arg-type]  # numbers by name


def test_a_long_pause_inside_a_final_cuts_it() -> None:
    made = assembler()
    assert texts(made.final(final(word("One.", 0, 1), word("Two.", 2.3, 3)))) == ["One."]
    assert texts(made.close()) == ["Two."]


def test_a_window_that_goes_on_long_after_the_words_ends_them() -> None:
    made = assembler()
    assert texts(made.final(final(word("One", 0, 1), end=2.5))) == ["One"]


def test_the_watermark_ends_what_lies_a_pause_behind_it() -> None:
    made = assembler()
    made.final(final(word("One", 0, 1)))
    assert made.reported(samples(2.2)) == []
    assert texts(made.reported(samples(2.3))) == ["One"]


def test_silence_ends_a_turn_after_pause_and_lag() -> None:
    made = assembler(pause_s=1.2, lag_s=0.7)
    made.final(final(word("One", 0, 1)))
    assert made.due == samples(2.9)
    assert made.advance(made.due - 1) == []
    assert texts(made.advance(made.due)) == ["One"]
    assert made.due == NEVER


def test_an_interim_that_continues_keeps_the_turn_open() -> None:
    made = assembler()
    made.final(final(word("We", 0, 0.5, "0"), word("would", 0.5, 1, "0"), endpoint=True))
    made.interim(Interim(TAB, Span(samples(1.5), samples(3)), (word("like", 1.5, 1.9),)))
    assert made.advance(samples(5)) == []
    assert made.final(final(word("like", 1.5, 1.9, "0"), word("to.", 1.9, 4.9, "0"))) == []
    assert texts(made.close()) == ["We would like to."]


def test_signs_of_speech_keep_a_turn_open_but_not_for_ever() -> None:
    made = assembler()
    made.final(final(word("One", 0, 1)))
    made.speech_started(samples(1.5))
    assert made.advance(samples(10)) == []
    assert texts(made.advance(samples(23))) == ["One"]


def test_an_end_of_speech_that_is_reported_late_does_not_cut_what_came_since() -> None:
    made = assembler()
    made.final(final(word("One.", 0, 1)))
    made.final(final(word("and", 1.1, 2)))
    made.final(final(word("two.", 2.1, 4)))
    assert made.speech_ended(samples(1)) == []
    assert texts(made.speech_ended(samples(4))) == ["One. and two."]


def test_long_speech_is_cut_at_a_sentence_end() -> None:
    made = assembler(max_utterance_s=10.0)
    closed = []
    for n in range(12):
        closed += made.final(final(word(f"{n}." if n % 4 == 3 else f"{n}", n, n + 1)))
    assert texts(closed) == ["0 1 2 3. 4 5 6 7. 8 9 10 11."]


def test_long_speech_without_sentences_is_cut_at_a_word() -> None:
    made = assembler(max_utterance_s=10.0)
    closed = []
    for n in range(40):
        closed += made.final(final(word(f"{n}", n, n + 1)))
    assert [len(turn.words) for turn in closed] == [16, 16]


def test_settled_and_agreed_words_are_firm() -> None:
    made = assembler()
    made.final(final(word("One", 0, 1)))
    looked = (word("two", 1.1, 1.5), word("free", 1.5, 2))
    made.interim(Interim(TAB, Span(samples(1), samples(2)), looked, firm=1))
    partial = made.partial()
    assert (partial.text, partial.text[: partial.firm]) == ("One two free", "One two")
    made.interim(Interim(TAB, Span(samples(1), samples(2.1)), looked))
    assert made.partial().text[: made.partial().firm] == "One"


def test_a_stale_interim_is_ignored() -> None:
    made = assembler()
    made.final(final(word("One.", 0, 1)))
    made.interim(Interim(TAB, Span(0, samples(0.8)), (word("on", 0, 0.8),)))
    assert made.partial().text == "One."


def test_the_partial_is_of_whoever_spoke_last() -> None:
    made = assembler()
    made.final(final(word("One", 0, 1, "0"), word("two", 1, 1.2, "1")))
    assert (made.partial().speaker, made.partial().text) == ("tab:1", "two")
    made.interim(Interim(TAB, Span(samples(1.2), samples(2)), (word("three", 1.3, 2, "0"),)))
    assert (made.partial().speaker, made.partial().text) == ("tab:0", "One three")


@each(
    ("last", "punctuated", "complete"),
    [
        ("done.", False, True),
        ("really?”", True, True),
        ("了。", True, True),
        ("well,", True, False),
        ("so...", True, False),
        ("done", True, False),
        ("done", False, True),
        ("the", False, False),
    ],
)
def test_half_sentences_are_told_by_their_last_word(last: str, punctuated: bool, complete: bool) -> None:
    sentences = Sentences()
    if punctuated:
        sentences.learn("Yes.")
    assert sentences.complete(last) is complete


def test_what_the_text_of_an_interim_costs_is_what_is_new_in_it() -> None:
    made, words = assembler(), tuple(word(f"w{at}", at, at + 0.5) for at in range(40))
    costs = []
    for count in range(1, 41):
        made.interim(Interim(TAB, Span(0, words[count - 1].end), words[:count]))
        costs.append(bytecodes(made.partial))
    assert costs[39] < 1.1 * costs[4], "of 36 words more, none is new"
    assert made.partial().text == " ".join(word.text for word in words)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.lists(st.sampled_from((None, "1", "2")), max_size=3)), max_size=12)
)
def test_what_was_put_together_of_the_last_interim_changes_nothing(
    said: list[tuple[int, list[str | None]]],
) -> None:
    remembers, forgets = assembler(), assembler()
    words: tuple[Word, ...] = ()
    for number, (kept, labels) in enumerate(said):
        words = words[:kept]
        for label in labels:
            words += (word(f"w{number}", len(words), len(words) + 0.5, label),)
        for made in (remembers, forgets):
            made.interim(Interim(TAB, Span(0, samples(60)), words, firm=min(2, len(words))))
        forgets._tail = _Tail(())
        assert remembers.partial() == forgets.partial()


def test_words_faster_than_anybody_speaks_are_no_single_turn() -> None:
    made = assembler()
    stammered = final(*(word("the", at / 1000, (at + 1) / 1000) for at in range(5000)))
    turns = texts([*made.final(stammered), *made.close()])
    assert " ".join(turns).split() == ["the"] * 5000
    assert max(map(len, turns)) <= 3004  # a hundred letters for each of thirty seconds, and a word
