"""Meetings' files in a store with the S3 API (extra `s3`): a file is a row of objects, one every ten seconds.

    <prefix>/meetings/<meeting>/<name>/000000, …/000001, …

So a node that dies takes ten seconds of sound with it, and not the call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from wingman.archive.storage import FOLDER, ID, Growing
from wingman.core.errors import InputError

PART_S = 10.0
PART_BYTES = 1 << 20
"""A part is sent after so long, or when it has become so large."""
HELD_BYTES = 8 << 20
"""What is held while the store does not answer: more than half an hour of a voice. Then it is given up."""
TIMEOUT = "20s"


class ObjectStorage:
    """A `Place` in a bucket."""

    def __init__(self, store: S3Store, shown: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._shown = shown
        self._clock = clock

    @classmethod
    def of(
        cls, url: str, *, endpoint_url: str = "", region: str = "", access_key: str = "", secret_key: str = ""
    ) -> ObjectStorage:
        """`url` is `s3://bucket/prefix`; without keys the machine's own rights hold. Raises `InputError`."""
        parts = urlsplit(url)
        if not parts.netloc:
            raise InputError(
                "deliver.store.url lacks the bucket: s3://bucket/prefix", field="deliver.store.url"
            )
        named = {
            "region": region or "us-east-1",
            "endpoint": endpoint_url,
            "access_key_id": access_key,
            "secret_access_key": secret_key,
        }
        store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            client_options={"allow_http": endpoint_url.startswith("http://"), "timeout": TIMEOUT},
            **{name: value for name, value in named.items() if value},  # type: ignore[arg-type]  # by name
        )
        return cls(store, url.rstrip("/"))

    def create(self, meeting: str, name: str) -> Growing:
        path = f"{FOLDER}/{meeting}/{name}/"
        for old in self._paths(path):
            self._delete(old)
        return _Parts(self._put, path, self._clock)

    def names(self, meeting: str) -> list[str]:
        if not ID.fullmatch(meeting):
            return []
        home = f"{FOLDER}/{meeting}/"
        return sorted({path.removeprefix(home).partition("/")[0] for path in self._paths(home)})

    def read(self, meeting: str, name: str) -> bytes:
        paths = sorted(self._paths(f"{FOLDER}/{meeting}/{name}/"))
        try:
            return b"".join(bytes(obstore.get(self._store, path).bytes()) for path in paths)
        except BaseError as failed:
            raise _refused(failed) from None

    def remove(self, meeting: str) -> None:
        if ID.fullmatch(meeting):
            for path in self._paths(f"{FOLDER}/{meeting}/"):
                self._delete(path)

    def shown(self, meeting: str, name: str = "") -> str:
        return f"{self._shown}/{FOLDER}/{meeting}/{name}"

    def _paths(self, prefix: str) -> list[str]:
        try:
            return [row["path"] for page in obstore.list(self._store, prefix) for row in page]
        except BaseError as failed:
            raise _refused(failed) from None

    def _put(self, path: str, content: bytes) -> None:
        try:
            obstore.put(self._store, path, content)
        except BaseError as failed:
            raise _refused(failed) from None

    def _delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return
        except BaseError as failed:
            raise _refused(failed) from None


class _Parts:
    """A file that goes out part by part; what the store does not take is held and tried again."""

    def __init__(self, put: Callable[[str, bytes], None], path: str, clock: Callable[[], float]) -> None:
        self._put = put
        self._path = path
        self._clock = clock
        self._number = 0
        self._held = bytearray()
        self._sent_at = clock()

    def write(self, content: bytes) -> None:
        self._held += content
        if len(self._held) < PART_BYTES and self._clock() - self._sent_at < PART_S:
            return
        try:
            self._send()
        except OSError:
            if len(self._held) > HELD_BYTES:
                raise

    def close(self) -> None:
        if self._held:
            self._send()

    def _send(self) -> None:
        self._sent_at = self._clock()
        self._put(f"{self._path}{self._number:06d}", bytes(self._held))
        self._number += 1
        self._held.clear()


def _refused(failed: BaseError) -> OSError:
    """One line of what the store says, without its address and keys."""
    return OSError(0, f"the object store refuses ({type(failed).__name__.removesuffix('Error')})")
