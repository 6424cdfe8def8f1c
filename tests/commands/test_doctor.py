"""What `wingman doctor` says of the transcriber it would take."""

from __future__ import annotations

import pytest

from wingman.commands.doctor import understood
from wingman.config.settings import build


@pytest.mark.parametrize(
    ("transcriber", "language", "said"),
    [
        ("whisper", "auto", ["whisper understands en, es, fr, it, pt"]),
        ("whisper", "pt-BR", ["whisper understands en, es, fr, it, pt"]),
        (
            "whisper",
            "hu",
            ["whisper understands en, es, fr, it, pt", "whisper was never found to serve `hu` well"],
        ),
        ("embedded", "hu", ["embedded understands en"]),
        ("deepgram", "hu", []),
        ("off", "auto", []),
    ],
)
def test_languages_are_told(transcriber: str, language: str, said: list[str]) -> None:
    settings = build({"transcribe": {"whisper": {"language": language}}})
    assert [finding.what for finding in understood(settings, transcriber)] == said
