"""What was said and how, as far as a model is to know it, and the prompts that are made of it."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable, Sequence

from wingman.config.correlate import ContextSettings
from wingman.config.suggest import SuggestSettings
from wingman.core.events import Media
from wingman.core.utterance import EmotionShift, Utterance
from wingman.llm.base import Prompt
from wingman.suggest.card import prompt as prompts
from wingman.suggest.card.active_card import ActiveCard
from wingman.suggest.card.composer import CardComposer, Snippet
from wingman.suggest.card.context import RollingContext
from wingman.suggest.card.novelty import Novelty
from wingman.suggest.card.tone_wait import ToneWait
from wingman.suggest.speculation import EARLY

CONTEXT_SECONDS = 3600.0
"""A recap may look back so far; the tokens are what really bounds a prompt."""
REMEMBERED = 4
"""So many times a prompt's share of the conversation is kept, for what it tells of what left its window."""


class PromptMaker:
    """One per meeting. Tell it all that was heard."""

    def __init__(
        self,
        settings: SuggestSettings,
        composer: CardComposer,
        novelty: Novelty,
        *,
        fence: str = "",
        wait_s: float = 0.0,
    ) -> None:
        """`fence`: the prompts' secret token, empty makes a random one. `wait_s`: see `ToneWait`."""
        self.novelty = novelty
        """What was shown: no prompt asks for it again."""
        self._settings = settings
        self._composer = composer
        self._fence = fence or f"m{secrets.token_hex(4)}"
        self._context = RollingContext(
            ContextSettings(seconds=CONTEXT_SECONDS, tokens=REMEMBERED * settings.context_tokens)
        )
        self._tone = ToneWait(wait_s)
        self._shifts: deque[EmotionShift] = deque(maxlen=5)
        self._foreseen: Utterance | None = None

    def hear(self, utterance: Utterance) -> None:
        """An utterance, or its revision."""
        self._context.add(utterance)
        self._tone.hear(utterance)

    def recall(self, utterances: Iterable[Utterance]) -> None:
        """What was said before this process ran the meeting."""
        for utterance in utterances:
            self._context.add(utterance)

    def shift(self, shift: EmotionShift) -> None:
        """A speaker's tone left its own baseline."""
        self._shifts.append(shift)

    def foresee(self, running: Utterance) -> None:
        """Running words that the model is asked about early."""
        self._foreseen = running

    @property
    def said(self) -> Sequence[Utterance]:
        """What was said lately, in order."""
        return self._context.window()

    def media(self, utterance: str | None) -> Media | None:
        """When this utterance was said; None when it is forgotten or there was none."""
        for one in reversed(self.said):
            if one.id == utterance:
                return Media.of(one.channel, one.span)
        return None

    async def make(self, flight: ActiveCard, notes: tuple[Snippet, ...]) -> Prompt:
        """The prompt for a card, once notes and tone are settled; its draft is held to what was asked."""
        candidate, composer = flight.candidate, self._composer
        asked_at = asyncio.get_running_loop().time()
        found = await composer.settled(candidate, notes)
        await self._tone.settled(candidate.utterance, asked_at)
        said = self.said
        if candidate.utterance == EARLY and self._foreseen is not None:
            said = (*said, self._foreseen)
        material = prompts.Material(
            said,
            tuple(self._shifts),
            composer.brief,
            found,
            self.novelty.shown,
            facts=composer.facts,
            language=composer.answer_language,
            move=composer.move(candidate, flight.draw),
            names=composer.names,
            decides=candidate.unsure,
        )
        prompt = prompts.build(
            composer.playbook,
            candidate,
            material,
            fence=self._fence,
            context_tokens=self._settings.context_tokens,
            max_output_tokens=self._settings.max_output_tokens,
        )
        flight.draft.hold_to(prompts.rules_of(candidate, material, self._fence, prompt))
        return prompt
