"""A store with the S3 API on loopback, and all that its process holds."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from wingman.cluster.nats_server import die_with_parent, free_port

BUCKET = "wingman-sound"
START_S = 30.0
PIECE = 16 << 20
_WRITABLE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw")


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A running one, with one bucket; it keeps everything in memory."""

    url: str
    pid: int

    def settings(self, prefix: str) -> dict[str, str]:
        """`deliver.store` for it."""
        access = {"access_key": "a key", "secret_key": "a secret"}
        return {"url": f"s3://{BUCKET}/{prefix}", "endpoint_url": self.url, **access}

    def objects(self) -> dict[str, bytes]:
        """Every object by its key."""
        listed = httpx.get(f"{self.url}/{BUCKET}?list-type=2", trust_env=False).text
        keys = re.findall(r"<Key>([^<]+)</Key>", listed)
        return {key: httpx.get(f"{self.url}/{BUCKET}/{key}", trust_env=False).content for key in keys}

    def count(self, what: bytes) -> int:
        """How often this stands in its memory. Linux."""
        with Path(f"/proc/{self.pid}/mem").open("rb") as memory:
            return sum(piece.count(what) for piece in self._pieces(memory, len(what) - 1))

    def _pieces(self, memory: BinaryIO, shared: int) -> Iterator[bytes]:
        """What it may write to, in pieces that share their ends."""
        for line in Path(f"/proc/{self.pid}/maps").read_text().splitlines():
            if (found := _WRITABLE.match(line)) is None:
                continue
            at, end = int(found[1], 16), int(found[2], 16)
            while at < end:
                with contextlib.suppress(OSError, ValueError):
                    memory.seek(at)
                    yield memory.read(min(PIECE, end - at))
                at += PIECE - shared


@contextlib.contextmanager
def object_store() -> Iterator[ObjectStore]:
    """One for as long as the block runs."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                httpx.put(f"{url}/{BUCKET}", trust_env=False).raise_for_status()
                break
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield ObjectStore(url, server.pid)
    finally:
        server.kill()
        server.wait()
