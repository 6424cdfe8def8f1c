"""A meeting's end follows from what became of its sources."""

from __future__ import annotations

from wingman.config.meeting import MeetingSettings
from wingman.meeting.endings import Ending, Endings, SourceEnd

SETTINGS = MeetingSettings(grace_s=60, idle_end_s=900)


def after(*fates: SourceEnd, fed: bool = True, made_by_source: bool = False) -> Ending | None:
    """All sources at once, released at second 100 in this order."""
    endings = Endings(SETTINGS, 0.0, made_by_source=made_by_source)
    for _ in fates:
        endings.attached()
    for fate in fates:
        endings.released(fate, 100.0, fed=fed)
    return endings.next()


def test_a_meeting_nobody_ever_fed_waits_long() -> None:
    assert after() == Ending("client_gone", 900.0, told=False)


def test_a_recording_ends_its_meeting_at_once() -> None:
    assert after(SourceEnd.RECORDED) == Ending("source_ended", 100.0, told=False)
    assert after(SourceEnd.RECORDED, SourceEnd.RECORDED) == Ending("source_ended", 100.0, told=False)


def test_a_live_source_that_was_stopped_leaves_a_minute_and_a_question() -> None:
    assert after(SourceEnd.ENDED) == Ending("source_ended", 160.0, told=True)
    assert after(SourceEnd.RECORDED, SourceEnd.ENDED) == Ending("source_ended", 160.0, told=True)


def test_a_lost_source_may_come_back() -> None:
    assert after(SourceEnd.GONE) == Ending("client_gone", 1000.0, told=False)
    assert after(SourceEnd.ENDED, SourceEnd.GONE) == Ending("client_gone", 1000.0, told=False)


def test_a_session_that_never_connects_leaves_no_meeting() -> None:
    assert after(SourceEnd.GONE, fed=False, made_by_source=True) == Ending("never_connected", 100.0, told=False)
    assert after(SourceEnd.GONE, fed=False) == Ending("never_connected", 1000.0, told=False)


def test_while_one_source_goes_on_nothing_ends() -> None:
    endings = Endings(SETTINGS, 0.0)
    endings.attached()
    endings.attached()
    endings.released(SourceEnd.RECORDED, 10.0, fed=True)
    assert endings.next() is None


def test_another_source_and_the_user_can_keep_it_open() -> None:
    endings = Endings(SETTINGS, 0.0)
    endings.attached()
    endings.released(SourceEnd.ENDED, 10.0, fed=True)
    endings.keep_open(20.0)
    assert endings.next() == Ending("client_gone", 920.0, told=False)
    endings.attached()
    assert endings.next() is None
    endings.released(SourceEnd.ENDED, 30.0, fed=True)
    assert endings.next() == Ending("source_ended", 90.0, told=True)
