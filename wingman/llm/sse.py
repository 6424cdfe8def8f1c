"""Server-sent events from raw bytes. Pure.

Source: WHATWG HTML, "Parsing an event stream". Lines end at CR LF, LF or CR, and the first may begin with a
byte order mark. Splitting decoded text instead would also cut at U+2028 and U+0085, which are legal in a JSON
string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LINE = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_END = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)
"""A CR at the very end of what came may be half of CR LF."""


class SseReader:
    """Feed bytes as they come; get the data of each event."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[str]:
        """The data of every event that `piece` completes. Raises `ValueError` for a line without end."""
        self._rest += piece
        if not self._begun:
            if _BOM.startswith(self._rest):
                return  # nothing yet, or a part of the mark
            self._begun = True
            self._rest = self._rest.removeprefix(_BOM)
        *lines, self._rest = _END.split(self._rest)
        if len(self._rest) > MAX_LINE:
            raise ValueError("a line of the event stream has no end")
        for line in lines:
            yield from self._line(line)

    def finish(self) -> Iterator[str]:
        """The stream is over: the data of an event that no blank line closed, and that may be cut.

        A browser drops it; servers that leave the last blank line out mean it.
        """
        rest, self._rest = self._rest, b""
        yield from self._line(rest.rstrip(b"\r"))
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[str]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            data, self._data = b"\n".join(self._data), []
            yield data.decode("utf-8", "replace")
