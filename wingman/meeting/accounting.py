"""What a running meeting sends out and what that costs: the ledger and the bill, kept together."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from wingman.archive.egress_ledger import Ledger
from wingman.core.errors import Branch
from wingman.core.events import Publish
from wingman.core.time import Channel
from wingman.egress.outlet import first_through, outlet
from wingman.llm.base import AnswerEmpty, Prompt, SuggestionModel, Usage
from wingman.meeting.cost import EMBEDDINGS, CostTracker, Level
from wingman.observe import metrics
from wingman.suggest.knowledge.index import Knowledge, Snippet

BYTES_PER_TOKEN = 4
"""Of English, roughly; embedding servers do not agree on telling."""
REPORT_EVERY_S = 10.0
"""Media seconds between two `cost.updated` events."""


class Accounting:
    """Notes every sample and every prompt that leaves for a provider; says when the budget's level changes."""

    __slots__ = (
        "_ledger",
        "_level",
        "_meter",
        "_publish",
        "_reported",
        "_reported_at",
        "_ways",
        "measured",
        "paused",
        "seen",
    )

    def __init__(self, meter: CostTracker, ledger: Ledger, publish: Publish) -> None:
        self._meter = meter
        self._ledger = ledger
        self._publish = publish
        self._ways: dict[tuple[Branch, str, Channel | None], MeetingOutlet] = {}
        self._reported_at = 0.0
        self._reported = 0.0
        self._level = Level.FULL
        self.paused = False
        """While it is True nothing may be sent."""
        self.measured: Callable[[Channel], bool] = lambda _: True
        """Does the policy that holds now let anybody score this channel? Set by whoever decides that."""
        self.seen: Callable[[Channel], bool] = lambda _: True
        """The same for faces."""

    def restore(self, spent: Mapping[str, float]) -> None:
        """What the meeting had cost when another process ran it."""
        self._meter.restore(spent)
        self._reported = self._meter.total

    def outlet(self, branch: Branch, provider: str, channel: Channel | None = None) -> MeetingOutlet:
        """The way out of one branch: it asks before it lets anything out, and notes what left."""
        key = (branch, provider, channel)
        if (way := self._ways.get(key)) is None:
            way = self._ways[key] = MeetingOutlet(self, branch, provider, channel)
        return way

    def may_leave(self, branch: Branch, channel: Channel | None) -> bool:
        """Does the meeting, as it stands now, let this branch send anything?"""
        if self.paused or channel is None:
            return not self.paused
        if branch is Branch.FACE:
            return self.seen(channel)
        return branch is not Branch.EMOTION or self.measured(channel)

    def _collect(self) -> None:
        """Write down what its outlets have gathered."""
        for way in self._ways.values():
            way.tell()

    def left(self, way: MeetingOutlet, size: int, length: float) -> None:
        """So many bytes of a branch were written to a socket, with so many seconds of sound."""
        if length:
            self._meter.audio(way.provider, length)
        if way.branch is Branch.FACE and way.channel is not None:
            count = 1 if size >= 0 else -1  # one is in flight at a time: what a connection lost was that one
            self._meter.pictures(way.provider, count)
            self._ledger.pictures(way.provider, way.channel, count, size)
            return
        if length and way.channel is not None:
            self._ledger.audio(way.provider, way.branch, way.channel, size, length)
        else:
            self._ledger.text(way.provider, way.branch, size, way.channel)

    def question(self, size: int) -> bool:
        """A text of so many bytes is about to be compared with notes elsewhere. False: it may not be sent."""
        if not self.paused:
            self._meter.tokens(EMBEDDINGS, Usage(prompt_tokens=math.ceil(size / BYTES_PER_TOKEN)))
        return not self.paused

    def words(self, provider: str, text: str) -> bool:
        """May words be given to a remote meter? It notes them as they leave."""
        if not self.paused:
            self._meter.words(provider, len(text.split()))
        return not self.paused

    def tokens(self, provider: str, usage: Usage) -> None:
        """A model answered."""
        self._meter.tokens(provider, usage)
        metrics.tokens(provider, usage.prompt_tokens, usage.output_tokens)

    def consent(self, words: str) -> None:
        """What is sent from now on is sent under these words."""
        self._collect()
        self._ledger.consent(words)

    def pause(self) -> None:
        """Nothing is sent from here on."""
        self._collect()
        self._ledger.close()
        self.paused = True

    def resume(self) -> None:
        """Things may be sent again."""
        self._collect()
        self.paused = False

    def close(self) -> None:
        """Write down what is open: at the end."""
        self._collect()
        self._ledger.close()

    def report(self, media_seconds: float) -> Level | None:
        """Publish what is due. Returns the budget's level when it has changed since the last call."""
        self._collect()
        self._ledger.tick()
        level = self._meter.level
        changed = level is not self._level
        due = media_seconds - self._reported_at >= REPORT_EVERY_S and self._meter.total != self._reported
        if changed or due:
            self._level, self._reported_at, self._reported = level, media_seconds, self._meter.total
            self._publish(self._meter.reading(media_seconds), None)
        return level if changed else None


