"""The weights that came with the program, and what they make of a turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Channel
from wingman.suggest.gate.dialogue import Dialogue, Said
from wingman.suggest.gate.probe import ADDRESSEES, KINDS, VECTOR, Flavour, load_probe, parse_probe, width


def said(text: str, vector: bool = False) -> Said:
    return Said("tab", Channel.TAB, text, np.full(VECTOR, VECTOR**-0.5, np.float32) if vector else None)


@pytest.mark.parametrize("flavour", ["words", "meaning"])
def test_both_weights_fit_the_features(flavour: Flavour) -> None:
    probe = load_probe(flavour)
    assert probe.heads.shape[0] == width(flavour) + 1
    order = probe.thresholds
    assert order.ask <= order.lively <= order.balanced <= order.quiet


@given(st.text(max_size=120))
def test_any_turn_is_judged(text: str) -> None:
    verdict = load_probe("words").judge(said(text), Dialogue(), frozenset())
    assert np.isfinite(verdict.score)
    assert set(verdict.kinds) == set(KINDS)
    assert verdict.kind in KINDS
    assert verdict.addressee in ADDRESSEES


def test_a_question_about_the_price_weighs_more_than_a_nod() -> None:
    probe = load_probe("words")
    asks = probe.judge(said("How much would that cost us per month?"), Dialogue(), frozenset())
    nods = probe.judge(said("Mm-hm, yeah."), Dialogue(), frozenset())
    assert asks.score > nods.score
    assert asks.kinds["price"] > nods.kinds["price"]


def test_weights_of_another_version_are_refused() -> None:
    from importlib.resources import files

    raw = files("wingman.suggest.gate").joinpath("weights", "words.npz").read_bytes()
    with pytest.raises(ValueError, match="train_gate"):
        parse_probe("meaning", raw)


def test_what_a_playbook_is_usually_about_adds_to_the_kinds_and_not_to_the_score() -> None:
    probe, words = load_probe("words"), said("It is the third time this week.")
    support, unknown = (probe.judge(words, Dialogue(), frozenset(), name) for name in ("support", "my-own"))
    assert support.score == unknown.score
    assert support.kinds["frustration"] > unknown.kinds["frustration"]
    assert unknown.kinds == probe.judge(words, Dialogue(), frozenset()).kinds
