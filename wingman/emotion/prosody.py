"""The embedded meter: relative vocal energy of each utterance, in the meeting's worker process.

It reports how much energy a voice has against what is usual for it. It is not emotion recognition, and
the interface never calls it that.
"""

from __future__ import annotations

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Progress
from wingman.core.time import Channel, Span
from wingman.emotion.base import Emit
from wingman.local.client import EmbeddedBranch, Replayed
from wingman.local.process import EmbeddedWorker, Order
from wingman.local.wire import Command, Done, Message, ProsodyMeasured, Reached, Ready, SpeechFound

INFO = EmotionInfo(name="prosody", remote=False, scale=Scale.RELATIVE, floor=0.2, moderate=0.35, strong=0.5)


class ProsodyAnalyzer:
    """One channel's prosody stream on the meeting's worker."""

    def __init__(self, worker: EmbeddedWorker) -> None:
        self._branch = EmbeddedBranch(worker, Order(Command.OPEN_PROSODY), Branch.EMOTION, INFO.name)

    @property
    def info(self) -> EmotionInfo:
        return INFO

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        def on_message(message: Message) -> None:
            match message:
                case ProsodyMeasured():
                    scores = (Score(message.label, message.score),) if message.label else ()
                    span = Span(message.start, message.end)
                    emit(EmotionSpan(channel, span, scores, INFO.name, INFO.scale))
                case Reached(upto=upto):
                    emit(Progress(Branch.EMOTION, channel, upto))
                case Ready() | SpeechFound() | Done():
                    pass

        await self._branch.run(channel, audio, Replayed(audio.position, on_message), emit)
