"""Labels to families: what every provider's words mean for badge colours, triggers and baselines.

Families and the two coordinates are *data*, placed by hand on Russell's circumplex of affect (J. A. Russell,
"A circumplex model of affect", 1980): valence from -1 (unpleasant) to 1 (pleasant), arousal from -1 (still) to
1 (stirred up), in steps of 0.1. They are a judgement, not a measurement, and scores never pass through them: a
reading keeps its provider's own label and score.

The names are those of Hume's current API (an open list: 415 expressions, of which few are published), the
48 voice and 53 language names of Hume v0, and the six labels of the local prosody meter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from wingman.core.utterance import Family


@dataclass(frozen=True, slots=True)
class Affect:
    """Where a label lies."""

    family: Family
    valence: float
    """-1 unpleasant … 1 pleasant."""
    arousal: float
    """-1 still … 1 stirred up."""


UNMAPPED = Affect(Family.UNKNOWN, 0.0, 0.0)
"""What a label that nobody has placed yet means: nothing."""

_TABLE = """
engaged    interest 0.5 0.4 | concentration 0.1 0.2 | contemplation 0.1 -0.1 | determination 0.3 0.5
engaged    realization 0.3 0.3 | entrancement 0.5 0.2 | aesthetic appreciation 0.6 0.1 | awe 0.5 0.5
engaged    surprise (positive) 0.6 0.7 | surprise 0.2 0.7 | craving 0.2 0.5 | desire 0.4 0.5
engaged    intensity 0.1 0.7 | eagerness 0.6 0.6 | earnestness 0.3 0.2 | curiosity 0.5 0.4
engaged    pondering 0.1 -0.1 | focus 0.2 0.2 | anticipation 0.4 0.5 | attentiveness 0.4 0.3
engaged    fascination 0.6 0.5 | intrigue 0.5 0.4 | urgency -0.1 0.7 | alertness 0.2 0.5
engaged    thoughtfulness 0.3 -0.1 | sincerity 0.4 0.1 | seriousness 0.0 0.2 | passion 0.6 0.7
positive   admiration 0.7 0.3 | adoration 0.8 0.3 | amusement 0.7 0.5 | contentment 0.7 -0.3 | ecstasy 0.9 0.9
positive   excitement 0.7 0.8 | joy 0.9 0.6 | love 0.9 0.4 | pride 0.6 0.4 | relief 0.6 -0.2 | romance 0.7 0.3
positive   satisfaction 0.7 0.0 | triumph 0.8 0.7 | enthusiasm 0.8 0.7 | gratitude 0.8 0.1 | sympathy 0.2 -0.1
positive   pleasure 0.8 0.3 | feeling uplifted 0.7 0.4 | chuckling 0.6 0.4 | laughter 0.7 0.6
positive   giggling 0.7 0.5 | happiness 0.9 0.5 | cheerfulness 0.8 0.5 | delight 0.8 0.6 | elation 0.9 0.8
positive   hope 0.6 0.3 | optimism 0.7 0.3 | confidence 0.6 0.3 | affection 0.8 0.2 | warmth 0.7 0.1
positive   playfulness 0.7 0.5 | tenderness 0.7 -0.1 | nostalgia 0.2 -0.2 | friendliness 0.7 0.3
positive   trust 0.6 0.0 | encouragement 0.6 0.4 | compassion 0.4 0.0 | agreement 0.5 0.1 | approval 0.6 0.1
positive   humor 0.7 0.4 | euphoria 0.9 0.9
positive   laugh 0.7 0.6 | chuckle 0.6 0.4 | giggle 0.7 0.5 | cackle 0.4 0.7 | snicker 0.3 0.4 | cheer 0.8 0.7
positive   ha 0.5 0.5 | hah 0.5 0.5 | haha 0.7 0.6 | hehe 0.5 0.4 | hurray 0.8 0.8 | yay 0.8 0.7
doubtful   doubt -0.3 0.1 | confusion -0.3 0.3 | awkwardness -0.4 0.2 | embarrassment -0.5 0.3
doubtful   anxiety -0.6 0.6 | surprise (negative) -0.5 0.7 | fear -0.7 0.7 | guilt -0.6 0.1 | shame -0.6 0.1
doubtful   horror -0.9 0.8 | dumbfoundedness -0.2 0.5 | hesitation -0.3 0.1 | skepticism -0.4 0.2
doubtful   scepticism -0.4 0.2 | worry -0.6 0.4 | nervousness -0.5 0.6 | uncertainty -0.3 0.1
doubtful   disbelief -0.4 0.4 | suspicion -0.5 0.3 | shock -0.4 0.8 | bewilderment -0.3 0.4
doubtful   perplexity -0.2 0.3 | concern -0.4 0.3 | apprehension -0.5 0.4 | unease -0.5 0.3 | shyness -0.3 0.0
doubtful   gasp -0.3 0.7 | huh -0.2 0.3 | whimper -0.6 0.1 | eek -0.5 0.7
doubtful   discomfort -0.5 0.2 | reluctance -0.4 -0.1 | caution -0.2 0.1 | panic -0.8 0.9
negative   anger -0.8 0.8 | contempt -0.7 0.3 | disgust -0.8 0.4 | distress -0.8 0.6 | pain -0.8 0.5
negative   empathic pain -0.6 0.3 | envy -0.5 0.3 | annoyance -0.6 0.4 | disapproval -0.6 0.2
negative   angry -0.8 0.8 | sarcasm -0.4 0.3 | frustration -0.7 0.6 | abhorrence -0.9 0.6
negative   feeling upset -0.7 0.4 | irritation -0.6 0.5 | hostility -0.8 0.7 | rage -0.9 0.9 | fury -0.9 0.9
negative   resentment -0.7 0.3
negative   groan -0.6 0.2 | growl -0.6 0.6 | grr -0.6 0.6 | argh -0.6 0.7 | ugh -0.6 0.3 | tsk -0.5 0.2
negative   scream -0.7 0.9 | shout -0.5 0.9 | shriek -0.7 0.9 | yuck -0.7 0.4 | eww -0.7 0.4 | sob -0.8 0.2
negative   wail -0.8 0.4 | cry -0.8 0.3
negative   impatience -0.5 0.6 | exasperation -0.7 0.5 | bitterness -0.7 0.2 | displeasure -0.6 0.3
negative   outrage -0.8 0.8 | defensiveness -0.5 0.4 | aggression -0.7 0.8 | disdain -0.7 0.2
negative   hatred -0.9 0.7 | jealousy -0.6 0.4 | disagreement -0.4 0.3 | mockery -0.5 0.3
low-energy boredom -0.4 -0.6 | tiredness -0.3 -0.8 | sadness -0.7 -0.4 | disappointment -0.6 -0.2
low-energy fatigue -0.4 -0.8 | exhaustion -0.5 -0.8 | apathy -0.3 -0.6 | indifference -0.2 -0.4
low-energy melancholy -0.5 -0.4 | resignation -0.5 -0.4 | despair -0.9 -0.1 | grief -0.9 -0.2
low-energy loneliness -0.7 -0.4 | sleepiness -0.1 -0.9 | dejection -0.7 -0.4 | gloom -0.6 -0.4
low-energy sighing -0.3 -0.4 | sorrow -0.8 -0.3 | yawning -0.2 -0.8 | hopelessness -0.8 -0.4
low-energy disinterest -0.3 -0.5 | weariness -0.4 -0.7 | regret -0.5 -0.1
low-energy sigh -0.3 -0.4 | yawn -0.2 -0.8
neutral    neutral 0.0 0.0 | calmness 0.3 -0.5 | calm 0.3 -0.5 | serenity 0.5 -0.6 | composure 0.2 -0.3
neutral    relaxation 0.5 -0.6 | matter-of-factness 0.0 0.0 | politeness 0.3 0.0 | formality 0.0 0.0
"""
"""One line per family and group: the family, then `label valence arousal` between bars."""

_ENDING = re.compile(
    r"(?:edness|iness|ness|ement|ment|ation|ition|ion|edom|ating|ated|ing|ity|ism|ious|ous|ance|ence|iety"
    r"|ied|ed|ful|y|e|s)$"
)
"""Endings that a label may lose to meet its kin."""


def _parse(table: str) -> dict[str, Affect]:
    placed: dict[str, Affect] = {}
    for line in table.strip().splitlines():
        family, _, entries = line.partition(" ")
        for entry in entries.split("|"):
            label, valence, arousal = entry.strip().rsplit(" ", 2)
            placed[label] = Affect(Family(family), float(valence), float(arousal))
    return placed


AFFECTS: dict[str, Affect] = _parse(_TABLE)
"""Label (lower case) → where it lies."""


def _stem(label: str) -> str:
    """Crude root of a label, so that `feeling bored`, `boredom` and their kin meet."""
    word = label.removeprefix("feeling ").removeprefix("being ").partition(" (")[0]
    shorter = _ENDING.sub("", word)
    return shorter if len(shorter) >= 3 else word


_BY_STEM: dict[str, Affect] = {}
for _label, _affect in AFFECTS.items():
    _BY_STEM.setdefault(_stem(_label), _affect)


@lru_cache(maxsize=1024)
def affect_of(label: str) -> Affect:
    """Where `label` lies; an unknown one is tried by its root, then it is `UNMAPPED`."""
    name = label.strip().lower()
    return (
        AFFECTS.get(name) or AFFECTS.get(name.removeprefix("feeling ")) or _BY_STEM.get(_stem(name)) or UNMAPPED
    )


def family_of(label: str) -> Family:
    """The family of a label; `Family.UNKNOWN` for one that nobody has placed."""
    return affect_of(label).family
