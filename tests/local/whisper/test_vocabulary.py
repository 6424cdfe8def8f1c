"""Tokens become words with their punctuation, and a prompt holds as many names as fit."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from wingman.local.whisper.vocabulary import PROMPT_TOKENS, Vocabulary

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tokenizers") is None, reason="the whisper extra is not installed"
)

SPECIAL = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>"),
    *("<|transcribe|>", "<|startofprev|>", "<|notimestamps|>"),
)


END = 512
"""The first mark's token."""


def encoded(text: str) -> list[int]:
    """Text as the tokens of `write`."""
    return [
        found[0] if len(found) == 1 else 256 + found[1]
        for found in re.findall(rb" [^ ]|.", text.encode(), re.S)
    ]


def write(folder: Path, special: tuple[str, ...] = SPECIAL) -> Path:
    """A tokenizer of bytes as GPT-2 spells them, each also with a space before it; then Whisper's marks."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    spelled = {byte: chr(byte) for byte in kept} | {byte: chr(256 + n) for n, byte in enumerate(others)}
    letters = [spelled[byte] for byte in range(256)]
    space = spelled[ord(" ")]
    tokens = [*letters, *(space + letter for letter in letters)]
    added = [
        {
            "id": END + n, "content": mark, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True,
        }
        for n, mark in enumerate(special)
    ]  # fmt: skip
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    merges = [[space, letter] for letter in letters]
    model = {"type": "BPE", "vocab": {token: n for n, token in enumerate(tokens)}, "merges": merges}
    told = {"version": "1.0", "added_tokens": added, "pre_tokenizer": level, "decoder": level, "model": model}
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    return Vocabulary(write(tmp_path))


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        (" Hello, world.", "en", ["Hello,", "world."]),
        (" It is (nearly) done", "en", ["It", "is", "(nearly)", "done"]),
        (" That’s 5 €", "en", ["That’s", "5", "€"]),
        ("你好，世界", "zh", ["你", "好，", "世", "界"]),
        (" naïve 🙂", "en", ["naïve 🙂"]),
        (" Er sagte „hallo“ laut", "de", ["Er", "sagte", "„hallo“", "laut"]),
        (" il dit «oui» bas", "fr", ["il", "dit", "«oui»", "bas"]),
        (" so ‚so‘ la", "de", ["so", "‚so‘", "la"]),
        (" pay ¥500 now", "en", ["pay", "¥500", "now"]),
        (" about ~5 or +3 %", "en", ["about", "~5", "or", "+3 %"]),
        (" minus −4", "en", ["minus", "−4"]),
        ("好「你」好", "ja", ["好", "「你」", "好"]),
        ("", "en", []),
    ],
)
def test_words(vocabulary: Vocabulary, text: str, language: str, words: list[str]) -> None:
    tokens = encoded(text)
    found = vocabulary.words([*tokens, vocabulary.end, vocabulary.end + 1], language)
    assert [word for word, _ in found] == words
    assert sum(count for _, count in found) == len(tokens)
    assert vocabulary.text([*tokens, vocabulary.end]) == text


def test_a_character_that_broke_off_keeps_its_tokens_and_shows_nothing(vocabulary: Vocabulary) -> None:
    tokens = encoded(" so é")[:-1]
    found = vocabulary.words(tokens, "en")
    assert sum(count for _, count in found) == len(tokens)
    assert found[0][0] == "so"


def test_a_prompt_begins_with_whole_names_as_far_as_they_fit(vocabulary: Vocabulary) -> None:
    plain = vocabulary.prompt("en")
    assert plain == [END + 1, END + 2, END + 4, END + 6]
    assert vocabulary.prompt("en", ["", "  "]) == plain
    assert vocabulary.prompt("en", [" Ada ", "", "Bo"]) == [END + 5, *encoded(" Ada, Bo"), *plain]
    assert vocabulary.prompt("en", ["Ada", "x" * PROMPT_TOKENS, "Bo"]) == [END + 5, *encoded(" Ada"), *plain]


def test_a_model_that_knows_only_english_is_not_told_a_language(vocabulary: Vocabulary) -> None:
    assert vocabulary.opening("") == [END + 1]
    assert [vocabulary.has_language(tag) for tag in ("en", "zh", "xx", "")] == [True, True, False, False]
    with pytest.raises(OSError, match=r"<\|xx\|>"):
        vocabulary.opening("xx")


def test_a_folder_without_whispers_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"tokenizer\.json is missing"):
        Vocabulary(tmp_path)
    with pytest.raises(OSError, match="this is not a Whisper model"):
        Vocabulary(write(tmp_path, SPECIAL[:3]))
