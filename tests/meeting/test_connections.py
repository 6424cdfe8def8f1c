"""Each branch tells who serves it and its true state, and no key is ever told."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from wingman.config.settings import build
from wingman.config.stt import TranscribeSettings
from wingman.core.errors import InputError
from wingman.meeting.connections import (
    METERS,
    MODELS,
    TRANSCRIBERS,
    VENDORS,
    Connection,
    Known,
    connections,
    has_key,
)

KEYS = {
    "transcribe": {"deepgram": {"api_key": "dg-hidden"}},
    "emotion": {"hume": {"api_key": "hu-hidden"}},
    "suggest": {"gemini": {"api_key": "ge-hidden"}},
}
CHOSEN = {"transcribe": "deepgram", "emotion": "prosody", "suggest": "cues"}


def told(tree: dict[str, Any] | None = None, **known: Any) -> dict[str, Connection]:
    found = connections(build(tree or {}), Known(**{"chosen": CHOSEN} | known))
    assert [each.branch for each in found] == ["transcribe", "emotion", "suggest"]
    return {each.branch: each for each in found}


@pytest.mark.parametrize(
    ("tried", "state", "words"),
    [
        ({}, "unproven", TRANSCRIBERS["deepgram"].words),
        ({"deepgram": ""}, "ready", TRANSCRIBERS["deepgram"].words),
        ({"deepgram": "the key was refused"}, "problem", "The key was refused."),
        ({"hume": "the key was refused"}, "unproven", TRANSCRIBERS["deepgram"].words),
    ],
)
def test_a_key_is_proven_by_trying_it(tried: dict[str, str], state: str, words: str) -> None:
    found = told(tried=tried)["transcribe"]
    assert (found.provider, found.state, found.words, found.local) == ("deepgram", state, words, False)
    assert "de" in found.languages


def test_how_many_it_serves_and_whether_words_have_times() -> None:
    tree = {"emotion": {"hume": {"api_key": "hu-hidden", "connections": 2}}}
    found = told(tree, chosen=CHOSEN | {"emotion": "hume"})
    assert (found["emotion"].channels, found["emotion"].word_times) == (2, False)
    assert "No more than 2 at once" in found["emotion"].words
    assert (found["transcribe"].channels, found["transcribe"].word_times) == (0, True)
    assert not any(each.reads_words for each in found.values())
    reading = told(reads_words=True)
    assert [reading[branch].reads_words for branch in ("transcribe", "emotion")] == [False, True]


def test_an_answer_does_not_make_a_trial_more_than_that() -> None:
    found = told(tried={"prosody": "", "cues": ""})
    assert (found["emotion"].state, found["suggest"].state) == ("trial", "trial")
    assert found["emotion"].languages == ()


def test_a_branch_nobody_can_serve_says_why() -> None:
    found = told(refused={"transcribe": "no key is set"})["transcribe"]
    assert (found.provider, found.name, found.state, found.words) == (
        "",
        "Nothing",
        "problem",
        "No key is set.",
    )


def test_a_provider_without_a_text_is_named_as_it_is() -> None:
    found = told(chosen={"transcribe": "of-my-own"})
    assert (found["transcribe"].name, found["transcribe"].state) == ("of-my-own", "unproven")


def test_no_key_is_told() -> None:
    fixed = {"transcribe.deepgram.api_key": "the variable DEEPGRAM_API_KEY"}
    found = told(KEYS, fixed=fixed)
    assert "hidden" not in repr(found)
    fields = [field for each in found.values() for field in each.keys]
    assert [(field.provider, field.stored) for field in fields] == [(vendor, True) for vendor in VENDORS]
    assert [field.fixed for field in fields] == ["the variable DEEPGRAM_API_KEY", "", ""]
    assert not any(field.stored for each in told().values() for field in each.keys)


@pytest.mark.parametrize("vendor", list(VENDORS))
def test_a_vendors_key_is_found_in_its_place(vendor: str) -> None:
    assert has_key(build(KEYS), vendor)
    assert not has_key(build({}), vendor)


@pytest.mark.parametrize("vendor", ["", "Deepgram", "x" * 500])
def test_an_unknown_vendor_is_refused_shortly(vendor: str) -> None:
    with pytest.raises(InputError, match="use one of deepgram, hume, gemini") as refused:
        has_key(build({}), vendor)
    assert (refused.value.status, len(str(refused.value)) < 150) == (404, True)


def test_every_sentence_is_whole() -> None:
    for text in (*TRANSCRIBERS.values(), *METERS.values(), *MODELS.values()):
        assert text.words.endswith(".")
        assert text.state in ("ready", "trial", "unproven", "off")
    named = set(get_args(TranscribeSettings.__annotations__["provider"])) - {"auto"}
    assert named <= set(TRANSCRIBERS)


@pytest.mark.parametrize(
    ("url", "local"), [("http://127.0.0.1:11434", True), ("https://models.example.com", False)]
)
def test_a_model_server_is_where_its_address_says(url: str, local: bool) -> None:
    found = told({"suggest": {"openai": {"url": url}}}, chosen={**CHOSEN, "suggest": "openai"})["suggest"]
    assert found.local is local
