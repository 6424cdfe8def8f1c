"""What the parts of redaction read."""

from __future__ import annotations

from wingman.core.redaction.tokens import Tokens, announce, split


def tokenize(text: str) -> Tokens:
    """Words and marks of `text` with their places, and what they announce. Raises `TooDenseError`."""
    tokens = split(text)
    announce(tokens)
    return tokens
