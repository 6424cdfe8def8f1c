"""Measures what suggestions promise: when Wingman speaks, how fast, and that a cancel really closes a request.

Timing uses local emulators in this process and a real coach; the meetings are those in tests/eval.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts.proofs.figures import Figure, progress
from scripts.proofs.suggest_talks import on_talks
from tests.eval.judge import NOT_RUN
from tests.eval.run import Report, evaluate
from tests.suggest.models import SLOW, WAYS_OUT, answer, until_left
from tests.suggest.support import Published, running, said
from wingman.config.section import Secret
from wingman.config.suggest import EmbeddingSettings, GeminiSettings, OpenAiSettings, SuggestSettings
from wingman.core.errors import InputError
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionDelta
from wingman.core.time import Channel, samples
from wingman.llm.base import SuggestionModel
from wingman.llm.gemini.client import Gemini
from wingman.llm.openai import OpenAiModel
from wingman.suggest.coach import Coach, warm_up
from wingman.suggest.gate.gate import Gate
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.gemini.server import INSTANT, GeminiEmulator, Pace
from wingman.testing.openai.server import ChatEmulator, ChatFault

ROUNDS = 40
MODEL_S = 0.15
"""The emulated model's own time to the first token in the latency runs."""
MOMENTS = (
    "can you tell me how much the enterprise plan costs per month",
    "honestly that is too expensive for a company of our size",
    "we are also looking at another vendor at the moment",
    "where is our data stored and is it encrypted",
    "so what happens if something goes wrong at night",
)


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def decisions() -> list[float]:
    """Milliseconds of CPU per utterance in the gate, over a long meeting."""
    gate, took = Gate(load_playbook("sales")), []
    for number in range(2000):
        utterance = said(f"{MOMENTS[number % 5]} number {number}", number * 6.0)
        began = time.perf_counter()
        gate.hear(utterance)
        took.append((time.perf_counter() - began) * 1000)
    return took


def instant_cards() -> list[float]:
    """Milliseconds from the call that delivers an utterance to its card, published."""
    took: list[float] = []
    began = 0.0

    def publish(event: Any, _media: Any) -> None:
        if isinstance(event, SuggestionCreated):
            took.append((time.perf_counter() - began) * 1000)

    for _ in range(60):
        coach = Coach(SuggestSettings(verbosity="lively"), load_playbook("sales"), None, publish)
        for number, words in enumerate(MOMENTS):
            utterance = said(words, number * 30.0)
            began = time.perf_counter()
            coach.hear(utterance)
    return took


def lookups() -> list[float]:
    """Milliseconds per look-up in a folder of 5,000 sections."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(50):
            parts = (
                f"## Topic {n} of file {number}\nThe enterprise plan in region {n} costs {n} dollars a month; "
                f"data of customer {number} is stored in center {n}."
                for n in range(100)
            )
            (Path(folder) / f"{number}.md").write_text("\n\n".join(parts))
        with Knowledge(Path(folder)) as knowledge:
            took = []
            for number in range(100):
                began = time.perf_counter()
                knowledge.search(f"{MOMENTS[number % 5]} {number}")
                took.append((time.perf_counter() - began) * 1000)
    return took


async def lookups_by_meaning(*, stalls: bool) -> list[float]:
    """Milliseconds until a prompt has its notes, with an embedding server that answers or never does."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            parts = (
                f"## Topic {n}\nThe plan of region {n} costs {number} dollars a month." for n in range(100)
            )
            (Path(folder) / f"{number}.md").write_text("\n\n".join(parts))
        async with ChatEmulator(pace=INSTANT) as server:
            meaning = EmbeddingIndex(HttpEncoder(EmbeddingSettings(url=server.url)))
            with Knowledge(Path(folder), meaning) as knowledge:
                async with asyncio.TaskGroup() as group:
                    reader = group.create_task(knowledge.run())
                    while not meaning.ready:  # noqa: ASYNC110  # nobody else waits for this
                        await asyncio.sleep(0.01)
                    took = []
                    for number in range(ROUNDS):
                        if stalls and number == 0:
                            server.play(ChatFault.STALL)
                        words = f"{MOMENTS[number % 5]} {number}"
                        began = time.perf_counter()
                        await knowledge.settled(words, knowledge.search(words))
                        took.append((time.perf_counter() - began) * 1000)
                    reader.cancel()
    return took


