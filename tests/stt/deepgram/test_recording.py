"""Recordings against the emulator, over real sockets: requests where it takes them, else the live protocol."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.counting_relay import Bodies, relay
from tests.support.until import until
from wingman.audio.tape import Tape
from wingman.config.retry import RetrySettings
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Health, Missed, Progress, ProviderState
from wingman.core.losses import Loss, LossCause
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.egress.outlet import outlet
from wingman.stt.deepgram import recording
from wingman.stt.deepgram.recording import DeepgramRecordingTranscriber
from wingman.testing.deepgram.server import DeepgramEmulator, DeepgramLimits
from wingman.testing.indexed_audio import IndexedSource, IndexedSpeech

SPEECH = IndexedSpeech()
SECONDS = 65


@pytest.fixture(autouse=True)
def short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests and a rest, in place of one."""
    monkeypatch.setattr(recording, "WINDOW_S", 20.0)
    monkeypatch.setattr(recording, "AGAIN_S", 4.0)
    monkeypatch.setattr(recording, "QUIET_S", 6.0)


def emulator(**more: Any) -> DeepgramEmulator:
    return DeepgramEmulator(None, hearing=lambda _: IndexedSource(), **more)


def settings(server: DeepgramEmulator, **more: Any) -> DeepgramSettings:
    plain = {"url": server.url, "rest_url": server.rest_url, "api_key": Secret("local-key")}
    return DeepgramSettings(**{**plain, "retry": RetrySettings(first_min_ms=1, first_max_ms=2), **more})


async def play(tape: Tape, seconds: int, hole: tuple[int, int] = (0, 0)) -> None:
    """Written a little ahead of its readers, as a file is; `hole` in seconds holds no sound."""
    for second in range(seconds):
        await until(
            lambda: all(cursor.lag <= 20 * SAMPLE_RATE for cursor in tape._cursors), every=0.002, within=600
        )
        if hole[0] <= second < hole[1]:
            tape.skip(SAMPLE_RATE, GapCause.RECORDING)
        else:
            tape.write(PcmBlock(tape.end, SPEECH.pcm(second * SAMPLE_RATE, SAMPLE_RATE)))
    tape.close()


async def transcribe(
    wish: DeepgramSettings,
    seconds: int = SECONDS,
    channel: Channel = Channel.MIC,
    hole: tuple[int, int] = (0, 0),
) -> list[Any]:
    tape = Tape()
    events: list[Any] = []
    cursor = tape.cursor(0)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(play(tape, seconds, hole))
        await DeepgramRecordingTranscriber(wish).run(channel, cursor, events.append)
    cursor.close()
    return events


def words(events: list[Any]) -> list[tuple[str, int, int]]:
    """Whole ones."""
    heard = [w for e in events if isinstance(e, Final) for w in e.words]
    return [(w.text, w.start, w.end) for w in heard if "[" not in w.text]


def all_words(seconds: int = SECONDS) -> list[tuple[str, int, int]]:
    return [(w.text, w.start, w.end) for w in SPEECH.words(0, seconds * SAMPLE_RATE)]


def states(events: list[Any]) -> list[Health]:
    return [event.health for event in events if isinstance(event, ProviderState)]


