"""The cards of one meeting on screen: begun, improved by the model, put back, ended.

At most one card is in flight, and whatever happens to it, it gets exactly one end. What a card says, and what
the model is asked, is decided elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import structlog

from wingman.core.errors import ProviderFault
from wingman.core.events import Publish, SuggestionCompleted, SuggestionCreated, SuggestionSkipped
from wingman.core.time import SampleTime
from wingman.core.vocabulary import action_title
from wingman.llm.base import AnswerBlocked, AnswerEmpty, AnswerTruncated
from wingman.suggest.card.active_card import ActiveCard, Opening
from wingman.suggest.card.answer_shapes import SENTENCES, AnswerFault
from wingman.suggest.card.cited import cited
from wingman.suggest.card.composer import CardComposer, Snippet
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife, Clock
from wingman.suggest.card.prompt_maker import PromptMaker
from wingman.suggest.card.speculative_answer import SpeculativeAnswer
from wingman.suggest.card.writer import CardWriter, fault_name
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.gate.gate import Gate

log = structlog.get_logger(__name__)

REMEMBERED = 500
"""Cards that feedback may still come for."""


class CardPresenter:
    """One per meeting. The gate is told what became of every card."""

    def __init__(
        self,
        gate: Gate,
        composer: CardComposer,
        prompts: PromptMaker,
        writer: CardWriter | None,
        publish: Publish,
        clock: Clock,
    ) -> None:
        self.novelty = prompts.novelty
        """What was shown, so that nothing is said twice."""
        self._gate = gate
        self._composer = composer
        self._writer = writer
        self._ask = prompts.make
        self._publish = publish
        self._clock = clock
        self._count = 0
        self._kinds: OrderedDict[str, str] = OrderedDict()
        """Card → its kind, of the last cards."""
        self._flight: ActiveCard | None = None
        self._early: SpeculativeAnswer | None = None
        self.early_asked = 0
        """Requests about words that were not final yet."""
        self.early_wasted = 0
        """Those of them that came to nothing."""

    def count_from(self, shown: int) -> None:
        """So many cards were numbered before."""
        self._count = shown

    @property
    def in_flight(self) -> str:
        """Id of the card in flight; empty when there is none."""
        return self._flight.life.id if self._flight is not None else ""

    @property
    def ready(self) -> bool:
        """True when the model could be asked now."""
        return self._writer is not None and self._writer.ready

    def asks(self, candidate: Candidate) -> bool:
        """True when the model is to say something to this."""
        return self.ready and (candidate.unsure or candidate.trigger is None or candidate.trigger.model)

    def kind_of(self, card: str) -> str | None:
        """The kind of a card that was shown; None for one that nobody knows."""
        return self._kinds.get(card)

    def skip(self, reason: str, utterance: str | None, detail: str = "") -> None:
        """Say why nothing shows."""
        self._publish(SuggestionSkipped(str(reason), utterance, detail), None)

    def push(self, text: str, by: str) -> str:
        """A card that a person wrote; it stands beside the others and interrupts none."""
        self._count += 1
        card = f"p{self._count}-{self._gate.now}"
        self._remember(card, "person")
        source = f"from {by}"
        self._publish(
            SuggestionCreated(
                id=card,
                kind="person",
                reason="person",
                utterance=None,
                origin="person",
                text=text,
                title=by,
                source=source,
                priority=100,
            ),
            None,
        )
        self._publish(SuggestionCompleted(card, text, "person", source=source), None)
        return card

    def start(self, opening: Opening, expires_in: float) -> str:
        """Put a card on screen and, when it is wanted, have the model improve it."""
        candidate, draw = opening.candidate, opening.draw
        created = self._created(opening, expires_in)
        self.interrupt(lambda life: life.supersede(created.id), Reason.REPLACED)

        def begin() -> None:
            self._gate.began(candidate)
            self._remember(created.id, created.kind)
            if draw is not None:
                self._composer.shown(draw)

        waits = begin if candidate.unsure else None
        if waits is None:
            begin()
        else:
            self._gate.deciding(candidate)
        life = CardLife(created, opening.media, self._publish, self._clock, waits)
        draft = Draft(life, self.novelty, self._gate.shows, lambda fault: self._reject(flight, fault))
        flight = self._flight = ActiveCard(life, candidate, draft, draw)
        if self._writer is not None and self.asks(candidate):
            if draw is not None:
                self._gate.shows()
            self._have_written(self._writer, flight, opening.notes)
        else:
            self.drop_early()
            self._complete(flight, "playbook")
        return created.id

    def ask_early(self, opening: Opening) -> None:
        """Ask the model about words that are not final yet; nothing shows until `start` takes it over."""
        if self._writer is None or self._flight is not None or not self.asks(opening.candidate):
            return
        created = self._created(opening, 0.0)
        self._count -= 1  # it is no card yet
        life = CardLife(created, None, self._publish, self._clock, lambda: None)
        draft = Draft(life, self.novelty, lambda: None, lambda _: None)
        flight = ActiveCard(life, opening.candidate, draft, opening.draw)
        early = self._early = SpeculativeAnswer(opening.candidate, draft)
        self.early_asked += 1
        self._gate.asked()
        self._writer.write(lambda: self._ask(flight, opening.notes), early.add, early.finish)

    def drop_early(self) -> None:
        """The words changed, or start no card: close the request about them."""
        if self._early is None:
            return
        self._early = None
        self.early_wasted += 1
        log.debug("suggest.early_wasted", asked=self.early_asked, wasted=self.early_wasted)
        if self._writer is not None:
            self._writer.stop()

    def interrupt(self, end: Callable[[CardLife], None], why: Reason = Reason.STALE) -> None:
        """End the card in flight, if any, and close its request. `why` is told of one that never showed."""
        flight = self._flight
        if flight is None:
            return
        flight.why = why
        end(flight.life)
        if self._writer is not None:
            self._writer.stop()
        self._land(flight)

    def drop_late(self, since: SampleTime) -> None:
        """Drop a card that shows nothing yet, when its reason is older than `since`."""
        flight = self._flight
        if flight is not None and not flight.life.text and flight.candidate.at < since:
            self.interrupt(lambda life: life.expire("ttl"))

    # --- inside --------------------------------------------------------------------------------

    def _have_written(self, writer: CardWriter, flight: ActiveCard, notes: tuple[Snippet, ...]) -> None:
        """Ask the model for this card, or take over what it was asked early."""
        early, draft = self._early, flight.draft
        if early is not None and early.fits(flight.candidate):
            self._early = None
            if early.draft.rules is not None:
                draft.hold_to(early.draft.rules)
            else:  # the prompt is not even written
                early.draft.on_rules = draft.hold_to
            early.hand_over(draft.add, lambda fault: self._written(flight, fault))
            return
        self.drop_early()
        self._gate.asked()
        writer.write(lambda: self._ask(flight, notes), draft.add, lambda fault: self._written(flight, fault))

    def _created(self, opening: Opening, expires_in: float) -> SuggestionCreated:
        candidate, draw = opening.candidate, opening.draw
        self._count += 1
        return SuggestionCreated(
            id=f"s{self._count}-{candidate.at}",
            kind=draw.kind if draw else candidate.kind,
            reason=str(candidate.reason),
            utterance=candidate.utterance,
            origin="playbook" if draw or self._writer is None else self._writer.name,
            text=draw.card.text if draw else "",
            title=draw.card.title if draw else action_title(candidate.kind),
            source=draw.source if draw else "",
            priority=candidate.priority,
            expires_in=expires_in,
            latency_ms=round((self._clock() - opening.heard_at) * 1000, 2),
        )

    def _remember(self, card: str, kind: str) -> None:
        self._kinds[card] = kind
        if len(self._kinds) > REMEMBERED:
            self._kinds.popitem(last=False)

    def _written(self, flight: ActiveCard, fault: ProviderFault | None) -> None:
        """The model's answer ended, well or not. Half an answer is none."""
        life = flight.life
        if life.ended:
            return
        if fault is not None:
            if isinstance(fault, AnswerBlocked | AnswerEmpty | AnswerTruncated):
                self.skip(f"model_{fault_name(fault)}", flight.candidate.utterance, str(fault))
            self._fall_back(flight, lambda: life.fail(fault_name(fault), str(fault)))
            return
        wrong = flight.draft.finish()
        if wrong is not None:
            self._reject(flight, wrong)
        elif not life.answered:
            self._fall_back(flight, lambda: life.expire("near_duplicate"))
        else:
            self._complete(flight, self._writer.name if self._writer else "playbook")

    def _reject(self, flight: ActiveCard, wrong: AnswerFault) -> None:
        """The answer is not worth showing: close its request and put the instant card back."""
        if flight.life.ended:
            return
        if self._writer is not None:
            self._writer.stop()
        if wrong is AnswerFault.PASS:
            self._fall_back(flight, lambda: flight.life.expire("nothing_to_add"))
            return
        self.skip(f"model_{wrong}", flight.candidate.utterance, SENTENCES[wrong])
        self._fall_back(flight, lambda: flight.life.fail("rejected", SENTENCES[wrong]))

    def _fall_back(self, flight: ActiveCard, end: Callable[[], None]) -> None:
        """Without an answer an instant text stands on its own; a card without one ends with `end`."""
        if flight.life.created.text:
            flight.life.withdraw()
            self._complete(flight, "playbook")
        else:
            end()
            self._land(flight)

    def _complete(self, flight: ActiveCard, origin: str) -> None:
        flight.life.complete(origin, self._rests_on(flight, origin))
        self.novelty.remember(flight.life.text)
        self._land(flight)

    def _rests_on(self, flight: ActiveCard, origin: str) -> str:
        """What the card's words come from: those a model wrote, from the note that they tell, if any."""
        if origin == "playbook":
            return flight.life.created.source
        rules = flight.draft.rules
        return cited(flight.life.text, rules.moment, rules.notes) if rules is not None else ""

    def _land(self, flight: ActiveCard) -> None:
        if self._flight is flight:
            self._flight = None
            if not flight.life.opened:
                self.skip(flight.why, flight.candidate.utterance, flight.candidate.kind)
            self._gate.ended()
