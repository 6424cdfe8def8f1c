"""What is told from speech, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.local.whisper import hallucinations


@each(
    ("text", "no_speech", "log_probability", "dropped"),
    [
        ("you", 0.90, -0.69, True),  # digital silence
        ("Thank you.", 0.87, -0.96, True),  # a chime
        ("I'm going to go to the beach", 0.7, -1.4, True),  # white noise
        ("Yes.", 0.05, -0.3, False),
        ("We could start in March if the board agrees.", 0.65, -0.4, False),
        ("You.", 0.3, -2.0, False),
        ("He is the original from the ARP.", 0.07, -0.80, True),  # read backwards
        ("So for Nithandau, so for Nithandau.", 0.14, -0.67, True),
        ("I do not know. I do not know.", 0.02, -0.2, False),
        ("We will over and direct the other way", 0.1, -0.6, False),  # pink noise, 5 dB
        ("Sift", 0.12, -1.3, False),  # one word is not judged by its score alone
    ],
)
def test_invention(text: str, no_speech: float, log_probability: float, dropped: bool) -> None:
    assert hallucinations.invented(text, no_speech, log_probability) is dropped


def kept(text: str) -> str:
    words = text.split()
    return " ".join(words[i] for i in hallucinations.without_loops(words))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ask not. Ask not. Ask not. Ask not.", "Ask not."),
        ("And then we go and then we go and then we go home", "And then we go home"),
        ("No, no, no.", "No, no, no."),
        ("you you you you you", "you"),
        ("the price, the price matters", "the price, the price matters"),
        ("", ""),
        ("... ... ... ...", "... ... ... ..."),
    ],
)
def test_loops_leave_their_first_copy(text: str, left: str) -> None:
    assert kept(text) == left


@given(st.lists(st.sampled_from(["a", "b", "c,", "D"]), max_size=40))
def test_words_are_only_taken_away_and_keep_their_order(words: list[str]) -> None:
    indices = hallucinations.without_loops(words)
    assert indices == sorted(set(indices))
    assert all(0 <= i < len(words) for i in indices)
    assert bool(indices) == bool(words)


def test_descriptions_of_sounds_are_no_words() -> None:
    assert hallucinations.told("(laughing) Well [Music] yes ♪ la la ♪") == "Well yes"
    assert hallucinations.told("[BLANK_AUDIO]") == ""


def test_an_answer_that_is_the_prompt_is_dropped() -> None:
    terms = ("ComfyUI", "Ada Lovelace")
    assert hallucinations.echoes_prompt("ComfyUI, Ada Lovelace.", terms)
    assert not hallucinations.echoes_prompt("Ada Lovelace.", terms)
    assert not hallucinations.echoes_prompt("Ada Lovelace.", ("Ada Lovelace",))
    assert not hallucinations.echoes_prompt("", ())


@pytest.mark.parametrize("text", ["ha " * 60, "I think so. " * 20])
def test_repetition_is_seen(text: str) -> None:
    assert hallucinations.repetitive(text)
    assert not hallucinations.repetitive("We have about 200 users in three different offices.")


NAMES = ("Kubernetes", "Zuccotti Park", "Siobhan O'Neill")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Zuccotti Park,", True),
        ("O'Neill, Kubernetes", True),
        ("We use Kubernetes.", False),
        ("", False),
        ("...", False),
    ],
)
def test_an_answer_of_nothing_but_names_is_noticed(text: str, alone: bool) -> None:
    assert hallucinations.names_alone(text, NAMES) is alone
    assert not hallucinations.names_alone(text, ())


@pytest.mark.parametrize(
    ("text", "other", "alike"),
    [
        ("Kubernetes", "Cubanites", True),
        ("Zuccotti Park", "Zucati Park.", True),
        ("Zuccotti Park", "Oh!", False),
        ("Kubernetes", "", False),
    ],
)
def test_two_spellings_of_one_sound(text: str, other: str, alike: bool) -> None:
    assert hallucinations.alike(text, other) is alike
