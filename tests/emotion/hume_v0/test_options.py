"""What a gateway refuses is asked for no more; everything else still is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.emotion.hume_v0.notices import Notice
from wingman.emotion.hume_v0.options import VoiceOptions


@pytest.mark.parametrize(
    ("burst", "language", "prosody"),
    [(True, "de", {"language": "de"}), (False, "", {}), (True, "", {})],
)
def test_what_was_set_is_asked_for(burst: bool, language: str, prosody: dict[str, str]) -> None:
    models = VoiceOptions(burst, language).models()
    assert models.prosody == prosody
    assert (models.burst is not None) == burst


def test_what_is_refused_is_left_out_one_by_one() -> None:
    options = VoiceOptions(True, "de")
    assert options.give_up(Notice("E0101", "Unknown LANGUAGE for prosody"))
    assert (options.language, options.burst) == ("", True)
    assert options.give_up(Notice("E0102", "burst is not served here"))
    assert (options.models().prosody, options.models().burst) == ({}, None)


def test_the_same_refusal_again_is_worth_no_other_try() -> None:
    options = VoiceOptions(True, "de")
    refusal = Notice("E0101", "language is not allowed")
    assert options.give_up(refusal)
    assert not options.give_up(refusal)
    assert options.burst


@pytest.mark.parametrize("code", ["E0200", "E0400", "E0700", "I0100", "W0101", "E9", ""])
def test_what_passes_by_itself_changes_nothing(code: str) -> None:
    options = VoiceOptions(True, "de")
    assert not options.give_up(Notice(code, "burst, language"))
    assert (options.burst, options.language) == (True, "de")


@given(st.lists(st.builds(Notice, st.sampled_from(["E0101", "E0300"]), st.text() | st.just("burst language"))))
def test_there_are_never_more_tries_than_options(refusals: list[Notice]) -> None:
    options = VoiceOptions(True, "de")
    assert sum(options.give_up(each) for each in refusals) <= 2
