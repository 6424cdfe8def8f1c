from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.core.events import Envelope, StreamReset, TranscriptPartial, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.events.frames import Frame
from wingman.events.hub import Hub, HubLimits, Subscription
from wingman.events.memory import MemoryLog

M = "m-1"
SMALL = HubLimits(ring=8, page=5, behind=3, replay=1000)


def partial(text: str, channel: Channel = Channel.TAB) -> TranscriptPartial:
    return TranscriptPartial(channel, str(channel), text)


def final(number: int) -> UtteranceCreated:
    return UtteranceCreated(f"u-{number}", "tab", f"sentence {number}", 0.9, 0, EMOTION_OFF)


async def drain(subscription: Subscription, upto: int) -> list[int]:
    """Everything up to `upto`, the way a client's socket takes it."""
    seqs: list[int] = []
    while subscription.next <= upto:
        frames: Sequence[Frame] = await subscription.catch_up()
        if not frames:
            frames = [frame] if (frame := subscription.take()) else []
        seqs += [frame.seq for frame in frames]
        if not frames:
            await asyncio.sleep(0)
    return seqs


async def test_a_watcher_gets_the_past_and_then_the_present() -> None:
    log = MemoryLog()
    hub = Hub(log)
    for number in range(3):
        log.append(M, final(number), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M)
    assert await drain(subscription, 3) == [1, 2, 3]
    log.append(M, final(4), at=1.0)
    assert [frame.seq for frame in await subscription.read()] == [4]
    subscription.close()
    assert hub.watchers(M) == 0


async def test_resuming_gives_nothing_twice_and_loses_nothing() -> None:
    log = MemoryLog()
    hub = Hub(log, SMALL)
    for number in range(40):
        log.append(M, final(number), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M, after=17)
    assert await drain(subscription, 40) == list(range(18, 41))


async def test_a_watcher_that_fell_out_of_the_ring_is_served_from_the_log() -> None:
    log = MemoryLog()
    hub = Hub(log, SMALL)
    subscription = hub.subscribe(M)
    for number in range(100):
        log.append(M, final(number), at=1.0)
    await log.flush()
    assert subscription.behind_ring
    assert subscription.take() is None
    assert await drain(subscription, 100) == list(range(1, 101))


async def test_a_slow_watcher_misses_replaced_partials_and_nothing_else() -> None:
    log = MemoryLog()
    hub = Hub(log, HubLimits(ring=64, behind=3))
    slow, exact = hub.subscribe(M), hub.subscribe(M, merge=False)
    for number in range(10):
        log.append(M, partial(f"w{number}"), at=1.0)
        log.append(M, partial(f"m{number}", Channel.MIC), at=1.0)
    log.append(M, final(1), at=1.0)
    await log.flush()
    assert [frame.seq for frame in await slow.read()] == [19, 20, 21]
    assert [frame.seq for frame in await exact.read()] == list(range(1, 22))


async def test_a_quick_watcher_gets_every_partial() -> None:
    log = MemoryLog()
    hub = Hub(log)
    subscription = hub.subscribe(M)
    seqs = []
    for number in range(10):
        log.append(M, partial(f"w{number}"), at=1.0)
        seqs += [frame.seq for frame in await subscription.read()]
    assert seqs == list(range(1, 11))


async def test_a_place_in_the_future_is_answered_with_a_reset() -> None:
    log = MemoryLog()
    hub = Hub(log)
    log.append(M, final(1), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M, after=50)
    (reset,) = await subscription.catch_up()
    assert reset.envelope.type == "stream.reset"
    assert reset.envelope.payload(StreamReset).snapshot["utterances"][0]["text"] == "sentence 1"
    assert subscription.next == 2
    assert await subscription.catch_up() == ()


async def test_too_long_ago_is_answered_with_a_reset() -> None:
    log = MemoryLog()
    hub = Hub(log, HubLimits(replay=10))
    for number in range(12):
        log.append(M, final(number), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M, after=1)
    (reset,) = await subscription.catch_up()
    assert reset.envelope.payload(StreamReset).reason
    assert reset.envelope.payload(StreamReset).snapshot["seq"] == 12
    log.append(M, final(99), at=1.0)
    assert [frame.seq for frame in await subscription.read()] == [13]


async def test_whoever_takes_pages_gets_all_that_was_missed() -> None:
    log = MemoryLog()
    hub = Hub(log, HubLimits(replay=10, page=2, whole_page=5))
    for number in range(12):
        log.append(M, final(number), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M, after=1, whole=True)
    pages = []
    while frames := await subscription.catch_up():
        pages.append([frame.seq for frame in frames])
    assert pages == [[2, 3, 4, 5, 6], [7, 8, 9, 10, 11], [12]]


async def test_an_ended_subscription_stops_waiting() -> None:
    log = MemoryLog()
    hub = Hub(log)
    subscription = hub.subscribe(M)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(subscription.read())
        await asyncio.sleep(0)
        hub.end(M, "the meeting was deleted")
    assert waiting.result() == ()
    assert subscription.ended == "the meeting was deleted"
    assert await subscription.read() == ()


async def test_one_watcher_that_never_reads_costs_the_others_nothing() -> None:
    log = MemoryLog()
    hub = Hub(log, SMALL)
    hub.subscribe(M)  # asleep for good
    awake = hub.subscribe(M)
    got = []
    for number in range(50):
        log.append(M, final(number), at=1.0)
        got += [frame.seq for frame in await awake.read()]
    assert got == list(range(1, 51))


