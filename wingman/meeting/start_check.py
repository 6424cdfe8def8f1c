"""What the settings name is there and fits: found when the service starts, not in front of a customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wingman.config.folders import expanded
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.meeting.spoken_languages import check_language
from wingman.suggest.playbook.user_playbooks import UserPlaybooks

ANY = ("auto", "multi", "")
"""What stands for no language in particular."""


def start_problems(settings: Settings, playbooks: UserPlaybooks, transcriber: str) -> Iterator[InputError]:
    """Every setting that a meeting would trip over; `transcriber` is the one in use. Reads files."""
    try:
        playbooks.load(settings.suggest.playbook)
    except InputError as wrong:
        yield InputError(f"suggest.playbook: {wrong}", field="suggest.playbook")
    try:
        notes_folder(settings)
    except InputError as wrong:
        yield wrong
    if problem := language_problem(settings, transcriber):
        yield problem


def language_problem(settings: Settings, transcriber: str) -> InputError | None:
    """A language is set that the transcriber in use does not read."""
    field = "transcribe.whisper.language" if transcriber == "whisper" else "transcribe.deepgram.language"
    of_it = settings.transcribe.whisper if transcriber == "whisper" else settings.transcribe.deepgram
    if of_it.language in ANY:
        return None
    try:
        check_language(transcriber, of_it.language, settings)
    except InputError as wrong:
        return InputError(f"{field}: {wrong}", field=field)
    return None


def notes_folder(settings: Settings) -> Path | None:
    """The folder of notes that the settings name. Raises `InputError` where it cannot be read."""
    if not settings.suggest.knowledge:
        return None
    folder = expanded(settings.suggest.knowledge)
    if not folder.is_dir():
        raise InputError(
            f"the knowledge folder {folder} does not exist; create it or clear suggest.knowledge",
            field="suggest.knowledge",
        )
    return folder
