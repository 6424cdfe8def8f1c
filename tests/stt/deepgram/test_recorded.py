"""What is asked for a recording, and how its answer becomes finals."""

from __future__ import annotations

import io
import json
import wave
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.each import each
from wingman.config.stt import DeepgramSettings
from wingman.core.speech import Word
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.link.offsets import Offsets
from wingman.stt.deepgram import wire
from wingman.stt.deepgram.recorded import (
    HEADER_BYTES,
    Labels,
    finals,
    hosted,
    listen_url,
    read_answer,
    wav_header,
)

TAB = Channel.TAB


def test_the_query_names_nothing_that_is_for_streams() -> None:
    settings = DeepgramSettings(language="de", keyterms=("Wingman",), redact=("pci",), no_delay=True)
    url = urlsplit(listen_url(settings, TAB))
    assert (url.scheme, url.netloc, url.path) == ("https", "api.deepgram.com", "/v1/listen")
    assert parse_qs(url.query) == {
        "model": ["nova-3"],
        "language": ["de"],
        "diarize_model": ["latest"],
        "smart_format": ["true"],
        "mip_opt_out": ["true"],
        "keyterm": ["Wingman"],
        "redact": ["pci"],
        "tag": ["wingman"],
        "extra": ["channel:tab"],
    }
    assert "diarize_model" not in listen_url(settings, Channel.MIC)


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("wss://api.deepgram.com", True),
        ("wss://api.eu.deepgram.com", True),
        ("wss://deepgram.com.example.org", False),
        ("wss://notdeepgram.com", False),
        ("ws://127.0.0.1:8080", False),
    ],
)
def test_the_vendor_is_known_by_its_host(url: str, known: bool) -> None:
    assert hosted(DeepgramSettings(url=url)) is known


def test_the_header_makes_a_wav_file() -> None:
    pcm = bytes(range(200)) * 4
    with wave.open(io.BytesIO(wav_header(len(pcm)) + pcm)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 1, 2)
        assert file.readframes(9999) == pcm
    assert len(wav_header(0)) == HEADER_BYTES


def answer(*words: dict[str, Any], **more: Any) -> bytes:
    reading = {"transcript": " ".join(w.get("word", "") for w in words), "words": list(words), **more}
    return json.dumps({"metadata": {}, "results": {"channels": [{"alternatives": [reading]}]}}).encode()


def said(text: str, start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end, "confidence": 0.9, **more}


@each(
    ("body", "texts", "odd"),
    [
        (answer(said("hi", 0.5, 0.9)), ["hi"], False),
        (b"\xef\xbb\xbf" + answer(said("hi", 0.5, 0.9)), ["hi"], False),
        (answer(said("hi", 0.5, 0.9, confidence=None)), ["hi"], True),
        (answer(said("hi", 0.5, 0.9, speaker="1")), ["hi"], True),
        (answer(said("hi", "0.5", "0.9")), ["hi"], True),
        (answer(said("hi", 0.5, 0.9), said("you", None, None)), ["hi", "you"], True),
        (answer(transcript="two words"), ["two", "words"], False),
        (answer(), [], False),
    ],
)
def test_an_odd_field_costs_itself(body: bytes, texts: list[str], odd: bool) -> None:
    told: list[str] = []
    found = read_answer(body, 10 * SAMPLE_RATE, told.extend)
    assert [heard.text for heard in found] == texts
    assert bool(told) is odd


@each(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"results": 1}',
        b'{"results": {"channels": []}}',
        b'{"results": {"channels": [{"alternatives": []}]}}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_transcript_is_refused(body: bytes) -> None:
    with pytest.raises(wire.Unreadable):
        read_answer(body, SAMPLE_RATE, lambda _: None)


def word(text: str, start: float, speaker: str | None = None) -> Word:
    at = round(start * SAMPLE_RATE)
    return Word(text, at, at + SAMPLE_RATE // 2, 1.0, speaker)


def test_a_final_an_utterance_and_all_of_the_window_is_covered() -> None:
    words = [word("one", 1.0), word("two", 1.6), word("three", 4.0), word("four", 4.6, "1.1")]
    found = finals(TAB, words, Span(0, 10 * SAMPLE_RATE), 1000)
    assert [[w.text for w in final.words] for final in found] == [["one", "two"], ["three"], ["four"], []]
    assert [final.span.start for final in found][1:] == [final.span.end for final in found][:-1]
    assert (found[0].span.start, found[-1].span.end) == (0, 10 * SAMPLE_RATE)
    assert finals(TAB, [], Span(5, 5)) == []


def test_who_is_heard_twice_is_one_person() -> None:
    labels = Labels()
    heard = [wire.Heard(a, a + 0.5, f"w{a}", speaker=s) for a, s in ((1.0, 0), (8.0, 1), (9.0, 0))]
    first = labels.name(heard, Offsets(0), 0)
    assert [w.speaker for w in first] == ["1.0", "1.1", "1.0"]
    # the second request begins at 7 s, and calls them the other way round; a third voice is new
    offsets = Offsets(7 * SAMPLE_RATE)
    offsets.sent(7 * SAMPLE_RATE, 20 * SAMPLE_RATE)
    again = [wire.Heard(a, a + 0.5, "w", speaker=s) for a, s in ((1.0, 0), (2.0, 1), (4.0, 0), (5.0, 2))]
    second = labels.name(again, offsets, 10 * SAMPLE_RATE)
    assert [(w.speaker, w.start // SAMPLE_RATE) for w in second] == [("1.1", 11), ("2.2", 12)]
