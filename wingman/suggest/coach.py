"""One meeting's coach: what it is told goes to the gate, and what the gate decides becomes a card.

Everything that decides is pure and elsewhere; so is what becomes of a card (`CardPresenter`).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from wingman.config.correlate import ContextSettings
from wingman.config.suggest import DeadlineSettings, SuggestSettings
from wingman.core.errors import InputError
from wingman.core.events import (
    Media,
    Publish,
    SuggestionUpdated,
)
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.core.utterance import EmotionShift, LoneSound, Utterance
from wingman.core.vocabulary import ACTIONS, FEEDBACK, MODES, STOP, VERBOSITIES, action_title, one_of
from wingman.llm.base import Prompt, SuggestionModel
from wingman.suggest.card import prompt as prompts
from wingman.suggest.card import unaided
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.composer import CardComposer, Draw, NoSnippets, Snippet, Snippets
from wingman.suggest.card.context import RollingContext
from wingman.suggest.card.lifecycle import Clock
from wingman.suggest.card.novelty import Novelty, bare
from wingman.suggest.card.presenter import CardPresenter, Flight, Opening
from wingman.suggest.card.tone_wait import ToneWait
from wingman.suggest.card.writer import CardWriter, Counted, ignore_usage
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, request
from wingman.suggest.gate.gate import Gate
from wingman.suggest.gate.listener import Heard, MeaningListener, Vector
from wingman.suggest.gate.probe import Probes, load_probe
from wingman.suggest.gate.taught import Habit, Taught
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.playbook.playbook import Card, Playbook, load_playbook
from wingman.suggest.speculation import EARLY, Speculation

DRAWS = 3
"""So many cards are considered for one reason when the first says what was said already."""
CONTEXT_SECONDS = 3600.0
"""A recap may look back so far; the tokens are what really bounds a prompt."""
REMEMBERED = 4
"""So many times a prompt's share of the conversation is kept, for what it tells of what left its window."""


