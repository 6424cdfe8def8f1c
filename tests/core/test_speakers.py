"""Names of speakers for a reader."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.speakers import speaker_name


@each(
    ("speaker", "name"),
    [
        ("mic", "You"),
        ("mic:3", "You"),
        ("tab", "Them"),
        ("tab:0", "Speaker 1"),
        ("tab:1.0", "Speaker 1"),
        ("tab:2.0", "Speaker 1 (2)"),
        ("tab:agent", "Speaker agent"),
        ("tab:99999999", "Speaker 99999999"),
        ("Dana", "Dana"),
        ("", ""),
    ],
)
def test_a_speaker_has_a_name(speaker: str, name: str) -> None:
    assert speaker_name(speaker) == name
