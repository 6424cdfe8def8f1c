"""Puts the media messages of one telephone track in order, by their numbers and their times. Pure.

Source: Telnyx media streaming ("media frame order is not guaranteed", `media.chunk` orders it); Twilio, Plivo
and Exotel number alike. Some number each track and some all of them together, so a missing number counts only
where the time says the same, and what has no number, or no time, passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wingman.audio.media_clock import STEP_S
from wingman.transports.telephony import MediaPayload

MOST_HELD = 5
"""Messages waited for one that is missing; then it is lost."""
WAIT_S = 0.2
"""Sound waited for it, too, where more than one message is held; and the time without any message."""
MOST_LATE = 16
"""A number this far behind comes late, or twice; one further behind is a count that began anew, if its time
is: by less than `STEP_S` the clock of the sound would take it for what was heard already."""
ANEW_S = 2.0
"""One stamped further back than this, and no later than the first, is one, too."""
EXACT_S = 0.005
"""What stamps in milliseconds may be off from whole messages, and an eighth of a message at most."""


@dataclass(frozen=True, slots=True)
class InOrder:
    """A message in its turn."""

    media: MediaPayload
    lost: bool = False
    """What its time leaves out before it never came: its number says so, too. Of a late one: that was told."""
    late: bool = False
    """Its place was given up, or has its sound already: it is not to be heard."""
    anew: bool = False
    """The clock of its time begins here, soon after it began before: it follows what was heard."""


class MediaOrder:
    """One track. A message in order leaves at once."""

    def __init__(self, bytes_per_second: int) -> None:
        self._bytes_per_second = bytes_per_second
        self._next: int | None = None
        self._end = 0.0
        """Where the last message that left ends, by its own time."""
        self._held: dict[int, MediaPayload] = {}
        self._waited = 0.0
        """Seconds of other tracks since the last one was held."""
        self._first = (0, 0.0)
        """Number and time with which the count began."""
        self._lost: set[int] = set()
        """Numbers given up lately."""
        self._again: MediaPayload | None = None
        """The first message, soon after it: sent twice, or the count begins anew, as the next one tells."""

    @property
    def holding(self) -> bool:
        """Something waits for a message before it."""
        return bool(self._held)

    def push(self, media: MediaPayload) -> tuple[InOrder, ...]:
        """Take one message; what may leave now."""
        number, at = media.number, media.at
        if number is None or at is None:
            return (*self.flush(), InOrder(media))
        again, self._again = self._again, None
        if again is not None:
            if self._goes_on(again, number, at):
                before = self._give_all_up()
                first = self._leave(again.number or 0, again.at or 0.0, again)
                return (*before, replace(first, anew=True), *self.push(media))
            return (InOrder(again, late=True), *self.push(media))
        if self._next is not None:
            far, half, behind = at - self._end, self.length(media) / 2, self._next - number
            near = behind <= MOST_LATE or far >= -STEP_S - EXACT_S
            if number in self._held or (behind > 0 and near and far < -half):
                if number > self._first[0] or at > self._first[1]:
                    told = number in self._lost
                    self._lost.discard(number)
                    return (InOrder(media, lost=told, late=True),)
                if far >= -ANEW_S:
                    self._again = media
                    return ()
            elif number > self._next and far > half:
                self._held[number], self._waited = media, 0.0
                return self._give_up() if self._too_many() else ()
        before = self._give_all_up() if number < (self._next or 0) else ()
        return (*before, self._leave(number, at, media), *self._run())

    def flush(self) -> tuple[InOrder, ...]:
        """No more comes: everything held, in order."""
        again, self._again = self._again, None
        return (*self._give_all_up(), *(() if again is None else (InOrder(again, late=True),)))

    def meanwhile(self, sound_s: float) -> tuple[InOrder, ...]:
        """So much came of another track: what may leave that has waited long enough."""
        self._waited += sound_s
        longest = max(map(self.length, self._held.values()), default=0.0)
        return self._give_all_up() if self._waited > max(WAIT_S, longest) else ()

    def _goes_on(self, again: MediaPayload, number: int, at: float) -> bool:
        """What follows the first message said once more is the second one said once more, or the third."""
        if self._next is None or not (begun := again.number or 0) < number < self._next:
            return False
        length = self.length(again)
        passed = at - (again.at or 0.0)
        return any(abs(passed - step * length) <= length / 2 for step in range(1, min(2, number - begun) + 1))

    def _too_many(self) -> bool:
        held = self._held.values()
        return len(held) > MOST_HELD or (len(held) > 1 and sum(map(self.length, held)) > WAIT_S)

    def _give_all_up(self) -> tuple[InOrder, ...]:
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
        exact = abs(at - self._end - messages * length) <= min(EXACT_S, length / 8)
        lost = exact and 1 <= messages <= missing
        if self._next is None or number < self._next:
            self._first, self._lost = (number, at), set()
        elif lost:
            self._lost.update(range(max(self._next, number - MOST_LATE), number))
        self._lost = {one for one in self._lost if number - one <= MOST_LATE} if self._lost else self._lost
        self._next, self._end = number + 1, at + length
        return InOrder(media, lost=lost)

    def length(self, media: MediaPayload) -> float:
        """Seconds of sound in it."""
        return len(media.payload) / self._bytes_per_second
