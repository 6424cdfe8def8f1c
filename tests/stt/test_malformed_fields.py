"""Odd fields are all counted, and each kind of them is told once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.losses import Loss, LossCause
from wingman.core.speech import TranscriberEvent
from wingman.stt.malformed_fields import MalformedFields


def told(messages: list[list[str]]) -> list[Loss]:
    events: list[TranscriberEvent] = []
    odd = MalformedFields("deepgram", events.append)
    for names in messages:
        odd.note(names)
    odd.close()
    odd.close()
    return [event for event in events if isinstance(event, Loss)]


def test_a_new_one_is_told_at_once_and_repetitions_at_the_end() -> None:
    first, rest = told([["speaker"], ["speaker"], ["speaker"]])
    assert (first.cause, first.amount) == (LossCause.ODD_FIELD, 1)
    assert "speaker" in first.detail
    assert (rest.amount, rest.detail) == (2, "")


@given(st.lists(st.lists(st.sampled_from(["speaker", "start", "confidence"]), max_size=4), max_size=12))
def test_every_one_is_counted(messages: list[list[str]]) -> None:
    losses = told(messages)
    assert sum(loss.amount for loss in losses) == sum(len(names) for names in messages)
    assert sum(bool(loss.detail) for loss in losses) <= 3
