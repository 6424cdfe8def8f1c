"""A text as words with their places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.redaction.support import tokenize
from wingman.core.redaction.contexts import Kind


@given(st.text(max_size=300))
def test_storage_are_true_and_in_order(text: str) -> None:
    tokens = tokenize(text)
    last = 0
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert last <= start < end <= len(text)
        assert word == "@" or len(word) == end - start
        last = end


def test_letters_digits_and_line_ends_are_apart() -> None:
    assert tokenize("Room12, a@b\nnext").words == ["room", "12", "a", "@", "b", "\n", "next"]


def test_what_was_taken_out_before_stays_one_token() -> None:
    assert tokenize("my [card] please").words == ["my", "[card]", "please"]


def test_words_that_announce_something_are_known() -> None:
    tokens = tokenize("my password is hunter2")
    assert [kind for _, kind in tokens.contexts] == [Kind.PASSWORD]
    assert tokens.gap(1) == " "
