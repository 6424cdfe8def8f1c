"""Which utterance of one run of a meeting is which of another: what was said at the same time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wingman.core.events import Envelope, Media, UtteranceCreated


@dataclass(slots=True)
class UtteranceMatch:
    """Finds the utterances of a run by their ids and, where other ids were given, by their time."""

    _places: dict[str, Media]

    @classmethod
    def of(cls, events: Iterable[Envelope]) -> UtteranceMatch:
        """An index of the utterances in `events`."""
        return cls({e.data.id: e.media for e in events if isinstance(e.data, UtteranceCreated) and e.media})

    def find(self, utterance: str, media: Media | None) -> str:
        """The id of the utterance that shares most of its time with `media`, or `utterance` if none does."""
        if utterance in self._places or media is None:
            return utterance
        best, shared = utterance, 0.0
        for name, place in self._places.items():
            if place.channel is media.channel:
                overlap = min(place.end, media.end) - max(place.start, media.start)
                if overlap > shared:
                    best, shared = name, overlap
        return best