async def test_taps_see_every_batch() -> None:
    log = MemoryLog()
    hub = Hub(log)
    seen: list[int] = []
    hub.tap(lambda envelopes: seen.extend(e.seq for e in envelopes))
    log.append(M, final(1), at=1.0)
    log.append("m-other", final(1), at=1.0)
    await log.flush()
    assert seen == [1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["tab", "mic", "final", "take", "resume", "catch"]), max_size=120),
    st.booleans(),
)
def test_whatever_the_order_finals_arrive_once_and_in_order(steps: list[str], merge: bool) -> None:
    asyncio.run(_play(steps, merge))


async def _play(steps: list[str], merge: bool) -> None:
    log = MemoryLog()
    hub = Hub(log, SMALL)
    subscription = hub.subscribe(M, merge=merge)
    got: list[int] = []
    finals: list[int] = []
    for step in steps:
        if step == "final":
            finals.append(log.append(M, final(len(finals)), at=1.0).seq)
        elif step in ("tab", "mic"):
            log.append(M, partial("x", Channel(step)), at=1.0)
        elif step == "take" and (frame := subscription.take()):
            got.append(frame.seq)
        elif step == "catch":
            got += [frame.seq for frame in await subscription.catch_up()]
        elif step == "resume":  # the connection broke; the client comes back with what it has seen
            subscription.close()
            subscription = hub.subscribe(M, subscription.next - 1, merge=merge)
        await log.flush()
    got += await drain(subscription, await log.last_seq(M))
    assert got == sorted(set(got))
    assert set(finals) <= set(got)
    if not merge:
        assert got == list(range(1, await log.last_seq(M) + 1))


@pytest.mark.parametrize("size", [0, 100, 300, 70_000])
def test_a_websocket_frame_is_what_a_peer_parses(size: int) -> None:
    from websockets.frames import Frame as Parsed
    from websockets.streams import StreamReader

    from wingman.core import codec

    frame = Frame(codec.envelope(1, M, 1.0, partial("x" * size)))
    reader = StreamReader()
    reader.feed_data(frame.websocket)
    parsing = Parsed.parse(reader.read_exact, mask=False, max_size=None)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    assert done.value.value.data == frame.line
    assert codec.decode(frame.line) == frame.envelope


async def test_a_listener_that_fails_costs_the_others_nothing() -> None:
    log = MemoryLog()
    hub, heard = Hub(log), list[int]()

    def broken(envelopes: Sequence[Envelope]) -> None:
        raise RuntimeError("a database was closed")

    hub.tap(broken)
    hub.tap(lambda envelopes: heard.extend(envelope.seq for envelope in envelopes))
    log.append(M, final(1), at=1.0)
    await log.flush()
    log.append(M, final(2), at=1.0)
    await log.flush()
    assert heard == [1, 2]


class ManyHands(MemoryLog):
    """A log that several processes write: how far it is here, and which of them wrote last, is set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = [0]
        """Newest `seq` of each owner but the present one."""

    def epoch(self, meeting: str) -> int:
        return len(self.epochs)

    async def holds(self, meeting: str, seq: int, epoch: int) -> bool:
        return epoch >= self.epoch(meeting) or seq <= self.epochs[epoch]


async def ahead(log: ManyHands, hub: Hub, after: int, epoch: int) -> Subscription:
    """A client that has seen more than this process has heard of."""
    for number in range(3):
        log.append(M, final(number), at=1.0)
    await log.flush()
    subscription = hub.subscribe(M, after, epoch=epoch)
    assert await subscription.catch_up() == ()
    assert not subscription.stuck
    return subscription


async def test_who_has_seen_more_than_this_process_has_heard_of_waits_for_it() -> None:
    log = ManyHands()
    hub = Hub(log)
    subscription = await ahead(log, hub, 5, 1)
    for number in range(3, 7):
        log.append(M, final(number), at=1.0)
    assert [frame.seq for frame in await subscription.read()] == [6, 7]
    assert not subscription.stuck


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("stored", [5, 4])
async def test_when_another_owner_comes_it_shows_whether_what_was_seen_is_stored(
    epoch: int, stored: int
) -> None:
    log = ManyHands()
    hub = Hub(log)
    subscription = await ahead(log, hub, 5, epoch)
    log.epochs.append(stored)
    for number in range(3, 8):
        log.append(M, final(number), at=1.0)
    frames = await subscription.read()
    if stored == 5:
        assert [frame.seq for frame in frames] == [6, 7, 8]
    else:
        assert isinstance(frames[0].envelope.data, StreamReset)


async def test_nobody_waits_for_ever_for_what_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.events.hub.AHEAD_S", 0.01)
    log = ManyHands()
    subscription = await ahead(log, Hub(log), 5, 1)
    (reset,) = await subscription.read()
    assert isinstance(reset.envelope.data, StreamReset)
    subscription.close()


async def test_what_this_process_was_not_told_of_in_order_is_read_from_the_log() -> None:
    log = MemoryLog()
    hub = Hub(log)
    subscription = hub.subscribe(M)
    for number in range(3):
        log.append(M, final(number), at=1.0)
    await log.flush()
    assert [frame.seq for frame in await subscription.read()] == [1, 2, 3]
    log.on_committed(lambda batch: hub.followed([event for event in batch if event.seq != 5]))
    for number in range(3, 7):
        log.append(M, final(number), at=1.0)
    await log.flush()
    assert await drain(subscription, 7) == [4, 5, 6, 7]
