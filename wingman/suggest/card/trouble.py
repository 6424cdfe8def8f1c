"""What somebody told of a trouble of theirs, short enough to be quoted when they weigh or put off. Pure."""

from __future__ import annotations

import re

from wingman.suggest.playbook.language import base_tag
from wingman.suggest.playbook.signals import CARE, Signal, detect

LONGEST = 110
"""Characters that are quoted."""
FEWEST = 4
"""Words; fewer say nothing by themselves."""
_LOSS = {
    "en": r"(?:cost|costs|costing) (?:us|me|them)|(?:we|i)(?:'ve)? (?:lost|lose|waste|wasted)",
    "de": r"kostet (?:uns|mich)|(?:wir|ich) (?:verlieren|verloren|verschwenden)|gekostet|verloren",
    "fr": r"(?:nous|m'|m’)(?: a| ont|a|ont) coûté|on (?:perd|a perdu)|nous (?:perdons|avons perdu)|j'ai perdu",
    "es": r"(?:nos|me) (?:costó|cuesta|ha costado)|(?:perdemos|perdimos|hemos perdido|pierdo|perdí)",
    "pt": r"(?:nos|me) (?:custou|custa)|custou-(?:nos|me)|(?:perdemos|perdi|perco)",
}
"""How a loss is told."""
_PATTERNS = {tag: re.compile(rf"(?<!\w)(?:{told})(?!\w)", re.IGNORECASE) for tag, told in _LOSS.items()}


def trouble_in(text: str, language: str) -> str:
    """The sentence of `text` that tells of a trouble; empty when none does, or all of it is a question."""
    loss = _PATTERNS.get(base_tag(language))
    for sentence in re.split(r"(?<=[.!?…])\s+", text):
        signals = detect(sentence, language)
        if signals.intersection((*CARE, Signal.QUESTION)):
            continue
        if Signal.PAIN in signals or (loss is not None and loss.search(sentence)):
            return shortened(sentence)
    return ""


def shortened(text: str) -> str:
    """`text` as it is quoted; empty when it is too short to say something, or too long to be quoted whole."""
    plain = text.strip().rstrip(".,;!…")
    return plain if len(plain) <= LONGEST and len(plain.split()) >= FEWEST else ""
