"""Local transcribers: a recogniser behind a voice detector, in the meeting's worker process.

`embedded` is PocketSphinx: English, for trying Wingman out with no key and no network. Clean speech comes out
at 4 to 7 % word errors, real meetings at 20 to 40 %. `wingman.stt.moonshine` is the better one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Progress
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, Word
from wingman.core.time import Channel, Span
from wingman.local.client import EmbeddedBranch
from wingman.local.process import EmbeddedWorker, Order
from wingman.local.wire import Began, Command, Heard, Message, Reached
from wingman.stt.base import Emit, TranscriberInfo

INFO = TranscriberInfo(name="embedded", remote=False)


class EmbeddedTranscriber:
    """One channel's recogniser lane on the meeting's worker."""

    def __init__(
        self, worker: EmbeddedWorker, info: TranscriberInfo = INFO, engine: Mapping[str, Any] | None = None
    ) -> None:
        order = Order(Command.OPEN_SPEECH, json.dumps(dict(engine or {})).encode())
        self._info = info
        self._branch = EmbeddedBranch(worker, order, Branch.TRANSCRIBE, info.name)

    @property
    def info(self) -> TranscriberInfo:
        return self._info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        def on_message(message: Message) -> None:
            match message:
                case Began(at=at):
                    emit(SpeechStarted(channel, at))
                case Heard():
                    _report(message, channel, emit)
                case Reached(upto=upto):
                    emit(Progress(Branch.TRANSCRIBE, channel, upto))

        await self._branch.run(channel, audio, on_message, emit)

    def flush(self) -> None:
        self._branch.flush()


def _report(heard: Heard, channel: Channel, emit: Emit) -> None:
    words = tuple(Word(text, start, end, confidence) for text, start, end, confidence in heard.words)
    span = Span(heard.start, heard.end)
    if not heard.final:
        emit(Interim(channel, span, words))
        return
    emit(Final(channel, span, words, heard.endpoint))
    if heard.endpoint:
        emit(SpeechEnded(channel, words[-1].end if words else heard.end))
