"""The row of a meeting and the words to search, folded from its events."""

from __future__ import annotations

from tests.support import story
from wingman.core.codec import envelope
from wingman.core.events import MeetingPaused, SummaryReady
from wingman.events.projection import advance, first_row, searchable


def test_the_row_follows_the_meeting() -> None:
    events = story.events()
    row = first_row(events[0])
    assert (row.state, row.last) == ("open", 0)
    for each in events:
        row = advance(row, each)
    assert row.last == events[-1].seq
    assert row.last_at == events[-1].at
    assert row.state == "ended"
    assert row.title
    assert row.seconds > 0


def test_what_was_said_can_be_found_where_it_was_said() -> None:
    said = [found for each in story.events() if (found := searchable(each)) and found.channel]
    assert said
    assert all(found.text and found.start >= 0 for found in said)


def test_a_summary_can_be_found_and_a_pause_cannot() -> None:
    summary = SummaryReady("extractive", "They agreed.", decisions=("Ship on Monday",))
    found = searchable(envelope(1, "m", 0.0, summary))
    assert found is not None
    assert "Ship on Monday" in found.text
    assert searchable(envelope(1, "m", 0.0, MeetingPaused())) is None