@pytest.mark.parametrize("channel", list(Channel))
async def test_every_word_once_and_in_its_place(channel: Channel) -> None:
    """On `tab` speakers are told apart, so some seconds are sent twice."""
    async with emulator() as server:
        events = await transcribe(settings(server), channel=channel)
        probe, *requests = [len(each.body) // 2 // SAMPLE_RATE for each in server.recordings]
        assert server.connections == 0
    assert words(events) == all_words()
    assert probe == 0
    assert len(requests) == (4 if channel is Channel.MIC else 5)
    assert states(events) == [Health.CONNECTING, Health.UP, Health.ENDED]
    finals = [event.span for event in events if isinstance(event, Final)]
    assert [span.start for span in finals] == [0, *(span.end for span in finals[:-1])]
    assert finals[-1].end == SECONDS * SAMPLE_RATE
    assert [e.upto for e in events if isinstance(e, Progress)][-1] == SECONDS * SAMPLE_RATE


async def test_a_hole_is_not_sent_and_moves_no_word() -> None:
    async with emulator() as server:
        events = await transcribe(settings(server), hole=(7, 16))
        sent = sum(len(each.body) - 44 for each in server.recordings[1:]) // 2
    first, last = 7 * SAMPLE_RATE, 16 * SAMPLE_RATE
    assert words(events) == [w for w in all_words() if w[2] <= first or w[1] >= last]
    assert sent == (SECONDS - 9) * SAMPLE_RATE
    assert not [event for event in events if isinstance(event, Missed)]


@pytest.mark.parametrize("statuses", [[0, 0, 503, 500], [0, 408, 0, 502]], ids=["twice", "apart"])
async def test_a_request_that_fails_is_sent_again(statuses: list[int]) -> None:
    async with emulator() as server:
        server.refusals[:] = statuses
        events = await transcribe(settings(server))
    assert words(events) == all_words()
    assert Health.RETRYING in states(events)
    assert states(events)[-1] is Health.ENDED


@pytest.mark.parametrize("status", [401, 402, 403, 400])
async def test_a_refusal_is_told_and_nothing_is_invented(status: int) -> None:
    async with emulator() as server:
        server.refusals[:] = [0, *[status] * 9]
        events = await transcribe(settings(server), 8)
    assert words(events) == []
    down = [event for event in events if isinstance(event, ProviderState)][-1]
    assert (down.health, down.final, bool(down.detail)) == (Health.DOWN, True, True)


async def test_what_could_not_be_sent_is_sent_in_the_next_run() -> None:
    tape = Tape()
    events: list[Any] = []
    async with emulator() as server, asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        server.refusals[:] = [0, 0, 402]
        transcriber = DeepgramRecordingTranscriber(settings(server))
        tasks.create_task(play(tape, SECONDS))
        for _ in range(2):
            cursor = tape.cursor(0)
            await transcriber.run(Channel.MIC, cursor, events.append)
            cursor.close()
    assert words(events) == all_words()


@pytest.mark.parametrize("pace", [None, 30.0], ids=["any", "slow"])
async def test_a_server_of_the_live_protocol_alone(pace: float | None) -> None:
    """The sockets' port knows no requests; it answers as fast as it works and is fed no faster."""
    async with emulator(limits=DeepgramLimits(pace=pace)) as server:
        events = await transcribe(settings(server, rest_url=""))
        assert server.recordings == []
        assert server.connections == 1
    assert words(events) == all_words()
    assert states(events)[-1] is Health.ENDED


@pytest.mark.parametrize("status", [404, 405, 426, 501])
async def test_a_server_that_says_it_takes_none(status: int) -> None:
    async with emulator(limits=DeepgramLimits(pace=None)) as server:
        server.refusals[:] = [status]
        events = await transcribe(settings(server), 8)
        assert (len(server.recordings), server.connections) == (1, 1)
    assert words(events) == all_words(8)


async def test_what_the_service_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with emulator() as server:
        wish = settings(server, language="de", keyterms=("Wingman",), auth="token")
        await transcribe(wish, 8, Channel.TAB)
        request = server.recordings[-1]
        (token,) = server.granted - {server.recordings[0].headers["authorization"].partition(" ")[2]}
    assert request.headers["authorization"] == f"Bearer {token}"
    assert request.headers["content-type"] == "audio/wav"
    assert (request.query["language"], request.query["keyterm"]) == ("de", "Wingman")
    assert not {"encoding", "sample_rate", "interim_results", "endpointing"} & set(request.query)


class Way:
    """Counts what leaves."""

    open = True

    def __init__(self) -> None:
        self.bytes = 0
        self.seconds = 0.0

    def sent(self, size: int, seconds: float) -> None:
        self.bytes, self.seconds = self.bytes + size, self.seconds + seconds


async def test_what_leaves_is_written_down() -> None:
    way = Way()
    async with emulator() as server, relay(int(server.rest_url.rpartition(":")[2]), Bodies) as receiver:
        counted = settings(server, rest_url=f"http://127.0.0.1:{receiver.port}")
        with outlet(way):
            await transcribe(counted, 30)
    assert way.seconds == pytest.approx(30.0)
    assert way.bytes == receiver.payload > 30 * SAMPLE_RATE * 2


async def test_an_odd_field_is_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from wingman.testing.deepgram import recording as emulated

    def odd(*arguments: Any) -> Any:
        answer: Any = transcript(*arguments)
        for word in answer["results"]["channels"][0]["alternatives"][0]["words"]:
            word["confidence"] = None
        return answer

    transcript = emulated.transcript
    monkeypatch.setattr(emulated, "transcript", odd)
    async with emulator() as server:
        events = await transcribe(settings(server))
    assert words(events) == all_words()
    losses = [event for event in events if isinstance(event, Loss)]
    assert [loss.cause for loss in losses] == [LossCause.ODD_FIELD] * 2
    assert "confidence" in losses[0].detail
    assert sum(loss.amount for loss in losses) >= 4
