"""What a speaker's id says to a reader."""

from __future__ import annotations

import re

from wingman.core.time import Channel

_VOICE = re.compile(r"(?:(?P<connection>[0-9]{1,6})\.)?(?P<voice>[0-9]{1,6})")


def speaker_name(speaker: str) -> str:
    """What a speaker id says to a reader, in the overlay's words: `You`, `Them`, `Speaker 2` when told apart.

    `tab:2.0` is the first voice of the transcriber's second connection: who that is compared with the first
    connection, nobody knows, so the name keeps them apart (`Speaker 1 (2)`).
    """
    channel, _, label = speaker.partition(":")
    if channel == Channel.MIC:
        return "You"
    if channel != Channel.TAB:
        return speaker
    if not label:
        return "Them"
    told = _VOICE.fullmatch(label)
    if told is None:
        return f"Speaker {label}"
    connection = int(told["connection"] or 1)
    return f"Speaker {int(told['voice']) + 1}" + (f" ({connection})" if connection > 1 else "")
