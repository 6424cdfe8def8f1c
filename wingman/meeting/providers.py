"""The providers there are, in one table: what each can do, what it needs, why `auto` takes it, how it is made.

`choose` resolves `auto` and is the only place that does.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from wingman.config.settings import Settings
from wingman.config.suggest import PriceSettings
from wingman.core.emotion_policy import Policy
from wingman.core.errors import InputError
from wingman.emotion.base import FaceAnalyzer, TextAnalyzer, VoiceAnalyzer
from wingman.link.account_limits import SharedSlots
from wingman.link.slots import SlotsOf
from wingman.llm.base import SuggestionModel
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.meeting import provider_builders as build
from wingman.meeting.api import MeetingSpec
from wingman.meeting.cost import EMBEDDINGS, FREE, Rates
from wingman.meeting.provider_builders import BuildContext, LocalWorker
from wingman.stt import moonshine, speakers, whisper
from wingman.stt.base import Transcriber
from wingman.stt.deepgram.languages import DEEPGRAM_LANGUAGES

if TYPE_CHECKING:
    from wingman.emotion.hume_v0.tokens import GatewayAccess

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this machine offers beyond the settings."""

    whisper_model: bool = False
    """The `whisper` extra is installed and the configured model is there."""
    moonshine_model: bool = False
    """A Moonshine model lies in the configured directory."""
    pocketsphinx: bool = True
    """The embedded recogniser can be imported."""


