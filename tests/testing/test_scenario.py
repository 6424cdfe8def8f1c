"""What was spoken, when: words on a sample grid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import InputError
from wingman.testing.scenario import Track, between, load, parse, say, single, timed_words

TALK = single(say("one two three", 1.0), say("four five", 5.0, emotion="Joy", speaker=1))


def test_words_lie_in_their_turns() -> None:
    track = TALK.track("tab")
    assert [word.text for word in track.words] == ["one", "two", "three", "four", "five"]
    assert track.turn_at(1.4) is not None
    assert track.turn_at(3.0) is None
    assert [turn.emotion for turn in track.turns_between(4.0, 9.0)] == ["Joy"]


def test_a_channel_nobody_named_is_the_only_one_there_is() -> None:
    assert TALK.track("anything") == TALK.track("tab")
    assert parse({"channels": {"tab": {}, "mic": {}}}).track("other") == Track()


@given(st.lists(st.integers(0, 120_000), max_size=12).map(sorted))
def test_every_word_is_said_once_however_it_is_asked_for(cuts: list[int]) -> None:
    words = timed_words(TALK.track("tab"), 16_000)
    said = [w for a, b in zip([-1, *cuts], [*cuts, 10**6], strict=True) for w in between(words, a, b)]
    assert tuple(said) == words


def test_a_file_that_is_wrong_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    with pytest.raises(InputError, match="cannot read"):
        load(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not valid JSON"):
        load(path)
    path.write_text(json.dumps({"channels": {"tab": {"turns": [{"start": "now"}]}}}), encoding="utf-8")
    with pytest.raises(InputError, match="the scenario is wrong"):
        load(path)
