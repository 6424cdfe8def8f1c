"""One request in, one reply out: what a v0 stream remembers, where it hears a voice, and no exception ever."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.each import each
from wingman.emotion.hume_v0.wire import wav
from wingman.testing.hume_v0.names import LANGUAGE, VOICE
from wingman.testing.hume_v0.replies import (
    CUES,
    MEMBERS,
    OPTIONS,
    RATE,
    Manner,
    Samples,
    Stream,
    answer,
    emotions,
    felt_in,
    voiced_stretches,
)
from wingman.testing.hume_v0.shapes import code_of

TONE = (8000 * np.sin(np.arange(RATE) / 5)).astype(np.int16)
QUIET = np.zeros(RATE // 2, np.int16)


def clip(*parts: Samples) -> str:
    return b64encode(wav(np.concatenate(parts).astype("<i2").tobytes())).decode()


class Judge:
    """Hears Interest, and keeps where."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int | None]] = []

    def __call__(self, audio: Samples, start: int | None) -> str:
        self.asked.append((len(audio), start))
        return "Interest"


def ask(stream: Stream, **request: Any) -> dict[str, Any]:
    return answer(json.dumps(request), stream)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["AAAA", clip(QUIET)])
)
MODELS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from([*OPTIONS, "voice"]), st.none() | st.just({}) | VALUES, max_size=3
)
REQUESTS = st.dictionaries(st.sampled_from([*sorted(MEMBERS), "odd"]), VALUES | MODELS, max_size=5)


@settings(max_examples=100)
@given(st.lists(REQUESTS.map(json.dumps) | st.text(max_size=30), max_size=4))
def test_no_request_is_an_exception(lines: list[str]) -> None:
    stream = Stream(Judge())
    for line in lines:
        assert isinstance(answer(line, stream), dict)


def test_a_clips_name_says_where_its_voice_is() -> None:
    judge = Judge()
    reply = ask(Stream(judge), data=clip(QUIET, TONE), models={"prosody": {}}, payload_id="clip-32000")
    assert reply["payload_id"] == "clip-32000"
    [heard] = reply["prosody"]["predictions"]
    assert heard["time"] == {"begin": 0.5, "end": 1.5}
    assert judge.asked == [(RATE, 32_000 + RATE // 2)]
    ask(Stream(judge), data=clip(TONE), models={"prosody": {}}, payload_id="other")
    assert judge.asked[-1] == (RATE, None)


def test_a_clip_that_begins_the_recording_has_its_voice_where_it_is() -> None:
    judge = Judge()
    ask(Stream(judge), data=clip(QUIET, TONE), models={"prosody": {}}, payload_id="clip-0")
    assert judge.asked == [(RATE, RATE // 2)]


@each("value", ["many", 0, -1, True, [], {}])
@each("option", ["fps_pred", "prob_threshold", "min_face_size"])
def test_an_option_that_must_be_a_number_is_one(option: str, value: Any) -> None:
    assert code_of(ask(Stream(Judge()), data=clip(TONE), models={"face": {option: value}})) == "E0101"


def test_earlier_sound_stays_in_the_window_until_it_is_reset() -> None:
    stream = Stream(Judge())
    for expected, more in (([(0.0, 1.0)], {}), ([(0.0, 2.0)], {}), ([(0.0, 1.0)], {"reset_stream": True})):
        reply = ask(stream, data=clip(TONE), models={"prosody": {}}, **more)
        found = [(each["time"]["begin"], each["time"]["end"]) for each in reply["prosody"]["predictions"]]
        assert found == expected
    assert stream.seconds == 3.0
    reply = ask(stream, data=clip(TONE), models={"prosody": {}}, stream_window_ms=1500)
    assert reply["prosody"]["predictions"][0]["time"]["end"] == 1.5


def test_models_that_were_chosen_once_hold_for_what_follows() -> None:
    stream = Stream(Judge())
    assert code_of(ask(stream, data=clip(TONE))) == "E0101"
    assert ask(stream, models={"burst": {}}, job_details=True) == {"job_details": {"job_id": stream.job_id}}
    assert set(ask(stream, data=clip(TONE))) == {"burst"}
    assert set(ask(stream, data=clip(TONE), models={"prosody": {}})) == {"prosody"}


def test_silence_is_a_warning_and_sound_too_long_a_refusal() -> None:
    stream = Stream(Judge())
    assert "W0105" in str(ask(stream, data=clip(QUIET), models={"prosody": {}}))
    assert code_of(ask(stream, data=clip(*[TONE] * 5), models={"prosody": {}})) == ""
    assert code_of(ask(stream, data=clip(*[TONE] * 5, QUIET), models={"prosody": {}})) == "E0203"


@given(st.text(alphabet="ab .!?\n🙂", max_size=40), st.sampled_from(["word", "sentence", "utterance"]))
def test_every_piece_of_a_text_stands_where_it_says(text: str, granularity: str) -> None:
    reply = ask(Stream(Judge()), data=text, raw_text=True, models={"language": {"granularity": granularity}})
    at = 0
    for piece in reply["language"]["predictions"]:
        begin, end = piece["position"]["begin"], piece["position"]["end"]
        assert at <= begin < end
        assert piece["text"] == text[begin:end]
        assert piece["text"].strip()
        at = end
    joined = "".join(piece["text"] for piece in reply["language"]["predictions"])
    assert "".join(joined.split()) == "".join(text.split())


@each(("cue", "name"), CUES.items())
def test_a_cue_word_stands_out_by_its_score(cue: str, name: str) -> None:
    listed = emotions(LANGUAGE, felt_in(f"Well, {cue.upper()}!"))
    assert max(listed, key=lambda one: one["score"])["name"] == name
    assert felt_in("the door is open") == "Calmness"


def test_a_name_of_nobodys_list_is_put_in_its_place() -> None:
    listed = [one["name"] for one in emotions(VOICE, "Boldness", Manner().strongest)]
    assert listed == sorted([*VOICE, "Boldness"])
    assert [one["name"] for one in emotions(VOICE, "")] == list(VOICE)


def test_voices_are_found_between_silences() -> None:
    assert voiced_stretches(np.concatenate((QUIET, TONE, QUIET, TONE))) == [(8000, 24_000), (32_000, 48_000)]
    assert voiced_stretches(QUIET) == []
