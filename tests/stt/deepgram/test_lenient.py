"""One odd field costs that field, never the sentence."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.stt.deepgram import wire

WORD: dict[str, Any] = {
    "word": "alpha",
    "punctuated_word": "Alpha.",
    "start": 1.0,
    "end": 1.5,
    "confidence": 0.9,
}
NAN, INFINITE = float("nan"), float("inf")


def message(word: dict[str, Any] | None = None, **fields: Any) -> bytes:
    words = [{**WORD, **(word or {})}]
    best: dict[str, Any] = {"transcript": "alpha", "confidence": 0.9, "words": words, **fields.pop("best", {})}
    whole = {
        "type": "Results",
        "start": 0.0,
        "duration": 2.0,
        "is_final": True,
        "channel": {"alternatives": [best]},
        **fields,
    }
    return json.dumps(whole).encode()


ODD: list[tuple[str, bytes, set[str]]] = [
    ("confidence null", message({"confidence": None}), {"confidence"}),
    ("confidence text", message({"confidence": "0.9"}), {"confidence"}),
    ("confidence NaN", message({"confidence": NAN}), {"confidence"}),
    ("confidence a list", message({"confidence": [1]}), {"confidence"}),
    ("speaker text", message({"speaker": "2"}), {"speaker"}),
    ("speaker named", message({"speaker": "S1"}), {"speaker"}),
    ("speaker float", message({"speaker": 1.0}), set()),
    ("speaker half", message({"speaker": 1.5}), {"speaker"}),
    ("speaker true", message({"speaker": True}), {"speaker"}),
    ("end negative", message({"start": -0.02, "end": -0.01}), set()),
    ("times as text", message({"start": "1.0", "end": "1.5"}), {"words"}),
    ("word a number", message({"word": 5}), {"word"}),
    ("punctuated a number", message({"punctuated_word": 5}), {"punctuated_word"}),
    ("speech_final null", message(speech_final=None), {"speech_final"}),
    ("is_final text", message(is_final="true"), {"is_final"}),
    ("is_final one", message(is_final=1), {"is_final"}),
    ("from_finalize text", message(from_finalize="no"), {"from_finalize"}),
    ("duration text", message(duration="2.0"), {"duration"}),
    ("duration missing", message(duration=None), {"duration"}),
    ("duration NaN", message(duration=NAN), {"duration"}),
    ("alternatives an object", json.dumps(
        {"type": "Results", "start": 0, "duration": 2, "is_final": True,
         "channel": {"alternatives": {"transcript": "alpha", "words": [WORD]}}}
    ).encode(), set()),
    ("transcript null", message(best={"transcript": None}), set()),
    ("words null", message(best={"words": None}), set()),
    ("words a number", message(best={"words": 5}), {"words"}),
    ("words true", message(best={"words": True}), {"words"}),
    ("words an object", message(best={"words": {"0": WORD}}), {"words"}),
    ("a word null", message(best={"words": [None]}), {"words"}),
    ("a word without a time", message({"end": None}), {"words"}),
    ("a byte order mark", b"\xef\xbb\xbf" + message({"confidence": None}), {"confidence"}),
    ("more than one", message({"confidence": None, "speaker": "x"}), {"confidence", "speaker"}),
]  # fmt: skip


@each(("raw", "names"), [case[1:] for case in ODD])
def test_the_word_is_heard(raw: bytes, names: set[str]) -> None:
    noted: list[str] = []
    got = wire.decode(raw, noted.extend)
    assert isinstance(got, wire.Results)
    assert got.is_final
    assert [word.text.strip(".").lower() for word in got.words] in (["alpha"], ["5"])
    assert got.end == pytest.approx(2.0, abs=0.51)
    assert names <= set(noted)


def test_what_matters_stays_strict() -> None:
    for raw in (message(start=None), message(start="soon"), message(start=INFINITE), b"{", b"[]", b'"x"'):
        with pytest.raises(wire.Unreadable):
            wire.decode(raw)


def test_other_messages_bend_as_well() -> None:
    assert wire.decode(b'{"type":"UtteranceEnd","last_word_end":"1.5"}') == wire.UtteranceEnd(1.5)
    assert wire.decode(b'{"type":"SpeechStarted","timestamp":"0.5"}') == wire.SpeechStartedMessage(0.5)
    assert wire.decode(b'{"type":"Metadata","duration":null}') == wire.Metadata()
    assert wire.decode(b'{"type":"Error","description":5,"variant":"x"}') == wire.ErrorMessage("", "x")
    assert wire.decode(b'{"type":"New","what":null}') is None


def test_what_is_right_is_never_touched() -> None:
    noted: list[str] = []
    assert wire.decode(message({"speaker": 3}), noted.extend) is not None
    assert not noted


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["word", "start", "end", "words", "alternatives"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["start", "duration", "is_final", "speech_final", "channel", "metadata"]), anything
    ),
    st.dictionaries(st.sampled_from(list(WORD)), anything),
)
def test_anything_is_read_or_refused(fields: dict[str, Any], word: dict[str, Any]) -> None:
    with contextlib.suppress(wire.Unreadable):
        got = wire.decode(message(word, **fields))
        assert isinstance(got, wire.Results)
        assert isinstance(got.words, tuple)


def test_half_of_a_sign_costs_itself() -> None:
    raw = b'{"type":"Results","start":0,"duration":1,"is_final":true,"channel":{"alternatives":['
    raw += rb'{"words":[{"word":"\ud800yes \ud83d\ude00","start":0.1,"end":0.4,"confidence":0.9}]}]}}'
    message = wire.decode(raw)
    assert isinstance(message, wire.Results)
    assert message.words[0].text == "\ufffdyes \U0001f600"
