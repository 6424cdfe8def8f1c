"""Which spoken languages a transcriber reads. A meeting that asks for another one is refused before it
starts."""

from __future__ import annotations

from collections.abc import Mapping

from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.meeting.providers import TRANSCRIBERS

DEEPGRAM: tuple[str, ...] = (
    *("multi", "en", "ar", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr"),
    *("he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "mr", "ms", "nl", "no", "pl"),
    *("pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh"),
)
"""BCP-47 primary tags of nova-3, and `multi` for several in one call."""

NAMES: Mapping[str, str] = {
    "embedded": "the local English recogniser",
    "moonshine": "the local Moonshine model",
    "whisper": "the local Whisper model",
}


def languages(provider: str, settings: Settings) -> tuple[str, ...]:
    """The tags a transcriber reads with these settings; empty where it is not limited."""
    if provider == "deepgram":
        return DEEPGRAM
    return next((row.languages(settings) for row in TRANSCRIBERS if row.name == provider), ())


def check_language(provider: str, language: str, settings: Settings) -> None:
    """Raises `InputError` where `provider` cannot read the language a meeting asks for."""
    known = languages(provider, settings)
    # Deepgram takes regional and newer tags as well, and says so itself
    if not language or not known or provider == "deepgram":
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
