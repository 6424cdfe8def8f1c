"""The model seam: a prompt in, text deltas out, and a cancel that really closes the request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from wingman.core.errors import FaultKind, ProviderFault

KEEP_ALIVE_S = 240
"""How long an idle connection to a model is kept: through the silences of a meeting."""
PROBE_TIMEOUT_S = 10.0
"""What a model may take to say that it is there."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. `system` stays byte-identical between calls of one meeting."""

    system: str
    user: str
    max_output_tokens: int = 160


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answered prompt, as the provider counted them (0 when it does not say)."""

    prompt_tokens: int = 0
    output_tokens: int = 0


class AnswerFault(ProviderFault):
    """An answer that cannot be shown as it came."""

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence, kind=FaultKind.PROTOCOL, code=code)


class AnswerBlocked(AnswerFault):
    """The provider refused to answer this prompt or cut its own answer (safety)."""


class AnswerEmpty(AnswerFault):
    """The provider answered with no text."""


class AnswerTruncated(AnswerFault):
    """The answer ran into its length limit; what came before it has been handed over."""


class SuggestionModel(Protocol):
    """One language model. One instance (and one HTTP client) serves the whole process."""

    @property
    def name(self) -> str:
        """The provider's name in configuration and in `provider.state`."""
        ...

    @property
    def remote(self) -> bool:
        """True when prompts leave this machine."""
        ...

    async def probe(self) -> None:
        """Check key and model before the meeting. Raises `ProviderFault` with a sentence."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas. Raises `ProviderFault` (or a subclass) for every way this can fail.

        The request is closed for real when the generator is closed or its consumer is cancelled.
        """
        ...

    @property
    def last_usage(self) -> Usage:
        """Usage of the stream that ended last."""
        ...

    async def aclose(self) -> None:
        """Release every connection."""
        ...
