"""How much of what a model is asked before the words are final comes to nothing, on labelled conversations."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.gate.conversations import Conversation
from scripts.gate.partials import RATE, UTTERANCE_END_S, Recogniser
from scripts.proofs.figures import Figure, progress
from tests.suggest.support import running
from wingman.config.correlate import CorrelateSettings
from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings, SuggestSettings
from wingman.core.events import Event, Media
from wingman.core.speech import SpeechEnded, TimedEvent, Word
from wingman.core.time import Channel, samples
from wingman.correlate.correlator import Correlator
from wingman.llm.base import Usage
from wingman.llm.gemini.client import Gemini
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
from wingman.meeting.rehearsal import ScriptedTurn
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.speculation import EarlyRecord
from wingman.testing.gemini.server import INSTANT, GeminiEmulator

THROWS = 3
"""Of the dice, for each talk: a meeting asks early less than once, and a share of few says little."""
TICK_S = 0.1
PAUSE_S = 0.8
WAYS = {
    "people hesitate rarely": Recogniser(1.0),
    "people hesitate often": Recogniser(1.0, hesitates=0.1),
    "every tenth final is rewritten": Recogniser(1.0, rewritten=0.1),
}


@dataclass(slots=True)
class Tally:
    """Requests to the model."""

    asked: int = 0
    early: int = 0
    wasted: int = 0
    counted: int = 0
    """Of `asked`, those whose tokens reached the bill."""


async def early_questions(talks: Sequence[Conversation]) -> list[Figure]:
    """Rows by way of hearing, and whether what was wasted is on the bill."""
    seed = random.SystemRandom().randrange(1000)
    figures, whole = [], Tally()
    for name, recogniser in WAYS.items():
        progress(f"asking early where {name}, seed {seed}")
        tally, record = Tally(), EarlyRecord()  # one service hears all of them
        for talk, throw in itertools.product(talks, range(THROWS)):
            rng = random.Random(f"{seed} {throw} {talk.name}")
            await _play(talk, recogniser, rng, record, tally)
        note = f"{tally.wasted} of {tally.early} early requests, {tally.asked} in all, seed {seed}"
        share = tally.wasted / tally.early if tally.early else 0.0
        figures.append(Figure(f"wasted early requests, {name}", share, 0.2, note=note))
        whole = Tally(whole.asked + tally.asked, whole.early + tally.early, 0, whole.counted + tally.counted)
    return [
        *figures,
        Figure("early requests made at all", whole.early, 1, ">="),
        Figure("requests that are not on the bill", whole.asked - whole.counted, 0),
    ]


async def _play(
    talk: Conversation, recogniser: Recogniser, rng: random.Random, record: EarlyRecord, tally: Tally
) -> None:
    used: list[Usage] = []
    async with GeminiEmulator(pace=INSTANT) as emulator:
        model = Gemini(GeminiSettings(api_key=Secret("local"), url=emulator.url))
        parts = CoachParts(on_usage=lambda _, usage: used.append(usage), early=record)
        coach = Coach(
            SuggestSettings(), load_playbook(talk.playbook), model, _unseen, brief=talk.brief, parts=parts
        )
        async with running(coach):
            await _hear(coach, sorted(_told(talk.scripted(), recogniser, rng), key=lambda told: told[0]))
        await model.aclose()
        tally.asked += len(emulator.sent)
    tally.early += coach.early_asked
    tally.wasted += coach.early_wasted
    tally.counted += sum(usage.prompt_tokens > 0 for usage in used)


async def _hear(coach: Coach, told: Sequence[tuple[float, TimedEvent]]) -> None:
    """Everything through the real join, with the looks at the clock that a meeting takes."""
    correlator, tick = Correlator(CorrelateSettings()), 0.0
    for at, event in told:
        while tick + TICK_S <= at:
            tick += TICK_S
            for channel in Channel:
                dispatch(correlator.advance(channel, samples(tick)), _unseen, coach)
                coach.advance(channel, samples(tick))
        dispatch_speech_activity(event, coach)
        dispatch(correlator.feed(event), _unseen, coach)
        await coach.settle()


def _told(
    turns: Sequence[ScriptedTurn], recogniser: Recogniser, rng: random.Random
) -> Iterator[tuple[float, TimedEvent]]:
    """All that is heard; a channel on which somebody goes on soon has not stopped."""
    now, ends = 0.0, dict[Channel, tuple[float, SpeechEnded]]()
    for turn in turns:
        if not turn.text.split():
            continue
        channel = Channel.MIC if turn.user else Channel.TAB
        words = [Word(word, 0, 0, 0.95, None) for word in turn.text.split()]
        start = now + (PAUSE_S if turn.pause is None else turn.pause)
        if channel in ends and start - ends[channel][1].at / RATE >= UTTERANCE_END_S:
            yield ends[channel]
        *heard, (at, end) = recogniser.heard(channel, start, words, rng)
        yield from heard
        if isinstance(end, SpeechEnded):
            ends[channel] = (at, end)
            now = end.at / RATE


def _unseen(_event: Event, _media: Media | None) -> None:
    """Nobody watches."""
