"""The state of the dialogue as numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Channel
from wingman.suggest.gate.dialogue import FEATURES, LIKENESS, NOBODY, REMEMBERED, Dialogue, Said

TURNS = st.builds(
    Said, st.sampled_from(["tab:0", "tab:1", "mic"]), st.sampled_from(Channel), st.text(max_size=60)
)


@given(st.lists(TURNS, max_size=30), TURNS)
def test_every_turn_has_its_numbers(before: list[Said], said: Said) -> None:
    dialogue = Dialogue()
    for turn in before:
        dialogue.hear(turn)
    features = dialogue.features(said, frozenset())
    assert features.shape == (FEATURES,)
    assert np.isfinite(features).all()
    assert dialogue.likeness(said).shape == (LIKENESS,)
    assert dialogue.before == (before[-1] if before else NOBODY)


def test_the_users_last_turn_is_found_as_far_as_it_looks_back() -> None:
    dialogue = Dialogue()
    mine = Said("mic", Channel.MIC, "what do you need?")
    dialogue.hear(mine)
    for n in range(REMEMBERED - 1):
        dialogue.hear(Said("tab", Channel.TAB, f"number {n}"))
    assert dialogue.last_of_user == mine
    dialogue.hear(Said("tab", Channel.TAB, "one more"))
    assert dialogue.last_of_user == NOBODY


def test_likeness_is_the_cosine_of_meanings() -> None:
    one, other = np.array([1, 0], np.float32), np.array([0.6, 0.8], np.float32)
    dialogue = Dialogue()
    dialogue.hear(Said("tab", Channel.TAB, "a", one))
    assert dialogue.likeness(Said("tab", Channel.TAB, "b", other))[0] == np.float32(0.6)
    assert dialogue.likeness(Said("tab", Channel.TAB, "b"))[0] == 0.0
