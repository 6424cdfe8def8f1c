"""What Whisper says when nobody spoke, and how it is told from speech. Pure.

Whisper answers anything: silence with "you", noise with whole sentences, a window it dislikes with a loop. The
voice detector is the first gate; these are the ones behind it.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from difflib import SequenceMatcher

NO_SPEECH = 0.6
"""Above this probability of the no-speech token an answer has to prove itself."""
LOW_LOG_PROBABILITY = -1.0
"""Noise scores -1.3 to -2.6, speech -0.05 to -0.6."""
UNLIKELY = -0.7
"""More than a few words score this low when a voice says none, as one played backwards; of speech in noise only
what is not understood."""
DOUBTFUL = -0.4
"""An answer that says one thing twice and nothing else needs more than this."""
COMPRESSION = 2.4
"""Bytes per zlib byte: text that repeats itself."""
REPEATS = 3
"""An n-gram this often in a row is a loop; one word alone ("no, no, no") may stand once more."""
LONGEST_LOOP = 5
FEW_WORDS = 2
HALF = 0.5
_BRACKETED = re.compile(r"\[[^\]]*\]|\([^)]*\)|♪[^♪]*♪?|\*[^*]*\*")


def invented(text: str, no_speech: float, log_probability: float) -> bool:
    """Whether an answer is more likely made up than heard.

    `no_speech`: probability of the no-speech token (0 to 1). `log_probability`: mean over the tokens. One
    or two words need not be improbable to be dropped: "you" on a chime scores like speech.
    """
    words = [bare(word) for word in text.split()]
    if len(words) > FEW_WORDS and log_probability < (DOUBTFUL if _said_again(words) else UNLIKELY):
        return True
    if no_speech <= NO_SPEECH:
        return False
    return log_probability < LOW_LOG_PROBABILITY or len(words) <= FEW_WORDS


def _said_again(words: Sequence[str]) -> bool:
    """The same few words or more, twice or more often, and nothing else."""
    lengths = range(FEW_WORDS + 1, len(words) // 2 + 1)
    return any(len(words) % n == 0 and list(words) == list(words[:n]) * (len(words) // n) for n in lengths)


def repetitive(text: str) -> bool:
    """Text that says one thing over and over (short texts never compress that well)."""
    raw = text.encode()
    return len(raw) / max(1, len(zlib.compress(raw))) > COMPRESSION


def without_loops(words: Sequence[str]) -> list[int]:
    """Indices of the words to keep: of a run of 1 to 5 words that stands three times in a row, the first
    copy."""
    plain = [bare(word) for word in words]
    kept = list(range(len(plain)))
    for size in range(LONGEST_LOOP, 0, -1):
        kept = _without_runs(plain, kept, size)
    return kept


def _without_runs(plain: list[str], kept: list[int], size: int) -> list[int]:
    out: list[int] = []
    at = 0
    while at < len(kept):
        pattern = [plain[i] for i in kept[at : at + size]]
        times = 1
        while [plain[i] for i in kept[at + times * size : at + (times + 1) * size]] == pattern:
            times += 1
        least = REPEATS + (size == 1)
        if times >= least and len(pattern) == size and any(pattern):
            out += kept[at : at + size]
            at += times * size
        else:
            out.append(kept[at])
            at += 1
    return out


def told(text: str) -> str:
    """The text without what describes sounds: "(laughing)", "[Music]"."""
    return " ".join(_BRACKETED.sub(" ", text).split())


def echoes_prompt(text: str, keyterms: Sequence[str]) -> bool:
    """The answer is the list of names it was given, and nothing else."""
    names = [bare(word) for term in keyterms for word in term.split()]
    return len(keyterms) > 1 and [bare(word) for word in text.split()] == names


def names_alone(text: str, keyterms: Sequence[str]) -> bool:
    """The answer is made of the names it was given: somebody said one, or a sound was filled with them."""
    names = {bare(word) for term in keyterms for word in term.split()}
    words = [bare(word) for word in text.split()]
    return bool(words) and all(word in names for word in words)


def alike(text: str, other: str) -> bool:
    """Two spellings of one sound, roughly: half of their letters agree."""
    first, second = ("".join(bare(word) for word in each.split()) for each in (text, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= HALF


def bare(word: str) -> str:
    """A word without case, accents' composition and the punctuation around it, for comparisons."""
    return "".join(c for c in unicodedata.normalize("NFKC", word).casefold() if c.isalnum() or c == "'")
