"""Payloads are bound to their wire names, and an envelope hands them out by type."""

from __future__ import annotations

import dataclasses

import pytest

from wingman.core.events import (
    EVENTS,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    PolicyApplied,
    event,
)
from wingman.core.time import Channel, Span


def test_every_payload_is_a_frozen_event_under_its_own_name() -> None:
    for name, kind in EVENTS.items():
        assert issubclass(kind, Event)
        assert name == kind.TYPE
        assert dataclasses.is_dataclass(kind)
        assert kind.__dataclass_params__.frozen


def test_no_two_claim_a_name() -> None:
    with pytest.raises(ValueError, match=r"meeting\.ended"):

        @event("meeting.ended")
        class Another(Event):
            pass


def test_a_place_in_time_is_in_seconds() -> None:
    assert Media.of(Channel.MIC, Span(16_000, 24_000)) == Media(Channel.MIC, 1.0, 1.5)


def test_an_envelope_gives_the_payload_it_has() -> None:
    envelope = Envelope(1, 1, "policy.applied", "m", 0.0, PolicyApplied("off", "by default"))
    assert envelope.payload(PolicyApplied).reason == "by default"
    assert envelope.payload(Event) is envelope.data
    with pytest.raises(TypeError, match=r"policy\.applied carries no MeetingEnded"):
        envelope.payload(MeetingEnded)
