"""The adapter against the emulator, over a real socket."""

from __future__ import annotations

import asyncio

from wingman.emulators.deepgram import DeepgramEmulator
from wingman.emulators.scenario import say, single
from wingman.fanout.tape import Tape
from wingman.model.faults import Health, Progress, ProviderState
from wingman.model.media import PcmBlock
from wingman.model.speech import Final, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.model.time import Channel
from wingman.settings import Secret
from wingman.transcribe.deepgram import DeepgramTranscriber
from wingman.transcribe.settings import DeepgramSettings

SILENCE = bytes(2 * 1600)


async def transcribe(settings: DeepgramSettings, seconds: float) -> list[TranscriberEvent]:
    tape, events = Tape(), []
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
