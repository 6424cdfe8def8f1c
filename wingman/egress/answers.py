"""Answers as far as any answer goes, unpacked here: a few bytes of gzip may hold gigabytes. Pure.

HTTP clients unpack each piece from the network whole (64 KB may become 64 MB, or more where it is packed twice)
and keep what comes without end; so their transports hand them what is unpacked already.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator, MutableMapping
from typing import Any, ClassVar, Final, Protocol

ANSWER_BYTES: Final = 8 * 1024 * 1024
"""Longest answer, unpacked: the longest of any model, with what the wire adds to each word, is half of it."""
_ACCEPTED: Final = "gzip, deflate"
"""The packings that are asked for (`Accept-Encoding`)."""
_PIECE: Final = 1 << 16
_TOLD_BY: Final = 2
"""Bytes by which gzip and zlib are told from what has no head: either is refused by then, or it is one."""
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_PACKINGS: Final = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"))
_KNOWN: Final = frozenset(("gzip", "x-gzip", "deflate"))


class AnswerError(ValueError):
    """An answer that is too long, or packed in a way that it cannot be unpacked; the text says which."""


def ask(headers: MutableMapping[str, str]) -> None:
    """Have a request's headers ask for what can be unpacked here, unless they ask for nothing packed."""
    if headers.get("accept-encoding") != "identity":
        headers["accept-encoding"] = _ACCEPTED


class Body(Protocol):
    """A body as an HTTP client hands it over."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Its pieces."""

    async def aclose(self) -> None:
        """Release the connection."""


class Unpacked:
    """An answer's body, unpacked up to a bound: what is mixed into a client's own kind of stream."""

    refused: ClassVar[type[Exception]]
    """What the client raises for a body that cannot be read."""

    def __init__(self, inner: Body, headers: MutableMapping[str, str], most: int) -> None:
        """Takes the packing out of the answer's `headers`: the client has nothing left to unpack."""
        self._inner = inner
        self._encoding = headers.pop("content-encoding", "")
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in unpacked(self._inner, self._encoding, self._most):
                yield piece
        except AnswerError as refused:
            raise self.refused(str(refused)) from None

    async def aclose(self) -> None:
        """Release the connection."""
        await self._inner.aclose()


async def unpacked(
    body: AsyncIterable[bytes], encoding: str, most: int = ANSWER_BYTES
) -> AsyncGenerator[bytes, None]:
    """The answer in pieces, in all no more than `most` bytes. `encoding`: its `Content-Encoding`.

    Raises `AnswerError`.
    """
    unpack = _unpacking(encoding)
    left = most
    async for data in body:
        for piece in unpack(data):
            left -= len(piece)
            if left < 0:
                raise AnswerError(f"the answer has more than {most} bytes")
            yield piece


def _unpacking(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    """What unpacks one piece after the other. A name that stands for no packing is passed over."""
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) in _PACKINGS]
    if not names:
        return lambda data: iter((data,))
    if len(names) > 1 or names[0] not in _KNOWN:
        raise AnswerError(f"the answer is packed as {', '.join(names)[:40]}, which was not asked for")
    return _Inflate().unpack


class _Inflate:
    """gzip, zlib and, as some servers take `deflate`, the bare stream."""

    def __init__(self) -> None:
        self._head = b""
        self._inflate: Any = zlib.decompressobj(_GZIP_OR_ZLIB)  # its type has no name before 3.12's stubs

    def unpack(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._first(data)
            while piece:
                yield piece
                piece = self._inflate.decompress(self._inflate.unconsumed_tail, _PIECE)
        except zlib.error:
            raise AnswerError("the answer cannot be unpacked") from None

    def _first(self, data: bytes) -> bytes:
        try:
            found: bytes = self._inflate.decompress(data, _PIECE)
        except zlib.error:
            if len(self._head) >= _TOLD_BY:
                raise
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            found = self._inflate.decompress(self._head + data, _PIECE)
        if len(self._head) < _TOLD_BY:
            self._head += data[:_TOLD_BY]
        return found
