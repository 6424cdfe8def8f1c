"""The search of a node: filled by the first question, and kept up from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wingman.cluster.search_index import MeetingSearch
from wingman.core import codec
from wingman.core.events import Envelope, NoteAdded


class Stored:
    """Events of meetings, as a log would read them."""

    def __init__(self) -> None:
        self.events: dict[str, list[Envelope]] = {}
        self.reads = 0

    def add(self, meeting: str, text: str) -> Envelope:
        known = self.events.setdefault(meeting, [])
        known.append(
            codec.envelope(len(known) + 1, meeting, 1.0, NoteAdded(f"n-{len(known)}", text, 0.0), None)
        )
        return known[-1]

    async def read(self, meeting: str, after: int, limit: int) -> Sequence[Envelope]:
        self.reads += 1
        await asyncio.sleep(0)
        return [event for event in self.events[meeting] if event.seq > after][: min(limit, 2)]

    def upto(self, meeting: str) -> int:
        return len(self.events[meeting])


async def found(search: MeetingSearch, words: str, stored: Stored) -> list[tuple[str, int]]:
    return [(hit.meeting, hit.seq) for hit in await search.search(words, 10, tuple(stored.events))]


async def test_the_first_question_fills_it_and_what_follows_is_added() -> None:
    stored = Stored()
    search = MeetingSearch(stored.read, stored.upto)
    for number in range(5):
        search.follow([stored.add("m-1", f"word{number}")])
    assert not search.filled
    assert await found(search, "word4", stored) == [("m-1", 5)]
    reads = stored.reads
    search.follow([stored.add("m-1", "afterwards")])
    assert await found(search, "afterwards", stored) == [("m-1", 6)]
    assert stored.reads == reads
    search.close()


async def test_what_comes_out_of_turn_is_read_by_the_next_question() -> None:
    stored = Stored()
    search = MeetingSearch(stored.read, stored.upto)
    stored.add("m-1", "first")
    await found(search, "first", stored)
    stored.add("m-1", "missed")
    search.follow([stored.add("m-1", "third")])
    assert await found(search, "missed", stored) == [("m-1", 2)]
    assert await found(search, "third", stored) == [("m-1", 3)]
    search.close()


async def test_two_questions_at_once_add_nothing_twice_and_a_deleted_meeting_is_gone() -> None:
    stored = Stored()
    search = MeetingSearch(stored.read, stored.upto)
    for meeting in ("m-1", "m-2"):
        stored.add(meeting, "marmalade")
    both = await asyncio.gather(found(search, "marmalade", stored), found(search, "marmalade", stored))
    assert [sorted(one) for one in both] == [[("m-1", 1), ("m-2", 1)]] * 2
    search.forget("m-1")
    del stored.events["m-1"]
    assert await found(search, "marmalade", stored) == [("m-2", 1)]
    search.close()
