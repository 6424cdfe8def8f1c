"""The union of all payloads."""

from __future__ import annotations

from typing import get_args

from wingman.core.events import EVENTS, Envelope, MeetingEnded, Payload, payload_of


def test_the_union_that_readers_match_has_all_of_them() -> None:
    assert set(get_args(Payload)) == set(EVENTS.values())


def test_what_a_newer_version_sends_is_no_payload() -> None:
    ended = MeetingEnded("stopped", 1.0)
    assert payload_of(Envelope(1, 1, "meeting.ended", "m", 0.0, ended)) is ended
    assert payload_of(Envelope(1, 1, "meeting.hummed", "m", 0.0, {"tune": "la"})) is None
