"""Words of the protocol: one definition, and a sentence for every other word."""

from __future__ import annotations

import pytest

from wingman.core.errors import InputError
from wingman.core.vocabulary import (
    ACTION_TITLES,
    ACTIONS,
    FEEDBACK,
    FEEDBACK_TITLES,
    MODE_TITLES,
    MODES,
    STOP,
    VERBOSITIES,
    VERBOSITY_TITLES,
    action_title,
    one_of,
)


def test_every_word_has_a_title() -> None:
    assert list(ACTION_TITLES) == list(ACTIONS)
    assert list(FEEDBACK_TITLES) == list(FEEDBACK)
    assert list(MODE_TITLES) == list(MODES)
    assert list(VERBOSITY_TITLES) == list(VERBOSITIES)
    assert STOP not in ACTIONS
    assert action_title("fact-check") == "Fact-check"
    assert action_title("price") == "Price"


@pytest.mark.parametrize("words", [ACTIONS, FEEDBACK, MODES, VERBOSITIES])
def test_a_known_word_passes(words: tuple[str, ...]) -> None:
    assert [one_of(word, words, "x") for word in words] == list(words)


@pytest.mark.parametrize("value", ["loud", "", None, 3, ["quiet"], {"a": 1}, "x" * 500])
def test_another_is_refused_by_name(value: object) -> None:
    with pytest.raises(InputError, match="`verbosity` must be one of quiet, balanced, lively") as refused:
        one_of(value, VERBOSITIES, "verbosity")
    assert refused.value.field == "verbosity"
    assert len(str(refused.value)) < 200
