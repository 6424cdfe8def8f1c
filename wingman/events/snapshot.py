"""A meeting folded into what a screen needs: the answer to a client whose place in the log is gone."""

from __future__ import annotations

from collections import deque

import msgspec

from wingman.core.events import Envelope
from wingman.core.json import JsonObject
from wingman.events.log import EventLog

UTTERANCES = 200
"""Newest utterances kept in a snapshot."""
SOUNDS = 50
"""Newest vocal bursts between utterances kept in a snapshot."""
CARDS = 20
"""Newest suggestions kept in a snapshot."""
NAMES = 100
"""Newest speaker names kept in a snapshot."""

LATEST = (
    "meeting.started",
    "policy.applied",
    "cost.updated",
    "storage.state",
    "audio.state",
    "summary.ready",
)
"""Types of which the newest event is all that counts."""
CARD_ENDS = {
    "suggestion.completed": "completed",
    "suggestion.superseded": "superseded",
    "suggestion.expired": "expired",
    "suggestion.failed": "failed",
}


class Snapshot:
    """Folds envelopes, oldest first. `value()` is plain JSON data:

    `{"seq", "state", "latest": {type: data}, "captures": {channel: data}, "providers": {key: data},
    "names": {speaker: name}, "utterances": [{…data, "media"}], "sounds": [{…data, "media"}],
    "suggestions": [{…created, "text", "state", "feedback"}]}`
    """

    def __init__(self) -> None:
        self._seq = 0
        self._state = "live"
        self._latest: JsonObject = {}
        self._captures: JsonObject = {}
        self._providers: JsonObject = {}
        self._names: dict[str, str] = {}
        self._utterances: dict[str, JsonObject] = {}
        self._order: deque[str] = deque()
        self._sounds: deque[JsonObject] = deque(maxlen=SOUNDS)
        self._cards: dict[str, JsonObject] = {}

    @classmethod
    async def read(cls, log: EventLog, meeting: str, upto: int) -> JsonObject:
        """The snapshot of a meeting's events up to and including `upto`."""
        snapshot = cls()
        after = 0
        while after < upto and (page := await log.read(meeting, after, min(1000, upto - after))):
            for envelope in page:
                snapshot.add(envelope)
            after = page[-1].seq
        return snapshot.value()

    def add(self, envelope: Envelope) -> None:
        """Fold one event in."""
        self._seq = envelope.seq
        kind = envelope.type
        if kind == "transcript.partial" or kind == "suggestion.delta":
            return  # what they lead to is in the final form
        data: JsonObject = msgspec.to_builtins(envelope.data)
        if kind in LATEST:
            self._latest[kind] = data
        elif kind.startswith("utterance."):
            self._utterance(data, envelope)
        elif kind == "voice.sound":
            self._sounds.append(data | {"media": msgspec.to_builtins(envelope.media)})
        elif kind.startswith("suggestion."):
            self._card(kind, data)
        elif kind == "capture.state":
            self._captures[data["channel"]] = data
        elif kind == "provider.state":
            self._providers[f"{data['branch']}:{data['channel'] or ''}"] = data
        elif kind == "speaker.renamed":
            self._names[data["speaker"]] = data["name"]
            if len(self._names) > NAMES:
                del self._names[next(iter(self._names))]
        elif kind.startswith("meeting."):
            self._state = {"paused": "paused", "ended": "ended"}.get(kind.partition(".")[2], "live")

    def value(self) -> JsonObject:
        """The snapshot as plain JSON values."""
        return {
            "seq": self._seq,
            "state": self._state,
            "latest": self._latest,
            "captures": self._captures,
            "providers": self._providers,
            "names": self._names,
            "utterances": [self._utterances[key] for key in self._order],
            "sounds": list(self._sounds),
            "suggestions": list(self._cards.values()),
        }

    def _utterance(self, data: JsonObject, envelope: Envelope) -> None:
        key = data["id"]
        if key not in self._utterances:
            if envelope.type == "utterance.revised":
                return  # its first form is older than what is kept
            self._order.append(key)
            if len(self._order) > UTTERANCES:
                del self._utterances[self._order.popleft()]
        self._utterances[key] = data | {"media": msgspec.to_builtins(envelope.media)}

    def _card(self, kind: str, data: JsonObject) -> None:
        if kind == "suggestion.created":
            self._cards[data["id"]] = data | {"state": "created", "feedback": ""}
            while len(self._cards) > CARDS:
                del self._cards[next(iter(self._cards))]
            return
        card = self._cards.get(data.get("id", ""))
        if card is None:
            return
        if kind == "suggestion.updated":
            card["feedback"] = data["feedback"]
            return
        card["state"] = CARD_ENDS.get(kind, card["state"])
        if kind == "suggestion.completed":
            kept = card["source"] if data["origin"] == card["origin"] else ""
            card |= {"text": data["text"], "origin": data["origin"], "source": data.get("source") or kept}
