"""When a node's clients hear an event: once it is stored, or when the servers keep silent."""

from __future__ import annotations

import asyncio

import pytest

from wingman.cluster import delivery
from wingman.cluster.delivery import Delivery
from wingman.core import codec
from wingman.core.events import Envelope, NoteAdded, StorageState


def event(seq: int) -> Envelope:
    return codec.envelope(seq, "m-1", 1.0, NoteAdded(f"n-{seq}", "a note", 0.0), None)


Told = tuple[Delivery, list[Envelope], list[StorageState]]


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(delivery, "ANSWER_S", 0.02)
    made, events, states = Delivery(), list[Envelope](), list[StorageState]()
    made.callback, made.on_change = events.extend, states.append
    return made, events, states


async def test_what_is_stored_in_time_is_handed_on_once(told: Told) -> None:
    made, events, states = told
    made.appended(event(1))
    assert not events
    made.stored([event(1)])
    await asyncio.sleep(0.05)
    assert (events, states) == ([event(1)], [])
    made.close()


async def test_what_waits_too_long_is_handed_on_without_the_servers(told: Told) -> None:
    made, events, states = told
    made.appended(event(1))
    await asyncio.sleep(0.05)
    assert events == [event(1)]
    assert [state.state for state in states] == ["memory"]
    assert "do not answer" in made.fault
    made.appended(event(2))
    await asyncio.sleep(0.01)  # from then on nothing waits
    assert [one.seq for one in events] == [1, 2]
    made.stored([event(1), event(2)])
    made.tell("stored")
    assert [one.seq for one in events] == [1, 2]
    assert [state.state for state in states] == ["memory", "stored"]
    assert not made.fault
    made.close()


async def test_a_state_is_told_once(told: Told) -> None:
    made, _, states = told
    for state in ("lost", "lost", "stored", "stored"):
        made.tell(state)
    assert [state.state for state in states] == ["lost", "stored"]
