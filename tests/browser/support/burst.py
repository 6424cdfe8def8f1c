"""Many events a second, and how many frames a page paints meanwhile."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.browser.support.scene import reading, said
from tests.browser.support.service import BrowserService
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionDelta, TranscriptPartial
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_PENDING, Family

FRAMES = """() => {
  const times = [];
  let going = true;
  const step = (now) => { times.push(now); if (going) requestAnimationFrame(step); };
  requestAnimationFrame(step);
  return {stop() { going = false; return times; }};
}"""


def frames(counting: Any) -> tuple[float, float]:
    """Frames a second and the longest frame in ms since `counting` began."""
    times = counting.evaluate("c => c.stop()")
    gaps = [b - a for a, b in itertools.pairwise(times)]
    return 1000 * len(gaps) / sum(gaps), max(gaps)


def burst(service: BrowserService, meeting: str, *, seconds: float, rate: int) -> int:
    """Publish `rate` events a second of every busy kind, evenly; returns the number of the last sentence."""
    total = int(seconds * rate)
    began = time.monotonic()
    number = 100
    for batch in range(total // 10):
        number += 1
        service.publish(meeting, *_ten(number))
        wait = began + (batch + 1) * 10 / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
    return number


def _ten(n: int) -> list[Any]:
    at = float(n)
    text = f"Sentence {n}."
    return [
        *(TranscriptPartial(Channel.TAB, "tab", text[: 3 * step]) for step in (1, 2, 3)),
        said(n, "tab", text, at, at + 0.9, EMOTION_PENDING),
        said(n, "tab", text, at, at + 0.9, reading("interest", Family.ENGAGED), 1),
        SuggestionCreated(f"b-{n}", "question", "question_to_user", f"u-{n}", "gemini"),
        *(SuggestionDelta(f"b-{n}", f"word {step} ") for step in (1, 2, 3)),
        SuggestionCompleted(f"b-{n}", f"All the words of {n}.", "gemini"),
    ]