async def beyond_the_model() -> list[float]:
    """Milliseconds from the utterance to the model's first text on screen, less the model's own time."""
    took = []
    warm_up()  # as a service does when it starts
    pace = Pace(first_s=MODEL_S, gap_s=0.01)
    async with GeminiEmulator(pace=pace) as emulator:
        model = Gemini(GeminiSettings(api_key=Secret("local"), url=emulator.url))
        await model.probe()
        for number in range(ROUNDS):
            published = Published()
            coach = Coach(SuggestSettings(), load_playbook("sales"), model, published)
            for before in range(60):  # a conversation as long as prompts get
                coach.hear(said(f"and then we moved to the office number {before}", before * 5.0))
            emulator.sent.clear()
            async with running(coach):
                arrived = asyncio.create_task(published.until(SuggestionDelta))
                began = asyncio.get_running_loop().time()
                coach.hear(said(f"{MOMENTS[number % 5]} in all", 400.0))
                await arrived
                total = asyncio.get_running_loop().time() - began
                await published.until(SuggestionCompleted)
            took.append((total - MODEL_S) * 1000)
        await model.aclose()
    return took


async def closings(model: SuggestionModel, left: list[float]) -> list[float]:
    """Milliseconds from each way out of a stream until the server has seen the client leave."""
    took = []
    gc.disable()  # a collection would close a request that was only forgotten
    try:
        for number in range(ROUNDS // 2):
            for way_out in WAYS_OUT:
                seen_before = len(left)
                began = await way_out(model)
                took.append((await until_left(left, seen_before + 1) - began) * 1000)
            if number % 10 == 9:
                gc.collect()
    finally:
        gc.enable()
    return took


async def pairs_closed(model: Gemini, emulator: GeminiEmulator) -> list[float]:
    """Milliseconds from a cancel before the first word until both requests of a hedged answer are gone."""
    took = []
    for _ in range(ROUNDS):
        asked, left = len(emulator.requests), len(emulator.left)
        waiting = asyncio.create_task(answer(model))
        while len(emulator.requests) < asked + 2:  # noqa: ASYNC110  # the emulator only keeps a list
            await asyncio.sleep(0.001)
        began = time.monotonic()
        waiting.cancel()
        await asyncio.wait((waiting,))
        took.append((await until_left(emulator.left, left + 2) - began) * 1000)
    return took


async def all_closings() -> dict[str, list[float]]:
    found = {}
    async with GeminiEmulator(pace=SLOW) as emulator:
        gemini = Gemini(GeminiSettings(api_key=Secret("local"), url=emulator.url))
        found["gemini"] = await closings(gemini, emulator.left)
        await gemini.aclose()
    async with GeminiEmulator(pace=Pace(first_s=0.05, gap_s=0.05, characters=2)) as emulator:
        hedging = Gemini(GeminiSettings(api_key=Secret("local"), url=emulator.url, hedge_after_s=0.01))
        found["gemini with two requests"] = await pairs_closed(hedging, emulator)
        await hedging.aclose()
    async with ChatEmulator(pace=SLOW) as chat:
        local = OpenAiModel(OpenAiSettings(url=chat.url, model="local-model"))
        found["openai"] = await closings(local, chat.left)
        await local.aclose()
    try:
        found["generativeai"] = await _older()
    except InputError:
        progress("generativeai: its package is not installed, so its cancel was not measured")
    return found


async def _older() -> list[float]:
    from wingman.llm.gemini.legacy_client import GenerativeAiModel

    async with GeminiEmulator(pace=SLOW) as emulator:
        model = GenerativeAiModel(GeminiSettings(api_key=Secret("local"), url=emulator.url))
        took = await closings(model, emulator.left)
        await model.aclose()
    return took


async def ends() -> float:
    """Share of cards with exactly one end, over a meeting full of interruptions and faults."""
    from wingman.testing.gemini.server import GeminiFault

    published = Published()
    async with GeminiEmulator(pace=Pace(first_s=0.01, gap_s=0.01)) as emulator:
        model = Gemini(GeminiSettings(api_key=Secret("local"), url=emulator.url))
        coach = Coach(SuggestSettings(verbosity="lively"), load_playbook("sales"), model, published)
        faults = [
            GeminiFault.EMPTY,
            GeminiFault.DROPPED,
            GeminiFault.PROMPT_BLOCKED,
            GeminiFault.TRUNCATED,
            None,
        ]
        async with running(coach):
            for number in range(60):
                emulator.play(faults[number % 5])
                coach.hear(said(f"{MOMENTS[number % 5]} {number}", number * 7.0))
                if number % 3 == 0:
                    coach.act("say")
                await asyncio.sleep(0.015 * (number % 4))
                coach.advance(Channel.TAB, samples(number * 7.0 + 5))
        await model.aclose()
    names = {event.id for event in published.of(SuggestionCreated)}
    terminal = ("SuggestionCompleted", "SuggestionSuperseded", "SuggestionExpired", "SuggestionFailed")
    counts = [sum(type(event).__name__ in terminal for event in published.about(name)) for name in names]
    return sum(count == 1 for count in counts) / len(counts)


def judged(found: Report) -> list[Figure]:
    """The figures of one folder of meetings, all variants together and the plain ones alone."""
    name, whole, plain = found.folder, found.whole, found.by_variant["bare"]
    note = "all noise variants together"
    return [
        Figure(f"{name}: meetings", found.meetings, 10, ">="),
        Figure(f"{name}: trigger precision", whole.precision, 0.80, ">=", note=note),
        Figure(f"{name}: trigger recall", whole.recall, 0.75, ">=", note=note),
        Figure(f"{name}: silence accuracy", whole.silence, 0.95, ">=", note=note),
        Figure(f"{name}: lost triggers", whole.lost_share, 0.05, note=f"of {whole.held} that had to wait"),
        Figure(f"{name}: repetition", whole.repetition, 0.03),
        Figure(f"{name}: stale", whole.staleness, 0.10),
        Figure(f"{name}: precision without noise", plain.precision),
        Figure(f"{name}: recall without noise", plain.recall),
        Figure(f"{name}: recall with misheard words", found.by_variant["misheard"].recall),
        Figure(f"{name}: right kind of card", whole.kind_accuracy),
        *(
            Figure(f"{name}: most cards in ten minutes, {verbosity}", found.most_cards[verbosity], limit)
            for verbosity, limit in (("quiet", 4), ("balanced", 8), ("lively", 15))
        ),
    ]


async def measure() -> list[Figure]:
    figures = await on_talks()
    for folder in ("heldout", "tuning"):
        progress(f"playing the {folder} meetings in every variant and verbosity")
        figures += judged(await evaluate(folder))
    progress("timing the gate, instant cards and knowledge")
    gate, cards, notes = decisions(), instant_cards(), lookups()
    figures += [
        Figure("gate decision, p99", percentile(gate, 0.99), 5, unit="ms"),
        Figure("instant card after its utterance, p99", percentile(cards, 0.99), 50, unit="ms"),
        Figure("knowledge snippet, p99", percentile(notes, 0.99), 200, unit="ms", note="5,000 sections"),
    ]
    for stalls, name in ((False, "answering"), (True, "stalled")):
        took = await lookups_by_meaning(stalls=stalls)
        label = f"knowledge with embeddings, server {name}, p99"
        figures.append(Figure(label, percentile(took, 0.99), 200, unit="ms", note="2,000 sections"))
    progress("timing the first token through our code")
    first = await beyond_the_model()
    figures += [
        Figure("first token beyond the model's own time, p50", statistics.median(first), 20, unit="ms"),
        Figure("first token beyond the model's own time, p95", percentile(first, 0.95), 20, unit="ms"),
    ]
    progress("cancelling requests in three ways")
    for provider, took in (await all_closings()).items():
        figures.append(
            Figure(f"cancel closes the request, {provider}, p99", percentile(took, 0.99), 20, unit="ms")
        )
    progress("counting the ends of cards")
    figures.append(Figure("cards with exactly one end", await ends(), 1.0, "=="))
    progress(NOT_RUN)
    return figures
