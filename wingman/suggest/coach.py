"""One meeting's coach: asks the gate, shows the instant card, has the model improve it.

Everything that decides is pure and elsewhere; this is where decisions become events and requests.
At most one request runs at a time, in the TaskGroup that `run` owns; a new one first closes the old.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from wingman.model.events import (
    Media,
    ProviderStateChanged,
    Publish,
    SuggestionCreated,
    SuggestionSkipped,
    SuggestionUpdated,
)
from wingman.model.faults import Branch, InputError, ProviderFault
from wingman.model.time import Channel, SampleTime, samples
from wingman.model.utterance import EmotionShift, Utterance
from wingman.suggest import prompt as prompts
from wingman.suggest.asking import ask
from wingman.suggest.base import AnswerBlocked, AnswerEmpty, AnswerTruncated, SuggestionModel
from wingman.suggest.breaker import Breaker
from wingman.suggest.gate import Candidate, Decision, Gate, Skip, request
from wingman.suggest.lifecycle import CardLife, Clock
from wingman.suggest.novelty import Novelty
from wingman.suggest.playbook import Card, Playbook, load_playbook
from wingman.suggest.redact import redact
from wingman.suggest.settings import DeadlineSettings, SuggestSettings

log = structlog.get_logger(__name__)

ACTIONS = {
    "say": "What to say",
    "clarify": "Clarify",
    "recap": "Recap",
    "fact-check": "Fact check",
    "ask": "Answer",
}
FEEDBACK = ("used", "copied", "pinned", "unpinned", "dismissed", "wrong")
VERBOSITIES = ("quiet", "balanced", "lively")
MODES = ("auto", "questions-only", "manual")
CONTEXT_UTTERANCES = 120
CARDS_REMEMBERED = 500


class Snippets(Protocol):
    """Where quotable knowledge comes from; see `wingman.suggest.knowledge`."""

    def search(self, text: str) -> tuple[tuple[str, str], ...]:
        """Up to a few (source, text) pairs, best first; empty when nothing fits. Answers within milliseconds."""
        ...


class NoSnippets:
    """No knowledge folder."""

    def search(self, text: str) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True, slots=True)
class CoachParts:
    """What a coach can be given beside its settings; the defaults serve a plain meeting."""

    knowledge: Snippets = field(default_factory=NoSnippets)
    deadlines: DeadlineSettings = DeadlineSettings()
    fence: str = ""
    """The prompt's secret token; empty makes a random one."""
    clock: Clock = time.perf_counter
    on_answer: Callable[[str, int, int], None] = lambda provider, prompt_tokens, output_tokens: None
    """Told after each answer what the provider counted: (provider, prompt tokens, output tokens)."""


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
        self._model = model
        self._publish = publish
        self._brief = brief or settings.brief
        self._parts = parts or CoachParts()
        self._fence = self._parts.fence or f"m{secrets.token_hex(4)}"
        self._gate = Gate(
            playbook, verbosity=settings.verbosity, mode=settings.mode, ttl=samples(settings.ttl_s)
        )
        self._novelty = Novelty()
        self._breaker = Breaker()
        self._utterances: deque[Utterance] = deque(maxlen=CONTEXT_UTTERANCES)
        self._shifts: deque[EmotionShift] = deque(maxlen=5)
        self._number = 0
        self._known: deque[str] = deque(maxlen=CARDS_REMEMBERED)
        self._life: CardLife | None = None
        self._answering: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._model_allowed = True

    async def run(self) -> None:
        """Own the requests until cancelled; then every request is closed and every card has its end."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await asyncio.Event().wait()
        finally:
            self._group = None
            if self._life is not None:
                self._life.expire("meeting_ended")
                self._life = None

    # --- what the meeting tells --------------------------------------------------------------

    def hear(self, utterance: Utterance) -> None:
        """An utterance (revision 0) or the same with its emotion (revision 1)."""
        heard_at = self._parts.clock()
        self._remember(utterance)
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
        self._act_on(self._gate.advance(now), self._parts.clock())

    # --- what the user asks ------------------------------------------------------------------

    def act(self, action: str, text: str = "") -> str:
        """An explicit request; answers at once with the id of the suggestion it started.

        `stop` ends the one in flight and answers with its id (empty when there is none).
        """
        if action == "stop":
            stopped = self._life.id if self._life is not None else ""
            self._interrupt(lambda life: life.expire("stopped"))
            return stopped
        if action not in ACTIONS:
            raise InputError(
                f"unknown action {action!r}; use one of {', '.join((*ACTIONS, 'stop'))}", field="action"
            )
        if action == "ask" and not text.strip():
            raise InputError("the action `ask` needs the question in `text`; send it", field="text")
        return self._start(request(action, text.strip(), self._gate.now), self._parts.clock())

    def feedback(self, suggestion: str, feedback: str) -> None:
        """What the user did with a card. Raises `InputError` for an unknown card or word."""
        if feedback not in FEEDBACK:
            raise InputError(
                f"unknown feedback {feedback!r}; use one of {', '.join(FEEDBACK)}", field="feedback"
            )
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
                self._gate.verbosity = _one_of(value, VERBOSITIES, "verbosity")
            case "mode":
                self._gate.mode = _one_of(value, MODES, "mode")
            case "playbook":
                self._playbook = load_playbook(_text(value, "playbook"))
                self._gate.use(self._playbook)
            case "brief":
                self._brief = _text(value, "brief")
            case _:
                raise InputError(
                    f"unknown setting {setting!r}; use verbosity, mode, playbook or brief", field="setting"
                )

    # --- cards -------------------------------------------------------------------------------

    def _remember(self, utterance: Utterance) -> None:
        if utterance.revision:
            for index, known in enumerate(self._utterances):
                if known.id == utterance.id:
                    self._utterances[index] = utterance
                    return
        self._utterances.append(utterance)

    def _act_on(self, decisions: tuple[Decision, ...], heard_at: float) -> None:
        for decision in decisions:
            if isinstance(decision, Skip):
                self._publish(SuggestionSkipped(decision.reason, decision.utterance, decision.detail), None)
            else:
                self._start(decision.candidate, heard_at)

    def _start(self, candidate: Candidate, heard_at: float) -> str:
        """Show what can be shown at once, ask the model for the rest."""
        snippets = self._parts.knowledge.search(candidate.text) if candidate.text else ()
        instant, source = self._instant(candidate, snippets)
        asks = self._asks_model(candidate)
        if instant is None and not asks:
            return self._nothing_to_say(candidate)
        if instant is not None and self._novelty.repeats(instant.text):
            if not asks:
                self._publish(SuggestionSkipped("near_duplicate", candidate.utterance), None)
                return ""
            instant = None
        self._number += 1
        created = SuggestionCreated(
            id=f"s{self._number}-{candidate.at}",
            kind=candidate.kind,
            reason=candidate.reason,
            utterance=candidate.utterance,
            origin="playbook" if instant or self._model is None else self._model.name,
            text=instant.text if instant else "",
            title=instant.title if instant else ACTIONS.get(candidate.kind, candidate.kind.capitalize()),
            source=source,
            priority=candidate.priority,
            expires_in=self._settings.ttl_s,
            latency_ms=round((self._parts.clock() - heard_at) * 1000, 2),
        )
        self._interrupt(lambda life: life.supersede(created.id))
        self._gate.began(candidate)
        self._known.append(created.id)
        life = CardLife(created, self._media(candidate), self._publish, self._parts.clock)
        if asks and self._group is not None:
            self._life = life
            work = self._answer(life, candidate, snippets, self._answering)
            self._answering = self._group.create_task(work)
        else:
            self._finish(life, "playbook")
        return created.id

    def _instant(self, candidate: Candidate, snippets: tuple[tuple[str, str], ...]) -> tuple[Card | None, str]:
        """The card to show before any model has answered, and where its words come from."""
        trigger = candidate.trigger
        if trigger is not None and trigger.card is not None:
            quote = redact(candidate.text)
            card = self._playbook.render(trigger.card, quote=quote, speaker=candidate.speaker)
            return card, f"playbook {self._playbook.name}"
        if snippets:
            source, text = snippets[0]
            return Card(title=candidate.kind.capitalize(), text=text), source
        return None, ""

    def _asks_model(self, candidate: Candidate) -> bool:
        wanted = candidate.trigger is None or candidate.trigger.model
        able = self._model is not None and self._group is not None and self._model_allowed
        return wanted and able and self._breaker.allows(self._parts.clock())

    def _nothing_to_say(self, candidate: Candidate) -> str:
        if candidate.reason == "explicit_request":
            raise InputError(
                f"`{candidate.kind}` needs a language model and none is available; "
                "set suggest.gemini.api_key or suggest.openai.url",
                field="action",
                status=409,
            )
        self._publish(SuggestionSkipped("nothing_to_say", candidate.utterance, candidate.kind), None)
        return ""

    def _interrupt(self, end: Callable[[CardLife], None]) -> None:
        """End the card in flight, if any, and close its request."""
        life, self._life = self._life, None
        if life is None:
            return
        end(life)
        self._gate.ended()
        if self._answering is not None:
            self._answering.cancel()

    def _finish(self, life: CardLife, origin: str) -> None:
        life.complete(origin)
        self._novelty.remember(life.text)
        if self._life is life or self._life is None:
            self._life = None
            self._gate.ended()

    def _media(self, candidate: Candidate) -> Media | None:
        for utterance in reversed(self._utterances):
            if utterance.id == candidate.utterance:
                return Media.of(utterance.channel, utterance.span)
        return None

    # --- the model ---------------------------------------------------------------------------

    async def _answer(
        self,
        life: CardLife,
        candidate: Candidate,
        snippets: tuple[tuple[str, str], ...],
        before: asyncio.Task[None] | None,
    ) -> None:
        """Have the model write the card's text. Whatever happens, the card gets its one end."""
        model = self._model
        assert model is not None
        if before is not None:
            await asyncio.wait((before,))  # its connection is closed before ours is opened
        asked = prompts.build(
            self._playbook,
            candidate,
            prompts.Material(
                tuple(self._utterances), tuple(self._shifts), self._brief, snippets, self._novelty.shown
            ),
            fence=self._fence,
            context_tokens=self._settings.context_tokens,
            max_output_tokens=self._settings.max_output_tokens,
        )
        draft = _Draft(life, self._novelty, self._gate.shows)
        try:
            await ask(model, asked, self._parts.deadlines, draft.add)
        except AnswerTruncated as fault:
            draft.cut()
            self._answered(life, draft, fault)
        except (AnswerBlocked, AnswerEmpty) as fault:
            kind = "blocked" if isinstance(fault, AnswerBlocked) else "empty"
            self._publish(SuggestionSkipped(f"model_{kind}", candidate.utterance, str(fault)), None)
            self._close(life, fault, kind)
        except ProviderFault as fault:
            self._model_failed(fault)
            self._close(life, fault, fault.kind)
        else:
            self._answered(life, draft, None)
        finally:
            usage = model.last_usage
            self._parts.on_answer(model.name, usage.prompt_tokens, usage.output_tokens)

    def _answered(self, life: CardLife, draft: _Draft, fault: ProviderFault | None) -> None:
        if self._breaker.succeeded():
            self._announce("")
        if life.ended:
            return
        if draft.passes or (not life.answered and draft.repeats):
            if life.created.text:
                self._finish(life, "playbook")
            else:
                life.expire("nothing_to_add" if draft.passes else "near_duplicate")
                self._release(life)
        elif fault is not None and not life.answered:
            self._close(life, fault, "truncated")
        else:
            self._finish(life, self._model.name if self._model else "playbook")

    def _close(self, life: CardLife, fault: ProviderFault, kind: str) -> None:
        life.fall_back(fault, kind)
        if life.text and not life.answered:
            self._novelty.remember(life.text)
        self._release(life)

    def _release(self, life: CardLife) -> None:
        if self._life is life:
            self._life = None
            self._gate.ended()

    def _model_failed(self, fault: ProviderFault) -> None:
        log.warning("suggest.failed", kind=str(fault.kind), code=fault.code, detail=str(fault))
        if self._breaker.failed(fault, self._parts.clock()):
            self._announce(str(fault))

    def _announce(self, detail: str) -> None:
        name = self._model.name if self._model else ""
        self._publish(ProviderStateChanged(Branch.SUGGEST, name, self._breaker.health, detail=detail), None)


