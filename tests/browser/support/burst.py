"""Many events a second, and how many frames a page paints and what its tasks take meanwhile."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser.support.scene import reading, said
from tests.browser.support.service import BrowserService
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionDelta, TranscriptPartial
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_PENDING, Family

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRACED = {"includedCategories": ["toplevel", "disabled-by-default-thread_time"], "excludedCategories": ["*"]}


@contextmanager
def tasks(page: Page) -> Iterator[list[float]]:
    """What each task of a page's main thread took, in ms of a processor: filled in at the end.

    A page paints between two tasks. Frames a second would tell as much of how busy the machine is.
    """
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.start", {"traceConfig": TRACED})
    took: list[float] = []
    yield took
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    session.detach()
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    took += [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in main and "tdur" in event
    ]


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
