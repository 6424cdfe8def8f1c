from __future__ import annotations

from typing import Any

from wingman.archive.egress_ledger import ENTRY_SECONDS, Ledger, account
from wingman.core import codec
from wingman.core.errors import Branch
from wingman.core.events import EgressRecorded, Envelope, MeetingEnded, MeetingPaused, MeetingResumed
from wingman.core.time import SAMPLE_RATE, Channel


class Desk:
    """A ledger with a clock and a log to look at."""

    def __init__(self) -> None:
        self.now = 100.0
        self.events: list[Envelope] = []
        self.ledger = Ledger(self.publish, lambda: self.now)

    def publish(self, payload: Any, media: Any = None) -> None:
        self.events.append(codec.envelope(len(self.events) + 1, "m", self.now, payload, media))

    def entries(self) -> list[EgressRecorded]:
        return [e.data for e in self.events if isinstance(e.data, EgressRecorded)]

    def send(self, seconds: int, to: str = "deepgram", branch: Branch = Branch.TRANSCRIBE) -> None:
        for _ in range(seconds):
            self.ledger.audio(to, branch, Channel.TAB, 2 * SAMPLE_RATE, 1.0)
            self.now += 1
            self.ledger.tick()


def test_every_second_sent_is_in_the_books() -> None:
    desk = Desk()
    desk.send(95)
    desk.ledger.text("gemini", Branch.SUGGEST, 1200)
    desk.ledger.close()
    entries = desk.entries()
    assert sum(e.seconds for e in entries) == 95
    assert sum(e.bytes for e in entries if e.kind == "audio") == 95 * 32_000
    assert all(e.until - e.since <= ENTRY_SECONDS for e in entries)
    found = account(desk.events)
    assert [(t.to, t.kind, t.bytes, t.seconds) for t in found.totals] == [
        ("deepgram", "audio", 95 * 32_000, 95.0),
        ("gemini", "text", 1200, 0.0),
    ]
    assert found.clean


def test_a_pause_is_proven_to_be_silent() -> None:
    desk = Desk()
    desk.send(5)
    desk.ledger.close()
    desk.publish(MeetingPaused())
    desk.now += 60
    desk.publish(MeetingResumed())
    desk.now += 0.001
    desk.send(5)
    desk.ledger.close()
    desk.publish(MeetingEnded("stopped", 10.0))
    found = account(desk.events)
    assert [(p.since, p.until, p.bytes) for p in found.pauses] == [(105.0, 165.0, 0)]
    assert found.clean


def test_a_leak_during_a_pause_is_found() -> None:
    desk = Desk()
    desk.send(5)
    desk.publish(MeetingPaused())  # without closing the books, and sending goes on
    desk.send(3)
    desk.publish(MeetingResumed())
    desk.ledger.close()
    found = account(desk.events)
    assert not found.clean
    assert found.pauses[0].bytes > 0


def test_a_pause_that_lasts_to_the_end() -> None:
    desk = Desk()
    desk.publish(MeetingPaused())
    assert account(desk.events).pauses[0].until is None
    desk.now += 5
    desk.publish(MeetingEnded("stopped", 0.0))
    assert account(desk.events).pauses[0].until == 105.0


def test_a_new_consent_begins_a_new_entry() -> None:
    desk = Desk()
    desk.send(2, "hume", Branch.EMOTION)
    desk.ledger.consent("I agree that voices are analysed")
    desk.send(3, "hume", Branch.EMOTION)
    desk.ledger.close()
    assert [(e.seconds, e.consent) for e in desk.entries()] == [
        (2.0, ""),
        (3.0, "I agree that voices are analysed"),
    ]
    assert account(desk.events).totals[0].consents == ("I agree that voices are analysed",)


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    desk = Desk()
    desk.send(3)
    desk.now = 10.0
    desk.send(3)
    desk.ledger.close()
    assert sum(e.seconds for e in desk.entries()) == 6
    assert all(e.until >= e.since for e in desk.entries())