@dataclass(frozen=True, slots=True)
class CoachParts:
    """What a coach can be given beside its settings; the defaults serve a plain meeting."""

    knowledge: Snippets = field(default_factory=NoSnippets)
    on_usage: Counted = ignore_usage
    """Told after each answer what it used; for the cost meter."""
    language: str = ""
    """BCP-47 tag of the language expected; what is heard decides. Empty or `multi`: the playbook's."""
    fence: str = ""
    """The prompt's secret token; empty makes a random one."""
    prompt_wait_s: float = 0.0
    """How long a prompt waits for the tone of the utterance it is about."""
    clock: Clock = time.perf_counter
    encoder: Encoder | None = None
    """Tells the gate what words mean; None lets it go by words alone."""
    patience_s: float = 0.25
    """Longest wait for the meaning of one utterance; what takes longer is weighed without."""
    probes: Probes = load_probe
    cards: int = 0
    """Cards that were shown before, by another process: their numbers are taken."""
    playbooks: Callable[[str], Playbook] = load_playbook
    """Finds the playbook that a running meeting changes to. Raises `InputError`."""
    habit: Habit | None = None
    """Where feedback is kept from meeting to meeting; None keeps it in this one."""


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
            playbook,
            verbosity=settings.verbosity,
            mode=settings.mode,
            ttl=samples(settings.ttl_s),
            probes=self._parts.probes,
            asks=settings.model_asks,
        )
        self._gate.taught = Taught(self._parts.habit)
        self._listener = MeaningListener(self._parts.encoder, self._parts.patience_s, self._take)
        self._composer = CardComposer(playbook, self._brief, self._parts.knowledge, self._parts.language)
        self._writer: CardWriter | None = None
        if model is not None:
            deadlines = deadlines_of(settings, model.name)
            self._writer = CardWriter(model, deadlines, publish, self._parts.clock, self._parts.on_usage)
        self._context = RollingContext(
            ContextSettings(seconds=CONTEXT_SECONDS, tokens=REMEMBERED * settings.context_tokens)
        )
        self._tone = ToneWait(self._parts.prompt_wait_s)
        self._shifts: deque[EmotionShift] = deque(maxlen=5)
        self._names: dict[str, str] = {}
        self._speculation = Speculation()
        self._foreseen: Utterance | None = None
        """The running words the model was asked about early."""
        self._measured = False
        """True while tones are measured: an early prompt would go without the one of its own words."""
        self._meanings = CardMeanings(self._parts.encoder)
        novelty = Novelty(self._meanings)
        self._cards = CardPresenter(
            self._gate, self._composer, self._writer, self._prompt, publish, self._parts.clock, novelty
        )
        self._cards.count_from(self._parts.cards)

    async def run(self) -> None:
        """Own the model's requests until cancelled; then all are closed and every card has its end."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._writer is not None:
                    self._writer.own(group)
                self._meanings.want(bare(text) for text in self._composer.texts)
                group.create_task(self._meanings.run())
                await self._listener.run()
        finally:
            if self._writer is not None:
                self._writer.own(None)
            self._cards.interrupt(lambda life: life.expire("meeting_ended"))

    @property
    def asking(self) -> bool:
        """True while a model is being asked, be it for a card that does not show yet."""
        return self._writer is not None and self._writer.busy

    @property
    def early_asked(self) -> int:
        """Requests to the model about words that were not final yet."""
        return self._cards.early_asked

    @property
    def early_wasted(self) -> int:
        """Those of them that came to nothing: the words changed, or started no card."""
        return self._cards.early_wasted

    async def ready(self) -> None:
        """Return when the coach runs and its encoder is loaded; for whoever must not wait later."""
        await self._listener.ready()

    async def settle(self) -> None:
        """Return when the model has nothing more to write; for whoever plays a meeting faster than it was."""
        await self._listener.idle()
        if self._writer is not None:
            await self._writer.idle()

    # --- what the meeting tells --------------------------------------------------------------

    def hear(self, utterance: Utterance) -> None:
        """An utterance (revision 0) or the same with its emotion (revision 1)."""
        self._context.add(utterance)
        self._tone.hear(utterance)
        if not utterance.revision:
            self._composer.anticipate(utterance)  # before the listener: one thread serves both, in order
            if utterance.channel is Channel.TAB:
                self._measured = not utterance.settled
                if not self._speculation.final(utterance):
                    self._cards.drop_early()
        self._listener.hear(Heard(utterance, self._parts.clock()))

    def shift(self, shift: EmotionShift) -> None:
        """A speaker's tone left its own baseline."""
        self._shifts.append(shift)
        self._listener.hear(Heard(shift, self._parts.clock()))

    def sound(self, lone: LoneSound) -> None:
        """A laugh or a sigh that belongs to no utterance told at once."""
        if lone.utterance:
            self._listener.hear(Heard(lone, self._parts.clock()))

    def _take(self, heard: Heard, meaning: Vector | None) -> None:
        """Something was heard, and its meaning is known as far as it will be."""
        self._gate.model_ready = self._cards.ready
        if isinstance(heard.what, EmotionShift):
            self._act_on(self._gate.shift(heard.what), heard.at)
            return
        if isinstance(heard.what, LoneSound):
            self._act_on(self._gate.sound(heard.what), heard.at)
            return
        if not heard.what.revision:
            self._composer.hear(heard.what)
            self._gate.language = self._composer.language
        self._act_on(self._gate.hear(heard.what, meaning), heard.at)
        if not heard.what.revision and heard.what.channel is Channel.TAB:
            self._cards.drop_early()  # its words are final, and no card has taken it over

    def rename(self, speaker: str, name: str) -> None:
        """The user gave a speaker a name; prompts use it from now on."""
        self._names[speaker] = name

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking."""
        self._gate.speaking(channel, active, at)

    def advance(self, channel: Channel, now: SampleTime) -> None:
        """Media time of `channel`; call some ten times a second."""
        decisions = self._gate.advance(now)
        self._cards.drop_late(self._gate.now - samples(self._settings.ttl_s))
        self._act_on(decisions, self._parts.clock())
        if channel is Channel.TAB:
            self._speculate()

    def running(self, channel: Channel, speaker: str, text: str, span: Span) -> None:
        """What a channel is saying right now; replaces what it was saying before, empty text ends it."""
        if channel is Channel.TAB and self._speculation.hear(channel, speaker, text, span, self._gate.now):
            self._cards.drop_early()

    def _speculate(self) -> None:
        """Ask early about running words that already ask, have stood still, and whose tone nobody measures."""
        now, tab = self._gate.now, Channel.TAB
        if self._speculation.stale(tab, now):
            self._cards.drop_early()
        said = self._speculation.due(tab, now, silent=self._gate.silent(tab))
        if said is None or self._measured or not self._settings.speculate or not self._speculation.trusted:
            return
        self._gate.model_ready = self._cards.ready
        candidate = self._gate.foresee(said) if self._cards.ready else None
        if candidate is None or self._composer.cares(candidate):
            return
        notes = self._composer.notes(candidate)
        draw = self._composer.draw(candidate, notes)
        self._foreseen = said
        self._cards.ask_early(Opening(candidate, draw, notes, None, self._parts.clock()))

    # --- what the user asks ------------------------------------------------------------------

    def act(self, action: str, text: str = "") -> str:
        """An explicit request; answers at once with the id of the suggestion it started.

        `stop` ends the one in flight and answers with its id (empty when there is none). Raises
        `InputError` for an unknown action, or when there is nothing that could answer.
        """
        if action == STOP:
            stopped = self._cards.in_flight
            self._cards.interrupt(lambda life: life.expire("stopped"))
            return stopped
        one_of(action, (*ACTIONS, STOP), "action")
        if action == "ask" and not text.strip():
            raise InputError("the action `ask` needs the question in `text`; send it", field="text")
        return self._request(request(action, text.strip(), self._gate.now))

    def push(self, text: str, by: str) -> str:
        """A card that a person wrote for the user; it stands beside the others and interrupts none."""
        return self._cards.push(text, by)

    def feedback(self, suggestion: str, feedback: str) -> None:
        """What the user did with a card. Raises `InputError` for an unknown card or word."""
        one_of(feedback, FEEDBACK, "feedback")
        kind = self._cards.kind_of(suggestion)
        if kind is None:
            raise InputError(
                f"there is no suggestion {suggestion!r} in this meeting; send the id of one that was created",
                field="id",
                status=404,
            )
        self._gate.taught.learn(kind, feedback)
        self._publish(SuggestionUpdated(suggestion, feedback), None)

    @property
    def brief(self) -> str:
        """What the user said of the call."""
        return self._brief

    def recall(self, utterances: Iterable[Utterance]) -> None:
        """What was said before this process ran the meeting, for prompts and recaps; nothing reacts to it."""
        for utterance in utterances:
            self._context.add(utterance)

    @property
    def playbook(self) -> Playbook:
        """The one in use."""
        return self._playbook

    def control(self, setting: str, value: Any) -> None:
        """Change verbosity, mode, playbook or brief, or reset what feedback has taught. Raises `InputError`."""
        match setting:
            case "verbosity":
                self._gate.verbosity = one_of(value, VERBOSITIES, "verbosity")
            case "mode":
                self._gate.mode = one_of(value, MODES, "mode")
            case "playbook":
                self._playbook = self._parts.playbooks(_text(value, "playbook"))
                self._gate.use(self._playbook)
                self._composer.use(self._playbook, self._brief)
            case "taught" if value == "reset":
                self._gate.taught.forget()
            case "brief":
                self._brief = _text(value, "brief")
                self._composer.use(self._playbook, self._brief)
            case _:
                raise InputError(
                    f"unknown setting {setting!r}; use verbosity, mode, playbook, brief or taught",
                    field="setting",
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
                self._cards.skip(decision.reason, decision.utterance, decision.detail)
            else:
                self._speak(decision.candidate, heard_at)

    def _request(self, candidate: Candidate) -> str:
        """An explicit request: from the model, else from the notes."""
        notes = self._composer.notes(candidate)
        if notes:
            card, source = Card(title=action_title(candidate.kind), text=notes[0][1]), notes[0][0]
        elif self._cards.ready:
            return self._start(candidate, None, notes, self._parts.clock())
        else:
            card, source = self._unaided(candidate.kind)
        return self._start(candidate, Draw(card, source, candidate.kind), notes, self._parts.clock())

    def _unaided(self, action: str) -> tuple[Card, str]:
        """What can be answered without a model. Raises `InputError` that says why the rest cannot."""
        said = self._context.window()
        if action == "recap" and (card := unaided.recap(said)) is not None:
            return card, "as it was said"
        if action == "say" and (found := unaided.occasion(said, self._playbook)) is not None:
            draw = self._composer.draw(found, self._composer.notes(found))
            if draw is not None:
                return draw.card, draw.source
        if action == "recap":
            raise InputError("Nothing was said yet that could be summed up.", field="action", status=409)
        raise InputError(_why_not(action, self._writer), field="action", status=409)

    def _speak(self, candidate: Candidate, heard_at: float) -> None:
        """The best trigger to which something new can be said, else the model alone, else silence."""
        notes = self._composer.notes(candidate)
        if candidate.unsure:
            self._let_model_decide(candidate, notes, heard_at)
            return
        for reason in (candidate, *candidate.others):
            draw = self._news(reason, notes)
            if draw is not None:
                self._start(reason, draw, notes, heard_at)
                return
        if self._cards.asks(candidate) and not self._composer.cares(candidate):
            self._start(candidate, None, notes, heard_at)
            return
        said = any(self._composer.spent(reason) for reason in (candidate, *candidate.others))
        self._cards.skip(Reason.DUPLICATE if said else Reason.NOTHING, candidate.utterance, candidate.kind)

    def _news(self, reason: Candidate, notes: tuple[Snippet, ...]) -> Draw | None:
        """The best card for this reason that none of the last ones said already, in whatever words."""
        for _ in range(DRAWS):
            draw = self._composer.draw(reason, notes)
            if draw is None or not self._cards.novelty.repeats(draw.card.text):
                return draw
            self._composer.pass_over(draw)
        return None

    def _let_model_decide(self, candidate: Candidate, notes: tuple[Snippet, ...], heard_at: float) -> None:
        """Ask whether this moment wants a card. Nothing shows until the model begins to give one."""
        if not self._cards.ready:
            self._cards.skip(Reason.UNLIKELY, candidate.utterance, candidate.kind)
            return
        self._start(candidate, None, notes, heard_at)

    def _start(
        self, candidate: Candidate, draw: Draw | None, notes: tuple[Snippet, ...], heard_at: float
    ) -> str:
        opening = Opening(candidate, draw, notes, self._media(candidate), heard_at)
        return self._cards.start(opening, self._settings.ttl_s)

    async def _prompt(self, flight: Flight, notes: tuple[Snippet, ...]) -> Prompt:
        candidate, composer = flight.candidate, self._composer
        asked_at = asyncio.get_running_loop().time()
        found = await composer.settled(candidate, notes)
        await self._tone.settled(candidate.utterance, asked_at)
        said = self._context.window()
        if candidate.utterance == EARLY and self._foreseen is not None:
            said = (*said, self._foreseen)
        material = prompts.Material(
            said,
            tuple(self._shifts),
            self._brief,
            found,
            self._cards.novelty.shown,
            facts=composer.facts,
            language=composer.answer_language,
            move=composer.move(candidate, flight.draw),
            names=self._names,
            decides=candidate.unsure,
        )
        prompt = prompts.build(
            self._playbook,
            candidate,
            material,
            fence=self._fence,
            context_tokens=self._settings.context_tokens,
            max_output_tokens=self._settings.max_output_tokens,
        )
        flight.draft.hold_to(prompts.rules_of(candidate, material, self._fence, prompt))
        return prompt

    def _media(self, candidate: Candidate) -> Media | None:
        for utterance in reversed(self._context.window()):
            if utterance.id == candidate.utterance:
                return Media.of(utterance.channel, utterance.span)
        return None


def deadlines_of(settings: SuggestSettings, provider: str) -> DeadlineSettings:
    """The deadlines that go with a provider."""
    return settings.openai.deadlines if provider == "openai" else settings.gemini.deadlines


def _why_not(action: str, writer: CardWriter | None) -> str:
    """Why nothing can be answered now, for whoever pressed the button."""
    if writer is None:
        need = {
            "say": "The playbook has nothing for what was said last, and no language model is connected.",
            "ask": "Nothing in your notes answers this, and no language model is connected.",
        }
        return need.get(action, "This needs a language model, and none is connected.")
    if writer.paused:
        return "The meeting is paused: nothing is sent to the language model. Resume it to ask."
    if not writer.allowed:
        return "The meeting’s budget is used up, so the language model is not asked any more."
    return "The language model cannot be asked at the moment. Try again in a little while."


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{name}` must be text; send a string", field=name)
    return value
