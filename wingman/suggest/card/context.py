"""What was said lately, for a prompt: bounded in media seconds and in tokens."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from wingman.config.correlate import ContextSettings
from wingman.core.time import SampleTime, samples
from wingman.core.utterance import Utterance

LINE_OVERHEAD = 8
"""Tokens that a line's speaker, mood and punctuation may cost on top of its words."""


def estimate_tokens(text: str) -> int:
    """An upper-side guess without a tokenizer: four Latin characters, or one of any other script, a token."""
    latin = len(text.encode("ascii", "ignore"))
    return -(-latin // 4) + len(text) - latin


class RollingContext:
    """The latest utterances of all channels, each in its latest revision, oldest first."""

    def __init__(self, settings: ContextSettings | None = None) -> None:
        settings = settings or ContextSettings()
        self._reach = samples(settings.seconds)
        self._budget = settings.tokens
        self._held: list[Utterance] = []
        self._tokens = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def tokens(self) -> int:
        """Estimated tokens held; never more than the budget unless one utterance alone is larger."""
        return self._tokens

    def add(self, utterance: Utterance) -> None:
        """Take an utterance, or the revision of one; a revision of one already forgotten is ignored."""
        for at, held in enumerate(self._held):
            if held.id == utterance.id:
                if utterance.revision >= held.revision:
                    self._tokens += _cost(utterance) - _cost(held)
                    self._held[at] = utterance
                return
        if utterance.revision > 0 and self._held and utterance.end < self._held[0].start:
            return
        insort(self._held, utterance, key=_order)
        self._tokens += _cost(utterance)
        self._forget(max(held.end for held in self._held))

    def window(self) -> Sequence[Utterance]:
        """What is held, oldest first."""
        return tuple(self._held)

    def _forget(self, latest: SampleTime) -> None:
        oldest = latest - self._reach
        cut = 0
        while cut < len(self._held) - 1 and (self._tokens > self._budget or self._held[cut].end < oldest):
            self._tokens -= _cost(self._held[cut])
            cut += 1
        del self._held[:cut]


def _order(utterance: Utterance) -> tuple[SampleTime, SampleTime, str]:
    return utterance.start, utterance.end, utterance.id


def _cost(utterance: Utterance) -> int:
    return estimate_tokens(utterance.text) + LINE_OVERHEAD
