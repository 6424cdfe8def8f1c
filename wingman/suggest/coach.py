"""One meeting's coach: asks the gate, shows the instant card, has the model improve it.

Everything that decides is pure and elsewhere; this is where decisions become cards. At most one card
is in flight, and whatever happens to it, it gets exactly one end.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from wingman.config.correlate import ContextSettings
from wingman.config.suggest import DeadlineSettings, SuggestSettings
from wingman.core.errors import InputError, ProviderFault
from wingman.core.events import Media, Publish, SuggestionCreated, SuggestionSkipped, SuggestionUpdated
from wingman.core.redaction import redact
from wingman.core.time import Channel, SampleTime, samples
from wingman.core.utterance import EmotionShift, Utterance
from wingman.core.vocabulary import ACTIONS, FEEDBACK, MODES, STOP, VERBOSITIES, action_title, one_of
from wingman.llm.base import AnswerBlocked, AnswerEmpty, AnswerTruncated, Prompt, SuggestionModel
from wingman.suggest.card import prompt as prompts
from wingman.suggest.card.context import RollingContext
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife, Clock
from wingman.suggest.card.novelty import Novelty
from wingman.suggest.card.writer import CardWriter, Counted, fault_name, ignore_usage
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, request
from wingman.suggest.gate.gate import Gate
from wingman.suggest.playbook.playbook import Card, Playbook, load_playbook

CONTEXT_SECONDS = 3600.0
"""A recap may look back so far; the tokens are what really bounds a prompt."""
CARDS_REMEMBERED = 500


class Snippets(Protocol):
    """Where quotable knowledge comes from; see `wingman.suggest.knowledge`."""

    def search(self, text: str) -> tuple[tuple[str, str], ...]:
        """A few (source, text) pairs, best first; empty when nothing fits. Answers in milliseconds."""
        ...

    async def settled(self, text: str, found: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """`found`, which `search` gave, or better ones that took a little longer; well under 200 ms."""
        ...


class NoSnippets:
    """No knowledge folder."""

    def search(self, text: str) -> tuple[tuple[str, str], ...]:
        return ()

    async def settled(self, text: str, found: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return found


@dataclass(frozen=True, slots=True)
class CoachParts:
    """What a coach can be given beside its settings; the defaults serve a plain meeting."""

    knowledge: Snippets = field(default_factory=NoSnippets)
    on_usage: Counted = ignore_usage
    """Told after each answer what it used; for the cost meter."""
    fence: str = ""
    """The prompt's secret token; empty makes a random one."""
    clock: Clock = time.perf_counter


@dataclass(slots=True)
class _Flight:
    """The card in flight."""

    life: CardLife
    candidate: Candidate
    draft: Draft


