"""One card's life: created → delta* → exactly one of completed, superseded, expired, failed."""

from __future__ import annotations

from collections.abc import Callable

from wingman.core.events import (
    Media,
    Publish,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSuperseded,
)

Clock = Callable[[], float]
"""Monotonic seconds; used for the latencies on the card and for nothing else."""


class CardLife:
    """Publishes one suggestion's events and refuses a second end."""

    def __init__(
        self,
        created: SuggestionCreated,
        media: Media | None,
        publish: Publish,
        clock: Clock,
        on_open: Callable[[], None] | None = None,
    ) -> None:
        """With `on_open` nothing is published before the first text, and then it is told; a card that
        ends before has never been one."""
        self.id = created.id
        self.created = created
        self.text = created.text
        self.ended = False
        self._media = media
        self._publish = publish
        self._clock = clock
        self._began = clock()
        self._first: float | None = None
        self._on_open = on_open
        self.opened = on_open is None
        if self.opened:
            publish(created, media)

    @property
    def answered(self) -> bool:
        """True once the model's first text is out."""
        return self._first is not None

    def delta(self, text: str) -> None:
        """More of the model's text. The first piece takes the instant text's place."""
        if self.ended or not text:
            return
        if not self.opened and self._on_open is not None:
            self.opened = True
            self._on_open()
            self._publish(self.created, self._media)
        if self._first is None:
            self._first = self._clock()
            self.text = ""
        self.text += text
        self._publish(SuggestionDelta(self.id, text), self._media)

    def withdraw(self) -> None:
        """The model's text is not worth keeping: the instant text is this card's text again."""
        self.text = self.created.text
        self._first = None

    def complete(self, origin: str, source: str) -> None:
        """The whole text is there (the instant text alone is a whole text, too), and what it rests on."""
        first = None if self._first is None else _ms(self._first - self._began)
        total = _ms(self._clock() - self._began)
        self._end(SuggestionCompleted(self.id, self.text.strip(), origin, first, total, source))

    def supersede(self, by: str) -> None:
        """A newer card took its place."""
        self._end(SuggestionSuperseded(self.id, by))

    def expire(self, reason: str) -> None:
        """It is out of date."""
        self._end(SuggestionExpired(self.id, reason))

    def fail(self, kind: str, detail: str) -> None:
        """It could not be written."""
        self._end(SuggestionFailed(self.id, kind, detail))

    def _end(
        self, last: SuggestionCompleted | SuggestionSuperseded | SuggestionExpired | SuggestionFailed
    ) -> None:
        if self.ended:
            return
        self.ended = True
        if self.opened:
            self._publish(last, self._media)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
