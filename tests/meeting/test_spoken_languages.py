"""A meeting in a language nobody reads is refused before it starts."""

from __future__ import annotations

import pytest

from wingman.core.errors import InputError
from wingman.meeting.providers import TRANSCRIBERS
from wingman.meeting.spoken_languages import check_language, languages


@pytest.mark.parametrize("row", TRANSCRIBERS, ids=lambda row: row.name)
def test_every_transcriber_reads_what_its_row_says(row: object) -> None:
    name = row.name  # type: ignore[attr-defined]  # a row of the table
    check_language(name, "")
    for tag in languages(name)[:5]:
        check_language(name, tag)


def test_regions_are_of_their_language() -> None:
    check_language("embedded", "en-GB")
    check_language("deepgram", "de-CH")


def test_another_language_is_refused_with_the_mend() -> None:
    with pytest.raises(InputError, match="reads English only, not `de`; add a Deepgram key") as refused:
        check_language("embedded", "de")
    assert refused.value.field == "language"