class _Draft:
    """What the model has written so far, held back while it may still be a repetition or a pass."""

    def __init__(self, life: CardLife, novelty: Novelty, shows: Callable[[], None]) -> None:
        self._life = life
        self._novelty = novelty
        self._shows = shows
        self._text = ""
        self._held = ""

    @property
    def passes(self) -> bool:
        return self._text.strip(" .\n\"'").upper() == prompts.PASS

    @property
    def repeats(self) -> bool:
        return self._novelty.repeats(self._text)

    def add(self, text: str) -> None:
        self._text += text
        self._held += text
        start = self._text.strip()
        if not start or prompts.PASS.startswith(start[:4].upper()) or self._novelty.may_repeat(start):
            return
        self.release()

    def release(self) -> None:
        """Show what was held back."""
        held, self._held = self._held, ""
        if held and not self._life.ended:
            self._life.delta(held)
            self._shows()

    def cut(self) -> None:
        """The answer ran into its length limit: what is shown ends with its last whole sentence."""
        end = max(self._life.text.rfind(mark) for mark in ".!?")
        if end > 0:
            self._life.text = self._life.text[: end + 1]


def _one_of(value: Any, allowed: tuple[str, ...], field_name: str) -> Any:
    if value not in allowed:
        raise InputError(f"unknown {field_name} {value!r}; use one of {', '.join(allowed)}", field=field_name)
    return value


def _text(value: Any, field_name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{field_name}` must be text; send a string", field=field_name)
    return value
