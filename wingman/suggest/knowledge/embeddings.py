"""Notes compared by what they mean: vectors of an encoder, kept and multiplied in memory.

Everything that waits happens in `run`: the notes are read in small batches beside the meeting, then
questions are answered as they come. Until a vector is there, and whenever the encoder fails, looking
up by words stands alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import structlog
from numpy.typing import NDArray

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.redaction import redact
from wingman.egress.outlet import Outlet, current, outlet
from wingman.suggest.knowledge.encoder import Encoder, Vectors
from wingman.suggest.knowledge.query_adapter import QueryAdapter, adapter_for

log = structlog.get_logger(__name__)

Clearance: TypeAlias = Callable[[int], bool]
"""Asked at the moment a text of so many bytes is about to be sent; False keeps it here."""

BATCH = 32
"""Notes encoded in one request."""
MOST_PASSAGES = 20_000
"""Further notes are found by words only; at 768 numbers each these fill 60 MB."""
WAITING = 16
"""Questions that may wait; the oldest is given up first."""
REMEMBERED = 128
"""Questions whose vectors are kept."""
BEST = 8
REST_S = 30.0
"""After a failure."""
STUCK_S = 30.0
"""For one batch, where the notes are waited for."""
LONGEST = 2000
"""Characters of one text that are encoded."""
SPREAD = 0.02
"""Added to the spread of the cosines: notes that are all alike tell nothing apart."""
_TINY = 1e-9


def always(_size: int) -> bool:
    """The clearance of somebody who keeps no books."""
    return True


@dataclass(frozen=True)
class Likeness:
    """How like each section a text is. Encoders differ in scale, so what counts is the lead over the mean."""

    cosines: NDArray[np.float32]
    at_least: float
    passages: NDArray[np.float32] | None = None
    """How like each passage of all sections is; None where that is not kept."""
    starts: NDArray[np.intp] | tuple[()] = ()
    """Of each section, where its passages begin."""

    @property
    def nearest(self) -> tuple[int, ...]:
        """The best rows, best first."""
        return tuple(int(row) for row in np.argsort(-self.cosines, kind="stable")[:BEST])

    @property
    def alike(self) -> frozenset[int]:
        """Rows so like it that they fit by meaning alone; none for an encoder whose scale is not known."""
        return frozenset(row for row in self.nearest if self.at_least and self.cosines[row] >= self.at_least)

    def of_statements(self, row: int) -> tuple[float, ...]:
        """Of each statement of a section, how far it lies over the others; empty where that is not known."""
        if self.passages is None or row >= len(self.starts):
            return ()
        end = self.starts[row + 1] if row + 1 < len(self.starts) else None
        told = self.passages[self.starts[row] : end][1:]
        if len(told) < 2:
            return ()
        mean, spread = float(np.mean(told)), float(np.std(told)) + SPREAD
        return tuple((float(one) - mean) / spread for one in told)

    def steps(self, row: int) -> float:
        """Standard deviations this row lies over the mean one; 0 for one that has not been read."""
        if row >= len(self.cosines):
            return 0.0
        mean, spread = self._scale
        return (float(self.cosines[row]) - mean) / spread

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """Mean and spread over the sections, which every row is measured by."""
        return float(self.cosines.mean()), float(self.cosines.std()) + SPREAD


@dataclass(frozen=True, slots=True)
class _Asked:
    """A text that is being compared."""

    clear: Clearance
    way_out: Outlet | None = field(default_factory=current)
    """The outlet of the meeting that asks."""
    done: asyncio.Event = field(default_factory=asyncio.Event)


class EmbeddingIndex:
    """Compares what was said with the notes. One per process; `run` belongs to whoever starts it."""

    def __init__(self, encoder: Encoder, at_least: float = 0.0, adapter: QueryAdapter | None = None) -> None:
        """`at_least`: the cosine from which a note fits by meaning alone; 0 when the scale is not known.

        `adapter`: what was learned, where it is another than the one that is kept; one for another encoder says
        nothing here.
        """
        self._encoder = encoder
        taught = adapter or adapter_for(encoder.name)
        self._lesson = taught if taught is not None and taught.encoder == encoder.name else None
        self._at_least = at_least
        self._notes: Vectors | None = None
        self._starts: NDArray[np.intp] = np.zeros(0, np.intp)
        self._resting = False
        self._tried = asyncio.Event()
        self._read: list[Vectors] = []
        self._answers: OrderedDict[str, Vectors] = OrderedDict()
        self._asked: dict[str, _Asked] = {}
        self._queue: asyncio.Queue[str] = asyncio.Queue(WAITING)

    @property
    def ready(self) -> bool:
        """True when asking has a chance: all notes have been read, and the encoder did not just fail."""
        return self._notes is not None and not self._resting

    @property
    def remote(self) -> bool:
        """True when texts leave this machine."""
        return self._encoder.remote

    async def tried(self) -> None:
        """Return when the notes have been read, or could not be, or no batch of them was for `STUCK_S`.

        For whoever must not wait later; `ready` tells which.
        """
        while not self._tried.is_set():
            done = len(self._read)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STUCK_S):
                    await self._tried.wait()
            if len(self._read) == done:
                return

    async def run(self, sections: Sequence[Sequence[str]]) -> None:
        """Read the notes, then answer questions, until cancelled. Failures rest half a minute.

        A section is one or more passages; it is as like a text as the best of them.
        """
        passages = [passage for section in sections for passage in section][:MOST_PASSAGES]
        starts = np.cumsum([0, *(len(section) for section in sections)])[:-1]
        self._starts = starts[starts < len(passages)]
        try:
            while True:
                try:
                    await self._read_notes(passages)
                    await self._answer()
                except ProviderFault as failed:
                    log.warning("knowledge.no_embeddings", detail=str(failed))
                    self._give_up()
                    self._resting = True
                    self._tried.set()
                    await asyncio.sleep(REST_S)
                    self._resting = False
        finally:
            await self._encoder.aclose()

    def ask(self, text: str, clear: Clearance = always) -> None:
        """Have `text` compared in the background. Never blocks; a full queue gives up its oldest."""
        if not self.ready or text in self._answers or text in self._asked:
            return
        if self._queue.full():
            self._settle(self._queue.get_nowait())
        self._asked[text] = _Asked(clear)
        self._queue.put_nowait(text)

    async def known(self, text: str, within_s: float, clear: Clearance = always) -> bool:
        """True when `likeness` can answer for `text`; waits at most `within_s` seconds for it."""
        self.ask(text, clear)
        asked = self._asked.get(text)
        if asked is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await asked.done.wait()
        return text in self._answers

    def likeness(self, text: str) -> Likeness | None:
        """How like the sections `text` is; None while that is not known."""
        vector = self._answers.get(text)
        if vector is None or self._notes is None:
            return None
        found = _cosines(self._notes, vector)
        return Likeness(np.maximum.reduceat(found, self._starts), self._at_least, found, self._starts)

    def taught(self, text: str, joined: str) -> tuple[Likeness, Likeness] | None:
        """How like the sections `text` is, by itself and with `joined`, as was learned from notes that answer.

        None while that is not known, and for an encoder for which nothing was learned.
        """
        own, both = self._answers.get(text), self._answers.get(joined)
        if own is None or both is None or self._notes is None or self._lesson is None:
            return None
        whole = own + both
        asked = np.stack((own, whole / (np.linalg.norm(whole) + _TINY)), axis=1)
        taken = self._lesson.taken(asked.T)
        found = np.stack([_cosines(self._notes, one) for one in taken], axis=1)
        best = np.maximum.reduceat(found, self._starts, axis=0)
        return Likeness(best[:, 0], self._at_least), Likeness(best[:, 1], self._at_least)

    async def _read_notes(self, notes: Sequence[str]) -> None:
        """Goes on after the last batch that was read."""
        if self._notes is not None or not notes:
            return
        while (done := sum(map(len, self._read))) < len(notes):
            batch = [_sent(note) for note in notes[done : done + BATCH]]
            self._read.append(await self._encoder.encode(batch, "passage"))
        if len({part.shape[1] for part in self._read}) > 1:
            self._read.clear()
            raise _odd()
        self._notes = np.concatenate(self._read)
        self._read.clear()
        self._tried.set()
        log.info("knowledge.embedded", passages=len(self._notes), encoder=self._encoder.name)

    async def _answer(self) -> None:
        while True:
            texts = [await self._queue.get()]
            while not self._queue.empty():
                texts.append(self._queue.get_nowait())
            try:
                for way_out, cleared in self._by_asker(texts):
                    with outlet(way_out or current()):
                        vectors = await self._encoder.encode([_sent(text) for text in cleared], "query")
                    if self._notes is None or vectors.shape[1] != self._notes.shape[1]:
                        raise _odd()
                    self._answers.update(zip(cleared, vectors, strict=True))
            finally:
                for text in texts:
                    self._settle(text)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)

    def _by_asker(self, texts: Sequence[str]) -> list[tuple[Outlet | None, list[str]]]:
        """What may be compared: a request holds words of one meeting, in whose ledger it stands."""
        found: list[tuple[Outlet | None, list[str]]] = []
        for text in texts:
            if not self._cleared(text):
                continue
            way_out = self._asked[text].way_out
            for other, theirs in found:
                if other == way_out:
                    theirs.append(text)
                    break
            else:
                found.append((way_out, [text]))
        return found

    def _cleared(self, text: str) -> bool:
        asked = self._asked.get(text)
        return asked is not None and (not self.remote or asked.clear(len(_sent(text).encode())))

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


def _cosines(notes: Vectors, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each note with one text. BLAS would wake its threads for it, which takes ten times as long, and longer
    on a busy machine, in which the loop stands still."""
    found: NDArray[np.float32] = np.einsum("ij,j->i", notes, vector)
    return found


def _sent(text: str) -> str:
    """What leaves of a text."""
    return redact(text)[:LONGEST]


def _odd() -> ProviderFault:
    return ProviderFault(
        "the encoder sent vectors of another length than before; check suggest.embeddings",
        kind=FaultKind.PROTOCOL,
    )
