"""The label table: every provider's published names have a place, and unknown ones mean nothing."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.affect import AFFECTS, UNMAPPED, affect_of, family_of
from wingman.core.utterance import Family

HUME_V0_VOICE = """
admiration, adoration, aesthetic appreciation, amusement, anger, anxiety, awe, awkwardness, boredom, calmness,
concentration, confusion, contemplation, contempt, contentment, craving, desire, determination, disappointment,
disgust, distress, doubt, ecstasy, embarrassment, empathic pain, entrancement, envy, excitement, fear, guilt,
horror, interest, joy, love, nostalgia, pain, pride, realization, relief, romance, sadness, satisfaction, shame,
surprise (negative), surprise (positive), sympathy, tiredness, triumph
"""
HUME_V0_LANGUAGE = "annoyance, disapproval, enthusiasm, gratitude, sarcasm"
HUME_PUBLISHED = """
abhorrence, admiration, adoration, aesthetic appreciation, amusement, anger, chuckling, dumbfoundedness,
eagerness, feeling uplifted, feeling upset, interest, joy, neutral, pleasure, pondering
"""
PROSODY = "neutral, calm, intensity, excitement, frustration, tiredness"


def names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", " ").split(",")]


def test_all_published_names_have_a_place() -> None:
    assert len(names(HUME_V0_VOICE)) == 48
    for text in (HUME_V0_VOICE, HUME_V0_LANGUAGE, HUME_PUBLISHED, PROSODY):
        for label in names(text):
            assert label in AFFECTS, label


def test_every_family_but_unknown_is_used_and_every_place_is_on_the_plane() -> None:
    assert {affect.family for affect in AFFECTS.values()} == set(Family) - {Family.UNKNOWN}
    for label, affect in AFFECTS.items():
        assert label == label.lower()
        assert -1.0 <= affect.valence <= 1.0, label
        assert -1.0 <= affect.arousal <= 1.0, label


def test_families_lie_where_their_names_say() -> None:
    for label, affect in AFFECTS.items():
        if affect.family is Family.POSITIVE:
            assert affect.valence > 0, label
        elif affect.family in (Family.DOUBTFUL, Family.NEGATIVE):
            assert affect.valence < 0, label
        elif affect.family is Family.LOW_ENERGY:
            assert affect.arousal < 0, label


@each(
    ("label", "family"),
    [
        ("Surprise (negative)", Family.DOUBTFUL),
        ("feeling bored", Family.LOW_ENERGY),
        ("confused", Family.DOUBTFUL),
        ("feeling angry", Family.NEGATIVE),
        ("feeling tired", Family.LOW_ENERGY),
        ("interested", Family.ENGAGED),
        ("excited", Family.POSITIVE),
        ("irritated", Family.NEGATIVE),
    ],
)
def test_kin_of_a_placed_label_share_its_place(label: str, family: Family) -> None:
    assert family_of(label) is family


def test_a_label_nobody_has_placed_means_nothing() -> None:
    assert affect_of("wistful defenestration of clocks") is UNMAPPED
    assert family_of("") is Family.UNKNOWN
