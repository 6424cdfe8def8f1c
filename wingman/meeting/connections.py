"""What listens, what reads the tone and what writes: each branch's provider with its true state in plain
words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from wingman.config.editable import KEYS
from wingman.config.settings import Settings
from wingman.core.addresses import is_remote
from wingman.core.errors import InputError
from wingman.meeting.providers import channels_at_once, leaves_this_machine, tells_word_times
from wingman.meeting.spoken_languages import languages


@dataclass(frozen=True, slots=True)
class KeyField:
    """A place for a provider's key. What is stored is never handed out again."""

    provider: str
    name: str
    stored: bool
    fixed: str
    """Who set it where the page has no say (`the variable DEEPGRAM_API_KEY`); empty otherwise."""
    gives: str
    """What would change with it."""
    where: str
    """The vendor's page that hands keys out."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One branch."""

    branch: str
    title: str
    provider: str
    name: str
    state: str
    """`ready`, `trial` (works, for trying out), `unproven` (a key that was not tried yet), `problem` or
    `off`."""
    words: str
    """What it does and does not do, in one sentence."""
    advice: str = ""
    languages: tuple[str, ...] = ()
    """BCP-47 tags a transcriber reads; empty where it is not limited, or hears nothing."""
    channels: int = 0
    """Channels it serves at once, over all meetings; 0 where nobody sets a limit."""
    word_times: bool = False
    """Whether each word it hears comes with its time."""
    reads_words: bool = False
    """Whether somebody reads the tone of what is said from its words alone (the policy `text-only`)."""
    local: bool = True
    """Whether everything stays on this machine."""
    keys: tuple[KeyField, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """How one provider is told to people."""

    name: str
    words: str
    state: str = "ready"
    advice: str = ""


TRANSCRIBERS: Mapping[str, Text] = {
    "deepgram": Text(
        "Deepgram",
        "The sound goes to Deepgram, which writes it down with punctuation and speakers.",
        "unproven",
    ),
    "whisper": Text(
        "Whisper, on this computer", "Reads many languages with punctuation; nothing leaves this computer."
    ),
    "moonshine": Text("Moonshine, on this computer", "Reads English; nothing leaves this computer."),
    "embedded": Text(
        "Local English recogniser",
        "English only, and it mishears a good part of a real call. Nothing leaves this computer.",
        "trial",
        "Add a Deepgram key for real meetings, other languages, punctuation and speakers told apart.",
    ),
    "off": Text("None", "Nothing is written down.", "off"),
}
METERS: Mapping[str, Text] = {
    "hume": Text(
        "Hume",
        "Vocal expression, only in meetings in which you switch it on and acknowledge what that means.",
        "unproven",
    ),
    "hume-v0": Text(
        "A Hume gateway",
        "Vocal expression, only in meetings in which you switch it on and acknowledge what that means.",
        "unproven",
    ),
    "prosody": Text(
        "Loudness meter, on this computer",
        "Says whether a voice is louder or calmer than usual, where you switch it on. It does not recognise "
        "emotions.",
        "trial",
        "Add a Hume key for vocal expression.",
    ),
    "off": Text("None", "No tone is measured.", "off"),
}
MODELS: Mapping[str, Text] = {
    "gemini": Text(
        "Gemini",
        "Writes on top of the playbook’s instant cards; parts of the talk go to Google.",
        "unproven",
    ),
    "generativeai": Text(
        "Gemini (older client)",
        "Writes on top of the playbook’s instant cards; parts of the talk go to Google.",
        "unproven",
    ),
    "openai": Text("A model server", "Writes on top of the playbook’s instant cards.", "unproven"),
    "cues": Text(
        "No model",
        "The playbook’s cards appear at once; nothing is written for the very moment, and fact checks are "
        "not possible.",
        "trial",
        "Add a Gemini key, or set suggest.openai.url to a model on this computer (Ollama, llama.cpp).",
    ),
    "off": Text("Off", "Wingman listens and suggests nothing by itself.", "off"),
}
VENDORS: Mapping[str, tuple[str, str, str]] = {
    "deepgram": (
        "Deepgram",
        "for transcripts with punctuation, speakers and other languages",
        "https://console.deepgram.com/",
    ),
    "hume": ("Hume", "for vocal expression, where you switch it on", "https://app.hume.ai/keys"),
    "gemini": ("Gemini", "for suggestions written for the moment", "https://aistudio.google.com/apikey"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beyond the settings."""

    chosen: Mapping[str, str]
    """Branch (`transcribe`, `emotion`, `suggest`) → provider."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Branch → why no provider could be chosen, in one sentence."""
    tried: Mapping[str, str] = field(default_factory=dict)
    """Provider → what it said when it was last tried: empty when it answered."""
    reads_words: bool = False
    """Whether the tone of words alone can be read."""
    stored: Collection[str] = ()
    """Settings whose key is stored sealed."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Setting → who set it, where the page has no say."""


def connections(settings: Settings, known: Known) -> tuple[Connection, ...]:
    """The three branches, in the order in which a meeting needs them."""
    return (
        _connection("transcribe", "Transcriber", TRANSCRIBERS, "deepgram", settings, known),
        _connection("emotion", "Tone", METERS, "hume", settings, known),
        _connection("suggest", "Suggestions", MODELS, "gemini", settings, known),
    )


def _connection(
    branch: str, title: str, texts: Mapping[str, Text], vendor: str, settings: Settings, known: Known
) -> Connection:
    provider = known.chosen.get(branch, "")
    keys = (_key(vendor, settings, known),)
    if refusal := known.refused.get(branch, ""):
        return Connection(
            branch=branch,
            title=title,
            provider="",
            name="Nothing",
            state="problem",
            words=_sentence(refusal),
            keys=keys,
        )
    text = texts.get(provider, Text(provider, "It is configured in the settings file.", "unproven"))
    state, words = text.state, text.words
    if provider in known.tried:
        said = known.tried[provider]
        state, words = ("problem", _sentence(said)) if said else (state if state == "trial" else "ready", words)
    reads = languages(provider, settings) if branch == "transcribe" else ()
    if at_once := channels_at_once(provider, settings):
        words += f" No more than {at_once} at once, over all calls: who comes later waits."
    # a model server is wherever its address says
    at = settings.suggest.openai.url
    remote = is_remote(at) if provider == "openai" else leaves_this_machine(provider)
    return Connection(
        branch=branch,
        title=title,
        provider=provider,
        name=text.name,
        state=state,
        words=words,
        advice=text.advice,
        languages=reads,
        channels=at_once,
        word_times=tells_word_times(provider),
        reads_words=branch == "emotion" and known.reads_words,
        local=not remote,
        keys=keys,
    )


def _key(vendor: str, settings: Settings, known: Known) -> KeyField:
    name, gives, where = VENDORS[vendor]
    setting = KEYS[vendor]
    return KeyField(vendor, name, has_key(settings, vendor), known.fixed.get(setting, ""), gives, where)


def has_key(settings: Settings, vendor: str) -> bool:
    """Whether a key of this vendor is set, wherever it comes from. Raises `InputError` for an unknown
    vendor."""
    match vendor:
        case "deepgram":
            return bool(settings.transcribe.deepgram.api_key)
        case "hume":
            return bool(settings.emotion.hume.api_key)
        case "gemini":
            return bool(settings.suggest.gemini.api_key)
        case _:
            raise InputError(
                f"there is no provider `{vendor[:40]}` with a key; use one of {', '.join(VENDORS)}",
                field="provider",
                status=404,
            )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
