"""A meeting in a language nobody reads is refused before it starts."""

from __future__ import annotations

import pytest

from wingman.config.settings import Settings, build
from wingman.core.errors import InputError
from wingman.meeting.providers import TRANSCRIBERS
from wingman.meeting.spoken_languages import check_language, languages


@pytest.mark.parametrize("row", TRANSCRIBERS, ids=lambda row: row.name)
def test_every_transcriber_reads_what_its_row_says(row: object) -> None:
    name = row.name  # type: ignore[attr-defined]  # a row of the table
    check_language(name, "", Settings())
    for tag in languages(name, Settings())[:5]:
        check_language(name, tag, Settings())


def test_regions_are_of_their_language() -> None:
    check_language("embedded", "en-GB", Settings())
    check_language("deepgram", "de-CH", Settings())


def test_another_language_is_refused_with_the_mend() -> None:
    with pytest.raises(InputError, match="reads English only, not `de`; add a Deepgram key") as refused:
        check_language("embedded", "de", Settings())
    assert refused.value.field == "language"


def whisper(model: str) -> Settings:
    return build({"transcribe": {"whisper": {"model": model}}})


def test_what_whisper_reads_depends_on_its_model() -> None:
    for model in ("small", "large-v3-turbo", "one-of-mine"):
        check_language("whisper", "hu", whisper(model))
    check_language("whisper", "pt-BR", whisper("base"))
    with pytest.raises(InputError, match="`hu`; run `wingman models fetch whisper-small`"):
        check_language("whisper", "hu", whisper("base"))
    with pytest.raises(InputError, match="reads English only, not `fr`"):
        check_language("whisper", "fr", whisper("tiny.en"))
