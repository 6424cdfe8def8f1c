"""What a channel asks and tells between the detector and the decoder."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import Missed, Progress
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, Span
from wingman.local.decoder.wire import NOT_UNDERSTOOD, Decoded, Kind, Voices
from wingman.local.endpointer import FRAME, Offset, Onset, Pause, Resume
from wingman.local.languages import LanguageChoice
from wingman.local.utterances import Ask, Outcome, Traits, Utterances, Withdraw

SECOND = SAMPLE_RATE
NOBODY = Voices()


class Talk:
    """A channel, its sound, and everything that came out of it."""

    def __init__(self, traits: Traits | None = None, language: str = "en") -> None:
        self.choice = LanguageChoice(language)
        self.channel = Utterances(Channel.MIC, traits or Traits(), 0, self.choice)
        self.at = 0
        self.told: list[object] = []
        self.asked: list[Ask | Withdraw] = []

    def took(self, outcome: Outcome) -> Outcome:
        self.told += outcome.events
        self.asked += outcome.requests
        return outcome

    def sound(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.took(self.channel.audio(PcmBlock(self.at, bytes(320 * BYTES_PER_SAMPLE))))
            self.at += 320

    def answer(
        self,
        ask: Ask,
        *texts: str,
        decode_ms: float = 100.0,
        language: str = "en",
        voices: Voices = NOBODY,
    ) -> None:
        upto = len(ask.pcm) // BYTES_PER_SAMPLE
        words = tuple((text, n * 100, n * 100 + 90, 0.9) for n, text in enumerate(texts))
        like = ((language, 0.9),)
        answer = Decoded(1, ask.number, ask.kind, upto, words, like, decode_ms=decode_ms, voices=voices)
        self.took(self.channel.answered(answer))

    def asks(self, kind: Kind) -> list[Ask]:
        return [a for a in self.asked if isinstance(a, Ask) and a.kind is kind]

    def finals(self) -> list[str]:
        return [" ".join(w.text for w in f.words) for f in self.told if isinstance(f, Final)]


def test_a_final_is_asked_for_at_the_pause_and_told_at_the_end() -> None:
    talk = Talk()
    talk.sound(3)
    talk.took(talk.channel.mark(Onset(8000, 12000)))
    talk.took(talk.channel.mark(Pause(44000, 47072)))
    (ask,) = talk.asks(Kind.FINAL)
    assert (len(ask.pcm) // 2, ask.lead) == (47072 - 8000, 4000)
    talk.answer(ask, "Hello", "there.")
    assert talk.finals() == []
    talk.took(talk.channel.mark(Offset(44000, 50656, 30000)))
    assert talk.finals() == ["Hello there."]
    assert len(talk.asks(Kind.FINAL)) == 1
    assert isinstance(talk.told[-1], SpeechEnded)
    assert talk.channel.idle


def test_speech_that_goes_on_takes_the_question_back() -> None:
    talk = Talk()
    talk.sound(3)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.took(talk.channel.mark(Pause(20000, 23072)))
    (early,) = talk.asks(Kind.FINAL)
    talk.took(talk.channel.mark(Resume(26000)))
    assert talk.asked[-1] == Withdraw(0)
    talk.answer(early, "Half", "a")  # it was running already
    talk.took(talk.channel.mark(Offset(40000, 46656, 30000)))
    talk.answer(talk.asks(Kind.FINAL)[-1], "Half", "a", "sentence.")
    assert talk.finals() == ["Half a sentence."]


def test_finals_keep_their_order() -> None:
    talk = Talk()
    talk.sound(10)
    for begin in (0, 3 * SECOND):
        talk.took(talk.channel.mark(Onset(begin, begin)))
        talk.took(talk.channel.mark(Offset(begin + SECOND, begin + SECOND, SECOND)))
    first, second = talk.asks(Kind.FINAL)
    talk.answer(second, "two")
    assert talk.finals() == []
    talk.answer(first, "one")
    assert talk.finals() == ["one", "two"]


def test_looks_come_once_a_second_and_agree() -> None:
    talk = Talk()
    talk.sound(0.1)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.sound(2.5)
    (look,) = talk.asks(Kind.INTERIM)  # one at a time
    talk.answer(look, "We", "have", "two")
    talk.sound(1.0)
    again = talk.asks(Kind.INTERIM)[-1]
    talk.answer(again, "We", "have", "two", "hundred")
    interims = [e for e in talk.told if isinstance(e, Interim)]
    assert [(len(i.words), i.firm) for i in interims] == [(3, 0), (4, 3)]


def test_a_slow_decoder_is_asked_less_often() -> None:
    talk = Talk()
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.sound(1.1)
    talk.answer(talk.asks(Kind.INTERIM)[-1], "a", decode_ms=1000)
    talk.sound(2.5)
    assert len(talk.asks(Kind.INTERIM)) == 1
    talk.sound(0.6)
    assert len(talk.asks(Kind.INTERIM)) == 2


def test_a_click_is_not_decoded() -> None:
    talk = Talk()
    talk.sound(2)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.took(talk.channel.mark(Offset(2 * FRAME, 15 * FRAME, 2 * FRAME)))
    assert talk.asks(Kind.FINAL) == []
    assert talk.finals() == [""]


def test_a_gap_does_not_take_the_sound_before_it() -> None:
    talk = Talk()
    talk.sound(2)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.at += 60 * SECOND
    talk.sound(1)
    talk.took(talk.channel.mark(Offset(2 * SECOND, 2 * SECOND, SECOND)))
    assert len(talk.asks(Kind.FINAL)[-1].pcm) // 2 == 2 * SECOND


def test_a_new_detector_begins_at_the_open_utterance() -> None:
    talk = Talk()
    talk.sound(5)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.took(talk.channel.mark(Offset(SECOND, SECOND, SECOND)))
    talk.took(talk.channel.mark(Onset(2 * SECOND, 2 * SECOND)))
    start, _ = talk.channel.again()
    assert start == 2 * SECOND
    talk.answer(talk.asks(Kind.FINAL)[0], "kept")
    assert talk.finals() == ["kept"]
    talk.took(talk.channel.reached(4 * SECOND))
    assert talk.channel.again()[0] == 4 * SECOND


def test_the_watermark_waits_for_answers() -> None:
    talk = Talk()
    talk.sound(5)
    talk.took(talk.channel.mark(Onset(SECOND, SECOND)))
    talk.took(talk.channel.mark(Offset(2 * SECOND, 2 * SECOND, SECOND)))
    talk.took(talk.channel.reached(4 * SECOND))
    assert max(e.upto for e in talk.told if isinstance(e, Progress)) == SECOND
    talk.answer(talk.asks(Kind.FINAL)[0], "x")
    assert talk.told[-1] == Progress(talk.told[-1].branch, Channel.MIC, 4 * SECOND)  # type: ignore[attr-defined]  # it is one


def test_a_language_is_fixed_once_two_long_utterances_agree() -> None:
    talk = Talk(language="")
    talk.sound(20)
    for number in range(2):
        begin = number * 5 * SECOND
        talk.took(talk.channel.mark(Onset(begin, begin)))
        talk.took(talk.channel.mark(Offset(begin + 4 * SECOND, begin + 4 * SECOND, 4 * SECOND)))
        ask = talk.asks(Kind.FINAL)[-1]
        assert ask.language == ""
        talk.answer(ask, "hola", language="es")
    assert talk.choice.current == "es"


@given(st.integers(0, 2**32))
def test_every_utterance_is_told_once_whatever_happens(seed: int) -> None:
    """Random pauses, resumptions, lost looks, late answers and detectors that die."""
    rng = random.Random(seed)
    talk, said = Talk(), 0
    begin: int | None = None
    pending: list[Ask] = []
    for _ in range(120):
        talk.sound(0.2)
        match rng.randrange(7):
            case 0 if begin is None and not talk.channel.full:
                begin = talk.at - 1600
                talk.took(talk.channel.mark(Onset(begin, begin)))
            case 1 if begin is not None:
                talk.took(talk.channel.mark(Pause(talk.at, talk.at)))
            case 2 if begin is not None:
                talk.took(talk.channel.mark(Resume(talk.at)))
            case 3 if begin is not None:
                talk.took(talk.channel.mark(Offset(talk.at, talk.at, SECOND)))
                begin, said = None, said + 1
            case 4 | 5:
                pending = [a for a in talk.asked if isinstance(a, Ask)]
                for ask in rng.sample(pending, min(3, len(pending))):
                    talk.answer(ask, f"u{ask.number}")
            case 6:
                start, outcome = talk.channel.again()
                talk.took(outcome)
                assert begin is None or start == begin
                begin, talk.at = None, max(talk.at, start)
            case _:
                pass  # nothing that could happen now
    if begin is not None:
        talk.took(talk.channel.mark(Offset(talk.at, talk.at, SECOND)))
        said += 1
    for ask in [a for a in talk.asked if isinstance(a, Ask)]:
        talk.answer(ask, f"u{ask.number}")
    assert talk.channel.idle
    finals = talk.finals()
    assert len(finals) == said
    assert finals == sorted(set(finals), key=lambda text: int(text[1:]))
    assert sum(isinstance(e, SpeechStarted) for e in talk.told) >= said


def voices(*rows: tuple[int, int, int]) -> Voices:
    """Stretches of persons (start, end, who), each person with a vector of its own."""
    people = sorted({who for *_, who in rows})
    vectors = tuple(np.eye(8, dtype=np.float32)[who].tobytes() for who in people)
    return Voices(tuple((start, end, people.index(who)) for start, end, who in rows), vectors)


def test_words_of_a_final_are_whose_voice_it_was_and_a_guess_teaches_nothing() -> None:
    talk = Talk()
    talk.sound(6)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.took(talk.channel.mark(Pause(20_000, 23_072)))
    (guess,) = talk.asks(Kind.FINAL)
    talk.answer(guess, "Hm", voices=voices((0, 20_000, 5)))  # the speaker goes on: nobody hears of it
    talk.took(talk.channel.mark(Resume(26_000)))
    talk.took(talk.channel.mark(Offset(80_000, 86_656, 70_000)))
    told = voices((0, 95, 1), (95, 40_000, 2), (40_000, 80_000, 1))
    talk.answer(talk.asks(Kind.FINAL)[-1], "Yes", "no", "maybe", voices=told)
    (final,) = [event for event in talk.told if isinstance(event, Final)]
    assert [word.speaker for word in final.words] == ["0", "1", "1"]


def test_where_nobody_told_voices_apart_words_are_nobodys() -> None:
    talk = Talk()
    talk.sound(3)
    talk.took(talk.channel.mark(Onset(0, 0)))
    talk.took(talk.channel.mark(Offset(40_000, 46_656, 30_000)))
    talk.answer(talk.asks(Kind.FINAL)[0], "Yes")
    (final,) = [event for event in talk.told if isinstance(event, Final)]
    assert final.words[0].speaker is None


@pytest.mark.parametrize(
    ("seconds", "why", "gaps"),
    [(3.0, NOT_UNDERSTOOD, 1), (3.0, "nobody spoke", 0), (0.6, NOT_UNDERSTOOD, 0)],
    ids=["speech", "noise", "short"],
)
def test_speech_that_nobody_understood_is_a_gap(seconds: float, why: str, gaps: int) -> None:
    talk, end = Talk(), round(8000 + seconds * 16_000)
    talk.sound(5)
    talk.took(talk.channel.mark(Onset(8000, 8000)))
    talk.took(talk.channel.mark(Offset(end, end, 9000)))
    (ask,) = talk.asks(Kind.FINAL)
    upto = len(ask.pcm) // BYTES_PER_SAMPLE
    talk.took(talk.channel.answered(Decoded(1, ask.number, ask.kind, upto, (), dropped=why)))
    missed = [event for event in talk.told if isinstance(event, Missed)]
    assert [(event.span, event.cause) for event in missed] == [(Span(8000, end), GapCause.UNCLEAR)][:gaps]
    assert isinstance(talk.told[-1], SpeechEnded)
    assert talk.finals() == [""]
