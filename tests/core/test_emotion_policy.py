"""No voice is measured without an acknowledgement, and never where the playbook refuses it."""

from __future__ import annotations

import pytest

from wingman.core.emotion_policy import check_policy, decide, measured_channels
from wingman.core.errors import InputError
from wingman.core.time import Channel


def test_each_policy_measures_only_what_it_says() -> None:
    assert measured_channels("off") == measured_channels("text-only") == frozenset()
    assert measured_channels("counterpart") == {Channel.TAB}
    assert measured_channels("self") == {Channel.MIC}


def test_a_voice_needs_an_acknowledgement() -> None:
    for policy in ("counterpart", "self"):
        with pytest.raises(InputError, match="acknowledgement"):
            decide(check_policy(policy), consent=" ")
        assert decide(check_policy(policy), consent="They agreed.")[0] == policy
    assert decide("off", consent="")[0] == "off"
    assert decide("text-only", consent="")[0] == "text-only"


def test_a_playbook_that_refuses_wins_over_the_user() -> None:
    policy, reason = decide("counterpart", consent="They agreed.", refused_because="hiring interview")
    assert (policy, reason) == ("off", "hiring interview")


def test_nonsense_is_named() -> None:
    for value in ("always", None, 3, ["off"]):
        with pytest.raises(InputError, match="emotion_policy"):
            check_policy(value)
