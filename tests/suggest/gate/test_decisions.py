"""The gate's words: each stands for one reason, and what a user asks for outright comes first."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.events import SuggestionSkipped
from wingman.core.time import Channel
from wingman.suggest.gate.decisions import HELD, Candidate, Reason, Skip, request


def test_every_reason_has_a_word_of_its_own() -> None:
    assert len(Reason) == len(Reason.__members__), "two reasons share one word"
    assert [word for word in Reason if not re.fullmatch(r"[a-z]+(_[a-z]+)*", word)] == []


def test_a_reason_is_written_into_the_log_as_its_word() -> None:
    assert f"{Reason.USER_SPEAKING}" == "user_speaking"
    assert SuggestionSkipped(Reason.MAX, None).reason == "max_per_meeting"


def test_only_what_passes_by_itself_postpones() -> None:
    held = {word for word in Reason if Skip(word, "u-1").reason in HELD}
    assert held == {"cooldown", "in_flight", "user_speaking"}


@given(st.text(), st.text(), st.integers(0, 10**10))
def test_a_request_belongs_to_the_user_and_is_certain(kind: str, text: str, at: int) -> None:
    asked = request(kind, text, at)
    assert (asked.kind, asked.text, asked.at) == (kind, text, at)
    assert (asked.reason, asked.speaker) == (Reason.REQUEST, Channel.MIC)
    assert asked.utterance is None
    assert asked.trigger is None
    assert not asked.unsure
    heard = Candidate(kind, Reason.QUESTION, 99, at, "u-1", text, "tab")
    assert max((heard, asked), key=lambda candidate: candidate.priority) is asked
