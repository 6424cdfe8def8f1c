"""`auto` picks what is there, and a provider that was named but cannot run is refused with the mend."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.each import each
from wingman.config.settings import build
from wingman.config.suggest import PriceSettings
from wingman.core.errors import InputError
from wingman.meeting.cost import FREE, Rates
from wingman.meeting.providers import (
    Capabilities,
    choose,
    choose_emotion,
    choose_model,
    choose_transcriber,
    leaves_this_machine,
    price_list,
)

KEYLESS: dict[str, Any] = {}
DEEPGRAM = {"transcribe": {"deepgram": {"api_key": "k"}}}
GATEWAY = {"emotion": {"hume_v0": {"url": "ws://x", "api_key": "k"}, "hume": {"api_key": "k"}}}
HUME = {"emotion": {"hume": {"api_key": "k"}}}


@pytest.mark.parametrize(
    ("tree", "capabilities", "provider"),
    [
        (KEYLESS, Capabilities(), "embedded"),
        (KEYLESS, Capabilities(moonshine_model=True), "moonshine"),
        (KEYLESS, Capabilities(whisper_model=True, moonshine_model=True), "whisper"),
        (DEEPGRAM, Capabilities(whisper_model=True), "deepgram"),
        (DEEPGRAM, Capabilities(moonshine_model=True), "deepgram"),
        ({"transcribe": {"provider": "off"}}, Capabilities(), "off"),
        ({"transcribe": {"provider": "embedded", "deepgram": {"api_key": "k"}}}, Capabilities(), "embedded"),
    ],
)
def test_the_transcriber(tree: dict[str, Any], capabilities: Capabilities, provider: str) -> None:
    assert choose_transcriber(build(tree), capabilities).provider == provider


@each(
    ("tree", "policy", "provider"),
    [
        (KEYLESS, "off", "off"),
        (KEYLESS, "counterpart", "prosody"),
        (HUME, "counterpart", "hume"),
        (HUME, "off", "off"),
        (HUME, "text-only", "off"),
        (GATEWAY, "text-only", "hume-v0"),
        (GATEWAY, "counterpart", "hume-v0"),
        ({"emotion": {"hume_v0": {"url": "ws://x"}, "hume": {"api_key": "k"}}}, "counterpart", "hume"),
        ({"emotion": {"hume_v0": {"url": "ws://x", "api_key": "k", "auth": "token"}}}, "self", "prosody"),
        ({"emotion": {"provider": "off", "hume": {"api_key": "k"}}}, "self", "off"),
    ],
)
def test_the_meter_needs_a_policy_that_allows_it(tree: dict[str, Any], policy: Any, provider: str) -> None:
    assert choose_emotion(build(tree), Capabilities(), policy).provider == provider


@pytest.mark.parametrize(
    ("tree", "provider"),
    [
        (KEYLESS, "cues"),
        ({"suggest": {"gemini": {"api_key": "k"}, "openai": {"url": "http://x"}}}, "gemini"),
        ({"suggest": {"openai": {"url": "http://x"}}}, "openai"),
        ({"suggest": {"provider": "generativeai", "gemini": {"api_key": "k"}}}, "generativeai"),
    ],
)
def test_the_suggester(tree: dict[str, Any], provider: str) -> None:
    assert choose_model(build(tree), Capabilities()).provider == provider


@each(
    ("tree", "capabilities", "field", "mend"),
    [
        (
            {"transcribe": {"provider": "deepgram"}},
            Capabilities(),
            "transcribe.deepgram.api_key",
            "DEEPGRAM_API_KEY",
        ),
        (
            {"transcribe": {"provider": "moonshine"}},
            Capabilities(),
            "transcribe.moonshine.model_dir",
            "models fetch",
        ),
        (KEYLESS, Capabilities(pocketsphinx=False), "transcribe.provider", "no wheel"),
        ({"emotion": {"provider": "hume"}}, Capabilities(), "emotion.hume.api_key", "HUME_API_KEY"),
        ({"emotion": {"provider": "hume-v0"}}, Capabilities(), "emotion.hume_v0.url", "HUME_V0"),
        (
            {"emotion": {"provider": "hume-v0", "hume_v0": {"url": "ws://x"}}},
            Capabilities(),
            "emotion.hume_v0.api_key",
            "HUME_API_KEY",
        ),
        ({"suggest": {"provider": "generativeai"}}, Capabilities(), "suggest.gemini.api_key", "GEMINI_API_KEY"),
        ({"suggest": {"provider": "gemini"}}, Capabilities(), "suggest.gemini.api_key", "GEMINI_API_KEY"),
        ({"suggest": {"provider": "openai"}}, Capabilities(), "suggest.openai.url", "OPENAI"),
    ],
)
def test_a_named_provider_that_cannot_run_says_why(
    tree: dict[str, Any], capabilities: Capabilities, field: str, mend: str
) -> None:
    with pytest.raises(InputError, match=mend) as refused:
        choose(build(tree), capabilities, "off")
    assert refused.value.field == field


def test_one_that_does_several_things_has_a_price_for_each() -> None:
    prices = PriceSettings(hume_v0_per_minute=1.0, hume_v0_per_picture=2.0, hume_v0_per_word=3.0)
    assert price_list(prices)["hume-v0"] == Rates(minute=1.0, picture=2.0, word=3.0)


def test_only_what_leaves_this_machine_has_a_price() -> None:
    priced = {name for name, rates in price_list(PriceSettings()).items() if rates != FREE}
    assert priced == {"deepgram", "hume", "hume-v0", "gemini", "generativeai"}
    assert all(leaves_this_machine(name) for name in priced)
    assert not any(leaves_this_machine(name) for name in ("whisper", "moonshine", "embedded", "prosody", "off"))
