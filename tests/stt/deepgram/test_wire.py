"""Settings to URL, JSON in, faults out."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tests.support.refusals import REFUSALS
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, InputError
from wingman.core.time import Channel
from wingman.stt.deepgram import wire
from wingman.testing.deepgram.speech import StreamOptions

RESULTS = {
    "type": "Results",
    "channel_index": [0, 1],
    "start": 12.08,
    "duration": 3.12,
    "is_final": True,
    "speech_final": True,
    "channel": {
        "alternatives": [
            {
                "transcript": "We could",
                "confidence": 0.98,
                "words": [
                    {
                        "word": "we",
                        "start": 14.08,
                        "end": 14.24,
                        "confidence": 0.97,
                        "punctuated_word": "We",
                        "speaker": 1,
                    },
                    {"word": "could", "start": 14.24, "end": 14.56, "confidence": 0.99},
                ],
            }
        ]
    },
    "metadata": {"request_id": "r", "model_uuid": "m", "model_info": {}},
}


def test_the_defaults_suit_a_meeting() -> None:
    asked = parse_qs(urlsplit(wire.listen_url(DeepgramSettings(), Channel.TAB)).query)
    assert asked == {
        "model": ["nova-3"],
        "language": ["en"],
        "encoding": ["linear16"],
        "sample_rate": ["16000"],
        "channels": ["1"],
        "interim_results": ["true"],
        "endpointing": ["300"],
        "utterance_end_ms": ["1000"],
        "vad_events": ["true"],
        "smart_format": ["true"],
        "diarize_model": ["latest"],
        "mip_opt_out": ["true"],
        "tag": ["wingman"],
        "extra": ["channel:tab"],
    }
    StreamOptions.of(asked)
    assert "diarize_model" not in wire.listen_url(DeepgramSettings(), Channel.MIC)


def test_every_option_reaches_the_query() -> None:
    settings = DeepgramSettings(
        url="wss://api.eu.deepgram.com/",
        language="multi",
        language_hints=("de", "en"),
        keyterms=("Zoë Müller", "Wingman"),
        redact=("pci",),
        version="2026-06-01.0",
        endpointing_ms=0,
        interim_results=False,
        diarize="off",
        numerals=True,
        no_delay=True,
        filler_words=True,
        profanity_filter=True,
        mip_opt_out=False,
    )
    url = wire.listen_url(settings, Channel.TAB)
    assert url.startswith("wss://api.eu.deepgram.com/v1/listen?")
    asked = parse_qs(urlsplit(url).query)
    assert asked["keyterm"] == ["Zoë Müller", "Wingman"]
    assert asked["language_hint"] == ["de", "en"]
    assert asked["endpointing"] == ["false"]
    assert {"numerals", "no_delay", "filler_words", "profanity_filter", "redact", "version"} <= set(asked)
    assert not {"utterance_end_ms", "interim_results", "diarize_model", "mip_opt_out"} & set(asked)
    assert wire.rest_url(settings) == "https://api.eu.deepgram.com"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "https://api.deepgram.com"}, "url"),
        ({"chunk_ms": 5}, "chunk_ms"),
        ({"utterance_end_ms": 500}, "utterance_end_ms"),
        ({"language_hints": ("de",)}, "language_hints"),
        ({"keyterms": ("x",) * 101}, "keyterms"),
        ({"token_ttl_s": 0}, "token_ttl_s"),
    ],
)
def test_settings_the_service_would_refuse_are_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as refused:
        wire.check(DeepgramSettings(**changes))  # type: ignore[arg-type]  # fields by name
    assert refused.value.field == f"transcribe.deepgram.{field}"


def test_results_are_read_as_documented() -> None:
    message = wire.decode(json.dumps(RESULTS).encode())
    assert isinstance(message, wire.Results)
    assert (message.start, message.end, message.is_final, message.speech_final) == (12.08, 15.2, True, True)
    assert [(word.text, word.speaker) for word in message.words] == [("We", 1), ("could", None)]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'{"type":"Results"}', b'{"type":"UtteranceEnd","last_word_end":"x"}', b"\xff\xfe"],
)
def test_what_is_no_message_is_unreadable(raw: bytes) -> None:
    with pytest.raises(wire.Unreadable):
        wire.decode(raw)


def test_new_types_and_fields_are_ignored() -> None:
    assert wire.decode(b'{"type":"Surprise","x":[1]}') is None
    assert wire.decode(json.dumps({**RESULTS, "entities": [], "new": {"a": 1}}).encode()) is not None


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["type", "start", "duration", "channel", "alternatives", "words"]) | st.text(),
                inner,
            )
        ),
    ).map(lambda tree: json.dumps(tree).encode())
)
def test_no_input_breaks_the_decoder(raw: bytes) -> None:
    with contextlib.suppress(wire.Unreadable):
        wire.decode(raw)


@each(("status", "kind", "final"), [*REFUSALS, (408, FaultKind.UNAVAILABLE, False)])
def test_a_refused_handshake_is_classified(status: int, kind: FaultKind, final: bool) -> None:
    fault = wire.refused(status, {"dg-error": "Some reason."}, b"not json")
    assert (fault.kind, fault.final, fault.code) == (kind, final, str(status))
    assert str(fault).endswith(".")


def test_a_rate_limit_waits_as_told_or_two_seconds() -> None:
    assert wire.refused(429, {"retry-after": "7"}, b"").retry_after == 7.0
    assert wire.refused(429, {"retry-after": "soon"}, b"").retry_after == 2.0


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (1006, "", FaultKind.NETWORK),
        (1000, "", FaultKind.UNAVAILABLE),
        (1011, "Deepgram did not receive audio data. See https://dpgr.am/net0001", FaultKind.NETWORK),
        (1011, "... See https://dpgr.am/net0000", FaultKind.UNAVAILABLE),
        (1008, "DATA-0000", FaultKind.PROTOCOL),
        (1002, "", FaultKind.PROTOCOL),
    ],
)
def test_an_early_close_is_classified_and_may_be_retried(code: int, reason: str, kind: FaultKind) -> None:
    fault = wire.closed(code, reason)
    assert (fault.kind, fault.final) == (kind, False)


def test_the_key_is_in_no_url() -> None:
    settings = DeepgramSettings(api_key=Secret("hush"))
    assert "hush" not in wire.listen_url(settings, Channel.TAB) + wire.rest_url(settings) + repr(settings)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"1" * 5000, b"\xff", b"[1]", b"<html>"], ids=lambda body: repr(body[:6])
)
def test_a_refusal_whose_body_cannot_be_read_is_one_all_the_same(body: bytes) -> None:
    assert wire.refused(400, {}, body).kind is FaultKind.BAD_REQUEST
