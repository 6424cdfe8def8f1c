"""Settings of the transcribers."""

from __future__ import annotations

from typing import Literal

from wingman.config.retry import RetrySettings
from wingman.config.section import AtLeastOne, Count, NotNegative, Positive, Secret, Section, Share


class DeepgramSettings(Section, frozen=True):
    """Deepgram, live and for recordings, or a server with its wire."""

    api_key: Secret = Secret()
    """Key of the Deepgram project (also read from DEEPGRAM_API_KEY)."""
    auth: Literal["key", "token"] = "key"
    """`key` sends the key itself; `token` exchanges it for a short-lived token before each connection."""
    token_ttl_s: Count = 60
    """Life of such a token in seconds, 1 to 3600; it is needed at the handshake only."""
    url: str = "wss://api.deepgram.com"
    """WebSocket root of the live service; a regional host or a local emulator."""
    rest_url: str = ""
    """REST root for recordings and tokens; empty means the host of `url`."""
    model: str = "nova-3"
    """Model name; `nova-3` is the vendor's choice for meetings."""
    version: str = ""
    """Model version to pin; empty means the newest."""
    language: str = "en"
    """BCP-47 tag, or `multi`."""
    language_hints: tuple[str, ...] = ()
    """Expected languages, only with `nova-3` and `language: multi`."""
    keyterms: tuple[str, ...] = ()
    """Names and terms to listen for, about 100 at most (nova-3)."""
    interim_results: bool = True
    """Show words before they are settled; also needed for `utterance_end_ms`."""
    endpointing_ms: Count = 300
    """Silence in milliseconds that ends a phrase; 0 switches it off. 100 suits `language: multi`."""
    utterance_end_ms: Count = 1000
    """Gap between words in milliseconds that ends an utterance, 1000 to 5000; 0 switches it off."""
    vad_events: bool = True
    """Report when a voice begins."""
    smart_format: bool = True
    """Punctuation, capitals, numbers, dates and amounts as one writes them."""
    no_delay: bool = False
    """Do not wait for formatting to complete an entity such as a long number."""
    numerals: bool = False
    """Digits for spoken numbers even without smart formatting."""
    diarize: Literal["auto", "on", "off"] = "auto"
    """Tell speakers apart; `auto` does so on the tab channel only (it lowers the project's stream limit)."""
    profanity_filter: bool = False
    """Mask swear words."""
    filler_words: bool = False
    """Keep "uh" and "um"."""
    redact: tuple[str, ...] = ()
    """What the provider masks: `pci`, `ssn`, `numbers`, `aggressive_numbers`."""
    mip_opt_out: bool = True
    """Keep audio and transcripts out of the vendor's model improvement (may change the price)."""
    tags: tuple[str, ...] = ("wingman",)
    """Labels shown in the vendor's usage reports."""
    chunk_ms: Count = 100
    """Audio per frame in milliseconds, 20 to 250."""
    keepalive_s: Positive = 4.0
    """Send KeepAlive after this many seconds without audio; the service closes after 10."""
    idle_finalize_s: Positive = 1.0
    """Ask for what is pending after this many seconds without audio."""
    max_unsettled_s: Positive = 20.0
    """Ask for a final when this many seconds of audio are unsettled, so that a replay stays short."""
    replay_rate: Positive = 1.25
    """Seconds of audio per second while catching up; the service accepts no more than 1.25 on a stream."""
    stall_slack_s: NotNegative = 2.0
    """Seconds of unanswered audio that are normal (results come about once per second)."""
    stall_limit_s: Positive = 5.5
    """Without progress for this many seconds beyond the slack the connection counts as dead."""
    open_s: Positive = 5.0
    """Longest wait for a connection to open, in seconds."""
    close_s: Positive = 8.0
    """Longest wait for the last words after the end of the audio, in seconds."""
    retry: RetrySettings = RetrySettings()


class MoonshineSettings(Section, frozen=True):
    """The Moonshine recogniser on this machine."""

    model_dir: str = ""
    """Where `wingman models fetch` keeps models; empty means `~/.cache/wingman/moonshine`."""
    model: Literal["tiny-streaming", "small-streaming", "medium-streaming"] = "small-streaming"
    """Which English model to use: 78, 224 or 416 MB; larger ones hear better."""


class WhisperSettings(Section, frozen=True):
    """Whisper on this machine."""

    model: str = "base"
    """Which model: `tiny.en`, `base`, `small` or another one `wingman models list` shows, or one you added."""
    model_dir: str = ""
    """A folder that holds the model's files, for machines without a network; empty means where
    `wingman models fetch` puts them: `~/.cache/wingman/whisper`."""
    language: str = "auto"
    """ISO 639-1 code such as `en`; `auto`: found out over each channel's first utterances, then fixed; several
    with commas, such as `en,fr`: one of these."""
    keyterms: tuple[str, ...] = ()
    """Names of this meeting the model should write right, most specific first; about 40 tokens are used.
    Unrelated ones cost accuracy."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where the model computes; `cuda` needs an NVIDIA card and its libraries."""
    threads: Count = 1
    """Threads per decode; 0 leaves it to CTranslate2 (up to four, or OMP_NUM_THREADS). A second one wins 4 to
    31 % of the time and costs 12 to 43 % more."""
    workers: AtLeastOne = 1
    """Decodes at once, on this machine: a second one carries twice the channels where cores are free."""
    interim_s: Positive = 1.0
    """New speech in seconds between two looks at a running utterance; 0.5 doubles the cost."""


class EmbeddedSettings(Section, frozen=True):
    """PocketSphinx on this machine, and the voice detector all local recognisers share."""

    max_utterance_s: Positive = 15.0
    """No utterance of a local transcriber gets longer; it is cut where the last seconds are quietest."""
    end_silence_ms: Count = 416
    """Silence that ends an utterance; 250 suffice once somebody has spoken for 8 seconds."""


class SpeakerSettings(Section, frozen=True):
    """Telling the voices of the tab apart on this machine; needs the extra `speakers` and two model files of
    yours. Without them everybody in the tab is "them"; Deepgram has `diarize` of its own."""

    segmentation: str = ""
    """ONNX file that finds voices, overlaps included: pyannote's segmentation, as sherpa-onnx publishes it."""
    embedding: str = ""
    """ONNX file that knows a voice again: a speaker embedding that sherpa-onnx publishes."""
    alike: Share = 0.5
    """How alike two voices are (cosine, 0 to 1) to be taken for one person's; it depends on the embedding."""
    most: AtLeastOne = 8
    """No more people than this are told apart; further voices have no name."""


class TranscribeSettings(Section, frozen=True):
    """Who turns sound into words."""

    provider: Literal["auto", "deepgram", "whisper", "moonshine", "embedded", "off"] = "auto"
    """`auto`: Deepgram with a key, else Whisper with its extra and model, else Moonshine likewise, else
    embedded."""
    deepgram: DeepgramSettings = DeepgramSettings()
    whisper: WhisperSettings = WhisperSettings()
    moonshine: MoonshineSettings = MoonshineSettings()
    embedded: EmbeddedSettings = EmbeddedSettings()
    speakers: SpeakerSettings = SpeakerSettings()
