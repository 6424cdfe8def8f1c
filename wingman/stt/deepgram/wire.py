"""Deepgram's live protocol (`/v1/listen`) as pure functions: settings to URL, JSON in, faults out.

Source: Deepgram's API description and deepgram-sdk 7.17. Messages hold only the fields the pipeline uses;
msgspec skips the rest, which makes decoding 35 to 50 times cheaper than the SDK's models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlencode

import msgspec

from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import NOT_JSON
from wingman.core.retry_after import retry_after
from wingman.core.surrogates import loads
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.stt.deepgram.lenient import mend

LISTEN_PATH = "/v1/listen"
Seconds: TypeAlias = float
"""Stream time: seconds of audio submitted on this connection. Whether it can be true is for `bounds`."""


class Unreadable(Exception):
    """The provider sent something that is not a message of its protocol."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One word of an alternative."""

    start: Seconds
    end: Seconds
    word: str = ""
    confidence: float = 1.0
    """Beyond 0 to 1 it says nothing; see `sureness`."""
    punctuated_word: str | None = None
    speaker: int | None = None

    @property
    def text(self) -> str:
        """As it should be shown."""
        return self.punctuated_word or self.word

    @property
    def sureness(self) -> float:
        """The confidence, 0 to 1; a number that is none counts as not given."""
        return self.confidence if 0 <= self.confidence <= 1 else 1.0


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """One reading of what was said."""

    words: tuple[Heard, ...] = ()
    transcript: str = ""


class Alternatives(msgspec.Struct, frozen=True, gc=False):
    """The readings, best first."""

    alternatives: tuple[Alternative, ...] = ()


class Results(msgspec.Struct, frozen=True, tag_field="type", tag="Results", gc=False):
    """The window `[start, start + duration)`: settled when `is_final`, else everything heard in it so far."""

    start: Seconds
    duration: Seconds
    channel: Alternatives
    is_final: bool = False
    speech_final: bool = False
    from_finalize: bool = False

    @property
    def end(self) -> float:
        """Seconds of this connection's audio at which the window ends."""
        return self.start + self.duration

    @property
    def words(self) -> tuple[Heard, ...]:
        """The words of the best alternative; spread over the window where only a text was sent."""
        if not self.channel.alternatives:
            return ()
        best = self.channel.alternatives[0]
        if best.words or not best.transcript.strip():
            return best.words
        texts = best.transcript.split()
        each = self.duration / len(texts)
        return tuple(
            Heard(self.start + each * n, self.start + each * (n + 1), text) for n, text in enumerate(texts)
        )


class SpeechStartedMessage(msgspec.Struct, frozen=True, tag_field="type", tag="SpeechStarted", gc=False):
    """Somebody began to speak."""

    timestamp: Seconds


class UtteranceEnd(msgspec.Struct, frozen=True, tag_field="type", tag="UtteranceEnd", gc=False):
    """A pause long enough to end an utterance."""

    last_word_end: float
    """-1 when the text had been finalised already: ignore it then."""


class Metadata(msgspec.Struct, frozen=True, tag_field="type", tag="Metadata", gc=False):
    """The closing summary; no greeting."""

    duration: float = 0.0
    request_id: str = ""


class ErrorMessage(msgspec.Struct, frozen=True, tag_field="type", tag="Error", gc=False):
    """Something we sent was not understood; the stream stays open."""

    description: str = ""
    variant: str = ""


class ConfigureSuccess(msgspec.Struct, frozen=True, tag_field="type", tag="ConfigureSuccess", gc=False):
    """New settings were taken."""

    request_id: str = ""


class ConfigureFailure(msgspec.Struct, frozen=True, tag_field="type", tag="ConfigureFailure", gc=False):
    """New settings were refused."""

    code: str = ""
    description: str = ""


Message: TypeAlias = (
    Results
    | SpeechStartedMessage
    | UtteranceEnd
    | Metadata
    | ErrorMessage
    | ConfigureSuccess
    | ConfigureFailure
)

_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


class _Tagged(msgspec.Struct, frozen=True):
    type: str


_tag_decoder = msgspec.json.Decoder(_Tagged)
_KNOWN = frozenset(
    ("Results", "SpeechStarted", "UtteranceEnd", "Metadata", "Error", "ConfigureSuccess", "ConfigureFailure")
)


