"""Meetings' sound: one file a channel and a node that heard it, sealed where there is a key.

<place>/meetings/<meeting>/<channel>.opus                        Ogg Opus
<place>/meetings/<meeting>/<channel>.<sample>.opus               of a node that went on at that sample
<place>/meetings/<meeting>/….opus.sealed                         the same, sealed
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wingman.archive.encrypted_file import Seal, WrongKey, unseal
from wingman.archive.joined_sound import joined
from wingman.archive.storage import FOLDER, ID, FolderStorage, Growing, Storage
from wingman.core.errors import InputError
from wingman.core.time import Channel, SampleTime

__all__ = ["FOLDER", "ID", "AudioStore", "SoundFile"]

SUFFIX = ".opus"
SEALED = ".sealed"
_NAME = re.compile(r"(?P<channel>[a-z]+)(?:\.(?P<start>\d{12}))?\.opus(?P<sealed>\.sealed)?")

KeyOf = Callable[[str], str]
"""Meeting → the key its sound is sealed with; empty for none. It may block; raises `InputError`."""


class SoundFile:
    """A file that grows page by page."""

    def __init__(self, file: Growing, seal: Seal | None) -> None:
        self._file = file
        self._seal = seal
        if seal is not None:
            file.write(seal.head)

    def write(self, pages: bytes) -> None:
        """Raises `OSError` when the place refuses; what is there stays readable."""
        if pages:
            self._file.write(self._seal.record(pages) if self._seal is not None else pages)

    def close(self) -> None:
        """Write what is owed and release the file. Raises `OSError`."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class AudioStore:
    """All meetings' sound. Blocking but for `forget`; `key` seals what is put there."""

    storage: Storage | Path
    """Where it lies; a folder for a `FolderStorage`."""
    key: str | KeyOf = ""

    def create(self, meeting: str, channel: Channel, start: SampleTime = 0) -> SoundFile:
        """A new file for a channel whose sound begins at sample `start`. Raises `OSError` or `InputError`."""
        key = self._key(meeting)
        while start and any((channel, start) == kept[:2] for kept in self._files(meeting)):
            start += 1  # a node went on here before, and was gone at once
        name = f"{channel}{f'.{start:012d}' if start else ''}{SUFFIX}{SEALED if key else ''}"
        return SoundFile(self._storage.create(meeting, name), Seal(key) if key else None)

    def channels(self, meeting: str) -> tuple[Channel, ...]:
        """The channels whose sound was kept."""
        kept = {channel for channel, _, _ in self._files(meeting)}
        return tuple(channel for channel in Channel if channel in kept)

    def read(self, meeting: str, channel: Channel) -> bytes:
        """A channel's sound as far as it was written, as Ogg Opus; empty where none was kept.

        Raises `InputError` when it cannot be read or does not open with the key.
        """
        found = sorted((start, name) for kept, start, name in self._files(meeting) if kept == channel)
        return joined([(start, self._content(meeting, name)) for start, name in found])

    def read_all(self, meeting: str) -> dict[Channel, bytes]:
        """Every channel's sound; empty when none was kept."""
        found = {channel: self.read(meeting, channel) for channel in self.channels(meeting)}
        return {channel: sound for channel, sound in found.items() if sound}

    async def forget(self, meeting: str) -> None:
        """Remove all of a meeting. Idempotent. Raises `InputError` when the place refuses."""
        try:
            await asyncio.to_thread(self._storage.remove, meeting)
        except OSError as failed:
            raise InputError(
                f"the sound of {meeting} cannot be removed from {self._storage.shown(meeting)} "
                f"({failed.strerror}); mend its permissions and delete the meeting again",
                field="meeting",
                status=503,
            ) from None

    @property
    def _storage(self) -> Storage:
        return FolderStorage(self.storage) if isinstance(self.storage, Path) else self.storage

    def _key(self, meeting: str) -> str:
        return self.key if isinstance(self.key, str) else self.key(meeting)

    def _files(self, meeting: str) -> list[tuple[Channel, SampleTime, str]]:
        try:
            names = self._storage.names(meeting)
        except OSError as failed:
            raise self._unreadable(meeting, "", failed) from None
        found = [(match, name) for name in names if (match := _NAME.fullmatch(name)) is not None]
        return [
            (Channel(match["channel"]), int(match["start"] or 0), name)
            for match, name in found
            if match["channel"] in tuple(Channel)
        ]

    def _content(self, meeting: str, name: str) -> bytes:
        try:
            content = self._storage.read(meeting, name)
        except OSError as failed:
            raise self._unreadable(meeting, name, failed) from None
        if not name.endswith(SEALED):
            return content
        try:
            return unseal(content, self._key(meeting))
        except WrongKey as wrong:
            raise InputError(
                f"{self._storage.shown(meeting, name)} does not open with deliver.encryption_key ({wrong}); "
                "give the key it was stored with",
                field="deliver.encryption_key",
                status=503,
            ) from None

    def _unreadable(self, meeting: str, name: str, failed: OSError) -> InputError:
        where = self._storage.shown(meeting, name)
        return InputError(f"cannot read {where}: {failed.strerror}", field="audio", status=503)
