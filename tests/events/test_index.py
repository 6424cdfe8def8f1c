"""What is said of a meeting nobody knows."""

from __future__ import annotations

from wingman.events.index import unknown_meeting


def test_the_refusal_names_the_meeting_and_no_more_than_fits() -> None:
    refused = unknown_meeting("m" * 200)
    assert (refused.status, refused.field) == (404, "meeting")
    assert "m" * 80 in str(refused)
    assert "m" * 81 not in str(refused)
