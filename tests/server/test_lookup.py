"""A meeting is found while it runs and after it ended, and one that never was is refused."""

from __future__ import annotations

import pytest

from tests.support import story
from tests.support.meetings import SupportMeetings
from wingman.core.errors import InputError
from wingman.core.events import Event, MeetingRenamed, MeetingTagged
from wingman.events.index import MeetingRow
from wingman.events.memory import MemoryLog
from wingman.server.lookup import Lookup, stored


async def test_a_running_meeting_shows_the_name_and_tags_it_was_given_meanwhile() -> None:
    log = MemoryLog()
    meetings = SupportMeetings(log)
    lookup = Lookup(meetings, log)
    meeting = await meetings.create_titled("First name")
    assert (await lookup.status(meeting.id)).title == "First name"
    meeting.publish(MeetingRenamed("Second name"))
    meeting.publish(MeetingTagged(("pilot",)))
    await log.flush()
    status = await lookup.status(meeting.id)
    assert (status.title, status.tags, status.state) == ("Second name", ("pilot",), "live")


async def test_an_ended_meeting_is_told_from_what_was_stored() -> None:
    log = MemoryLog()
    for told in story.events():
        log.append(story.MEETING, told.payload(Event), told.media, at=told.at)
    await log.flush()
    lookup = Lookup(SupportMeetings(log), log)
    status = await lookup.status(story.MEETING)
    assert (status.state, status.seconds, status.started_at) == ("ended", 98.0, story.BEGAN)
    assert lookup.live(story.MEETING) is None
    await lookup.must_exist(story.MEETING)
    with pytest.raises(InputError) as refused:
        lookup.must_live(story.MEETING)
    assert refused.value.status == 404


async def test_a_meeting_is_there_before_its_first_event_is_stored() -> None:
    log = MemoryLog()
    meetings = SupportMeetings(log)
    lookup = Lookup(meetings, MemoryLog())
    meeting = await meetings.create_titled("Just begun")
    await lookup.must_exist(meeting.id)
    assert (await lookup.status(meeting.id)).title == "Just begun"
    assert lookup.must_live(meeting.id) is meeting


@pytest.mark.parametrize("name", ["", "m-0", "../m-1", "x" * 5000])
async def test_a_meeting_that_never_was_is_refused_in_a_short_sentence(name: str) -> None:
    log = MemoryLog()
    lookup = Lookup(SupportMeetings(log), log)
    for asked in (lookup.status(name), lookup.must_exist(name)):
        with pytest.raises(InputError) as refused:
            await asked
        assert (refused.value.status, refused.value.field) == (404, "meeting")
        assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("seconds", "last_at", "shown"), [(7.5, 130.0, 7.5), (0.0, 130.0, 30.0), (0.0, 90.0, 0.0)]
)
def test_a_meeting_cut_off_by_a_crash_lasted_until_its_newest_event(
    seconds: float, last_at: float, shown: float
) -> None:
    row = MeetingRow("m", "Call", "open", 100.0, last_at, seconds, "sales", "off", 3)
    assert (stored(row).state, stored(row).seconds) == ("ended", shown)
