"""Credentials are taken out of others' words, wherever a setting made one."""

from __future__ import annotations

import pytest

from wingman.config.section import Secret
from wingman.core import credentials
from wingman.core.credentials import MOST, SHORTEST, masked, remember
from wingman.core.errors import FaultKind, ProviderFault

KEY = "5f2c-a-key-of-no-known-form"


def test_a_service_that_repeats_the_key_it_was_sent_shows_it_to_nobody() -> None:
    Secret(KEY)
    refused = ProviderFault(f"Deepgram refused the request: Bad key {KEY}.", kind=FaultKind.BAD_REQUEST)
    assert str(refused) == "Deepgram refused the request: Bad key ***."


def test_what_may_be_a_word_is_left_alone_and_old_tokens_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_tokens", {})
    remember("x" * (SHORTEST - 1))
    assert masked("x" * SHORTEST) == "x" * SHORTEST
    remember(KEY)
    for number in range(MOST + 1):
        remember(f"token-number-{number:04d}", token=True)
    assert masked(f"token-number-0000 token-number-0001 {KEY}") == "token-number-0000 *** ***"


def test_a_credential_that_is_the_beginning_of_another_leaves_no_rest() -> None:
    remember(KEY)
    remember(f"{KEY}-and-more")
    assert masked(f"bad key {KEY}-and-more") == "bad key ***"
