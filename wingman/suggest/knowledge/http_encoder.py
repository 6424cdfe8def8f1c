"""Sentence vectors from an OpenAI-compatible `/embeddings`, as Ollama, llama.cpp and vLLM serve it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from wingman.config.suggest import EmbeddingSettings
from wingman.core.credentials import masked
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.egress.http import counting
from wingman.suggest.knowledge.encoder import Purpose, Vectors

TIMEOUT_S = 30.0


class HttpEncoder:
    """An `Encoder` behind HTTP. Its connections are made with the first request."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        """Raises `InputError` when the address is none."""
        _check(settings.url)
        self._settings = settings
        self._http: httpx.AsyncClient | None = None

    @property
    def name(self) -> str:
        return f"{self._settings.model or 'default model'} at {self._settings.url}"

    @property
    def remote(self) -> bool:
        """Texts leave this process; a server on this machine may hand them on."""
        return True

    async def aclose(self) -> None:
        """Close the connections; a later request makes new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        """Unit vectors, one row per text. Raises `ProviderFault`. The server is not told the purpose."""
        if self._http is None:
            key = self._settings.api_key.reveal()
            headers = {"authorization": f"Bearer {key}"} if key else {}
            self._http = httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S, transport=counting())
        body = {"model": self._settings.model, "input": list(texts), "encoding_format": "float"}
        try:
            answer = await self._http.post(f"{self._settings.url.rstrip('/')}/embeddings", json=body)
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


def _check(url: str) -> None:
    try:
        address = urlsplit(url)
        fine = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise InputError(
            f"suggest.embeddings.url is {masked(url)!r}, which is no address; for Ollama use http://127.0.0.1:11434/v1",
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