def capabilities(settings: Settings) -> Capabilities:
    """Look at this machine once."""
    return Capabilities(
        whisper_model=whisper.model_present(settings.transcribe.whisper),
        moonshine_model=moonshine.model_present(settings.transcribe.moonshine),
        pocketsphinx=importlib.util.find_spec("pocketsphinx") is not None,
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a provider cannot serve here: the field to mend, and one sentence."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Provider(Generic[T_co]):
    """One row of the table."""

    name: str
    """As it is written in the settings and shown in `provider.state`."""
    remote: bool
    """True when audio or text leaves this machine."""
    missing: Callable[[Settings, Capabilities], Missing | None]
    """What it still needs; None when it can serve."""
    build: Callable[[BuildContext], T_co]
    auto: str = ""
    """Why `auto` takes it where it can serve; empty when it has to be named."""
    languages: Callable[[Settings], tuple[str, ...]] = lambda _: ()
    """BCP-47 tags a transcriber understands with these settings."""
    more_languages: bool = False
    """It takes regional and newer tags as well, and refuses by itself what it cannot read."""
    channels: Callable[[Settings], int] = lambda _: 0
    """Channels it serves at once, over all meetings, with these settings; 0 where nobody sets a limit."""
    word_times: bool = False
    """It says of each word when it was said."""
    rates: Callable[[PriceSettings], Rates] = lambda _: FREE
    """What it takes for what it is sent."""


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """A provider's name, or `off`, with the reason in words."""

    provider: str
    why: str


@dataclass(frozen=True, slots=True)
class ProviderChoices:
    """Who serves each branch."""

    transcriber: ProviderChoice
    emotion: ProviderChoice
    suggester: ProviderChoice


def _unset(name: str, field: str, variable: str) -> Missing:
    sentence = f"provider `{name}` is named but `{field}` is empty; set {variable} or choose `auto`"
    return Missing(field, sentence)


TRANSCRIBERS: tuple[Provider[Transcriber], ...] = (
    Provider(
        "deepgram",
        remote=True,
        missing=lambda s, _: (
            None
            if s.transcribe.deepgram.api_key
            else _unset("deepgram", "transcribe.deepgram.api_key", "DEEPGRAM_API_KEY")
        ),
        build=build.deepgram,
        auto="a Deepgram key is set",
        languages=lambda _: DEEPGRAM_LANGUAGES,
        more_languages=True,
        word_times=True,
        rates=lambda p: Rates(minute=p.deepgram_per_minute),
    ),
    Provider(
        "whisper",
        remote=False,
        missing=lambda s, here: (
            None
            if here.whisper_model
            else Missing("transcribe.whisper.model", whisper.mend(s.transcribe.whisper))
        ),
        build=build.whisper,
        auto="no Deepgram key, and a Whisper model is present",
        languages=lambda s: whisper.languages(s.transcribe.whisper),
        word_times=True,
    ),
    Provider(
        "moonshine",
        remote=False,
        missing=lambda _, here: (
            None
            if here.moonshine_model
            else Missing(
                "transcribe.moonshine.model_dir",
                "`transcribe.provider: moonshine` needs its model; run `wingman models fetch` once",
            )
        ),
        build=build.moonshine,
        auto="no Deepgram key and no Whisper model, and a Moonshine model is present",
        languages=lambda _: ("en",),
        word_times=True,
    ),
    Provider(
        "embedded",
        remote=False,
        missing=lambda _, here: (
            None
            if here.pocketsphinx
            else Missing(
                "transcribe.provider",
                "no transcriber can run: pocketsphinx has no wheel for this Python; use Python 3.11 to 3.13, "
                "set DEEPGRAM_API_KEY, or install wingman-sidecar[whisper]",
            )
        ),
        build=build.embedded,
        auto="no Deepgram key and no local model: English, for trying out",
        languages=lambda _: ("en",),
        word_times=True,
    ),
)


def _no_gateway(settings: Settings, _: Capabilities) -> Missing | None:
    section = settings.emotion.hume_v0
    if not section.url:
        return _unset("hume-v0", "emotion.hume_v0.url", "WINGMAN_EMOTION__HUME_V0__URL")
    if not section.api_key:
        return _unset("hume-v0", "emotion.hume_v0.api_key", "HUME_API_KEY")
    if section.auth == "token" and not section.secret_key:
        return _unset("hume-v0", "emotion.hume_v0.secret_key", "HUME_SECRET_KEY")
    return None


VOICE_ANALYZERS: tuple[Provider[VoiceAnalyzer], ...] = (
    Provider(
        "hume-v0",
        remote=True,
        missing=_no_gateway,
        build=build.hume_v0,
        auto="a v0 gateway is configured and the policy allows it",
        channels=lambda s: s.emotion.hume_v0.connections,
        rates=lambda p: Rates(minute=p.hume_v0_per_minute),
    ),
    Provider(
        "hume",
        remote=True,
        missing=lambda s, _: (
            None if s.emotion.hume.api_key else _unset("hume", "emotion.hume.api_key", "HUME_API_KEY")
        ),
        build=build.hume,
        auto="a Hume key is set and the policy allows it",
        channels=lambda s: s.emotion.hume.connections,
        rates=lambda p: Rates(minute=p.hume_per_minute),
    ),
    Provider(
        "prosody",
        remote=False,
        missing=lambda _s, _h: None,
        build=build.prosody,
        auto="no Hume key: relative vocal energy, measured on this machine",
    ),
)

TEXT_ANALYZERS: tuple[Provider[TextAnalyzer], ...] = (
    Provider(
        "hume-v0",
        remote=True,
        missing=_no_gateway,
        build=build.hume_v0_text,
        auto="the policy is text-only and a v0 gateway is configured",
        rates=lambda p: Rates(word=p.hume_v0_per_word),
    ),
)


LANGUAGE_ANALYZERS: tuple[Provider[TextAnalyzer], ...] = (
    Provider(
        "hume-v0",
        remote=True,
        missing=_no_gateway,
        build=build.hume_v0_language,
        auto="`emotion.text` is on and a v0 gateway is configured",
        rates=lambda p: Rates(word=p.hume_v0_per_word),
    ),
)

FACE_ANALYZERS: tuple[Provider[FaceAnalyzer], ...] = (
    Provider(
        "hume-v0",
        remote=True,
        missing=_no_gateway,
        build=build.hume_v0_faces,
        auto="a v0 gateway is configured",
        rates=lambda p: Rates(picture=p.hume_v0_per_picture),
    ),
)


def _no_gemini_key(name: str) -> Callable[[Settings, Capabilities], Missing | None]:
    return lambda s, _: (
        None if s.suggest.gemini.api_key else _unset(name, "suggest.gemini.api_key", "GEMINI_API_KEY")
    )


def _gemini_rates(prices: PriceSettings) -> Rates:
    return Rates(prompt=prices.gemini_input_per_million, answer=prices.gemini_output_per_million)


MODELS: tuple[Provider[SuggestionModel], ...] = (
    Provider(
        "gemini",
        remote=True,
        missing=_no_gemini_key("gemini"),
        build=build.gemini,
        auto="a Gemini key is set",
        rates=_gemini_rates,
    ),
    Provider(
        "generativeai",
        remote=True,
        missing=_no_gemini_key("generativeai"),
        build=build.generativeai,
        rates=_gemini_rates,
    ),
    Provider(
        "openai",
        remote=True,
        missing=lambda s, _: (
            None
            if s.suggest.openai.url
            else _unset("openai", "suggest.openai.url", "WINGMAN_SUGGEST__OPENAI__URL")
        ),
        build=build.openai,
        auto="an OpenAI-compatible URL is set",
        rates=lambda p: Rates(prompt=p.openai_input_per_million, answer=p.openai_output_per_million),
    ),
)
TABLES: tuple[Sequence[Provider[object]], ...] = (
    TRANSCRIBERS,
    VOICE_ANALYZERS,
    TEXT_ANALYZERS,
    LANGUAGE_ANALYZERS,
    FACE_ANALYZERS,
    MODELS,
)


def leaves_this_machine(name: str) -> bool:
    """True when a provider of this name is sent sound, words or pictures."""
    return any(row.remote for row in _rows(name))


def channels_at_once(name: str, settings: Settings) -> int:
    """How many channels a provider of this name serves at once; 0 where nobody sets a limit."""
    return max((row.channels(settings) for row in _rows(name)), default=0)


def tells_word_times(name: str) -> bool:
    """True when what a provider of this name hears comes with a time for each word."""
    return any(row.word_times for row in _rows(name))


def _rows(name: str) -> Iterator[Provider[object]]:
    return (row for table in TABLES for row in table if row.name == name)


def price_list(prices: PriceSettings) -> dict[str, Rates]:
    """Provider → what it takes; one that does several things has a rate for each."""
    found = {EMBEDDINGS: Rates(prompt=prices.embeddings_per_million)}
    for table in TABLES:
        for row in table:
            asked = {unit: price for unit, price in asdict(row.rates(prices)).items() if price}
            found[row.name] = replace(found.get(row.name, FREE), **asked)
    return found


def choose(settings: Settings, here: Capabilities, policy: Policy) -> ProviderChoices:
    """Resolve every `auto`. Raises `InputError` when a provider that was named cannot be used."""
    return ProviderChoices(
        choose_transcriber(settings, here), choose_emotion(settings, here, policy), choose_model(settings, here)
    )


def choose_transcriber(settings: Settings, here: Capabilities) -> ProviderChoice:
    """Who turns sound into words. Raises `InputError` when nobody can."""
    chosen = _pick(TRANSCRIBERS, settings.transcribe.provider, settings, here, "transcribe.provider")
    if chosen is None:
        last = TRANSCRIBERS[-1].missing(settings, here)
        raise InputError(last.sentence if last else "no transcriber can run", field="transcribe.provider")
    row = _row(TRANSCRIBERS, chosen.provider)
    if row is not None and not row.remote and speakers.configured(settings.transcribe.speakers):
        speakers.check(settings.transcribe.speakers)
    return chosen


def choose_emotion(settings: Settings, here: Capabilities, policy: Policy) -> ProviderChoice:
    """Who measures how things are said, under `policy`. Raises `InputError`."""
    named = settings.emotion.provider
    voice = _pick(VOICE_ANALYZERS, named, settings, here, "emotion.provider")
    if named == "off" and voice is not None:
        return voice
    if policy == "off":
        return ProviderChoice("off", "the emotion policy is off until the user switches it on and acknowledges")
    if policy == "text-only":
        text = None
        if named in ("auto", *(row.name for row in TEXT_ANALYZERS)):
            text = _pick(TEXT_ANALYZERS, "auto", settings, here, "emotion.provider")
        return text or ProviderChoice(
            "off", "the policy is text-only, which needs a v0 gateway (`emotion.hume_v0.url`)"
        )
    return voice or ProviderChoice("off", "nobody can measure a voice here")


def choose_model(settings: Settings, here: Capabilities) -> ProviderChoice:
    """Who writes suggestions. Raises `InputError`."""
    if settings.suggest.provider == "cues":
        return ProviderChoice("cues", "named by `suggest.provider`")
    chosen = _pick(MODELS, settings.suggest.provider, settings, here, "suggest.provider")
    return chosen or ProviderChoice("cues", "no model: instant cues from the playbook")


def _pick(
    table: Sequence[Provider[T]], named: str, settings: Settings, here: Capabilities, field: str
) -> ProviderChoice | None:
    """The row that was named, or the first that `auto` may take; None when `auto` finds nobody."""
    if named == "off":
        return ProviderChoice("off", f"switched off by `{field}`")
    if named == "auto":
        for row in table:
            if row.auto and row.missing(settings, here) is None:
                return ProviderChoice(row.name, row.auto)
        return None
    for row in table:
        if row.name == named:
            if (lacking := row.missing(settings, here)) is not None:
                raise InputError(lacking.sentence, field=lacking.field)
            return ProviderChoice(row.name, f"named by `{field}`")
    return None


def _row(table: Sequence[Provider[T]], name: str) -> Provider[T] | None:
    return next((row for row in table if row.name == name), None)


def build_model(settings: Settings, name: str) -> SuggestionModel | None:
    """The language model of the process; None when playbook cues work alone."""
    return ProviderFactory(settings).model(name)


NOBODY = ProviderChoices(*(ProviderChoice("off", "nobody was chosen"),) * 3)


class ProviderFactory:
    """Makes what was chosen. What providers of one process share (a token cache, a limit) lives here."""

    def __init__(
        self, settings: Settings, encoder: SentenceEncoder | None = None, slots: SlotsOf = SharedSlots
    ) -> None:
        """`encoder` is what a factory before this one has loaded already; `slots` counts what plans allow."""
        self.settings = settings
        self.slots = slots
        self._gateway: GatewayAccess | None = None
        wanted = settings.suggest.meaning == "auto" and installed()
        self.encoder: SentenceEncoder | None = (encoder or SentenceEncoder()) if wanted else None
        """Tells every gate of this process what words mean; whoever made the factory closes it."""
        self.here = capabilities(settings)
        """What this machine offers; looked up once."""

    def gateway(self) -> GatewayAccess:
        """Credentials and limits of the v0 gateway."""
        if self._gateway is None:
            from wingman.emotion.hume_v0.tokens import GatewayAccess

            self._gateway = GatewayAccess(self.settings.emotion.hume_v0, self.slots)
        return self._gateway

    def choose(self, policy: Policy) -> ProviderChoices:
        """See `choose`."""
        return choose(self.settings, self.here, policy)

    def transcriber(self, name: str, spec: MeetingSpec, local: LocalWorker) -> Transcriber | None:
        """The transcriber of this name; None for `off`."""
        return self._build(TRANSCRIBERS, name, local, spec)

    def voice_analyzer(self, local: LocalWorker) -> VoiceAnalyzer | None:
        """One for a voice that may be measured now; the policy may have changed since the start."""
        return self._build(VOICE_ANALYZERS, self._emotion("counterpart"), local)

    def text_analyzer(self, local: LocalWorker) -> TextAnalyzer | None:
        """One that scores words; None when nobody can."""
        return self._build(TEXT_ANALYZERS, self._emotion("text-only"), local)

    def language_analyzer(self, local: LocalWorker) -> TextAnalyzer | None:
        """One for the words beside a voice; None unless `emotion.text` asks for it and somebody can."""
        if not self.settings.emotion.text:
            return None
        chosen = _pick(LANGUAGE_ANALYZERS, "auto", self.settings, self.here, "emotion.text")
        return self._build(LANGUAGE_ANALYZERS, chosen.provider, local) if chosen else None

    def face_analyzer(self, local: LocalWorker) -> FaceAnalyzer:
        """One for faces. Raises `InputError` when nobody can measure any."""
        chosen = _pick(FACE_ANALYZERS, "auto", self.settings, self.here, "emotion.faces")
        analyzer = self._build(FACE_ANALYZERS, chosen.provider, local) if chosen else None
        if analyzer is None:
            lacking = _no_gateway(self.settings, self.here)
            raise InputError(
                "nobody can measure faces here; set emotion.hume_v0.url and its key",
                field=lacking.field if lacking else "emotion.hume_v0.url",
                status=409,
            )
        return analyzer

    def model(self, name: str) -> SuggestionModel | None:
        """The language model of this name; None for cues alone."""
        return self._build(MODELS, name, LocalWorker(self.settings))

    def _emotion(self, policy: Policy) -> str:
        return choose_emotion(self.settings, self.here, policy).provider

    def _build(
        self, table: Sequence[Provider[T]], name: str, local: LocalWorker, spec: MeetingSpec | None = None
    ) -> T | None:
        row = _row(table, name)
        if row is None:
            return None
        return row.build(BuildContext(self.settings, local, self.gateway, spec or MeetingSpec(), self.slots))
