"""What the emulated model says: rules over the moment in Wingman's own prompt. Pure and deterministic."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Answer: TypeAlias = Callable[[str, str], str]
"""(system instruction, prompt) → the whole answer."""

_RULES: tuple[tuple[str, str], ...] = (
    (
        r"frustrat|unacceptable|nobody|fed up|annoy|third time",
        "Say: I am sorry, that should not have happened. I own this and will call you back today with a fix.",
    ),
    (
        r"move forward|go ahead|next steps?|ready to sign",
        "Stop selling: agree the next step, who does it and the date, before you hang up.",
    ),
    (
        r"how much|price|pricing|cost|budget|expensive|discount",
        "Ask what the problem costs them each month, then name one plan and what it includes.",
    ),
    (
        r"vendor|competitor|alternative|another tool|compare",
        "Ask what they like about the other option, then name the one difference that serves their goal.",
    ),
    (
        r"think about|not sure|convinced|get back|too (?:risky|complex)",
        "Ask: what would have to be true for this to be an easy yes? Then answer only that.",
    ),
    (
        r"security|gdpr|compliance|contract|legal",
        "Offer the security overview today and name who answers the rest, and by when.",
    ),
    (
        r"i will|we will|i'll|we'll|by (?:monday|tuesday|wednesday|thursday|friday)",
        "Repeat it back with an owner and a date so that both sides leave with the same picture.",
    ),
    (
        r"recap|decisions|open questions",
        "So far: needs are clear, price is open, and a follow-up with dates is the next step.",
    ),
    (
        r"problem|too long|too slow|broke|by hand",
        "Ask when it last happened, what it cost them, and who felt it most.",
    ),
    (
        r"who",
        "Name one person and what they do first; if you do not know yet, say by when you will.",
    ),
    (
        r"how (?:do|does|long|many)|what|when|can you|do you",
        "Answer in one sentence, then ask what makes it important to them.",
    ),
)
_DEFAULT = "Reflect what they said in your own words and ask one open question."


def by_rules(system: str, prompt: str) -> str:
    """An answer that fits the moment, found by its words; `ready` to a probe."""
    if "the one word: ready" in system:
        return "ready"
    moment = re.search(r":moment>\n(.*?)\n</", prompt, re.DOTALL)
    text = (moment[1] if moment else prompt).lower()
    for pattern, answer in _RULES:
        if re.search(rf"\b(?:{pattern})", text):
            return answer
    return _DEFAULT


def scripted(*answers: str) -> Answer:
    """These answers in order, the last one for ever."""
    left = list(answers)

    def answer(_system: str, _prompt: str) -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
