"""Payloads are bound to their wire names, and an envelope hands them out by type."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from wingman.core.events import (
    EVENTS,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    Payload,
    PolicyApplied,
    event,
    payload_of,
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


def test_the_union_that_readers_match_has_all_of_them() -> None:
    assert set(get_args(Payload)) == set(EVENTS.values())


def test_what_a_newer_version_sends_is_no_payload() -> None:
    ended = MeetingEnded("stopped", 1.0)
    assert payload_of(Envelope(1, 1, "meeting.ended", "m", 0.0, ended)) is ended
    assert payload_of(Envelope(1, 1, "meeting.hummed", "m", 0.0, {"tune": "la"})) is None
