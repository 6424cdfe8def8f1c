"""The keys that meetings are sealed with. Each is kept wrapped with the cluster's key; without it nobody reads.

To delete a meeting is to destroy its key: what lies in logs, on replicas and in backups of them is noise then.
An empty message stays in the key's place, so that nobody makes another one.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from functools import partial

import structlog
from nats.aio.msg import Msg

from wingman.cluster import subjects
from wingman.cluster.jetstream import JetStream, StaleError, UnavailableError, UnknownError
from wingman.cluster.record import UnreadableError, new_key, seal, unseal
from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.core.passphrase import derived_key

log = structlog.get_logger(__name__)

SHORTEST = 16
SALT = b"wingman cluster key"
CHECK = b"this is the cluster's key"
AGAIN_S = 0.1
BLOCKED_S = 10.0
"""What a thread waits for a key."""
KNOWN = 4096
"""Keys kept in memory."""


class GoneError(Exception):
    """The meeting was deleted."""


def derived(passphrase: str) -> bytes:
    """The cluster's key from its setting. Slow on purpose (0.1 s). Raises `InputError`."""
    if len(passphrase) < SHORTEST:
        raise InputError(
            f"cluster.key needs {SHORTEST} characters or more, the same on every node; "
            "make one with: openssl rand -hex 32",
            field="cluster.key",
        )
    return derived_key(passphrase, SALT)


class KeyRing:
    """Every meeting's key, fetched when it is needed."""

    def __init__(self, jetstream: JetStream, key: bytes) -> None:
        self._jetstream = jetstream
        self._key = key
        self._known: dict[str, bytes] = {}
        self._gone: set[str] = set()
        self._doomed: set[str] = set()
        """Being deleted from here: nothing may bring them back meanwhile."""
        self._deleted: list[Callable[[str], None]] = []
        self._upto = 0
        """What was stored up to this number in the keys' stream is known."""

    async def check(self) -> None:
        """Prove that all nodes have one key. Raises `InputError`."""
        await self._jetstream.once_elected(self._check)

    async def _check(self) -> None:
        subject = f"config.{hashlib.sha256(CHECK).hexdigest()[:8]}"
        found = await self._jetstream.newest(subjects.CONFIG, subject)
        if found is None:
            try:
                await self._jetstream.publish(subject, seal(self._key, CHECK, subject), expect=0)
                return
            except StaleError:
                found = await self._jetstream.newest(subjects.CONFIG, subject)
        try:
            unseal(self._key, found.body if found else b"", subject)
        except UnreadableError:
            raise InputError(
                "cluster.key is not the one this cluster was begun with; take the other nodes'",
                field="cluster.key",
            ) from None

    async def follow(self) -> None:
        """Hear of deletions on other nodes. Raises `InputError` (503) when the servers do not answer."""
        await self._jetstream.subscribe("key.>", self._heard)
        self._upto = await self._jetstream.once_elected(partial(self._jetstream.last_number, subjects.KEYS))

    async def catch_up(self) -> None:
        """Learn of deletions that were not heard of: this node was away.

        Raises `UnavailableError` or `UnknownError`.
        """
        query: JsonObject = {"next_by_subj": "key.>"}
        while page := await self._jetstream.page(subjects.KEYS, {**query, "seq": self._upto + 1}):
            for stored in page:
                if not stored.body:
                    self._forget(subjects.meeting_of(stored.subject))
                self._upto = stored.seq

    def on_deleted(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with each meeting that is deleted, here or elsewhere."""
        self._deleted.append(callback)

    def gone(self, meeting: str) -> bool:
        """Is it known to be deleted, or about to be?"""
        return meeting in self._gone or meeting in self._doomed

    async def get(self, meeting: str) -> bytes | None:
        """A meeting's key; None for one that never had any.

        Raises `GoneError` for a deleted one; `UnavailableError` and `UnknownError` when nobody answers.
        """
        if meeting in self._gone:
            raise GoneError(meeting)
        if (key := self._known.get(meeting)) is not None:
            return key
        found = await self._jetstream.newest(subjects.KEYS, subjects.key(meeting))
        if found is None:
            return None
        if not found.body:
            self._forget(meeting)
            raise GoneError(meeting)
        return self._keep(meeting, unseal(self._key, found.body, meeting))

    async def make(self, meeting: str) -> bytes:
        """The meeting's key, made unless there is one. Raises as `get` does."""
        while (key := await self.get(meeting)) is None:
            key = new_key()
            try:
                await self._jetstream.publish(subjects.key(meeting), seal(self._key, key, meeting), expect=0)
            except (StaleError, UnknownError):
                await asyncio.sleep(0.02)  # somebody else has made it, or this did and was not told: look
                continue
            return self._keep(meeting, key)
        return key

    def blocking(self, loop: asyncio.AbstractEventLoop) -> Callable[[str], str]:
        """The same for threads, as text: what is derived from a meeting's key, for its sound.

        The returned function raises `InputError` for a meeting that was deleted, and when nobody answers.
        """

        def key_of(meeting: str) -> str:
            try:
                key = asyncio.run_coroutine_threadsafe(self.make(meeting), loop).result(BLOCKED_S)
            except (GoneError, UnavailableError, UnknownError, TimeoutError):
                raise InputError(
                    f"the key of {meeting} cannot be had; ask again in a moment", field="meeting", status=503
                ) from None
            return hmac.digest(key, b"sound", hashlib.sha256).hex()

        return key_of

    async def destroy(self, meeting: str) -> bool:
        """Make everything sealed with it unreadable for good. False when there was no key."""
        self._doomed.add(meeting)
        try:
            return await self._destroy(meeting)
        finally:
            self._doomed.discard(meeting)

    async def _destroy(self, meeting: str) -> bool:
        subject = subjects.key(meeting)
        found = await self._jetstream.newest(subjects.KEYS, subject)
        if found is None or not found.body:
            return False
        await self._jetstream.erase(subjects.KEYS, found.seq)  # first: what is only replaced stays on the disk
        while True:
            try:
                await self._jetstream.publish(subject, b"")
                break
            except (UnknownError, UnavailableError):
                await asyncio.sleep(AGAIN_S)
        self._forget(meeting)
        return True

    async def _heard(self, message: Msg) -> None:
        if not message.data:
            self._forget(subjects.meeting_of(message.subject))

    def _forget(self, meeting: str) -> None:
        self._known.pop(meeting, None)
        if meeting not in self._gone:
            self._gone.add(meeting)
            for callback in self._deleted:
                callback(meeting)

    def _keep(self, meeting: str, key: bytes) -> bytes:
        while len(self._known) >= KNOWN:
            del self._known[next(iter(self._known))]
        self._known[meeting] = key
        return key
