"""Which decode comes next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.local.decoder.queue import FINALS_PER_STREAM, DecodeQueue, Job
from wingman.local.decoder.wire import Kind


def job(stream: str, number: int, kind: Kind = Kind.FINAL, since: float = 0.0) -> Job[str]:
    return Job(stream, number, kind, since, f"{stream}{number}")


def test_finals_overtake_interims() -> None:
    queue = DecodeQueue[str]()
    queue.put(job("a", 1, Kind.INTERIM))
    queue.put(job("b", 1))
    first = queue.take(0.0)
    assert first is not None
    assert first.payload == "b1"
    assert queue.take(0.0) == job("a", 1, Kind.INTERIM)


def test_a_stream_has_one_interim_and_none_beside_its_final() -> None:
    queue = DecodeQueue[str]()
    assert queue.put(job("a", 1, Kind.INTERIM)) is None
    assert queue.put(job("a", 1, Kind.INTERIM)) == job("a", 1, Kind.INTERIM)
    assert queue.put(job("a", 1)) == job("a", 1, Kind.INTERIM)
    assert queue.waiting == 1


def test_interims_stop_while_a_final_waits_too_long_and_users_are_told() -> None:
    queue = DecodeQueue[str]()
    queue.put(job("a", 1))
    running = queue.take(0.0)
    assert running is not None
    queue.put(job("b", 1, Kind.INTERIM))
    assert queue.take(3.0) is None
    assert not queue.overloaded(4.0)
    assert queue.overloaded(6.0)
    queue.done(running)
    assert queue.take(6.0) == job("b", 1, Kind.INTERIM)


def test_a_stream_runs_one_job_at_a_time() -> None:
    queue = DecodeQueue[str]()
    queue.put(job("a", 1))
    queue.put(job("a", 2))
    queue.put(job("b", 1))
    taken = [queue.take(0.0), queue.take(0.0), queue.take(0.0)]
    assert [t.payload if t else None for t in taken] == ["a1", "b1", None]


def test_a_stream_that_asks_without_end_is_refused() -> None:
    queue = DecodeQueue[str]()
    for number in range(FINALS_PER_STREAM):
        queue.put(job("a", number))
    with pytest.raises(OverflowError):
        queue.put(job("a", 99))
    queue.put(job("b", 1))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=60))
def test_no_final_is_ever_lost(steps: list[tuple[str, bool, bool]]) -> None:
    queue, wanted, done = DecodeQueue[str](), list[str](), list[str]()
    for number, (stream, final, take) in enumerate(steps):
        now = float(number)
        kind = Kind.FINAL if final else Kind.INTERIM
        try:
            queue.put(job(stream, number, kind, now))
        except OverflowError:
            continue
        wanted += [f"{stream}{number}"] if final else []
        if take and (running := queue.take(now)) is not None:
            done.append(running.payload)
            queue.done(running)
    while (running := queue.take(1e9)) is not None:
        done.append(running.payload)
        queue.done(running)
    assert [d for d in done if d in wanted] == sorted(wanted, key=done.index)
    assert set(wanted) <= set(done)
    for stream in "abc":
        mine = [int(d[1:]) for d in done if d[0] == stream and d in wanted]
        assert mine == sorted(mine)
