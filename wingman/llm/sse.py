"""Server-sent events from raw bytes. Pure.

Lines end at CR LF or LF only. Splitting decoded text instead would also cut at U+2028 and U+0085,
which are legal inside a JSON string.
"""

from __future__ import annotations

from collections.abc import Iterator

MAX_LINE = 1024 * 1024


class SseReader:
    """Feed bytes as they come; get the data of each event."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[str]:
        """The data of every event that `piece` completes. Raises `ValueError` for a line without end."""
        self._rest += piece
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise ValueError("a line of the event stream has no end")
        for line in lines:
            yield from self._line(line.removesuffix(b"\r"))

    @property
    def unfinished(self) -> bool:
        """True when the stream ended in the middle of an event."""
        return bool(self._rest.strip() or self._data)

    def _line(self, line: bytes) -> Iterator[str]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            data, self._data = b"\n".join(self._data), []
            yield data.decode("utf-8")
