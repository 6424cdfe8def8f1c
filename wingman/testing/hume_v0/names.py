"""The names Hume's v0 models answer with."""

from __future__ import annotations

_VOICE = """
Admiration, Adoration, Aesthetic Appreciation, Amusement, Anger, Anxiety, Awe, Awkwardness, Boredom, Calmness,
Concentration, Confusion, Contemplation, Contempt, Contentment, Craving, Desire, Determination,
Disappointment, Disgust, Distress, Doubt, Ecstasy, Embarrassment, Empathic Pain, Entrancement, Envy,
Excitement, Fear, Guilt, Horror, Interest, Joy, Love, Nostalgia, Pain, Pride, Realization, Relief, Romance,
Sadness, Satisfaction, Shame, Surprise (negative), Surprise (positive), Sympathy, Tiredness, Triumph
"""
_BURSTS = """
Ah Aha Ahh Argh Aww Cackle Cheer Chuckle Cry Eek Eww Gasp Giggle Groan Growl Grr Grunt Ha Hah Haha Hehe Hiss
Hmm Hoot Howl Huh Hurray Laugh Mhm Mmm Moan Oh Ohh Ooh Ooph Ouch Oww Pant Pff Phew Roar Scream Screech Shout
Shriek Sigh Snicker Snort Sob Squeal Tsk Ugh Uh Uh-huh Umm Wail Wheep Whee Whew Whimper Woah Wow Yawn Yay
Yelp Yippee Yuck
"""

VOICE: tuple[str, ...] = tuple(" ".join(_VOICE.split()).split(", "))
"""48 names of prosody, burst and face."""

LANGUAGE: tuple[str, ...] = tuple(
    sorted((*VOICE, "Annoyance", "Disapproval", "Enthusiasm", "Gratitude", "Sarcasm"))
)
"""53 names of the language model."""

BURSTS: tuple[str, ...] = tuple(_BURSTS.split())
"""67 kinds of vocal burst."""
