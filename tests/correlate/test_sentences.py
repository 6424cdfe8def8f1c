"""Is a sentence over? Asked of its last word."""

from __future__ import annotations

import pytest

from tests.support.each import each
from wingman.correlate.sentences import Sentences


@each("word", ["done.", "really?", "no!", 'said."', "fine.)", "好。", "क्या।", "هل؟"])
def test_a_final_mark_ends(word: str) -> None:
    assert Sentences.ends(word)
    assert Sentences().complete(word)


@pytest.mark.parametrize("word", ["well...", "so…", "first,", "namely:", "pre-"])
def test_other_marks_go_on(word: str) -> None:
    assert not Sentences().complete(word)


def test_without_marks_the_word_decides() -> None:
    judge = Sentences()
    assert judge.complete("invoice")
    assert not judge.complete("The")
    assert not judge.complete("because")


def test_who_punctuates_is_believed() -> None:
    judge = Sentences()
    judge.learn("hello")
    assert not judge.punctuated
    judge.learn("hello.")
    assert judge.punctuated
    assert not judge.complete("invoice"), "this provider would have put a mark"
