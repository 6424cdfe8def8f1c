"""The worker's streams tell where speech is and how it sounded, and an order for no stream changes nothing."""

from __future__ import annotations

import io

import pytest

from tests.support.local import turn_pcm
from wingman.core.time import SAMPLE_RATE
from wingman.local.endpointer import EndpointRules, Offset, Onset
from wingman.local.wire import LENGTH, Command, Done, Message, ProsodyMeasured, Reached, SpeechFound, decode
from wingman.local.worker import Worker

SPOKEN = turn_pcm()
BLOCK = 3200


class Wired:
    """A worker, and what it has answered so far."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self.worker = Worker(EndpointRules(), self._out)

    def play(self, stream: int, pcm: bytes, at: int = 0) -> None:
        for first in range(0, len(pcm), BLOCK):
            self.worker.handle(Command.AUDIO, stream, at + first // 2, pcm[first : first + BLOCK])

    def order(self, command: Command, stream: int = 0, at: int = 0) -> None:
        self.worker.handle(command, stream, at, b"")

    def answers(self) -> list[Message]:
        data, found = self._out.getvalue(), list[Message]()
        while data:
            (length,) = LENGTH.unpack_from(data)
            found.append(decode(data[LENGTH.size : LENGTH.size + length]))
            data = data[LENGTH.size + length :]
        return found


@pytest.fixture(scope="module")
def heard() -> list[Message]:
    """One spoken turn through a detector (stream 1) and a meter (stream 2)."""
    wired = Wired()
    wired.order(Command.OPEN_DETECTOR, 1)
    wired.order(Command.OPEN_PROSODY, 2)
    for stream in (1, 2):
        wired.play(stream, SPOKEN)
        wired.order(Command.CLOSE, stream)
    return wired.answers()


def test_speech_is_found_where_it_is(heard: list[Message]) -> None:
    marks = [message.mark for message in heard if isinstance(message, SpeechFound)]
    onset, offset = marks[0], marks[-1]
    assert isinstance(onset, Onset)
    assert isinstance(offset, Offset)
    assert onset.at / SAMPLE_RATE == pytest.approx(0.4, abs=0.3)
    assert offset.at / SAMPLE_RATE == pytest.approx(len(SPOKEN) / 2 / SAMPLE_RATE - 0.7, abs=0.4)
    assert all(message.stream == 1 for message in heard if isinstance(message, SpeechFound))


def test_an_utterance_is_measured_once(heard: list[Message]) -> None:
    felt = [message for message in heard if isinstance(message, ProsodyMeasured)]
    assert felt
    assert all(message.stream == 2 and message.start < message.end for message in felt)
    assert (felt[0].label, felt[0].score) == ("", 0.0), "nothing to compare it with yet"


def test_progress_grows_to_the_end_and_then_the_stream_is_done(heard: list[Message]) -> None:
    for stream in (1, 2):
        reached = [
            message.upto for message in heard if isinstance(message, Reached) and message.stream == stream
        ]
        assert reached == sorted(set(reached))
        assert reached[-1] >= len(SPOKEN) // 2
        assert [message for message in heard if getattr(message, "stream", 0) == stream][-1] == Done(stream)


def test_an_order_for_no_stream_changes_nothing() -> None:
    wired = Wired()
    for command in (Command.AUDIO, Command.GAP, Command.FLUSH, Command.CLOSE):
        wired.worker.handle(command, 9, 0, bytes(BLOCK))
    wired.worker.handle(77, 9, 0, b"")
    assert wired.answers() == []


def test_after_a_gap_time_goes_on_behind_it() -> None:
    wired = Wired()
    wired.order(Command.OPEN_DETECTOR)
    wired.play(0, bytes(SAMPLE_RATE))
    wired.order(Command.GAP, at=10 * SAMPLE_RATE)
    wired.play(0, bytes(SAMPLE_RATE), at=10 * SAMPLE_RATE)
    wired.order(Command.CLOSE)
    *answers, done = wired.answers()
    assert done == Done(0)
    assert all(isinstance(message, Reached) for message in answers), "silence is no speech"
    upto = [message.upto for message in answers if isinstance(message, Reached)]
    assert 10 * SAMPLE_RATE in upto
    assert upto[-1] >= 10.5 * SAMPLE_RATE
    wired.play(0, bytes(SAMPLE_RATE), at=11 * SAMPLE_RATE)
    assert wired.answers()[-1] == Done(0), "the stream is closed"


def test_speech_that_is_cut_off_is_settled() -> None:
    wired = Wired()
    wired.order(Command.OPEN_DETECTOR)
    wired.play(0, SPOKEN[: 2 * SAMPLE_RATE * 2])
    wired.order(Command.CLOSE)
    marks = [message.mark for message in wired.answers() if isinstance(message, SpeechFound)]
    assert isinstance(marks[0], Onset)
    assert isinstance(marks[-1], Offset)
