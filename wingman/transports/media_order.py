"""Puts the media messages of one telephone track in order, by their numbers and their times. Pure.

Source: Telnyx media streaming ("media frame order is not guaranteed", `media.chunk` orders it); Twilio, Plivo
and Exotel number alike. Some number each track and some all of them together, so a missing number counts only
where the time says the same, and what has no number, or no time, passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from wingman.transports.telephony import MediaPayload

MOST_HELD = 5
"""Messages waited for one that is missing; then it is lost."""
MOST_LATE = 16
"""A number this far behind comes late, or twice; one further behind is a count that began anew."""
EXACT_S = 0.005
"""What stamps in milliseconds may be off from whole messages."""


@dataclass(frozen=True, slots=True)
class InOrder:
    """A message in its turn."""

    media: MediaPayload
    lost: bool = False
    """What its time leaves out before it never came: its number says so, too."""
    late: bool = False
    """Its place was given up, or has its sound already: it is not to be heard."""


class MediaOrder:
    """One track. A message in order leaves at once."""

    def __init__(self, bytes_per_second: int) -> None:
        self._bytes_per_second = bytes_per_second
        self._next: int | None = None
        self._end = 0.0
        """Where the last message that left ends, by its own time."""
        self._held: dict[int, MediaPayload] = {}

    def push(self, media: MediaPayload) -> tuple[InOrder, ...]:
        """Take one message; what may leave now."""
        number, at = media.number, media.at
        if number is None or at is None:
            return (*self.flush(), InOrder(media))
        if self._next is not None:
            far, half = at - self._end, self.length(media) / 2
            if number in self._held or (0 < self._next - number <= MOST_LATE and far < -half):
                return (InOrder(media, late=True),)
            if number > self._next and far > half:
                self._held[number] = media
                return self._give_up() if len(self._held) > MOST_HELD else ()
        return (self._leave(number, at, media), *self._run())

    def flush(self) -> tuple[InOrder, ...]:
        """No more comes: everything held, in order."""
        out: tuple[InOrder, ...] = ()
        while self._held:
            out += self._give_up()
        return out

    def _give_up(self) -> tuple[InOrder, ...]:
        number = min(self._held)
        media = self._held.pop(number)
        return (self._leave(number, media.at or 0.0, media), *self._run())

    def _run(self) -> tuple[InOrder, ...]:
        """What is held and follows now."""
        out: list[InOrder] = []
        while self._held:
            number = min(self._held)
            media = self._held[number]
            at = media.at or 0.0
            if number != self._next and at - self._end > self.length(media) / 2:
                break
            out.append(self._leave(number, at, self._held.pop(number)))
        return tuple(out)

    def _leave(self, number: int, at: float, media: MediaPayload) -> InOrder:
        length, missing = self.length(media), number - (number if self._next is None else self._next)
        messages = round((at - self._end) / length) if length else 0
        exact = abs(at - self._end - messages * length) <= EXACT_S
        self._next, self._end = number + 1, at + length
        return InOrder(media, lost=exact and 1 <= messages <= missing)

    def length(self, media: MediaPayload) -> float:
        """Seconds of sound in it."""
        return len(media.payload) / self._bytes_per_second
