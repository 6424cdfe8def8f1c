"""Which spoken languages a transcriber reads. A meeting that asks for another one is refused before it
starts."""

from __future__ import annotations

from collections.abc import Mapping

from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.meeting.providers import TRANSCRIBERS, Provider
from wingman.stt.base import Transcriber

NAMES: Mapping[str, str] = {
    "embedded": "the local English recogniser",
    "moonshine": "the local Moonshine model",
    "whisper": "the local Whisper model",
}


def languages(provider: str, settings: Settings) -> tuple[str, ...]:
    """The tags a transcriber reads with these settings; empty where it is not limited."""
    row = _row(provider)
    return row.languages(settings) if row is not None else ()


def check_language(provider: str, language: str, settings: Settings) -> None:
    """Raises `InputError` where `provider` cannot read the language a meeting asks for."""
    known, row = languages(provider, settings), _row(provider)
    if not language or not known or (row is not None and row.more_languages):
        return
    tags = [tag.strip() for tag in language.split(",")]  # several: it is one of them
    unread = [tag for tag in tags if tag.split("-")[0].lower() not in known]
    if not unread:
        return
    reads = "English" if known == ("en",) else ", ".join(known)
    mend = "add a Deepgram key, which reads it"
    if provider == "whisper":
        mend = f"run `wingman models fetch whisper-small` and set `transcribe.whisper.model: small`, or {mend}"
    raise InputError(
        f"{NAMES.get(provider, provider)} reads {reads} only, not `{unread[0][:20]}`; {mend}, or choose "
        "another language",
        field="language",
    )


def _row(provider: str) -> Provider[Transcriber] | None:
    return next((row for row in TRANSCRIBERS if row.name == provider), None)
