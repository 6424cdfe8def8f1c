"""Settings of the gate, the models and the cost meter."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from wingman.config.section import AtLeastOne, NotNegative, Positive, Secret, Section, Share
from wingman.core.vocabulary import Mode, Verbosity


class DeadlineSettings(Section, frozen=True):
    """How long a model may take."""

    first_token_s: Positive = 3.0
    """Seconds until the first text of an answer must be there."""
    gap_s: Positive = 5.0
    """Longest silence between two pieces of one answer, in seconds."""
    total_s: Positive = 10.0
    """Seconds after which an answer is given up, whatever has come."""


class GeminiSettings(Section, frozen=True):
    """Gemini, by either of its clients."""

    api_key: Secret = Secret()
    """Key of the Gemini project (also read from GEMINI_API_KEY or GOOGLE_API_KEY)."""
    url: str = ""
    """REST root; empty means Google's, a local emulator otherwise."""
    model: str = "gemini-3.5-flash-lite"
    """Model id, without the `models/` prefix."""
    fallbacks: tuple[str, ...] = ("gemini-3.1-flash-lite", "gemini-2.5-flash-lite")
    """Tried in order when the model is not served to this key (404)."""
    thinking: str = "minimal"
    """Thinking level; empty sends none."""
    api_version: str = "v1"
    """Version segment of the REST path; the `-latest` aliases exist on `v1beta` only."""
    hedge_after_s: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds without a first word after which the next fallback is asked as well; 0 never does."""
    deadlines: DeadlineSettings = DeadlineSettings()
    """How long an answer may take."""


class OpenAiSettings(Section, frozen=True):
    """A server with OpenAI's chat completions."""

    api_key: Secret = Secret()
    """Bearer token; local servers usually want none."""
    url: str = ""
    """Root of an OpenAI-compatible server, such as http://127.0.0.1:11434/v1 (Ollama)."""
    model: str = ""
    """Model name as the server lists it; empty takes the first one it serves."""
    deadlines: DeadlineSettings = DeadlineSettings(first_token_s=8.0, total_s=20.0)
    """How long an answer may take; a model on this machine is given more."""


class EmbeddingSettings(Section, frozen=True):
    """A server that turns text into vectors, for notes."""

    url: str = ""
    """Root of a server with `/embeddings`, such as http://127.0.0.1:11434/v1 (Ollama); empty uses none."""
    model: str = ""
    """Embedding model as the server names it."""
    api_key: Secret = Secret()
    """Bearer token; local servers usually want none."""
    at_least: Share = 0.5
    """Cosine from which notes fit although they share no words with what was said."""


class PriceSettings(Section, frozen=True):
    """List prices, in `currency`. Only what a provider actually served is counted."""

    deepgram_per_minute: NotNegative = 0.0077
    """Streaming transcription, per minute and channel of audio."""
    hume_per_minute: NotNegative = 0.0639
    """Voice emotion, per minute and channel of audio."""
    hume_v0_per_minute: NotNegative = 0.0639
    """Voice emotion by a v0 gateway, per minute of audio sent (silence is not)."""
    hume_v0_per_picture: NotNegative = 0.00204
    """Faces by a v0 gateway, per picture."""
    hume_v0_per_word: NotNegative = 0.00024
    """Words measured by a v0 gateway, each."""
    gemini_input_per_million: NotNegative = 0.30
    """Prompt tokens, per million."""
    gemini_output_per_million: NotNegative = 2.50
    """Answer tokens, per million."""
    openai_input_per_million: NotNegative = 0.0
    """Prompt tokens of the OpenAI-compatible server, per million (a local one costs nothing)."""
    openai_output_per_million: NotNegative = 0.0
    """Answer tokens of the OpenAI-compatible server, per million."""
    embeddings_per_million: NotNegative = 0.0
    """Tokens compared with notes, per million, as estimated here (a local server costs nothing)."""


class CostSettings(Section, frozen=True):
    """What things cost, and what a meeting may."""

    currency: str = "USD"
    """Name of the currency the prices are in; nothing is converted."""
    budget: NotNegative = 0.0
    """Most a meeting may cost, in `currency`; 0 sets no limit."""
    emotion_at: Share = 0.80
    """Share of the budget at which paid voice emotion is switched off."""
    rate_at: Share = 0.90
    """Share of the budget at which suggestions fall back to the quiet verbosity."""
    model_at: Share = 1.00
    """Share of the budget at which the model is no longer asked and playbook cues remain."""
    prices: PriceSettings = PriceSettings()


class SuggestSettings(Section, frozen=True):
    """Whether and how Wingman speaks."""

    provider: Literal["auto", "gemini", "generativeai", "openai", "cues", "off"] = "auto"
    """`auto`: Gemini with a key, else an OpenAI-compatible URL, else playbook cues alone."""
    playbook: str = "sales"
    """Name of a file in `configs/playbooks`, or a path to one."""
    verbosity: Verbosity = "balanced"
    """How often Wingman may speak: at most 4, 8 or 15 cards in ten minutes."""
    mode: Mode = "auto"
    """`questions-only` reacts to questions alone, `manual` to explicit requests alone."""
    ttl_s: Positive = 20.0
    """Seconds of media time a reason to speak stays good; what has not started by then is dropped."""
    max_output_tokens: AtLeastOne = 160
    """Upper bound of one answer's length."""
    context_tokens: AtLeastOne = 1500
    """Upper bound of the conversation given to the model, in estimated tokens."""
    knowledge: str = ""
    """Folder of Markdown, text and PDF files that cards may quote; empty uses none."""
    meaning: Literal["auto", "off"] = "auto"
    """`auto`: what is said is weighed by its meaning where the extra `meaning` is there, else by its words."""
    model_asks: Annotated[int, Meta(ge=0, le=200)] = 25
    """Most questions to the model in any ten minutes; what lies beyond is decided without it."""
    speculate: bool = True
    """Ask the model about words that already ask when they stood still for 0.3 s, before they are final."""
    embeddings: EmbeddingSettings = EmbeddingSettings()
    """Finds notes by meaning as well as by words."""
    brief: str = ""
    """Who takes part and what the meeting is for; given to the model and to cards."""
    gemini: GeminiSettings = GeminiSettings()
    openai: OpenAiSettings = OpenAiSettings()
    cost: CostSettings = CostSettings()
