"""Text of strangers without halves of signs. Pure.

JSON may hold `\\ud83d` alone: a sign beyond the first plane that was cut in two, as servers do that send an
answer token by token. Python's parser hands it on, and nothing that is written as UTF-8 can hold it.

Source: RFC 8259 section 8.2; the Unicode standard, section 3.9 (D92).
"""

from __future__ import annotations

import json
import re
from typing import Any

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def whole(text: str) -> str:
    """The text with its halves joined, and those that stand alone replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def loads(text: str) -> Any:
    """As `json.loads`, with whole texts. Raises `core.json.NOT_JSON`."""
    tree = json.loads(text)
    return _whole(tree) if _HALF.search(text) else tree


def _whole(tree: Any) -> Any:
    if isinstance(tree, str):
        return whole(tree)
    if isinstance(tree, list):
        return [_whole(item) for item in tree]
    if isinstance(tree, dict):
        return {whole(name): _whole(value) for name, value in tree.items()}
    return tree


class TextPieces:
    """Joins what a sign was cut in two by the pieces of a text."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """What is whole by now."""
        text = self._half + piece
        cut = len(text) - ("\ud800" <= text[-1:] <= "\udbff")
        self._half = text[cut:]
        return whole(text[:cut])

    def finish(self) -> str:
        """No more comes: a half that is left."""
        left, self._half = self._half, ""
        return whole(left)
