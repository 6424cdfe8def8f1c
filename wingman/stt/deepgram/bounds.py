"""What the service's numbers can mean at all: nothing lies beyond the audio that was sent. Pure.

A window that does is not believed, and the message counts as unreadable. Where only some words of a credible
window carry impossible times, the words are kept and get the place their neighbours leave them.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from wingman.core.time import SAMPLE_RATE
from wingman.stt.deepgram.wire import Alternative, Alternatives, Heard, Results

SLACK_S = 0.25
"""The service's seconds are not exact: this much beyond a bound is rounding, and is cut to it."""


WORD_S = 0.3
"""What a word lasts when nobody says."""


def possible(at: float, sent: int) -> bool:
    """Whether `at` seconds can be a moment of a stream of `sent` samples. False for NaN and infinity."""
    return 0 <= at <= sent / SAMPLE_RATE + SLACK_S


def bounded(message: Results, sent: int, position: int, believed: int = 0) -> Results | None:
    """`message` as far as it can be true after `sent` samples; None when its window cannot be, or is not told.

    `position` is where the next window has to begin: words are mended only in a window that begins there.
    `believed`: so many of its first words were found to be true in a window that began as this one and ended
    no later.
    """
    length_s, due_s = sent / SAMPLE_RATE, position / SAMPLE_RATE
    if not message.channel.alternatives:
        return None  # it says nothing, not even that nobody spoke
    told_end = message.end
    if not (possible(message.start, sent) and message.duration >= 0 and possible(told_end, sent)):
        return None
    start = min(message.start, length_s)
    end = max(start, min(told_end, length_s))
    words = message.words
    if _all_within(words[believed:], start, end):
        mended: Sequence[Heard] = words
    elif abs(start - due_s) <= SLACK_S and not any(_elsewhere(word, start, end, sent) for word in words):
        mended = _mended(words, start, end)
    else:
        return None
    if told_end == end and mended is words:
        return message
    alternatives = Alternatives((Alternative(tuple(mended)),))
    return msgspec.structs.replace(message, start=start, duration=end - start, channel=alternatives)


def _all_within(words: Sequence[Heard], start: float, end: float) -> bool:
    """`_within` for each of them, in one loop: it runs for the words of every final."""
    earliest, latest = start - SLACK_S, end + SLACK_S
    for word in words:
        begins, ends = word.start, word.end
        if not begins <= ends <= latest or (begins < earliest and ends > start):
            return False
    return True


def _within(word: Heard, start: float, end: float) -> bool:
    """In the window, or said before it (a repetition, which is told by its time)."""
    return word.start <= word.end <= end + SLACK_S and (word.start >= start - SLACK_S or word.end <= start)


def _elsewhere(word: Heard, start: float, end: float, sent: int) -> bool:
    """Outside the window at a time that can be: then it is the window that is wrong."""
    can_be = possible(word.start, sent) and possible(word.end, sent) and word.start <= word.end
    return can_be and not _within(word, start, end)


def _mended(words: Sequence[Heard], start: float, end: float) -> list[Heard]:
    found: list[Heard] = []
    last = start
    for number, word in enumerate(words):
        if _within(word, start, end):
            found.append(word)
        else:
            latest = min((w.start for w in words[number + 1 :] if last < w.start <= end), default=end)
            ends = word.end if last <= word.end <= latest else latest
            begins = word.start if start <= word.start <= ends else max(last, ends - WORD_S)
            if ends != word.end:
                ends = min(ends, begins + WORD_S)
            found.append(msgspec.structs.replace(word, start=begins, end=ends))
        last = max(last, min(found[-1].end, end))
    return found
