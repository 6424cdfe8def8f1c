from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.playbook.patterns import de, en, es, fr, pt
from wingman.suggest.playbook.prefix_index import PrefixIndex, prefixes_of
from wingman.suggest.playbook.signals import CARE, SPOKEN, Signal, normalise

LANGUAGES = {"en": en, "de": de, "fr": fr, "es": es, "pt": pt}
ROOT = Path(__file__).parents[3]


@each(
    ("pattern", "begins"),
    [
        (r"\bfees?\b", {"fee", "fees"}),
        (r"\b(?:a|your) quote\b", {"a qu", "your"}),
        (r"\b(?:not )?(?:sure|con)", {"not ", "sure", "con"}),
        (r"\bli[cs]e", {"lice", "lise"}),
        (r"\bx(?:ab)*", {"x", "xab"}),
        (r"\b(?!no)\w+", set()),
        (r"\b(?: %|cent)", set()),
        (r"\bone|two", set()),
        (r"^one", set()),
        (r"(?i)\bone", set()),
    ],
)
def test_what_every_match_begins_with_or_nothing_where_it_may_be_anything(
    pattern: str, begins: set[str]
) -> None:
    assert prefixes_of(re.compile(pattern)) == begins


def _patterns(tag: str) -> dict[Signal, re.Pattern[str]]:
    words = LANGUAGES[tag]
    plain = {signal: getattr(words, signal.name) for signal in Signal if hasattr(words, signal.name)}
    care = {signal: words.CARE[signal] for signal in CARE}
    return {signal: re.compile(rf"\b(?:{'|'.join(found)})\b") for signal, found in {**plain, **care}.items()}


PATTERNS = {tag: _patterns(tag) for tag in SPOKEN}
INDICES = {tag: PrefixIndex(patterns) for tag, patterns in PATTERNS.items()}
WORDS = {
    tag: sorted({*re.findall(r"[\w' ]+", " ".join(pattern.pattern for pattern in patterns.values()))})
    for tag, patterns in PATTERNS.items()
}


@pytest.mark.parametrize("tag", SPOKEN)
def test_no_signal_needs_a_search_of_the_whole_text(tag: str) -> None:
    assert all(prefixes_of(pattern) for pattern in PATTERNS[tag].values())


@given(data=st.data(), tag=st.sampled_from(SPOKEN))
def test_what_is_found_is_what_a_search_finds(data: st.DataObject, tag: str) -> None:
    words = st.one_of(st.sampled_from(WORDS[tag]), st.text(max_size=6))
    text = normalise(data.draw(st.lists(words, max_size=14).map(" ".join)))
    searched = {signal for signal, pattern in PATTERNS[tag].items() if pattern.search(text)}
    assert INDICES[tag].matching(text) == searched


@pytest.mark.parametrize("tag", SPOKEN)
def test_the_same_is_found_in_what_people_say(tag: str) -> None:
    said = [line for file in (ROOT / "tests/eval").rglob("*.jsonl") for line in _lines(file)]
    for line in said[:: max(1, len(said) // 200)]:
        text = normalise(line[:300])
        searched = {signal for signal, pattern in PATTERNS[tag].items() if pattern.search(text)}
        assert INDICES[tag].matching(text) == searched, line


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
