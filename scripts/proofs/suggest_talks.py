"""Suggestions on labelled conversations, by weights that have not seen the corpus they are measured on."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace

from scripts.eval_suggest import by, played
from scripts.gate import conversations
from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Oracle, serve
from scripts.gate.playing import Stage, Unseen
from scripts.gate.scoring import Score
from scripts.proofs._suggest_early import early_questions
from scripts.proofs.figures import Figure, progress
from scripts.train_gate import encoding
from tests.suggest.support import running, said
from wingman.config.suggest import SuggestSettings
from wingman.core.events import SuggestionCreated
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.playbook.playbook import load_playbook

INDIRECT = ("own-en", "support-own")
"""Corpora of spoken meetings full of indirect moments."""
FOREIGN = ("de", "fr", "es", "pt")


async def on_talks() -> list[Figure]:
    """Figures of the labelled conversations; none where there are none beside the checkout."""
    try:
        talks = conversations.load()
    except FileNotFoundError as missing:
        progress(f"not measured: {missing}")
        return []
    trained = [*talks, *conversations.scripts()]
    figures: list[Figure] = []
    for flavour in ("words", "meaning") if installed() else ("words",):
        progress(f"training on all corpora but one, by {flavour}")
        unseen = Unseen(trained, flavour, encoding())
        encoder = SentenceEncoder() if flavour == "meaning" else None
        figures += await _unseen(talks, Stage(encoder), unseen, decides=encoder is not None or not installed())
        if encoder is not None:
            figures += await _with_oracle(talks, encoder, unseen)
            figures += await _timed(encoder)
            encoder.close()
    return [*figures, *await early_questions(talks)]


async def _unseen(
    talks: Sequence[Conversation], stage: Stage, unseen: Unseen, *, decides: bool
) -> list[Figure]:
    """`decides`: these are the figures that are promised; else they are shown beside them."""
    seed = random.SystemRandom().randrange(1000)
    name = "unseen corpora" if stage.encoder else "unseen corpora, no encoder"
    progress(f"{name}: clean{f', and one word in ten misheard with seed {seed}' if decides else ''}")
    clean = await played(talks, stage, unseen)
    noisy = await played(talks, replace(stage, variant="asr10", seed=seed), unseen) if decides else ()
    whole, misheard = Score.total(s for _, s in clean), Score.total(s for _, s in noisy)
    indirect = Score.total(s for talk, s in clean if talk.corpus in INDIRECT)
    foreign = Score.total(s for talk, s in clean if talk.language in FOREIGN)
    rows = [
        *_rates(name, whole, 0.80, 0.60, 0.95),
        *(_misheard(name, misheard, seed) if decides else ()),
        Figure(f"{name}: wrong kind of card", whole.kind_errors, 0.12),
        Figure(f"{name}: most frequent card", whole.commonest, 0.12, note=f"of {whole.cards}"),
        Figure(f"{name}: cards in ten minutes", whole.per_ten_minutes),
        *_rates(f"indirect meetings{'' if stage.encoder else ', no encoder'}", indirect, 0.65, 0.50, 0.92),
        *_rates(f"other languages{'' if stage.encoder else ', no encoder'}", foreign, None, 0.50, 0.95),
    ]
    for corpus, score in by(clean, lambda talk: talk.corpus).items():
        progress(
            f"  {corpus}: precision {score.precision:.2f} recall {score.recall:.2f} silence {score.silence:.2f}"
        )
    return rows if decides else [replace(row, target=None) for row in rows]


def _misheard(name: str, score: Score, seed: int) -> list[Figure]:
    return [
        Figure(f"{name}: recall, one word in ten misheard", score.recall, 0.50, ">=", note=f"seed {seed}"),
        Figure(f"{name}: precision, one word in ten misheard", score.precision),
    ]


def _rates(name: str, score: Score, precision: float | None, recall: float, silence: float) -> list[Figure]:
    return [
        Figure(f"{name}: precision", score.precision, precision, ">="),
        Figure(f"{name}: recall", score.recall, recall, ">=", note=f"of {score.must}, two turns either way"),
        Figure(f"{name}: silence", score.silence, silence, ">=", note=f"of {score.quiet} turns of five words"),
    ]


async def _with_oracle(talks: Sequence[Conversation], encoder: SentenceEncoder, unseen: Unseen) -> list[Figure]:
    progress("with a model that answers by the labels")
    oracle = Oracle()
    async with serve(oracle) as model:
        found = await played(talks, Stage(encoder, oracle=oracle, model=model), unseen)
    score = Score.total(s for _, s in found)
    return [
        Figure("model that knows the labels: precision", score.precision, 0.90, ">="),
        Figure("model that knows the labels: recall", score.recall, 0.85, ">="),
        Figure("model that knows the labels: asks in ten minutes", score.asks_per_ten_minutes, 25),
    ]


async def _timed(encoder: SentenceEncoder) -> list[Figure]:
    """Milliseconds in the encoder's thread, and from an utterance to its card through the whole coach."""
    progress("timing the encoder and instant cards behind it")
    words = "how much would the enterprise plan cost us for another team of twenty people, number"
    encoded, shown = [], []
    await encoder.encode([words])
    for number in range(100):
        began = time.perf_counter()
        await encoder.encode([f"{words} {number}"])
        encoded.append((time.perf_counter() - began) * 1000)
    for number in range(40):
        events: list[float] = []

        def publish(event: object, _media: object, events: list[float] = events) -> None:
            if isinstance(event, SuggestionCreated):
                events.append(time.perf_counter())

        parts = CoachParts(encoder=encoder)
        coach = Coach(SuggestSettings(), load_playbook("sales"), None, publish, parts=parts)
        async with running(coach):
            await coach.ready()
            began = time.perf_counter()
            coach.hear(said(f"{words} {number}?", 4.0))
            await coach.settle()
        shown.append((events[0] - began) * 1000)
    return [
        Figure("encoder, one utterance, p50", statistics.median(encoded), 15, unit="ms"),
        Figure("instant card with the encoder, p99", statistics.quantiles(shown, n=100)[98], 50, unit="ms"),
    ]