def decode(raw: bytes, odd: Callable[[tuple[str, ...]], None] = lambda _: None) -> Message | None:
    """One message; None when its type is new to us. Raises `Unreadable`.

    `odd` hears the names of fields that were not what they ought to be and fell back to a default.
    """
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as broken:
        mended = mend(raw)
        if mended is None:
            if _kind(raw) in _KNOWN:
                raise Unreadable(f"unreadable message: {broken}") from None
            return None
        tree, names = mended
        if tree["type"] not in _KNOWN:
            return None
        try:
            message: Message = msgspec.convert(tree, Message)
        except (msgspec.MsgspecError, RecursionError):
            raise Unreadable(f"unreadable message: {broken}") from None
        odd(names)
        return message


def _kind(raw: bytes) -> str:
    try:
        return _tag_decoder.decode(raw).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "Results"


def diarizes(settings: DeepgramSettings, channel: Channel) -> bool:
    """Whether speakers are told apart on `channel`."""
    return settings.diarize == "on" or (settings.diarize == "auto" and channel is Channel.TAB)


def query(settings: DeepgramSettings, channel: Channel) -> list[tuple[str, str]]:
    """The query parameters in the order they are sent. Options left at the service's default are left out."""
    pairs = [
        ("model", settings.model),
        ("language", settings.language),
        ("encoding", "linear16"),
        ("sample_rate", str(SAMPLE_RATE)),
        ("channels", "1"),
        ("endpointing", str(settings.endpointing_ms) if settings.endpointing_ms else "false"),
    ]
    if settings.version:
        pairs.append(("version", settings.version))
    if settings.utterance_end_ms and settings.interim_results:
        pairs.append(("utterance_end_ms", str(settings.utterance_end_ms)))
    if diarizes(settings, channel):
        pairs.append(("diarize_model", "latest"))
    switches = {
        "interim_results": settings.interim_results,
        "vad_events": settings.vad_events,
        "smart_format": settings.smart_format,
        "no_delay": settings.no_delay,
        "numerals": settings.numerals,
        "profanity_filter": settings.profanity_filter,
        "filler_words": settings.filler_words,
        "mip_opt_out": settings.mip_opt_out,
    }
    pairs += [(name, "true") for name, on in switches.items() if on]
    lists = {
        "keyterm": settings.keyterms,
        "language_hint": settings.language_hints,
        "redact": settings.redact,
        "tag": settings.tags,
        "extra": (f"channel:{channel}",),
    }
    pairs += [(name, value) for name, values in lists.items() for value in values]
    return pairs


def listen_url(settings: DeepgramSettings, channel: Channel) -> str:
    """The whole WebSocket URL."""
    return f"{settings.url.rstrip('/')}{LISTEN_PATH}?{urlencode(query(settings, channel))}"


def rest_url(settings: DeepgramSettings) -> str:
    """The REST root, by default that of the WebSocket's host."""
    if settings.rest_url:
        return settings.rest_url.rstrip("/")
    scheme, _, rest = settings.url.rstrip("/").partition("://")
    return f"{'https' if scheme == 'wss' else 'http'}://{rest}"


def check(settings: DeepgramSettings) -> None:
    """Refuse settings the service would refuse. Raises `InputError` that names the setting and the mend."""
    where = "transcribe.deepgram"
    if not settings.url.startswith(("ws://", "wss://")):
        raise InputError(
            f"`{where}.url` must begin with wss:// or ws://, not {settings.url!r}", field=f"{where}.url"
        )
    if not 1 <= settings.token_ttl_s <= 3600:
        raise InputError(f"`{where}.token_ttl_s` must be between 1 and 3600", field=f"{where}.token_ttl_s")
    if not 20 <= settings.chunk_ms <= 250:
        raise InputError(f"`{where}.chunk_ms` must be between 20 and 250", field=f"{where}.chunk_ms")
    if settings.utterance_end_ms and not 1000 <= settings.utterance_end_ms <= 5000:
        raise InputError(
            f"`{where}.utterance_end_ms` must be 0 or between 1000 and 5000", field=f"{where}.utterance_end_ms"
        )
    if settings.language_hints and settings.language != "multi":
        raise InputError(
            f"`{where}.language_hints` needs `language: multi`; set it or remove the hints",
            field=f"{where}.language_hints",
        )
    if len(settings.keyterms) > 100:
        raise InputError(f"`{where}.keyterms` holds more than 100 terms", field=f"{where}.keyterms")