@dataclass(slots=True)
class MeetingOutlet:
    """See `wingman.egress.outlet.Outlet`.

    Sound leaves fifty times a second: the first of it is written down at once, and dates the entry; what
    follows is gathered until the next look at the accounts, which is never later than a pause or the end.
    """

    accounting: Accounting
    branch: Branch
    provider: str
    channel: Channel | None
    _gathers: bool = False
    _size: int = 0
    _seconds: float = 0.0
    _ruled: bool = True

    def __post_init__(self) -> None:
        self._ruled = self.branch is not Branch.TRANSCRIBE  # which no policy rules, but the pause

    @property
    def open(self) -> bool:
        accounting = self.accounting
        return accounting.may_leave(self.branch, self.channel) if self._ruled else not accounting.paused

    def sent(self, size: int, seconds: float) -> None:
        if seconds and self._gathers:
            self._size += size
            self._seconds += seconds
            return
        self._gathers = self._gathers or seconds != 0
        self.accounting.left(self, size, seconds)

    def tell(self) -> None:
        """Write down what was gathered."""
        size, seconds = self._size, self._seconds
        self._gathers, self._size, self._seconds = False, 0, 0.0
        if size or seconds:
            self.accounting.left(self, size, seconds)


class MeteredModel:
    """The process's model as one meeting uses it: every prompt is noted before it leaves."""

    def __init__(self, model: SuggestionModel, accounting: Accounting) -> None:
        self._model = model
        self._accounts = accounting

    @property
    def name(self) -> str:
        """The provider's name in settings and events."""
        return self._model.name

    @property
    def remote(self) -> bool:
        """True when prompts leave this machine."""
        return self._model.remote

    @property
    def last_usage(self) -> Usage:
        """Tokens of the last answer."""
        return self._model.last_usage

    async def probe(self) -> None:
        await self._model.probe()

    def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        if self._accounts.paused:  # a request that was begun before the pause, and is tried again
            return _nothing()
        way_out = self._accounts.outlet(Branch.SUGGEST, self._model.name)
        return first_through(way_out, self._model.stream(prompt))

    async def aclose(self) -> None:
        """The model belongs to the process; nothing to close here."""


async def _nothing() -> AsyncGenerator[str, None]:
    raise AnswerEmpty("the meeting is paused: nothing is sent to a model")
    yield ""  # makes this a generator


class MeteredKnowledge:
    """The process's notes as one meeting looks them up: what leaves for embeddings is noted before it does."""

    def __init__(self, knowledge: Knowledge, accounting: Accounting) -> None:
        self._knowledge = knowledge
        self._accounts = accounting

    def search(self, text: str, before: Sequence[str] = ()) -> tuple[Snippet, ...]:
        with self._out():
            return self._knowledge.search(text, before, clear=self._accounts.question)

    def anticipate(self, text: str, before: Sequence[str] = ()) -> None:
        with self._out():
            self._knowledge.anticipate(text, before)

    async def settled(
        self, text: str, found: tuple[Snippet, ...], before: Sequence[str] = ()
    ) -> tuple[Snippet, ...]:
        with self._out():
            return await self._knowledge.settled(text, found, before, clear=self._accounts.question)

    def _out(self) -> AbstractContextManager[None]:
        return outlet(self._accounts.outlet(Branch.SUGGEST, EMBEDDINGS))
