"""While a meeting is paused no sound leaves, not even what a broken connection still owes from before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from tests.support.links.hume_trial import IndexedEar, MeterTrial
from tests.support.links.trial import SPEECH, Recording, Trial
from wingman.audio.tape import Tape
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.meeting.channel_input import ChannelInput
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.connection import Traffic
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.indexed_audio import FRAME, IndexedSource
from wingman.testing.virtual_time import run

PAUSE = Span(SPEECH.bounds(6)[0], SPEECH.bounds(6)[0] + 12 * SAMPLE_RATE)
SECONDS = 30.0
DROPPED = PAUSE.start / SAMPLE_RATE - 0.3
BROKEN = (Fault(kind=Kind.DROP, at=DROPPED), Fault(kind=Kind.REFUSE, status=503, on="2-3"))


class Pausing:
    """Plays a recording in real time and pauses in the middle of it."""

    def __init__(self, sound: ChannelInput, traffic: Sequence[Traffic]) -> None:
        self._input = sound
        self._traffic = traffic
        self.left = -1
        """Bytes of audio that left during the pause."""
        self.reconnected = False
        """Whether a connection was made during it."""

    async def play(self, flush: DeepgramTranscriber | None = None) -> None:
        loop = asyncio.get_running_loop()
        begun, tape = loop.time(), self._input.tape
        heard, connections = 0, 0
        while tape.end < SECONDS * SAMPLE_RATE:
            await asyncio.sleep(max(0.0, begun + tape.end / SAMPLE_RATE - loop.time()))
            if tape.end == PAUSE.start:
                if flush is not None:
                    flush.flush()
                self._input.pause()
                await asyncio.sleep(0.01)  # what left before arrives
                heard, connections = self._sent, len(self._traffic)
            elif tape.end == PAUSE.end:
                self.left, self.reconnected = self._sent - heard, len(self._traffic) > connections
                self._input.resume()
            self._input.write(PcmBlock(tape.end, SPEECH.pcm(tape.end, FRAME)))
        tape.close()

    @property
    def _sent(self) -> int:
        return sum(traffic.audio_bytes for traffic in self._traffic)


def sound() -> ChannelInput:
    return ChannelInput(Channel.TAB, Tape(60.0), lambda *_: None)


@pytest.mark.parametrize("faults", [(), BROKEN], ids=["all is well", "reconnecting"])
def test_words_from_before_a_pause_are_kept_until_after_it(faults: Sequence[Fault]) -> None:
    async def attempt() -> tuple[Trial, Pausing]:
        script = FaultScript(tuple(faults))
        async with DeepgramEmulator(None, script, hearing=lambda _: IndexedSource()) as emulator:
            settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"))
            transcriber, trial = DeepgramTranscriber(settings), Trial(Recording(SECONDS))
            channel = sound()
            pausing, audio = Pausing(channel, emulator.traffic), channel.tape.cursor(0)
            async with asyncio.TaskGroup() as group:
                group.create_task(pausing.play(transcriber))
                await transcriber.run(Channel.TAB, audio, trial.events.append)
            audio.close()
            return trial, pausing

    trial, pausing = run(attempt())
    assert pausing.left == 0
    assert pausing.reconnected is bool(faults)
    account = trial.account()
    unspoken = {f"w{n}" for n in range(100) if Span(*SPEECH.bounds(n)).overlap(PAUSE)}
    assert set(account.lost) == {text for text in unspoken if text in _texts()}
    assert (account.doubled, account.torn, account.error, account.late_events) == ((), (), 0, 0)
    assert not account.missed, "a pause is no loss"


def _texts() -> set[str]:
    return {word.text for word in SPEECH.words(0, round(SECONDS * SAMPLE_RATE))}


@pytest.mark.parametrize("faults", [(), BROKEN], ids=["all is well", "reconnecting"])
def test_no_sound_goes_to_the_meter_and_every_gap_is_told(faults: Sequence[Fault]) -> None:
    async def attempt() -> tuple[MeterTrial, Pausing]:
        async with HumeEmulator(FaultScript(tuple(faults)), ear=IndexedEar) as emulator:
            settings = HumeSettings(url=emulator.url, api_key=Secret("local-key"))
            meter = HumeAnalyzer(msgspec.structs.replace(settings, idle_close_s=60.0))
            trial, channel = MeterTrial(Recording(SECONDS)), sound()
            pausing, audio = Pausing(channel, emulator.traffic), channel.tape.cursor(0)
            async with asyncio.TaskGroup() as group:
                group.create_task(pausing.play())
                await meter.run(Channel.TAB, audio, trial.events.append)
            audio.close()
            return trial, pausing

    trial, pausing = run(attempt())
    assert pausing.left == 0
    account = trial.account()
    assert account.exact, account
    assert account.spans >= 3
