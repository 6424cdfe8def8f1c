"""A model that knows the labels: it speaks at the moments that want a card and passes at all others.

It is served by the emulator over HTTP, so that what is lost is lost by the pipeline.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from scripts.gate.conversations import Conversation, Turn
from wingman.config.suggest import OpenAiSettings
from wingman.llm.openai import OpenAiModel
from wingman.suggest.playbook.signals import normalise
from wingman.testing.gemini.server import INSTANT
from wingman.testing.openai.server import ChatEmulator

_MOMENT = re.compile(r":moment>\n(?:[^:\n]{1,40}: )?(.*?)\n</", re.DOTALL)
_NOTES = re.compile(r":notes>\n(.*?)\n</", re.DOTALL)
_NOTE = re.compile(r"^\((.+?)\) (.+)$", re.MULTILINE)
PASS = "PASS"
LONGEST = 30
"""Words the reader says."""
ALIKE = 0.6


class Oracle:
    """Answers for one conversation at a time; set `talk` before it is played."""

    def __init__(self) -> None:
        self.talk: Conversation | None = None
        self.asked = 0

    def answer(self, _system: str, prompt: str) -> str:
        self.asked += 1
        turn = self.turn_of(prompt)
        if turn is None or turn.label == "silent":
            return PASS
        return turn.card or f"Take up what they said about {' '.join(turn.text.split()[:6])} and offer a step."

    def turn_of(self, prompt: str) -> Turn | None:
        """The turn that a prompt is about."""
        moment = _MOMENT.search(prompt)
        return _nearest(moment[1] if moment else "", self.talk.turns if self.talk else ())


class Reader(Oracle):
    """A model that reads the notes it is told of: it says what the right one says, and passes without it."""

    def answer(self, _system: str, prompt: str) -> str:
        self.asked += 1
        turn = self.turn_of(prompt)
        notes = _NOTES.search(prompt)
        told = _NOTE.findall(notes[1]) if notes else ()
        found = next((text for source, text in told if turn and turn.note and source.startswith(turn.note)), "")
        return _said(found, turn) if found and turn else PASS


def _said(note: str, turn: Turn) -> str:
    """What a person would say of a note: the statement nearest to the expert's card, in one breath."""
    wanted = set(normalise(f"{turn.card} {turn.text}").split())
    statements = re.split(r"(?<=[.!?]) |; ", note.rstrip("…"))
    best = max(statements, key=lambda one: len(wanted.intersection(normalise(one).split())))
    words = re.sub(r"[*|_#]", " ", best).split()[:LONGEST]
    return f"{' '.join(words).rstrip(',;:.–-')}."


def _nearest(moment: str, turns: Sequence[Turn]) -> Turn | None:
    """The turn whose words these are; personal data in them may have been taken out."""
    plain = normalise(moment)
    best, most = None, ALIKE
    for turn in turns:
        words = normalise(turn.text)
        if words == plain or (words and plain.endswith(words)):
            return turn
        alike = difflib.SequenceMatcher(None, plain.split(), words.split(), autojunk=False).quick_ratio()
        if alike > most:
            best, most = turn, alike
    return best


@asynccontextmanager
async def serve(oracle: Oracle) -> AsyncIterator[OpenAiModel]:
    """The oracle behind the emulator, and the client that asks it."""
    async with ChatEmulator(answer=oracle.answer, pace=INSTANT) as server:
        model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
        try:
            yield model
        finally:
            await model.aclose()