_REFUSALS: Mapping[int, tuple[FaultKind, str]] = {
    400: (
        FaultKind.BAD_REQUEST,
        "Deepgram refused the request: {detail}. Check the transcribe.deepgram settings.",
    ),
    401: (FaultKind.AUTH, "Deepgram refused the API key. Set DEEPGRAM_API_KEY to a valid key."),
    402: (FaultKind.BILLING, "The Deepgram project has no credit left. Top it up to get transcripts again."),
    403: (FaultKind.FORBIDDEN, "The Deepgram project may not use this model ({detail})."),
    404: (
        FaultKind.BAD_REQUEST,
        "There is no Deepgram service at this address. Check transcribe.deepgram.url.",
    ),
    414: (FaultKind.BAD_REQUEST, "Deepgram refused the request as too long. Use fewer keyterms."),
    429: (FaultKind.RATE_LIMITED, "Deepgram's limit of concurrent streams for this project is reached."),
}
RATE_LIMITED_WAIT_S = 2.0
"""The stream limit is per project, so all workers compete: wait longer than after a lost connection."""


def refused(status: int, headers: Mapping[str, str], body: bytes) -> ProviderFault:
    """A refused handshake as a fault. `headers` have lower-case names."""
    try:
        answer = loads(body.decode("utf-8-sig")) if body else {}
    except NOT_JSON:
        answer = {}
    answer = answer if isinstance(answer, dict) else {}
    detail = str(headers.get("dg-error") or answer.get("err_msg") or answer.get("message") or f"HTTP {status}")
    kind, sentence = _REFUSALS.get(status, (None, ""))
    if kind is None:
        kind, sentence = _other_status(status)
    wait = retry_after(headers)
    if kind is FaultKind.RATE_LIMITED and wait is None:
        wait = RATE_LIMITED_WAIT_S
    return ProviderFault(
        sentence.format(status=status, detail=detail[:200].rstrip(".")),
        kind=kind,
        code=str(status),
        retry_after=wait,
    )


def _other_status(status: int) -> tuple[FaultKind, str]:
    """A status without a meaning of its own. Below 400 it was not the service that answered."""
    if status < 400:
        sentence = (
            "Something between here and Deepgram answered in its place (HTTP {status}). "
            "Check transcribe.deepgram.url, and the network's proxy or sign-in page."
        )
        return FaultKind.UNAVAILABLE, sentence
    if status >= 500 or status == 408:
        return FaultKind.UNAVAILABLE, "Deepgram is unavailable at the moment (HTTP {status})."
    return FaultKind.BAD_REQUEST, "Deepgram refused the connection (HTTP {status}: {detail})."


_REASONS = (
    (
        ("net0001", "net-0001", "net-0002", "net0002", "no_audio_timeout"),
        FaultKind.NETWORK,
        "Deepgram closed the stream because no audio reached it.",
    ),
    (("net0000", "net-0000"), FaultKind.UNAVAILABLE, "Deepgram could not produce a transcript in time."),
    (("data-0000", "data0000"), FaultKind.PROTOCOL, "Deepgram could not decode the audio."),
)


def closed(code: int, reason: str) -> ProviderFault:
    """A connection that ended before we had ended it, as a fault. All of them may be retried."""
    folded = reason.casefold()
    for marks, kind, sentence in _REASONS:
        if any(mark in folded for mark in marks):
            return ProviderFault(sentence, kind=kind, code=str(code))
    if code == 1006:
        return ProviderFault("The connection to Deepgram was lost.", kind=FaultKind.NETWORK, code="1006")
    if code in (1002, 1003, 1007, 1008, 1009):
        return ProviderFault(
            f"Deepgram ended the stream over a protocol error (close code {code}).",
            kind=FaultKind.PROTOCOL,
            code=str(code),
        )
    return ProviderFault(
        f"Deepgram ended the stream (close code {code}).", kind=FaultKind.UNAVAILABLE, code=str(code)
    )
