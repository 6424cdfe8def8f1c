"""Notes found by what they mean: vectors from an OpenAI-compatible `/embeddings`, compared in memory.

Everything that waits happens in `run`: the notes are read in small batches beside the meeting, then
questions are answered as they come. Until a vector is there, and whenever the server fails, looking
up by words stands alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
import numpy as np
import structlog
from numpy.typing import NDArray

from wingman.config.suggest import EmbeddingSettings
from wingman.core.addresses import is_remote
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.redaction import redact

log = structlog.get_logger(__name__)

Vectors: TypeAlias = NDArray[np.float32]
Clearance: TypeAlias = Callable[[int], bool]
"""Asked at the moment a text of so many bytes is about to be sent; False keeps it here."""

BATCH = 32
"""Notes sent in one request."""
MOST_SECTIONS = 20_000
"""Further notes are found by words only; at 768 numbers each these fill 60 MB."""
WAITING = 8
"""Questions that may wait; the oldest is given up first."""
REMEMBERED = 64
"""Questions whose vectors are kept."""
BEST = 8
REST_S = 30.0
"""After a failure."""
TIMEOUT_S = 30.0
LONGEST = 2000
"""Characters of one text that are sent."""


def always(_size: int) -> bool:
    """The clearance of somebody who keeps no books."""
    return True


@dataclass(frozen=True, slots=True)
class _Asked:
    """A text that is being compared."""

    clear: Clearance
    done: asyncio.Event = field(default_factory=asyncio.Event)


class EmbeddingIndex:
    """Compares what was said with the notes. One per process; `run` belongs to whoever starts it."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        """Raises `InputError` when the address is none."""
        _check(settings.url)
        self._settings = settings
        self._notes: Vectors | None = None
        self._resting = False
        self._read: list[Vectors] = []
        self._answers: OrderedDict[str, Vectors] = OrderedDict()
        self._asked: dict[str, _Asked] = {}
        self._queue: asyncio.Queue[str] = asyncio.Queue(WAITING)

    @property
    def ready(self) -> bool:
        """True when asking has a chance: all notes have been read, and the server did not just fail."""
        return self._notes is not None and not self._resting

    @property
    def remote(self) -> bool:
        """True when texts leave this machine."""
        return is_remote(self._settings.url)

    async def run(self, notes: Sequence[str]) -> None:
        """Read the notes, then answer questions, until cancelled. Failures rest half a minute."""
        key = self._settings.api_key.reveal()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S) as http:
            while True:
                try:
                    await self._read_notes(http, notes[:MOST_SECTIONS])
                    await self._answer(http)
                except ProviderFault as failed:
                    log.warning("knowledge.no_embeddings", detail=str(failed))
                    self._give_up()
                    self._resting = True
                    await asyncio.sleep(REST_S)
                    self._resting = False

    def ask(self, text: str, clear: Clearance = always) -> None:
        """Have `text` compared in the background. Never blocks; a full queue gives up its oldest."""
        if not self.ready or text in self._answers or text in self._asked:
            return
        if self._queue.full():
            self._settle(self._queue.get_nowait())
        self._asked[text] = _Asked(clear)
        self._queue.put_nowait(text)

    async def known(self, text: str, within_s: float, clear: Clearance = always) -> bool:
        """True when `nearest` can answer for `text`; waits at most `within_s` seconds for it."""
        self.ask(text, clear)
        asked = self._asked.get(text)
        if asked is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await asked.done.wait()
        return text in self._answers

    def nearest(self, text: str) -> tuple[int, ...]:
        """Indices of the notes that mean much the same, best first; empty while that is not known."""
        vector = self._answers.get(text)
        if vector is None or self._notes is None:
            return ()
        cosines = self._notes @ vector
        best = np.argsort(-cosines, kind="stable")[:BEST]
        return tuple(int(index) for index in best if cosines[index] >= self._settings.at_least)

    async def _read_notes(self, http: httpx.AsyncClient, notes: Sequence[str]) -> None:
        """Goes on after the last batch that was read."""
        if self._notes is not None or not notes:
            return
        while (done := sum(map(len, self._read))) < len(notes):
            self._read.append(await self._embed(http, notes[done : done + BATCH]))
        if len({part.shape[1] for part in self._read}) > 1:
            self._read.clear()
            raise _odd("vectors of different lengths")
        self._notes = np.concatenate(self._read)
        self._read.clear()
        log.info("knowledge.embedded", sections=len(self._notes), remote=self.remote)

    async def _answer(self, http: httpx.AsyncClient) -> None:
        while True:
            texts = [await self._queue.get()]
            while not self._queue.empty():
                texts.append(self._queue.get_nowait())
            try:
                if not (cleared := [text for text in texts if self._cleared(text)]):
                    continue
                vectors = await self._embed(http, cleared)
                if self._notes is None or vectors.shape[1] != self._notes.shape[1]:
                    raise _odd("vectors of another length than before")
                self._answers.update(zip(cleared, vectors, strict=True))
            finally:
                for text in texts:
                    self._settle(text)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)

    def _cleared(self, text: str) -> bool:
        asked = self._asked.get(text)
        return asked is not None and (not self.remote or asked.clear(len(_sent(text).encode())))

    async def _embed(self, http: httpx.AsyncClient, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row per text, float32. Raises `ProviderFault`."""
        body = {
            "model": self._settings.model,
            "input": [_sent(text) for text in texts],
            "encoding_format": "float",
        }
        try:
            answer = await http.post(f"{self._settings.url.rstrip('/')}/embeddings", json=body)
        except httpx.HTTPError as failed:
            raise ProviderFault(
                f"cannot reach the embedding server at {self._settings.url} ({type(failed).__name__}); "
                "start it, or clear suggest.embeddings.url",
                kind=FaultKind.NETWORK,
            ) from None
        if answer.status_code != 200:
            raise ProviderFault(
                f"the embedding server answered with status {answer.status_code}; "
                "check suggest.embeddings.model and suggest.embeddings.api_key",
                kind=FaultKind.UNAVAILABLE,
                code=str(answer.status_code),
            )
        try:
            return _unit(answer.json(), len(texts))
        except (ValueError, LookupError, TypeError):
            raise _odd("something else than one vector per text") from None

    def _settle(self, text: str) -> None:
        """Whoever waits for `text` need not wait any longer."""
        asked = self._asked.pop(text, None)
        if asked is not None:
            asked.done.set()

    def _give_up(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
        for text in list(self._asked):
            self._settle(text)


def _sent(text: str) -> str:
    """What leaves of a text."""
    return redact(text)[:LONGEST]


def _check(url: str) -> None:
    try:
        address = urlsplit(url)
        fine = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise InputError(
            f"suggest.embeddings.url is {url!r}, which is no address; for Ollama use http://127.0.0.1:11434/v1",
            field="suggest.embeddings.url",
        )


def _unit(tree: Any, count: int) -> Vectors:
    rows = sorted(tree["data"], key=lambda row: int(row["index"]))
    vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
        raise ValueError("not one vector per text")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


def _odd(what: str) -> ProviderFault:
    return ProviderFault(
        f"the embedding server sent {what}; check suggest.embeddings.url", kind=FaultKind.PROTOCOL
    )
