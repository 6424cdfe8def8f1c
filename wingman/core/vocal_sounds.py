"""Vocal bursts: sounds of a voice that are no words, and what a transcript line says for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_VERBS: Final = """
cackle chuckle cheer cry gasp giggle groan growl grunt hiss hoot howl laugh moan pant roar scream screech shout
shriek sigh snicker snort sob squeal wail whimper yawn yelp
"""
_SPOKEN: Final = """
ah aha ahh argh aww eek eww grr hmm huh hurray mhm mmm oh ohh ooh ooph ouch oww pff phew tsk ugh uh uh-huh umm
wheep whee whew woah wow yay yippee yuck
"""
_LIKE: Final = {"ha": "laughs", "hah": "laughs", "haha": "laughs", "hehe": "laughs", "laughter": "laughs"}


def _third_person(verb: str) -> str:
    if verb.endswith("y"):
        return f"{verb[:-1]}ies" if verb == "cry" else f"{verb}s"
    return f"{verb}es" if verb.endswith(("ss", "sh", "ch")) else f"{verb}s"


def _gerund(verb: str) -> str:
    stem = {"sob": "sobb"}.get(verb, verb.removesuffix("e"))
    return f"{stem}ing"


WORDS: Final[Mapping[str, str]] = {
    **{verb: _third_person(verb) for verb in _VERBS.split()},
    **{_gerund(verb): _third_person(verb) for verb in _VERBS.split()},
    **{word: f"“{word}”" for word in _SPOKEN.split()},
    **_LIKE,
}
"""Label in lower case (a burst type, or an expression that is one) → the word on the line."""


def word_for(label: str) -> str:
    """What a line says for a burst: `laughs`; a burst that has only an emotion's name is `a sound of …`."""
    return WORDS.get(label) or f"a sound of {label}"


def is_sound(label: str) -> bool:
    """Whether a label names a sound rather than an emotion."""
    return label in WORDS
