"""The adapter against the emulator, over a real socket."""

from __future__ import annotations

import asyncio
from typing import Any

import deepgram.listen.v1.socket_client  # noqa: F401 - else a thread loads it while time jumps past the pause

from tests.support.until import until
from wingman.audio.tape import Tape
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Health, Missed, Progress, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.time import Channel
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.scenario import say, single
from wingman.testing.virtual_time import run

SILENCE = bytes(2 * 1600)


async def transcribe(settings: DeepgramSettings, seconds: float) -> list[TranscriberEvent]:
    tape = Tape()
    events: list[Any] = []
    transcriber = DeepgramTranscriber(settings)
    cursor = tape.cursor(0)
    for _ in range(round(seconds * 10)):
        tape.write(PcmBlock(tape.end, SILENCE))
    tape.close()
    await transcriber.run(Channel.TAB, cursor, events.append)
    cursor.close()
    return events


async def test_words_come_out_at_their_times() -> None:
    scenario = single(say("Hello there, how are you?", 0.5), say("Fine, thanks.", 4.0))
    async with DeepgramEmulator(scenario) as emulator:
        settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"), replay_rate=50)
        events = await transcribe(settings, 7.0)
    words = [word for event in events if isinstance(event, Final) for word in event.words]
    assert [word.text for word in words] == ["Hello", "there,", "how", "are", "you?", "Fine,", "thanks."]
    assert [word.start for word in words[:2]] == [8000, 12800]
    assert words[-1].end == round(4.6 * 16000)
    assert [e.at for e in events if isinstance(e, SpeechStarted)] == [8000, 64000]
    assert [e.at for e in events if isinstance(e, SpeechEnded)] == [32000, 73600]
    assert [e.upto for e in events if isinstance(e, Progress)][-1] == 7 * 16000
    states = [e.health for e in events if isinstance(e, ProviderState)]
    assert states == [Health.CONNECTING, Health.UP, Health.ENDED]


async def test_a_tape_that_ends_empty_needs_no_connection() -> None:
    async with DeepgramEmulator() as emulator:
        events = await transcribe(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")), 0)
        assert emulator.connections == 0
    assert [e.health for e in events if isinstance(e, ProviderState)] == [Health.CONNECTING, Health.ENDED]
    await asyncio.sleep(0)


async def _speak(tape: Tape, seconds: float) -> None:
    """Silence at real time, 100 ms at a time."""
    for _ in range(round(seconds * 10)):
        tape.write(PcmBlock(tape.end, SILENCE))
        await asyncio.sleep(0.1)


def test_a_pause_is_settled_kept_alive_and_crossed() -> None:
    async def meeting() -> tuple[list[TranscriberEvent], DeepgramEmulator]:
        tape = Tape()
        events: list[Any] = []
        scenario = single(say("Before the pause.", 0.5), say("After it.", 3.0))
        async with DeepgramEmulator(scenario) as emulator:
            transcriber = DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
            async with asyncio.TaskGroup() as group:
                cursor = tape.cursor(0)
                group.create_task(transcriber.run(Channel.MIC, cursor, events.append))
                await _speak(tape, 1.5)
                await asyncio.sleep(30)  # paused: nothing is written
                tape.skip(30 * 16_000, GapCause.PAUSED)
                await _speak(tape, 3.5)
                tape.close()
            cursor.close()
        return events, emulator

    events, emulator = run(meeting())
    words = [word for event in events if isinstance(event, Final) for word in event.words]
    assert [word.text for word in words] == ["Before", "the", "pause.", "After", "it."]
    assert words[3].start == (30 + 3) * 16_000, "the service's clock stood still, ours did not"
    assert not [event for event in events if isinstance(event, Missed)], "nothing was recorded in the pause"
    texts = emulator.traffic[0].texts
    assert emulator.connections == 1
    assert texts.count('{"type": "KeepAlive"}') in (6, 7)
    assert '{"type": "Finalize"}' in texts
    assert texts[-1] == '{"type": "CloseStream"}'


def test_flush_settles_what_was_said_so_far() -> None:
    async def meeting() -> list[TranscriberEvent]:
        tape = Tape()
        events: list[Any] = []
        async with DeepgramEmulator(single(say("Ask me now please.", 0.0))) as emulator:
            transcriber = DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
            transcriber.flush()  # before there is a stream: nothing to do, no harm
            async with asyncio.TaskGroup() as group:
                cursor = tape.cursor(0)
                group.create_task(transcriber.run(Channel.MIC, cursor, events.append))
                await _speak(tape, 0.7)
                assert not [event for event in events if isinstance(event, Final)]
                transcriber.flush()
                await asyncio.sleep(0.05)
                flushed = [word.text for e in events if isinstance(e, Final) for word in e.words]
                assert flushed == ["Ask", "me"]
                await _speak(tape, 1.0)
                tape.close()
            cursor.close()
        return events

    events = run(meeting())
    words = [word.text for event in events if isinstance(event, Final) for word in event.words]
    assert words == ["Ask", "me", "now", "please."]


def test_without_a_key_the_branch_says_what_to_do() -> None:
    async def meeting() -> list[TranscriberEvent]:
        return await transcribe(DeepgramSettings(url="ws://127.0.0.1:1"), 1.0)

    last = [event for event in run(meeting()) if isinstance(event, ProviderState)][-1]
    assert last.health is Health.DOWN
    assert "DEEPGRAM_API_KEY" in last.detail


async def test_the_first_chunk_leaves_inside_the_tapes_write() -> None:
    async with DeepgramEmulator() as emulator:
        tape = Tape()
        cursor = tape.cursor(0)
        transcriber = DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
        task = asyncio.create_task(transcriber.run(Channel.TAB, cursor, lambda event: None))
        tape.write(PcmBlock(0, SILENCE))
        await until(lambda: not cursor.lag)
        tape.write(PcmBlock(tape.end, SILENCE))
        assert cursor.lag == 0, "no task switch between the packet and the socket"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        cursor.close()