class Coach:
    """One per meeting. All methods but `run` are synchronous and cheap; call them from the loop's thread."""

    def __init__(
        self,
        settings: SuggestSettings,
        playbook: Playbook,
        model: SuggestionModel | None,
        publish: Publish,
        *,
        brief: str = "",
        parts: CoachParts | None = None,
    ) -> None:
        self._settings = settings
        self._playbook = playbook
        self._publish = publish
        self._brief = brief or settings.brief
        self._parts = parts or CoachParts()
        self._fence = self._parts.fence or f"m{secrets.token_hex(4)}"
        self._gate = Gate(
            playbook, verbosity=settings.verbosity, mode=settings.mode, ttl=samples(settings.ttl_s)
        )
        self._novelty = Novelty()
        self._writer: CardWriter | None = None
        if model is not None:
            deadlines = deadlines_of(settings, model.name)
            self._writer = CardWriter(model, deadlines, publish, self._parts.clock, self._parts.on_usage)
        self._context = RollingContext(ContextSettings(seconds=CONTEXT_SECONDS, tokens=settings.context_tokens))
        self._shifts: deque[EmotionShift] = deque(maxlen=5)
        self._cards = 0
        self._known: deque[str] = deque(maxlen=CARDS_REMEMBERED)
        self._flight: _Flight | None = None

    async def run(self) -> None:
        """Own the model's requests until cancelled; then all are closed and every card has its end."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._writer is not None:
                    self._writer.own(group)
                await asyncio.Event().wait()
        finally:
            if self._writer is not None:
                self._writer.own(None)
            self._interrupt(lambda life: life.expire("meeting_ended"))

    async def settle(self) -> None:
        """Return when the model has nothing more to write; for whoever plays a meeting faster than it was."""
        if self._writer is not None:
            await self._writer.idle()

    # --- what the meeting tells --------------------------------------------------------------

    def hear(self, utterance: Utterance) -> None:
        """An utterance (revision 0) or the same with its emotion (revision 1)."""
        heard_at = self._parts.clock()
        self._context.add(utterance)
        self._act_on(self._gate.hear(utterance), heard_at)

    def shift(self, shift: EmotionShift) -> None:
        """A speaker's tone left its own baseline."""
        heard_at = self._parts.clock()
        self._shifts.append(shift)
        self._act_on(self._gate.shift(shift), heard_at)

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking."""
        self._gate.speaking(channel, active, at)

    def advance(self, channel: Channel, now: SampleTime) -> None:
        """Media time of `channel`; call some ten times a second."""
        decisions = self._gate.advance(now)
        flight = self._flight
        if flight is not None and not flight.life.text and self._too_late(flight.candidate):
            self._interrupt(lambda life: life.expire("ttl"))
        self._act_on(decisions, self._parts.clock())

    # --- what the user asks ------------------------------------------------------------------

    def act(self, action: str, text: str = "") -> str:
        """An explicit request; answers at once with the id of the suggestion it started.

        `stop` ends the one in flight and answers with its id (empty when there is none). Raises
        `InputError` for an unknown action, or when there is nothing that could answer.
        """
        if action == STOP:
            stopped = self._flight.life.id if self._flight is not None else ""
            self._interrupt(lambda life: life.expire("stopped"))
            return stopped
        one_of(action, (*ACTIONS, STOP), "action")
        if action == "ask" and not text.strip():
            raise InputError("the action `ask` needs the question in `text`; send it", field="text")
        return self._request(request(action, text.strip(), self._gate.now))

    def feedback(self, suggestion: str, feedback: str) -> None:
        """What the user did with a card. Raises `InputError` for an unknown card or word."""
        one_of(feedback, FEEDBACK, "feedback")
        if suggestion not in self._known:
            raise InputError(
                f"there is no suggestion {suggestion!r} in this meeting; send the id of one that was created",
                field="id",
                status=404,
            )
        self._publish(SuggestionUpdated(suggestion, feedback), None)

    def control(self, setting: str, value: Any) -> None:
        """Change `verbosity`, `mode`, `playbook` or `brief` while the meeting runs. Raises `InputError`."""
        match setting:
            case "verbosity":
                self._gate.verbosity = one_of(value, VERBOSITIES, "verbosity")
            case "mode":
                self._gate.mode = one_of(value, MODES, "mode")
            case "playbook":
                self._playbook = load_playbook(_text(value, "playbook"))
                self._gate.use(self._playbook)
            case "brief":
                self._brief = _text(value, "brief")
            case _:
                raise InputError(
                    f"unknown setting {setting!r}; use verbosity, mode, playbook or brief", field="setting"
                )

    def degrade(self, level: str) -> None:
        """The budget took something away: `rate` and `model` make it quiet, `model` takes the model, too.

        Levels as in `wingman.meeting.cost`; the empty one gives everything back.
        """
        self._gate.frugal = level in ("rate", "model")
        if self._writer is not None:
            self._writer.allowed = level != "model"

    def pause(self, paused: bool) -> None:
        """While the meeting is paused no remote model is asked; cues go on for what was said before."""
        if self._writer is not None:
            self._writer.paused = paused

    # --- cards -------------------------------------------------------------------------------

    def _act_on(self, decisions: tuple[Decision, ...], heard_at: float) -> None:
        for decision in decisions:
            if isinstance(decision, Skip):
                self._skip(decision.reason, decision.utterance, decision.detail)
            else:
                self._speak(decision.candidate, heard_at)

    def _skip(self, reason: str, utterance: str | None, detail: str = "") -> None:
        self._publish(SuggestionSkipped(str(reason), utterance, detail), None)

    def _request(self, candidate: Candidate) -> str:
        """An explicit request: from the model, else from the knowledge folder."""
        snippets = self._parts.knowledge.search(candidate.text) if candidate.text else ()
        asks = self._writer is not None and self._writer.ready
        if not asks and not snippets:
            raise InputError(
                f"`{candidate.kind}` needs a language model and none can be asked now; "
                "set suggest.gemini.api_key or suggest.openai.url, resume a paused meeting, or try again later",
                field="action",
                status=409,
            )
        card, source = _quoted(candidate, snippets)
        return self._start(candidate, card, source, snippets, self._parts.clock())

    def _speak(self, candidate: Candidate, heard_at: float) -> None:
        """The best trigger whose card says something new, else the model alone, else silence."""
        snippets = self._parts.knowledge.search(candidate.text)
        for reason in (candidate, *candidate.others):
            card, source = self._instant(reason, snippets)
            if card is not None and not self._novelty.repeats(card.text):
                self._start(reason, card, source, snippets, heard_at)
                return
        if self._asks_model(candidate):
            self._start(candidate, None, "", snippets, heard_at)
            return
        said = any(self._instant(reason, snippets)[0] for reason in (candidate, *candidate.others))
        self._skip(Reason.DUPLICATE if said else Reason.NOTHING, candidate.utterance, candidate.kind)

    def _instant(self, candidate: Candidate, snippets: tuple[tuple[str, str], ...]) -> tuple[Card | None, str]:
        """The card to show before any model has answered, and where its words come from."""
        trigger = candidate.trigger
        if trigger is not None and trigger.card is not None:
            quote = redact(candidate.text)
            card = self._playbook.render(trigger.card, quote=quote, speaker=candidate.speaker)
            if snippets:
                source, text = snippets[0]
                return Card(title=card.title, text=f"{card.text}\n{text}"), source
            return card, f"playbook {self._playbook.name}"
        return _quoted(candidate, snippets)

    def _asks_model(self, candidate: Candidate) -> bool:
        wanted = candidate.trigger is None or candidate.trigger.model
        return wanted and self._writer is not None and self._writer.ready

    def _start(
        self,
        candidate: Candidate,
        card: Card | None,
        source: str,
        snippets: tuple[tuple[str, str], ...],
        heard_at: float,
    ) -> str:
        """Put a card on screen and, when it is wanted, have the model improve it."""
        asks = self._asks_model(candidate)
        self._cards += 1
        created = SuggestionCreated(
            id=f"s{self._cards}-{candidate.at}",
            kind=candidate.kind,
            reason=str(candidate.reason),
            utterance=candidate.utterance,
            origin="playbook" if card or self._writer is None else self._writer.name,
            text=card.text if card else "",
            title=card.title if card else action_title(candidate.kind),
            source=source,
            priority=candidate.priority,
            expires_in=self._settings.ttl_s,
            latency_ms=round((self._parts.clock() - heard_at) * 1000, 2),
        )
        self._interrupt(lambda life: life.supersede(created.id))
        self._gate.began(candidate)
        self._known.append(created.id)
        life = CardLife(created, self._media(candidate), self._publish, self._parts.clock)
        flight = _Flight(life, candidate, Draft(life, self._novelty, self._gate.shows, self._fence))
        self._flight = flight
        if asks and self._writer is not None:
            if card is not None:
                self._gate.shows()
            self._writer.write(
                lambda: self._prompt(candidate, snippets),
                flight.draft.add,
                lambda fault: self._written(flight, fault),
            )
        else:
            self._complete(flight, "playbook")
        return created.id

    async def _prompt(self, candidate: Candidate, snippets: tuple[tuple[str, str], ...]) -> Prompt:
        if candidate.text:
            snippets = await self._parts.knowledge.settled(candidate.text, snippets)
        material = prompts.Material(
            self._context.window(), tuple(self._shifts), self._brief, snippets, self._novelty.shown
        )
        return prompts.build(
            self._playbook,
            candidate,
            material,
            fence=self._fence,
            context_tokens=self._settings.context_tokens,
            max_output_tokens=self._settings.max_output_tokens,
        )

    def _written(self, flight: _Flight, fault: ProviderFault | None) -> None:
        """The model's answer ended, well or not."""
        life, draft = flight.life, flight.draft
        if life.ended:
            return
        if isinstance(fault, AnswerTruncated):
            draft.show()
            draft.cut()
        if isinstance(fault, AnswerBlocked | AnswerEmpty):
            self._skip(f"model_{fault_name(fault)}", flight.candidate.utterance, str(fault))
        if fault is not None and not (isinstance(fault, AnswerTruncated) and life.answered):
            self._fall_back(flight, lambda: life.fail(fault_name(fault), str(fault)))
        elif draft.leaks:
            life.fail("blocked", "the model repeated its instructions instead of helping")
            self._land(flight)
        elif draft.passes:
            self._fall_back(flight, lambda: life.expire("nothing_to_add"))
        elif not life.answered and draft.repeats:
            self._fall_back(flight, lambda: life.expire("near_duplicate"))
        else:
            draft.show()
            self._complete(flight, self._writer.name if self._writer else "playbook")

    def _fall_back(self, flight: _Flight, end: Callable[[], None]) -> None:
        """Without an answer an instant text stands on its own; a card without one ends with `end`."""
        if flight.life.created.text and not flight.life.answered:
            self._complete(flight, "playbook")
        else:
            end()
            self._land(flight)

    def _complete(self, flight: _Flight, origin: str) -> None:
        flight.life.complete(origin)
        self._novelty.remember(flight.life.text)
        self._land(flight)

    def _interrupt(self, end: Callable[[CardLife], None]) -> None:
        """End the card in flight, if any, and close its request."""
        flight = self._flight
        if flight is None:
            return
        end(flight.life)
        if self._writer is not None:
            self._writer.stop()
        self._land(flight)

    def _land(self, flight: _Flight) -> None:
        if self._flight is flight:
            self._flight = None
            self._gate.ended()

    def _too_late(self, candidate: Candidate) -> bool:
        return self._gate.now - candidate.at > samples(self._settings.ttl_s)

    def _media(self, candidate: Candidate) -> Media | None:
        for utterance in reversed(self._context.window()):
            if utterance.id == candidate.utterance:
                return Media.of(utterance.channel, utterance.span)
        return None


def deadlines_of(settings: SuggestSettings, provider: str) -> DeadlineSettings:
    """The deadlines that go with a provider."""
    return settings.openai.deadlines if provider == "openai" else settings.gemini.deadlines


def _quoted(candidate: Candidate, snippets: tuple[tuple[str, str], ...]) -> tuple[Card | None, str]:
    """The best snippet as a card of its own."""
    if not snippets:
        return None, ""
    source, text = snippets[0]
    return Card(title=action_title(candidate.kind), text=text), source


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{name}` must be text; send a string", field=name)
    return value
