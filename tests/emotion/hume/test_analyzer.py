"""The Hume meter's own decisions: pauses, rests, idle sessions, addresses that are not Hume, cancelling."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.support.links.hume_trial import IndexedEar, MeterTrial
from tests.support.links.trial import Recording
from wingman.audio.tape import Tape
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan, Scale
from wingman.core.errors import Health, InputError, Missed, Progress, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, Span
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator, HumeHabits
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.virtual_time import run

SPEECH = IndexedSpeech()
BLOCK = 1600
E = TypeVar("E")


def settings_for(url: str, **changes: Any) -> HumeSettings:
    return msgspec.structs.replace(HumeSettings(url=url, api_key=Secret("local-key")), **changes)


async def play(tape: Tape, blocks: int) -> None:
    """The indexed recording at real time, from where the tape ends."""
    for _ in range(blocks):
        await asyncio.sleep(0.1)
        tape.write(PcmBlock(tape.end, SPEECH.pcm(tape.end, BLOCK)))


def of(kind: type[E], events: list[EmotionEvent]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


async def paused_meeting(hume: HumeEmulator, pause_s: float, **changes: Any) -> list[EmotionEvent]:
    """Four seconds, a pause in which nothing is written, a hole of that length, ten seconds more."""
    events: list[EmotionEvent] = []
    tape = Tape()
    async with asyncio.TaskGroup() as group:
        meter = HumeAnalyzer(settings_for(hume.url, **changes))
        group.create_task(meter.run(Channel.TAB, tape.cursor(0), events.append))
        await play(tape, 40)
        await asyncio.sleep(pause_s)
        tape.skip(5 * SPEECH.period, GapCause.PAUSED)
        await play(tape, 100)
        tape.close()
    return events


@pytest.mark.parametrize("pause_s", [2.0, 14.0])
def test_a_pause_moves_no_time(pause_s: float) -> None:
    """A short pause is a hole in one session; a long one ends the session, and audio opens the next."""

    async def scenario() -> tuple[list[EmotionEvent], HumeEmulator]:
        async with HumeEmulator(ear=IndexedEar) as hume:
            return await paused_meeting(hume, pause_s), hume

    events, hume = run(scenario())
    hole = Span(64_000, 64_000 + 5 * SPEECH.period)
    assert [(event.span, event.cause) for event in of(Missed, events)] == [(hole, GapCause.PAUSED)]
    assert all(span.span.overlap(hole) == 0 for span in of(EmotionSpan, events))
    labels = [(s.span, s.scores[0].label) for s in of(EmotionSpan, events)]
    whole = [(span, label) for span, label in labels if f"{span.start}-{span.end}" == label]
    assert len(whole) >= 4
    assert len(labels) - len(whole) <= 2, "only the two halves of the utterance around the hole"
    assert hume.connections == (1 if pause_s < 5 else 2)
    assert Health.RETRYING not in [state.health for state in of(ProviderState, events)]
    assert of(Progress, events)[-1].upto == hole.end + 160_000


def test_an_idle_session_that_hume_ends_is_no_failure() -> None:
    async def scenario() -> tuple[list[EmotionEvent], HumeEmulator]:
        async with HumeEmulator(ear=IndexedEar, habits=HumeHabits(idle_s=3.0)) as hume:
            return await paused_meeting(hume, 14.0, idle_close_s=60.0), hume

    events, hume = run(scenario())
    assert hume.totals[0]["reason"] == "idle_timeout"
    assert hume.connections == 2
    assert Health.RETRYING not in [state.health for state in of(ProviderState, events)]


def test_the_first_words_are_heard_although_the_connection_came_late() -> None:
    """A second of speech is on the tape before the meter starts."""

    async def scenario() -> list[EmotionEvent]:
        events: list[EmotionEvent] = []
        tape = Tape()
        async with HumeEmulator(ear=IndexedEar) as hume, asyncio.TaskGroup() as group:
            await play(tape, 10)
            group.create_task(
                HumeAnalyzer(settings_for(hume.url)).run(Channel.TAB, tape.cursor(0), events.append)
            )
            await play(tape, 40)
            tape.close()
        return events

    events = run(scenario())
    assert not of(Missed, events)
    assert of(EmotionSpan, events)[0].span == Span(0, 24_000)


def test_a_backlog_is_skipped_and_told() -> None:
    """Ten seconds are on the tape: the API would refuse to catch up."""

    async def scenario() -> list[EmotionEvent]:
        events: list[EmotionEvent] = []
        tape = Tape()
        tape.write(PcmBlock(0, SPEECH.pcm(0, 160_000)))
        async with HumeEmulator(ear=IndexedEar) as hume, asyncio.TaskGroup() as group:
            group.create_task(
                HumeAnalyzer(settings_for(hume.url)).run(Channel.TAB, tape.cursor(0), events.append)
            )
            await play(tape, 60)
            tape.close()
        return events

    events = run(scenario())
    (gap,) = of(Missed, events)
    assert (gap.span.start, gap.cause) == (0, GapCause.LIVE_EDGE)
    assert abs(gap.span.end - 160_000) <= BLOCK
    assert all(f"{s.span.start}-{s.span.end}" == s.scores[0].label for s in of(EmotionSpan, events))


def test_audio_never_outruns_real_time() -> None:
    """A strict server that allows one frame of haste refuses nothing."""

    async def scenario() -> HumeEmulator:
        async with HumeEmulator(ear=IndexedEar, habits=HumeHabits(burst_s=0.1001)) as hume:
            await MeterTrial(Recording(20.0)).run(HumeAnalyzer(settings_for(hume.url)))
        return hume

    hume = run(scenario())
    assert "error" not in hume.traffic[0].said


def test_the_configuration_goes_first() -> None:
    async def scenario() -> HumeEmulator:
        async with HumeEmulator(ear=IndexedEar) as hume:
            settings = settings_for(hume.url, measurement_timer_ms=4000)
            await MeterTrial(Recording(1.0)).run(HumeAnalyzer(settings))
        return hume

    (traffic,) = run(scenario()).traffic
    assert traffic.said[:2] == ["session.created", "session.updated"]
    update = msgspec.json.decode(traffic.texts[0])
    assert (update["type"], update["measurement_timer_ms"]) == ("session.update", 4000)


async def states_at(url: str, **changes: Any) -> list[ProviderState]:
    events: list[EmotionEvent] = []
    tape = Tape()
    tape.write(PcmBlock(0, bytes(3200)))
    tape.close()
    settings = settings_for(url, **changes)
    retry = msgspec.structs.replace(settings.retry, give_up_s=2.0)
    settings = msgspec.structs.replace(settings, retry=retry)
    await HumeAnalyzer(settings).run(Channel.TAB, tape.cursor(0), events.append)
    return of(ProviderState, events)


@pytest.mark.parametrize("url", ["https://api.cloud.hume.ai", "nonsense", ""])
def test_an_address_that_cannot_work_is_named(url: str) -> None:
    last = run(states_at(url))[-1]
    assert last.health is Health.DOWN
    assert "emotion.hume.url" in last.detail


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"url": "https://hume"}, "emotion.hume.url"), ({"measurement_timer_ms": 1}, "10000")],
)
def test_settings_the_api_would_refuse_change_nothing(changes: dict[str, Any], named: str) -> None:
    settings = HumeSettings(floor=0.3)
    meter = HumeAnalyzer(settings)
    with pytest.raises(InputError, match=named):
        meter.apply(msgspec.structs.replace(settings, floor=0.1, **changes))
    assert meter.info.floor == 0.3
    meter.apply(msgspec.structs.replace(settings, floor=0.1))
    assert meter.info.floor == 0.1


def test_without_a_key_nothing_is_tried() -> None:
    last = run(states_at("ws://127.0.0.1:9", api_key=Secret()))[-1]
    assert (last.health, "HUME_API_KEY" in last.detail) == (Health.DOWN, True)


def test_something_else_at_that_address() -> None:
    async def chatter(socket: ServerConnection) -> None:
        await socket.send('{"type":"Metadata"}')
        await socket.wait_closed()

    async def scenario() -> list[ProviderState]:
        async with serve(chatter, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            return await states_at(f"ws://127.0.0.1:{port}")

    last = run(scenario())[-1]
    assert last.health is Health.DOWN
    assert "not Hume's realtime API" in last.detail


def test_ten_unreadable_messages_end_the_session() -> None:
    async def scenario() -> HumeEmulator:
        noise = Fault(kind=Kind.MALFORMED, at=0.5, count=1000)
        async with HumeEmulator(FaultScript((noise,)), ear=IndexedEar) as hume:
            await MeterTrial(Recording(30.0)).run(HumeAnalyzer(settings_for(hume.url)))
        return hume

    assert run(scenario()).connections == 2


async def test_cancelling_leaves_nothing_behind() -> None:
    """At any moment, in real time; the shared fixtures look for tasks and sockets."""
    async with HumeEmulator() as hume:
        for moment in range(60):
            tape = Tape()
            tape.write(PcmBlock(0, SPEECH.pcm(0, 16_000)))
            meter = HumeAnalyzer(settings_for(hume.url, rotate_after_s=0.0))
            task = asyncio.create_task(meter.run(Channel.TAB, tape.cursor(0), lambda event: None))
            await asyncio.sleep(moment * 0.0007 if moment < 40 else moment * 0.005)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()


def test_what_scores_mean() -> None:
    info = HumeAnalyzer(HumeSettings()).info
    assert (info.name, info.remote, info.scale) == ("hume", True, Scale.PROBABILITY)
    assert 0 < info.floor < info.moderate < info.strong < 1


CREATED = '{"type":"session.created","session_id":"s","audio":{},"measurement_timer_ms":3000}'


class Minimal:
    """A server that counts frames and does `trick` to each socket."""

    def __init__(self, trick: str, after: int = 5) -> None:
        self.trick = trick
        self.after = after
        self.frames: list[int] = []

    async def __call__(self, socket: ServerConnection) -> None:
        self.frames.append(0)
        await socket.send(CREATED)
        async for message in socket:
            if isinstance(message, bytes):
                self.frames[-1] += 1
                if len(self.frames) == 1 and self.frames[0] == self.after and self.trick != "stay":
                    error = {"type": "error", "code": self.trick, "message": "", "retryable": True}
                    await socket.send(msgspec.json.encode(error), text=True)
            elif "session.close" in message:
                received = {"audio_duration_ms": 100 * self.frames[-1], "frames": self.frames[-1]}
                closed: dict[str, Any] = {
                    "type": "session.closed",
                    "session_id": "s",
                    "reason": "client_request",
                }
                closed |= {"received": received, "produced": {"utterances": 0, "measurements": 0}}
                await socket.send(msgspec.json.encode(closed), text=True)
                await socket.wait_closed()

    async def hear(self) -> list[EmotionEvent]:
        """Two seconds of silence through a meter."""
        trial = MeterTrial(Recording(2.0, speech=IndexedSpeech(word=1, between=0, phrase=1, pause=900)))
        async with serve(self, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            await trial.play_into(HumeAnalyzer(settings_for(f"ws://127.0.0.1:{port}")), Channel.TAB)
        return trial.events


def test_a_code_nobody_knows_costs_fewer_and_fewer_sessions() -> None:
    """Each session is billed for ten seconds at least, however soon it ends."""

    class Always(Minimal):
        async def __call__(self, socket: ServerConnection) -> None:
            self.frames.append(0)
            await socket.send(CREATED)
            async for message in socket:
                if isinstance(message, bytes):
                    error = {"type": "error", "code": self.trick, "message": "", "retryable": True}
                    await socket.send(msgspec.json.encode(error), text=True)

    async def hear(server: Always) -> None:
        trial = MeterTrial(Recording(45.0))
        async with serve(server, "127.0.0.1", 0) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            await trial.play_into(HumeAnalyzer(settings_for(f"ws://127.0.0.1:{port}")), Channel.TAB)

    server = Always("never_heard_of")
    run(hear(server))
    assert 2 <= len(server.frames) <= 8


def test_a_server_that_does_not_close_what_it_ended() -> None:
    server = Minimal("stay")
    events = run(server.hear())
    assert of(ProviderState, events)[-1].health is Health.ENDED
    assert server.frames == [20]


@pytest.mark.parametrize(
    ("code", "sessions"), [("invalid_audio_frame", 2), ("new_code", 2), ("message_invalid", 1)]
)
def test_an_error_that_may_have_cost_a_frame_costs_the_session(code: str, sessions: int) -> None:
    """Nobody says which frame was dropped, so no later time of that session could be trusted."""
    server = Minimal(code)
    events = run(server.hear())
    assert len(server.frames) == sessions
    assert of(ProviderState, events)[-1].health is Health.ENDED
    missed = [event.span for event in of(Missed, events)]
    assert bool(missed) == (sessions == 2)


def test_a_refused_frame_that_can_be_no_other_is_sent_again() -> None:
    server = Minimal("rate_limited", after=1)
    events = run(server.hear())
    assert server.frames == [21]
    assert not of(Missed, events)


def test_a_refused_frame_that_may_be_another_is_told_as_missed() -> None:
    server = Minimal("rate_limited")
    events = run(server.hear())
    assert server.frames == [20], "the session goes on"
    (missed,) = of(Missed, events)
    assert (missed.span, missed.cause) == (Span(0, 5 * BLOCK), GapCause.PROVIDER)


async def lag_after_opening(pause_blocks: int) -> tuple[list[EmotionEvent], list[float]]:
    """A session that takes 0.55 s to open; how long after its last sample each frame arrives."""
    events: list[EmotionEvent] = []
    lags: list[float] = []
    tape = Tape()
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def server(socket: ServerConnection) -> None:
        await asyncio.sleep(0.55)
        await socket.send(CREATED)
        while True:
            try:
                message = await socket.recv()
            except ConnectionClosed:
                return
            if isinstance(message, bytes):
                number = int.from_bytes(message[:2], "little")
                lags.append(loop.time() - begun - 0.1 * (number % 100 + 1))

    def block(number: int) -> bytes:
        quiet = number < pause_blocks
        return number.to_bytes(2, "little") + (b"\0\0" if quiet else b"\0\x20") * (BLOCK - 1)

    async with serve(server, "127.0.0.1", 0) as listening, asyncio.TaskGroup() as group:
        port = next(iter(listening.sockets)).getsockname()[1]
        meter = HumeAnalyzer(settings_for(f"ws://127.0.0.1:{port}"))
        running = group.create_task(meter.run(Channel.TAB, tape.cursor(0), events.append))
        for number in range(30):
            await asyncio.sleep(0.1)
            tape.write(PcmBlock(tape.end, block(number)))
        await asyncio.sleep(0.5)
        running.cancel()
    return events, lags


def test_silence_is_not_worth_being_late_for() -> None:
    events, lags = run(lag_after_opening(pause_blocks=10))
    assert not of(Missed, events)
    assert max(lags[-20:]) < 0.001, "the opening left no delay behind"


def test_first_words_are_worth_being_late_for() -> None:
    events, lags = run(lag_after_opening(pause_blocks=0))
    assert not of(Missed, events)
    assert len(lags) == 30, "every word was sent"
    assert max(lags[-20:]) < 0.36, "no later than the opening took, less the burst"
