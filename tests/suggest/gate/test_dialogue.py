"""The state of the dialogue as numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Channel
from wingman.suggest.gate.dialogue import CROWD, FEATURES, LIKENESS, MARKED, SEVERAL, Dialogue, Said
from wingman.suggest.playbook.signals import Signal, detect

TEXTS = st.text(max_size=80)


def them(text: str, speaker: str = "tab") -> Said:
    return Said(speaker, Channel.TAB, text)


def you(text: str) -> Said:
    return Said("mic", Channel.MIC, text)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["mic", "tab:1", "tab:2"])), max_size=20), TEXTS)
def test_any_talk_gives_as_many_finite_numbers(talk: list[tuple[str, str]], text: str) -> None:
    dialogue = Dialogue()
    for words, speaker in talk:
        dialogue.hear(Said(speaker, Channel.MIC if speaker == "mic" else Channel.TAB, words))
    numbers = dialogue.features(them(text), detect(text))
    assert numbers.shape == (FEATURES,)
    assert np.isfinite(numbers).all()
    assert dialogue.likeness(them(text)).tolist() == [0.0] * LIKENESS


def test_an_answer_to_the_user_differs_from_one_to_somebody_else() -> None:
    to_user, to_other = Dialogue(), Dialogue()
    to_user.hear(you("What does it cost you today?"))
    to_other.hear(them("What does it cost us today?", "tab:2"))
    answer = them("About four thousand a year.", "tab:1")
    assert not np.array_equal(to_user.features(answer, frozenset()), to_other.features(answer, frozenset()))


def test_a_turn_is_long_or_short_beside_the_others_of_the_meeting() -> None:
    terse, wordy = Dialogue(), Dialogue()
    for _ in range(20):
        terse.hear(them("Yes, fine."))
        wordy.hear(them("so what I wanted to say about this is that it takes us far too many hours " * 3))
    turn = them("We lose a day on it every week.")
    at = len(Signal)  # the number after those of the signals
    assert terse.features(turn, frozenset())[at] > wordy.features(turn, frozenset())[at]


def test_words_that_ask_stand_for_the_mark_a_recogniser_left_out() -> None:
    bare, marked, ended = "how long does it take to switch over", "How long does it take?", "How long. I see."
    asked = [Dialogue().features(them(text), detect(text))[MARKED] for text in (bare, marked, ended)]
    assert asked == [1.0, 1.0, 0.0]
    after = []
    for question in (bare, marked):
        dialogue = Dialogue()
        dialogue.hear(you(question), detect(question))
        after.append(dialogue.features(them("about two weeks"), frozenset()))
    assert np.array_equal(after[0], after[1])


def test_how_many_others_there_are_is_told() -> None:
    dialogue = Dialogue()
    found = []
    for speaker in ("tab:1", "tab:2", "tab:3"):
        turn = them("Yes, fine.", speaker)
        found.append(dialogue.features(turn, frozenset())[[SEVERAL, CROWD]].tolist())
        dialogue.hear(turn)
    assert found == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]


def test_likeness_is_the_cosine_with_the_turns_before() -> None:
    vector = np.eye(3, dtype=np.float32)
    dialogue = Dialogue()
    dialogue.hear(Said("mic", Channel.MIC, "a", vector[0]))
    dialogue.hear(Said("tab", Channel.TAB, "b", vector[1]))
    said = Said("tab", Channel.TAB, "c", vector[1])
    assert dialogue.likeness(said).tolist() == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize(("colleagues", "crowd"), [(True, 1.0), (False, 0.0)])
def test_many_customers_are_one_party_that_talks_to_the_user(colleagues: bool, crowd: float) -> None:
    dialogue = Dialogue(colleagues=colleagues)
    for speaker in ("tab:1", "tab:2", "tab:3"):
        dialogue.hear(them("We have three of those.", speaker))
    numbers = dialogue.features(them("How many would we need?", "tab:1"), frozenset())
    assert (numbers[SEVERAL], numbers[CROWD]) == (1.0, crowd)
