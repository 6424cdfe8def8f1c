"""One meeting's coach: what it is told goes to the gate, and what the gate decides becomes a card.

Everything that decides is pure and elsewhere; so is what becomes of a card (`CardPresenter`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from wingman.config.suggest import DeadlineSettings, SuggestSettings
from wingman.core.errors import InputError
from wingman.core.events import (
    Publish,
    SuggestionUpdated,
)
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.core.utterance import EMOTION_OFF, EmotionShift, LoneSound, Utterance
from wingman.core.vocabulary import ACTIONS, FEEDBACK, LONGEST_BRIEF, MODES, STOP, VERBOSITIES, one_of
from wingman.llm.base import SuggestionModel
from wingman.suggest.card import figures
from wingman.suggest.card.active_card import Opening
from wingman.suggest.card.answer_check import AnswerCheck, Rules
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.composer import CardComposer, NoSnippets, Snippets
from wingman.suggest.card.lifecycle import Clock
from wingman.suggest.card.novelty import Novelty, bare
from wingman.suggest.card.opener import CardOpener
from wingman.suggest.card.presenter import CardPresenter
from wingman.suggest.card.prompt_maker import PromptMaker
from wingman.suggest.card.writer import CardWriter, Counted, ignore_usage
from wingman.suggest.gate.decisions import request
from wingman.suggest.gate.gate import Gate
from wingman.suggest.gate.listener import GateInput, MeaningListener, Vector
from wingman.suggest.gate.probe import Probes, load_probe
from wingman.suggest.gate.rate_limit import Dials
from wingman.suggest.gate.taught import Habit, Taught
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.playbook.playbook import Playbook, load_playbook
from wingman.suggest.speculation import EarlyRecord, Speculation

FIXED_FENCE = "m7e3a0c51"
"""For what is played again: the same prompts each time. No word: prompts are rid of it, and an answer that
holds it is not shown."""


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
    early: EarlyRecord | None = None
    """How early texts fared in the meetings that this transcriber heard; None begins anew."""


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
        self._publish = publish
        self._parts = parts or CoachParts()
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
        self._writer = self._written_by(model) if model is not None else None
        self._speculation = Speculation(self._parts.early)
        self._measured = False
        """True while tones are measured: an early prompt would go without the one of its own words."""
        self._meanings = CardMeanings(self._parts.encoder)
        self._compose(playbook, brief or settings.brief)

    def _written_by(self, model: SuggestionModel) -> CardWriter:
        deadlines = deadlines_of(self._settings, model.name)
        return CardWriter(model, deadlines, self._publish, self._parts.clock, self._parts.on_usage)

    def _compose(self, playbook: Playbook, brief: str) -> None:
        """What makes the cards, from the drawing to the screen."""
        parts, novelty, ttl_s = self._parts, Novelty(self._meanings), self._settings.ttl_s
        composer = self._composer = CardComposer(
            playbook, brief, parts.knowledge, parts.language, self._meanings
        )
        prompts = self._prompts = PromptMaker(
            self._settings, composer, novelty, fence=parts.fence, wait_s=parts.prompt_wait_s
        )
        cards = self._cards = CardPresenter(
            self._gate, composer, prompts, self._writer, self._publish, parts.clock
        )
        cards.count_from(parts.cards)
        self._opener = CardOpener(composer, prompts, cards, self._writer, parts.clock, ttl_s)

    async def run(self) -> None:
        """Own the model's requests until cancelled; then all are closed and every card has its end."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._writer is not None:
                    self._writer.own(group)
                    group.create_task(self._read_recalled())
                self._meanings.want(bare(text) for text in self._composer.texts)
                group.create_task(self._meanings.run())
                await self._listener.run()
        finally:
            if self._writer is not None:
                self._writer.own(None)
            self._cards.interrupt(lambda life: life.expire("meeting_ended"))

    async def _read_recalled(self) -> None:
        """As turns are read when they are heard; all else may come between two of them."""
        for utterance in tuple(self._prompts.said):
            figures.read(utterance.text)
            await asyncio.sleep(0)

    @property
    def asking(self) -> bool:
        """True while a model is being asked, be it for a card that does not show yet."""
        return self._writer is not None and self._writer.busy

    @property
    def waits(self) -> bool:
        """True while a card waits for its moment, such as the end of the cooldown; at most `ttl_s`."""
        return self._gate.waits

    @property
    def early_asked(self) -> int:
        """Requests to the model about words that were not final yet."""
        return self._cards.early_asked

    @property
    def early_wasted(self) -> int:
        """Those of them that came to nothing: the words changed, or started no card."""
        return self._cards.early_wasted

    async def ready(self) -> None:
        """Return when the coach runs and knows what its cards mean; for whoever must not wait later."""
        await self._listener.ready()
        await self._meanings.idle()

    async def settle(self) -> None:
        """Return when nothing is left to find out or write; for whoever plays a meeting faster than it was."""
        await self._listener.idle()
        await self._meanings.idle()
        if self._writer is not None:
            await self._writer.idle()

    # --- what the meeting tells --------------------------------------------------------------

    def hear(self, utterance: Utterance) -> None:
        """An utterance (revision 0) or the same with its emotion (revision 1)."""
        self._prompts.hear(utterance)
        if not utterance.revision:
            self._composer.anticipate(utterance)  # before the listener: one thread serves both, in order
            if utterance.channel is Channel.TAB:
                self._measured = not utterance.settled
                if not self._speculation.final(utterance):
                    self._cards.drop_early()
        self._listener.hear(GateInput(utterance, self._parts.clock()))
        if self._writer is not None and not utterance.revision:
            figures.read(utterance.text)  # turn by turn: a request must not wait for those of an hour

    def shift(self, shift: EmotionShift) -> None:
        """A speaker's tone left its own baseline."""
        self._prompts.shift(shift)
        self._listener.hear(GateInput(shift, self._parts.clock()))

    def sound(self, lone: LoneSound) -> None:
        """A laugh or a sigh that belongs to no utterance told at once."""
        if lone.utterance:
            self._listener.hear(GateInput(lone, self._parts.clock()))

    def _take(self, heard: GateInput, meaning: Vector | None) -> None:
        """Something was heard, and its meaning is known as far as it will be."""
        self._gate.model_ready = self._cards.ready
        if isinstance(heard.what, EmotionShift):
            self._opener.act_on(self._gate.shift(heard.what), heard.at)
            return
        if isinstance(heard.what, LoneSound):
            self._opener.act_on(self._gate.sound(heard.what), heard.at)
            return
        if not heard.what.revision:
            self._composer.hear(heard.what, meaning)
            self._gate.language = self._composer.language
        answered = not heard.what.revision and self._composer.answered(heard.what)
        self._opener.act_on(self._gate.hear(heard.what, meaning, answered=answered), heard.at)
        if not heard.what.revision and heard.what.channel is Channel.TAB:
            self._cards.drop_early()  # its words are final, and no card has taken it over

    def rename(self, speaker: str, name: str) -> None:
        """The user gave a speaker a name; prompts and cards use it from now on."""
        self._composer.names[speaker] = name

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking."""
        self._gate.speaking(channel, active, at)

    def listened(self, channel: Channel, beyond: SampleTime) -> None:
        """The recogniser has heard so much behind the last running word, and no further word in it."""
        self._speculation.listened(channel, beyond)

    def advance(self, channel: Channel, now: SampleTime) -> None:
        """Media time of `channel`; call some ten times a second."""
        decisions = self._gate.advance(now)
        if self._cards.in_flight:
            self._cards.drop_late(self._gate.now - samples(self._settings.ttl_s))
        if decisions:
            self._opener.act_on(decisions, self._parts.clock())
        if channel is Channel.TAB and self._speculation.stands(channel, self._gate.now):
            self._speculate()

    def conclude(self) -> None:
        """Nobody says anything more: what waits may still show, but a question left open is no silence."""
        self._gate.conclude()

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
        if said is None or self._measured or not self._settings.speculate or not self._cards.ready:
            return
        self._gate.model_ready = True
        candidate = self._gate.foresee(said)
        if candidate is None or self._composer.cares(candidate) or not self._speculation.propose(tab):
            return
        notes = self._composer.notes(candidate)
        draw = self._composer.draw(candidate, notes)
        self._prompts.foresee(said)
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
        return self._opener.request(request(action, text.strip(), self._gate.now))

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
        return self._composer.brief

    def recall(self, utterances: Iterable[Utterance]) -> None:
        """What was said before this process ran the meeting, for prompts and recaps; nothing reacts to it."""
        self._prompts.recall(utterances)

    @property
    def dials(self) -> Dials:
        """How much is said, and when."""
        return self._gate.dials

    @property
    def playbook(self) -> Playbook:
        """The one in use."""
        return self._composer.playbook

    def control(self, setting: str, value: Any) -> None:
        """Change verbosity, mode, playbook or brief, or reset what feedback has taught. Raises `InputError`."""
        match setting:
            case "verbosity":
                self._gate.dials.verbosity = one_of(value, VERBOSITIES, "verbosity")
            case "mode":
                self._gate.dials.mode = one_of(value, MODES, "mode")
            case "playbook":
                playbook = self._parts.playbooks(_text(value, "playbook"))
                self._gate.use(playbook)
                self._composer.use(playbook, self._composer.brief)
            case "taught" if value == "reset":
                self._gate.taught.forget()
            case "brief":
                self._composer.use(self._composer.playbook, checked_brief(_text(value, "brief")))
            case _:
                raise InputError(
                    f"unknown setting {setting!r}; use verbosity, mode, playbook, brief or taught",
                    field="setting",
                )

    def degrade(self, level: str) -> None:
        """The budget took something away: `rate` and `model` make it quiet, `model` takes the model, too.

        Levels as in `wingman.meeting.cost`; the empty one gives everything back.
        """
        self._gate.dials.frugal = level in ("rate", "model")
        if self._writer is not None:
            self._writer.allowed = level != "model"

    def pause(self, paused: bool) -> None:
        """While the meeting is paused no remote model is asked; cues go on for what was said before."""
        if self._writer is not None:
            self._writer.paused = paused


def warm_up() -> None:
    """Read and compile what the first card of a process would wait for, some 0.2 s; blocks, so use a thread."""
    settings = SuggestSettings()
    coach = Coach(settings, load_playbook(settings.playbook), None, lambda _event, _media: None)
    words = Utterance(
        id="",
        channel=Channel.TAB,
        speaker="",
        start=0,
        end=1,
        text="What would that cost us per month?",
        words=(),
        confidence=1.0,
        emotion=EMOTION_OFF,
    )
    coach.hear(words)
    check = AnswerCheck(Rules(moment=words.text, sources=(words.text,), language="en"))
    check.add("SAY: It is forty-nine dollars a month for each seat.")  # numbers in words, of all languages
    check.finish()


def deadlines_of(settings: SuggestSettings, provider: str) -> DeadlineSettings:
    """The deadlines that go with a provider."""
    return settings.openai.deadlines if provider == "openai" else settings.gemini.deadlines


def checked_brief(text: str) -> str:
    """A brief as it may be given. It is read whole while others wait. Raises `InputError`."""
    if len(text) > LONGEST_BRIEF:
        raise InputError(f"`brief` may have at most {LONGEST_BRIEF} characters; shorten it", field="brief")
    return text


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{name}` must be text; send a string", field=name)
    return value
