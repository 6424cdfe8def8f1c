"""Who is told what a meeting heard: the coach and the log, in a live meeting and in a replay alike."""

from __future__ import annotations

from collections.abc import Iterable

from wingman.core.events import (
    EmotionShifted,
    Media,
    Publish,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
    VoiceSound,
)
from wingman.core.speech import Interim, SpeechEnded, SpeechStarted
from wingman.core.time import Span
from wingman.core.utterance import EmotionShift, LoneSound, Utterance
from wingman.correlate.correlator import Output
from wingman.correlate.turns import Partial
from wingman.suggest.coach import Coach


def dispatch_speech_activity(event: object, coach: Coach) -> None:
    """Tell the coach when somebody begins or stops speaking, and what was heard behind the last word."""
    match event:
        case Interim() if event.words:
            coach.speaking(event.channel, active=True, at=event.span.end)
            coach.listened(event.channel, event.span.end - event.words[-1].end)
        case SpeechStarted():
            coach.speaking(event.channel, active=True, at=event.at)
        case SpeechEnded():
            coach.speaking(event.channel, active=False, at=event.at)
        case _:
            pass


def dispatch(outputs: Iterable[Output], publish: Publish, coach: Coach) -> None:
    """Tell the log and the coach what the join came to, in its order."""
    for output in outputs:
        match output:
            case Partial():
                media = Media.of(output.channel, output.span)
                publish(TranscriptPartial(output.channel, output.speaker, output.text, output.firm), media)
                coach.running(output.channel, output.speaker, output.text, output.span)
            case Utterance():
                kind = UtteranceRevised if output.revision else UtteranceCreated
                publish(kind.of(output), Media.of(output.channel, output.span))
                coach.hear(output)
            case EmotionShift():
                media = Media.of(output.channel, Span(output.at, output.at))
                publish(EmotionShifted(output.speaker, output.before, output.after, output.utterance), media)
                coach.shift(output)
            case LoneSound():
                sound = output.sound
                media = Media.of(output.channel, Span(sound.start, sound.end))
                publish(VoiceSound(sound.word, sound.label, sound.score, output.utterance), media)
                coach.sound(output)
