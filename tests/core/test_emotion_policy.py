"""No voice is measured without an acknowledgement, and never where the playbook refuses it."""

from __future__ import annotations

import itertools

import pytest

from tests.support.each import each
from wingman.core.emotion_policy import (
    NOTICES,
    POLICIES,
    POLICY_WORDS,
    SAMPLE,
    Consent,
    Policy,
    check_consent,
    check_policy,
    decide,
    in_force,
    measured_channels,
)
from wingman.core.errors import InputError
from wingman.core.time import Channel


def test_each_policy_has_its_words() -> None:
    assert set(POLICY_WORDS) == set(POLICIES)
    assert len({words.title for words in POLICY_WORDS.values()}) == len(POLICIES)


def test_each_policy_measures_only_what_it_says() -> None:
    assert measured_channels("off") == measured_channels("text-only") == frozenset()
    assert measured_channels("counterpart") == {Channel.TAB}
    assert measured_channels("self") == {Channel.MIC}


@each(
    "words", ["no", ".", "I do NOT consent", "yes", "counterpart", "counterpart@99", SAMPLE.name, SAMPLE.text]
)
def test_free_text_is_no_acknowledgement(words: str) -> None:
    with pytest.raises(InputError, match="GET /api/notices"):
        check_consent(words, "g1")


def test_a_notice_is_named_or_repeated_word_for_word() -> None:
    for notice in NOTICES:
        if notice.offered:
            for said in (notice.name, notice.text, f"  {notice.text}\n"):
                assert check_consent(said, "g1") == Consent(notice, "g1")
    assert check_consent("  ", "g1") is None


def test_a_voice_needs_an_acknowledgement_of_its_own() -> None:
    policies: tuple[Policy, ...] = ("off", "counterpart", "self", "text-only")
    for policy, notice in itertools.product(policies, NOTICES):
        consent = Consent(notice, "g1")
        if not measured_channels(policy) or policy in notice.policies:
            assert decide(policy, consent).policy == policy
        else:
            assert in_force(policy, consent, "").policy == "off"
            with pytest.raises(InputError, match="acknowledgement"):
                decide(policy, consent)
    with pytest.raises(InputError, match="counterpart@1"):
        decide("counterpart", None)


def test_a_playbook_that_refuses_wins_over_everybody() -> None:
    for policy, notice in itertools.product(("counterpart", "self"), NOTICES):
        decision = decide(check_policy(policy), Consent(notice, "g1"), "hiring interview")
        assert (decision.policy, decision.reason) == ("off", "hiring interview")


def test_nonsense_is_named() -> None:
    for value in ("always", None, 3, ["off"]):
        with pytest.raises(InputError, match="emotion_policy"):
            check_policy(value)
