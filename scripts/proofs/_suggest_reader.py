"""Notes with a model that reads them, served by the emulator: what the pipeline loses of what it knows."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from scripts.gate import conversations
from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Reader, serve
from scripts.proofs.figures import Figure
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.llm.base import SuggestionModel
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.meeting.rehearsal import Cast, Rehearsed, rehearse
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.playbook import load_playbook


async def notes_read(folder: Path, encoder: SentenceEncoder) -> list[Figure]:
    """Of the turns a note answers, whether they got a card or not: how many name that note, or another."""
    reader, found = Reader(), Counter[str]()
    async with serve(reader) as model:
        for talk in conversations.load(folder):
            if talk.knowledge:
                reader.talk = talk
                found += await _named(talk, folder / "knowledge" / talk.knowledge, encoder, model)
    turns, cards = max(1, found["answerable"]), found["right"] + found["wrong"] + found["none"]
    note = f"of {turns} turns a note answers, {cards} with a card"
    return [
        Figure("a model that reads: right note", found["right"] / turns, 0.75, ">=", note=note),
        Figure("a model that reads: wrong note", found["wrong"] / turns, 0.03, note=note),
    ]


async def _named(
    talk: Conversation, notes: Path, encoder: SentenceEncoder, model: SuggestionModel
) -> Counter[str]:
    events: list[Rehearsed] = []
    with Knowledge(notes, EmbeddingIndex(encoder)) as knowledge:
        book = load_playbook(talk.playbook)
        cast = Cast(book, brief=talk.brief, knowledge=knowledge, model=model, encoder=encoder)
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(knowledge.run())
            await knowledge.ready()
            await rehearse(talk.scripted(), cast, events.append)
            reading.cancel()
    data = [(event.turn, event.envelope.data) for event in events]
    ends = {one.id: one.source for _, one in data if isinstance(one, SuggestionCompleted)}
    cards = {turn: card for turn, card in data if isinstance(card, SuggestionCreated)}
    found = Counter(answerable=sum(bool(turn.note) for turn in talk.turns))
    for at, turn in enumerate(talk.turns):
        if turn.note and at in cards:
            file = ends.get(cards[at].id, "").split(" ›")[0]
            found["right" if file == turn.note else "wrong" if file.endswith(".md") else "none"] += 1
    return found
