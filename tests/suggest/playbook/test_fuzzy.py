from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.playbook.fuzzy import KEYS, OTHER_WORDS, SHORTEST, mend
from wingman.suggest.playbook.signals import Signal, detect


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("they use another syatem today", "they use another system today"),
        ("is there a disoount", "is there a discount"),
        ("your competitur offered us less", "your competitor offered us less"),
        ("it is expensiue", "it is expensive"),
    ],
)
def test_a_key_word_with_one_wrong_letter_is_put_right(heard: str, meant: str) -> None:
    assert mend(heard) == meant


@each("word", sorted(OTHER_WORDS))
def test_words_of_their_own_stay(word: str) -> None:
    near = [key for key in KEYS if len(key) == len(word) and sum(map(str.__ne__, key, word)) == 1]
    assert near, "not needed in the list"
    assert mend(f"the {word} thing") == f"the {word} thing"


@pytest.mark.parametrize("text", ["the price", "a coat", "xystem", "sistemm", "swstom", ""])
def test_short_words_other_beginnings_and_two_slips_stay(text: str) -> None:
    assert mend(text) == text


@given(st.lists(st.sampled_from(sorted(KEYS)), min_size=1))
def test_what_is_right_already_stays(words: list[str]) -> None:
    assert mend(" ".join(words)) == " ".join(words)


@given(st.text("abcdefghijklmnopqrstuvwxyz ", max_size=80))
def test_only_long_words_change_and_none_is_lost(text: str) -> None:
    before, after = text.split(" "), mend(text).split(" ")
    assert len(before) == len(after)
    assert all(
        one == other or (len(one) >= SHORTEST and other in KEYS)
        for one, other in zip(before, after, strict=True)
    )


@pytest.mark.parametrize(
    ("heard", "signal"),
    [
        ("we looked at another syatem last year", Signal.COMPETITOR),
        ("long does it take to switch over one clinic", Signal.QUESTION),
        ("can tell me how the rollback works on our side", Signal.QUESTION),
        ("that is over out budget for this year", Signal.OBJECTION),
        ("will forward it to billing today", Signal.COMMITMENT),
        ("the flour alone is nine hundred a week now", Signal.PRICE),
    ],
)
def test_small_slips_do_not_hide_what_is_meant(heard: str, signal: Signal) -> None:
    assert signal in detect(heard)


@pytest.mark.parametrize(
    "heard",
    [
        "we can tell that the team likes it",
        "much as i like the idea of it",
        "the will to send things is there",
        "he had cancer and is well again",
        "there were three hundred people in the room",
    ],
)
def test_near_misses_stay_silent(heard: str) -> None:
    assert not detect(heard) & {
        Signal.QUESTION, Signal.COMMITMENT, Signal.RISK, Signal.PRICE, Signal.COMPETITOR
    }  # fmt: skip
