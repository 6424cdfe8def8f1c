"""Where commands find meetings: a service's API when one is named, else the log in the data folder."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from wingman.app.background import sound_storage
from wingman.archive.audio_store import AudioStore
from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import decode
from wingman.client import Client
from wingman.commands.common import base_url
from wingman.config.paths import data_dir
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.core.events import Envelope
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.sqlite.reader import StoredMeetings, stored_meetings
from wingman.meeting.api import MeetingStatus
from wingman.report.files import check, make
from wingman.server.lookup import stored

URL, TOKEN = "WINGMAN_URL", "WINGMAN_TOKEN"
LOG_NAME = "wingman.db"


class MeetingStore(Protocol):
    """The meetings there are, wherever they are."""

    async def meetings(self, limit: int = 50) -> Sequence[MeetingStatus]:
        """Newest first."""
        ...

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        """Meetings in which these words were said, best first."""
        ...

    async def history(self, meeting: str) -> Sequence[Envelope]:
        """Every event of a meeting, oldest first. Raises `InputError` when there is no such meeting."""
        ...

    async def download(self, meeting: str, name: str) -> bytes:
        """A meeting in one of the export formats. Raises `InputError` when there is no such meeting."""
        ...


class LogFile:
    """`MeetingStore` over a log's file."""

    def __init__(self, held: StoredMeetings, audio_store: AudioStore) -> None:
        self._held = held
        self._store = audio_store

    async def meetings(self, limit: int = 50) -> Sequence[MeetingStatus]:
        """The newest meetings first."""
        return [stored(row) for row in self._held.meetings(limit)]

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        """Meetings in which these words were said, best first."""
        return self._held.search(words, limit)

    async def history(self, meeting: str) -> Sequence[Envelope]:
        """Every event of a meeting, oldest first. Raises `InputError` for an unknown one."""
        return self._held.events(known(self._held.meeting(meeting), meeting).id)

    async def download(self, meeting: str, name: str) -> bytes:
        """The export `name` of a meeting. Raises `InputError` for an unknown one."""
        check(name)
        row = known(self._held.meeting(meeting), meeting)
        whole = Bundle(row.id, tuple(self._held.events(row.id)))
        if name == "bundle":
            told = decode(b"".join(self._held.heard(row.id)))
            whole = replace(whole, heard=told, audio=self._store.read_all(row.id))
        return make(whole, name).content


def address(arguments: argparse.Namespace, settings: Settings) -> tuple[str, str]:
    """The service's address (or several, with commas) and token by flag or environment; empty: read the log.

    Raises `InputError` when an address comes without a token.
    """
    url = arguments.url or os.environ.get(URL, "")
    token = arguments.token or os.environ.get(TOKEN, "") or settings.server.token.reveal()
    if url and not token:
        raise InputError(f"the service at {url} wants a token; give --token or set {TOKEN}", field="token")
    if not url and arguments.token:
        url = base_url(settings.server.host, settings.server.port)
    return url, token


@contextlib.asynccontextmanager
async def open_kept(arguments: argparse.Namespace, settings: Settings) -> AsyncIterator[MeetingStore]:
    """The meetings of the named service, or else of the log in the data folder."""
    url, token = address(arguments, settings)
    if url:
        async with Client(url, token) as client:
            yield client
    else:
        key = settings.deliver.encryption_key.reveal()
        with stored_meetings(log_path(settings), key) as held:
            yield LogFile(held, AudioStore(sound_storage(settings, data_dir(settings)), key))


def log_path(settings: Settings) -> Path:
    """Where the event log of these settings lies."""
    return data_dir(settings) / LOG_NAME


def known(row: MeetingRow | None, meeting: str) -> MeetingRow:
    """The row. Raises `InputError` where there is none."""
    if row is None:
        raise InputError(
            f"there is no meeting `{meeting[:80]}`; list them with: wingman meetings", field="meeting"
        )
    return row
