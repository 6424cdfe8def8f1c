"""Where meetings' sound lies: one folder a meeting, one file a channel, sealed where the log is encrypted.

<data folder>/meetings/<meeting>/<channel>.opus           Ogg Opus
<data folder>/meetings/<meeting>/<channel>.opus.sealed    the same under `deliver.encryption_key`
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

from wingman.archive.encrypted_file import Seal, WrongKey, unseal
from wingman.core.errors import InputError
from wingman.core.time import Channel

SUFFIX = ".opus"
SEALED = ".sealed"
FOLDER = "meetings"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class SoundFile:
    """A file that grows page by page. Each call is a system call: what was written survives a kill -9."""

    def __init__(self, file: io.FileIO, seal: Seal | None) -> None:
        self._file = file
        self._seal = seal
        if seal is not None:
            self._put(seal.head)

    def write(self, pages: bytes) -> None:
        """Raises `OSError` when the disk refuses; what is there stays readable."""
        if pages:
            self._put(self._seal.record(pages) if self._seal is not None else pages)

    def close(self) -> None:
        """Write what is owed and release the file."""
        self._file.close()

    def _put(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]  # a disk about to be full takes less than it is given


@dataclass(frozen=True, slots=True)
class AudioStore:
    """All meetings' sound below one data folder. Blocking but for `forget`; `key` seals what is put there."""

    folder: Path
    key: str = ""

    def create(self, meeting: str, channel: Channel) -> SoundFile:
        """A new file for a channel. Raises `OSError`."""
        home = self._home(meeting)
        for folder in (home.parent, home):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / f"{channel}{SUFFIX}{SEALED if self.key else ''}"
        seal = Seal(self.key) if self.key else None
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        return SoundFile(io.FileIO(handle, "w"), seal)

    def channels(self, meeting: str) -> tuple[Channel, ...]:
        """The channels whose sound was kept."""
        return tuple(channel for channel in Channel if self._path(meeting, channel) is not None)

    def read(self, meeting: str, channel: Channel) -> bytes:
        """A channel's sound as far as it was written, as Ogg Opus; empty where none was kept.

        Raises `InputError` when it cannot be read or does not open with the key.
        """
        path = self._path(meeting, channel)
        if path is None:
            return b""
        try:
            content = path.read_bytes()
        except OSError as failed:
            raise InputError(f"cannot read {path}: {failed.strerror}", field="audio", status=503) from None
        if path.suffix != SEALED:
            return content
        try:
            return unseal(content, self.key)
        except WrongKey as wrong:
            raise InputError(
                f"{path} does not open with deliver.encryption_key ({wrong}); give the key it was stored with",
                field="deliver.encryption_key",
                status=503,
            ) from None

    def read_all(self, meeting: str) -> dict[Channel, bytes]:
        """Every channel's sound; empty when none was kept."""
        found = {channel: self.read(meeting, channel) for channel in self.channels(meeting)}
        return {channel: sound for channel, sound in found.items() if sound}

    async def forget(self, meeting: str) -> None:
        """Overwrite and remove a meeting's folder. Idempotent. Raises `InputError` when the disk refuses."""
        try:
            await asyncio.to_thread(self._remove, meeting)
        except OSError as failed:
            raise InputError(
                f"the sound of {meeting} cannot be removed from {self._home(meeting)} ({failed.strerror}); "
                "mend its permissions and delete the meeting again",
                field="meeting",
                status=503,
            ) from None

    def _remove(self, meeting: str) -> None:
        if not ID.fullmatch(meeting) or not (home := self._home(meeting)).is_dir():
            return
        for path in home.iterdir():
            with path.open("r+b") as file:  # unlinking alone would leave the voices on the disk
                for _ in range(0, size := path.stat().st_size, 1 << 20):
                    file.write(bytes(min(1 << 20, size - file.tell())))
                file.flush()
                with contextlib.suppress(OSError):  # some file systems cannot
                    os.fsync(file.fileno())
            path.unlink()
        home.rmdir()

    def _home(self, meeting: str) -> Path:
        return self.folder / FOLDER / meeting

    def _path(self, meeting: str, channel: Channel) -> Path | None:
        """The file of a channel. None where there is none, or for a name no meeting can have."""
        if not ID.fullmatch(meeting):
            return None
        plain = self._home(meeting) / f"{channel}{SUFFIX}"
        sealed = plain.with_name(plain.name + SEALED)
        return next((path for path in (sealed, plain) if path.is_file()), None)
