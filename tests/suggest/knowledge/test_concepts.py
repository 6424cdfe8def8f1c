"""Words that mean the same in a business."""

from __future__ import annotations

import pytest

from wingman.suggest.knowledge.concepts import ideas
from wingman.suggest.playbook.signals import normalise


def of(text: str) -> frozenset[int]:
    return frozenset().union(*ideas(normalise(text).split()))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("how long is the guarantee", "Warranty"),
        ("do I get my money back", "Refunds"),
        ("can I work from home", "Remote work"),
        ("wie lange ist die Kündigungsfrist", "Notice period"),
        ("is there a lift", "Accessibility"),
        ("can I try it out first", "Free trial"),
        ("how loud is it", "Noise"),
    ],
)
def test_other_words_for_the_same_share_an_idea(said: str, written: str) -> None:
    assert of(said) & of(written)


@pytest.mark.parametrize(
    ("said", "written"), [("can I bring my dog", "Parking"), ("how loud is it", "Warranty")]
)
def test_other_matters_share_none(said: str, written: str) -> None:
    assert not of(said) & of(written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("cancelling", "cancel"),
        ("warranties", "warranty"),
        ("Heizungswartung", "wartung"),
        ("Kündigungsfristen", "kündigung"),
        ("reembolsan", "reembolso"),
        ("livraisons", "livraison"),
    ],
)
def test_a_form_or_a_compound_of_a_word_stands_for_its_idea(said: str, written: str) -> None:
    assert of(said) & of(written)


def test_a_word_that_is_no_form_of_any_stands_for_nothing() -> None:
    assert not of("quixotic") | of("zzz") | of("rhubarb")


def test_each_word_keeps_its_place() -> None:
    words = ["please", "send", "me", "the", "credit", "card", "bill"]
    found = ideas(words)
    assert len(found) == len(words)
    assert not found[0]
    assert found[4] == found[4] | (found[5] & found[4])
