"""Whisper's tokens: the prompt of a decode, and tokens grouped into words.

Source: openai/whisper, `whisper/tokenizer.py` (special tokens, `split_to_word_tokens`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PROMPT_TOKENS = 40
"""Longer lists of names cost accuracy everywhere else."""
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages written without spaces: every character group is a word."""
_OPENING_MARKS = frozenset("\"'¿¡-–−#@&+±~<§№*")
_OPENING_KINDS = frozenset({"Ps", "Pi", "Sc"})
"""Unicode's brackets and quotes that open, and currencies."""


class Vocabulary:
    """The tokenizer of one model folder (`tokenizer.json`). Raises `OSError` when it cannot be read."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing")
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        except Exception as broken:  # noqa: BLE001 - the library raises nothing more precise
            raise OSError(f"{path} is no tokenizer: {broken}") from None
        self.end = self._id("<|endoftext|>")
        self._start = self._id("<|startoftranscript|>")
        self._no_times = self._id("<|notimestamps|>")
        self._previous = self._id("<|startofprev|>")

    def has_language(self, language: str) -> bool:
        """Whether the model has a token for `language`."""
        return self._tokenizer.token_to_id(f"<|{language}|>") is not None

    def opening(self, language: str) -> list[int]:
        """What stands before the text. `language` is empty for an English-only model, which knows no other."""
        if not language:
            return [self._start]
        return [self._start, self._id(f"<|{language}|>"), self._id("<|transcribe|>")]

    def prompt(self, language: str, keyterms: Sequence[str] = ()) -> list[int]:
        """The tokens a decode begins with; `keyterms` as if they had been said just before."""
        before = self._names(keyterms)
        start = [*self.opening(language), self._no_times]
        return [self._previous, *before, *start] if before else start

    def _names(self, keyterms: Sequence[str]) -> list[int]:
        """As many whole names, first ones first, as fit into the prompt."""
        tokens: list[int] = []
        for term in keyterms:
            more = self._encode((", " if tokens else " ") + term.strip())
            if not term.strip():
                continue
            if len(tokens) + len(more) > PROMPT_TOKENS:
                break
            tokens += more
        return tokens

    def text(self, tokens: Sequence[int]) -> str:
        """Tokens as text."""
        return str(self._tokenizer.decode([t for t in tokens if t < self.end], skip_special_tokens=False))

    def words(self, tokens: Sequence[int], language: str) -> list[tuple[str, int]]:
        """The text as words, each with the number of its tokens; punctuation belongs to its word."""
        pieces = self._characters([t for t in tokens if t < self.end])
        return _joined(pieces, spaced=language not in UNSPACED)

    def _characters(self, tokens: Sequence[int]) -> list[tuple[str, int]]:
        """Whole characters: a token may hold only a part of one."""
        pieces: list[tuple[str, int]] = []
        held: list[int] = []
        for token in tokens:
            held.append(token)
            text = str(self._tokenizer.decode(held, skip_special_tokens=False))
            if "\ufffd" not in text:
                pieces.append((text, len(held)))
                held = []
        if held:
            pieces.append(("", len(held)))
        return pieces

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise OSError(f"the tokenizer has no {token}: this is not a Whisper model")
        return int(number)


def _opens(mark: str) -> bool:
    """Whether a mark belongs to the word that follows it."""
    return bool(mark) and all(c in _OPENING_MARKS or category(c) in _OPENING_KINDS for c in mark)


def _joined(pieces: list[tuple[str, int]], *, spaced: bool) -> list[tuple[str, int]]:
    """Pieces as words: at spaces, or each character group where a language has none; marks never stand
    alone."""
    words: list[tuple[str, int]] = []
    for text, count in pieces:
        marks = not any(c.isalnum() for c in text)
        begins = (text.startswith(" ") or not spaced) and not (marks and not _opens(text.strip()))
        held = bool(words) and not any(c.isalnum() for c in words[-1][0])  # an opening mark waits for its word
        if words and (held or not begins):
            before, counted = words[-1]
            words[-1] = (
                before + (text.lstrip() if held else text.rstrip() if marks else text),
                counted + count,
            )
        else:
            words.append((text, count))
    return [(text.strip(), count) for text, count in words]
