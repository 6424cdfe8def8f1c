"""The card to show before any model has answered: a note or fact that answers, and a move that fits."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wingman.core.redaction import redact
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.card.aloud import aloud, openly
from wingman.suggest.card.asked_facts import answering
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.choice import Choice, Moment, MoveChooser, named_parts, variables_of
from wingman.suggest.card.labelled_facts import LabelledFacts
from wingman.suggest.card.private import INWARD
from wingman.suggest.card.trouble import trouble_in
from wingman.suggest.gate.care import needs
from wingman.suggest.gate.decisions import Candidate
from wingman.suggest.knowledge.codes import asked_codes, codes
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.lexical import stems
from wingman.suggest.knowledge.sections import Section, sections_of
from wingman.suggest.playbook.language import HeardLanguage, base_tag
from wingman.suggest.playbook.moves import move_book
from wingman.suggest.playbook.playbook import Card, Playbook
from wingman.suggest.playbook.signals import CARE, Signal, detect, outright
from wingman.suggest.playbook.triggers import Triggers
from wingman.suggest.speculation import EARLY

Snippet: TypeAlias = tuple[str, str]
"""(source, text)."""
TURNS_BEFORE = 2
"""Turns before the moment that tell what it is about."""
NOTES_REMEMBERED = 8
NEEDS_REMEMBERED = 32
FEWEST_NEWS = 2
"""Words of a sentence of the brief that the moment had not."""
BRIEF = "your brief"
"""The source of a card that quotes what the user wrote beforehand."""
_QUOTED = {"de": "Ihre Notiz", "fr": "Votre note", "es": "Su nota", "pt": "A sua nota"}
"""What a card says before such a quotation, where it is not English."""
NAMELESS = {
    "en": ("you", "the other person"),
    "de": ("Sie", "Ihr Gegenüber"),
    "fr": ("vous", "votre interlocuteur"),
    "es": ("usted", "la otra persona"),
    "pt": ("você", "a outra pessoa"),
}
"""What a card calls the user, and the others, where `{speaker}` has no name."""
_ACTIONABLE = re.compile(
    r"\d|\b(?:can|cannot|may|must|never|only|free|not|no|without|limit|offer|allowed|possible|kann|darf|nur|nie|kein\w*|peux"
    r"|peut|jamais|sans|gratuit|puedo|puede|nunca|sin|gratis|posso|pode|sem)\b",
    re.IGNORECASE,
)
BRIEFED = frozenset({"question", "price", "objection", "competitor", "churn", "buying", "decision", "stall"})
"""Kinds to which what the user may do is news; a person in trouble is not answered with the brief."""
ANSWERED = BRIEFED | {"risk", "confusion"}
"""Kinds whose questions a fact of the brief may answer (`what if it breaks within the warranty?`)."""
_BY_WORDS_ALONE = {Signal.PRICE: Signal.LIMIT, Signal.RISK: Signal.SECRET}
"""Who asks for a price asks for no limit, and who asks where you have their number gives no secret away."""
CARE_RESTS = 4
"""Turns after a card of care in which the same need gets no second one: it has been seen."""
FACTUAL = frozenset({"question", "price", "risk"})
"""Kinds whose moves answer with a fact by name."""
ANSWERED_BY_A_NOTE = frozenset({"question", "price", "risk", "competitor"})
"""Kinds for which a note that fits is the card; a move beside it would only say that one should answer."""


class Snippets(Protocol):
    """Where quotable knowledge comes from; see `wingman.suggest.knowledge`."""

    def search(self, text: str, before: Sequence[str] = ()) -> tuple[Snippet, ...]:
        """A few (source, text) pairs for what was said after `before`, best first. Answers in milliseconds."""
        ...

    def anticipate(self, text: str, before: Sequence[str] = ()) -> None:
        """`search` may be asked for this in a moment."""
        ...

    async def settled(
        self, text: str, found: tuple[Snippet, ...], before: Sequence[str] = ()
    ) -> tuple[Snippet, ...]:
        """`found`, which `search` gave, or better ones that took a little longer; well under 200 ms."""
        ...


class NoSnippets:
    """No knowledge folder."""

    def search(self, text: str, before: Sequence[str] = ()) -> tuple[Snippet, ...]:
        return ()

    def anticipate(self, text: str, before: Sequence[str] = ()) -> None:
        """There is nothing to look up."""

    async def settled(
        self, text: str, found: tuple[Snippet, ...], before: Sequence[str] = ()
    ) -> tuple[Snippet, ...]:
        return found


@dataclass(frozen=True, slots=True)
class Draw:
    """What there is to show at once."""

    card: Card
    source: str
    kind: str
    choice: Choice | None = None
    note: str = ""

    @property
    def care(self) -> Signal | None:
        return self.choice.care if self.choice else None


class CardComposer:
    """One per meeting. Tell it everything that is heard; ask it for a card; tell it which one was shown."""

    def __init__(
        self,
        playbook: Playbook,
        brief: str,
        knowledge: Snippets,
        language: str = "",
        meanings: CardMeanings | None = None,
    ) -> None:
        """`meanings` tells what the sentences of the brief mean; without them words alone find what answers."""
        self._knowledge = knowledge
        self._meanings = meanings or CardMeanings()
        self.playbook = playbook
        """The one in use."""
        self.brief = brief
        """What the user said of the call."""
        self._chooser = MoveChooser(playbook, openly(brief))
        self._triggers = Triggers(playbook)
        self._read_brief(brief)
        self._heard: deque[Utterance] = deque(maxlen=12)
        self._language = HeardLanguage(language)
        self._own_language = HeardLanguage()
        self._redacted = lru_cache(maxsize=4)(redact)
        """A card is drawn, weighed and sent to the model with the same words; they go with the meeting."""
        self.names: dict[str, str] = {}
        """What the user calls a speaker, by the speaker's label."""
        self._cited: deque[str] = deque(maxlen=NOTES_REMEMBERED)
        self._trouble = ""
        """What the others told last of a trouble."""
        self._read = ""
        self._turns = 0
        self._cared: dict[Signal, int] = {}
        """What was cared for, and at which turn."""
        self._needs: OrderedDict[str, frozenset[Signal]] = OrderedDict()
        """What the latest utterances mean that calls for care, by their ids."""
        self._asked: OrderedDict[str, str] = OrderedDict()
        """The fact of the brief that answers what the latest of them ask, by the same."""
        self._given: set[str] = set()
        """Sentences of the brief that were shown."""
        self._make_ready()

    def use(self, playbook: Playbook, brief: str) -> None:
        """Another playbook or brief from now on."""
        self.playbook = playbook
        self.brief = brief
        self._chooser.use(playbook, openly(brief))
        self._triggers = Triggers(playbook)
        self._read_brief(brief)

    def _read_brief(self, brief: str) -> None:
        self._facts = tuple(aloud(brief, _sentences, INWARD))
        # those told by name answer what asks for just that
        self._labelled = LabelledFacts(fact for fact in self._facts if not self._chooser.named(fact))
        self._briefed = Knowledge(sections=[Section(BRIEF, "", (fact,)) for fact in self._facts])
        self._meanings.want(self._facts)

    @property
    def language(self) -> str:
        """BCP-47 tag of the language heard; the playbook's until the talk tells."""
        return self._language.tag or self.playbook.language

    @property
    def answer_language(self) -> str:
        """What the user speaks: their own words tell, else those of the others."""
        return self._own_language.tag or self.language

    @property
    def facts(self) -> tuple[str, ...]:
        """What may be stated as true."""
        return self._chooser.facts

    def anticipate(self, utterance: Utterance) -> None:
        """An utterance that will be heard in a moment: what the notes say to it should be known by then."""
        if utterance.channel is not Channel.MIC:
            before = tuple(heard.text for heard in list(self._heard)[-TURNS_BEFORE:])
            self._knowledge.anticipate(utterance.text, before)

    def hear(self, utterance: Utterance, meaning: NDArray[np.float32] | None = None) -> None:
        """An utterance, not its revision. `meaning` is the vector of its words, where an encoder tells it."""
        self._heard.append(utterance)
        self._needs[utterance.id] = _needs(utterance.text, meaning)
        self._turns += 1
        self._language.hear(utterance.text)
        self._make_ready()
        if utterance.channel is Channel.TAB:
            meant = self._meant(utterance, meaning)
            self._asked[utterance.id] = meant or self._labelled.stating(utterance.text)
            if meant:  # such a question is a plain one; a label in it says nothing of the rest of the turn
                self._needs[utterance.id] = frozenset()
        for latest in (self._needs, self._asked):
            while len(latest) > NEEDS_REMEMBERED:
                latest.popitem(last=False)
        if utterance.channel is Channel.TAB:
            unless = self._triggers.unless("pain")
            self._trouble = trouble_in(utterance.text, self.language, unless) or self._trouble
        if utterance.channel is Channel.MIC:
            self._own_language.hear(utterance.text)

    def _meant(self, utterance: Utterance, meaning: NDArray[np.float32] | None) -> str:
        """The fact of the brief that answers a question, told by what both mean; empty without a sure one."""
        if meaning is None or Signal.QUESTION not in detect(utterance.text, self.language):
            return ""
        known = [(fact, found) for fact in self._facts if (found := self._meanings.of(fact)) is not None]
        at = answering(meaning, [vector for _, vector in known])
        return known[at][0] if at is not None else ""

    def _make_ready(self) -> None:
        """Read what a language needs when it is first heard, not when a card is due."""
        if self._read != self.language:
            self._read = self.language
            move_book(self.language)
            detect("", self.language)

    def before(self, candidate: Candidate) -> tuple[str, ...]:
        """The turns before the moment, oldest first."""
        earlier = [
            heard for heard in self._heard if heard.end < candidate.at and heard.id != candidate.utterance
        ]
        return tuple(heard.text for heard in earlier[-TURNS_BEFORE:])

    def answered(self, utterance: Utterance) -> bool:
        """True when the words ask for something that the notes, or a fact told by name, surely answer."""
        signals = detect(utterance.text, self.language)
        if utterance.channel is Channel.MIC or Signal.QUESTION not in signals or signals.intersection(CARE):
            return False
        fired = self._triggers.first(utterance.text, utterance.channel, signals)
        if fired is not None and fired.kind in FACTUAL:
            moment = Moment(
                fired.kind,
                utterance.text,
                self._called(utterance.speaker),
                signals,
                self.language,
                own=fired.card,
            )
            if self._chooser.answers(moment):
                return True
        if (fact := self._asked.get(utterance.id, "")) and fact not in self._given:
            return True
        earlier = [heard.text for heard in self._heard if heard.id != utterance.id]
        return bool(self._knowledge.search(utterance.text, tuple(earlier[-TURNS_BEFORE:])))

    def notes(self, candidate: Candidate) -> tuple[Snippet, ...]:
        """What the notes and the brief say to the moment, best first; nothing to the user's own promises."""
        if not candidate.text or (candidate.utterance and candidate.speaker.startswith(Channel.MIC)):
            return ()
        before = self.before(candidate)
        found = self._knowledge.search(candidate.text, before)
        meant = self._fact_asked(candidate)
        if meant and candidate.kind in ANSWERED:
            return tuple(dict.fromkeys(((BRIEF, meant), *found)))
        if candidate.kind not in BRIEFED:  # what a code means is told to somebody in trouble, too
            named = asked_codes(candidate.text)
            coded = self._briefed.search(candidate.text, before) if named else ()
            return (*found, *(pair for pair in coded if named & codes(pair[1])))
        briefed = self._briefed.search(candidate.text, before)
        free = (pair for pair in briefed if not self._chooser.named(pair[1]))
        told = self._chooser.told(self._moment(candidate))
        again = ((BRIEF if told in self.brief else self._origin, told),) if told else ()
        return (*found, *again, *(pair for pair in free if _helps(pair[1], candidate.text)))

    def _fact_asked(self, candidate: Candidate) -> str:
        """The fact of the brief that an utterance asks for; by the label alone while its words may change."""
        if candidate.utterance == EARLY:
            return self._labelled.stating(candidate.text)
        return self._asked.get(candidate.utterance or "", "")

    async def settled(self, candidate: Candidate, found: tuple[Snippet, ...]) -> tuple[Snippet, ...]:
        """`found`, or what the notes give once the meaning is known."""
        if not candidate.text:
            return found
        briefed = tuple(pair for pair in found if pair[0] in (BRIEF, self._origin))
        noted = tuple(pair for pair in found if pair not in briefed)
        return (*await self._knowledge.settled(candidate.text, noted, self.before(candidate)), *briefed)

    def draw(self, candidate: Candidate, notes: tuple[Snippet, ...]) -> Draw | None:
        """The best card for this reason to speak; None when nothing new can be said to it."""
        choice = self._chooser.choose(self._moment(candidate))
        if choice is not None and choice.care is not None:
            if self._turns - self._cared.get(choice.care, -CARE_RESTS - 1) <= CARE_RESTS:
                return None
            return Draw(choice.card, self._origin, choice.kind, choice)
        if self.cares(candidate):
            return None  # all that could be said with care has been said
        note = next((pair for pair in notes if pair[1] not in self._cited), None)
        fact = self._chooser.fact_of(choice) if choice is not None else ""
        if choice is not None and fact and note is not None and note[0] != BRIEF:
            note = note if _nearer(note, fact, choice, candidate.text) else None
        if note is None:
            origin = BRIEF if fact and fact in self.brief else self._origin
            return Draw(choice.card, origin, choice.kind, choice) if choice else None
        source, text = note
        label = _QUOTED.get(base_tag(self.language), BRIEF.capitalize())
        quoted = f"{label}: {text}" if source == BRIEF else text
        if choice is None:
            return Draw(
                Card(title=candidate.kind.capitalize(), text=quoted), source, candidate.kind, None, text
            )
        if source == BRIEF and self._chooser.tells(choice, text):
            return Draw(choice.card, source, choice.kind, choice, text)
        meant = source == BRIEF and text == self._fact_asked(candidate)
        asked = candidate.kind in ANSWERED_BY_A_NOTE or self._explains(candidate)
        alone = meant or (asked and source != BRIEF)
        if fact and (alone or not asked):
            # two facts on one card are one too many, and the move's, which is not seen, has its turn later
            return Draw(Card(title=choice.card.title, text=quoted), source, choice.kind, None, text)
        words = quoted if alone else f"{quoted}\n{choice.card.text}"
        return Draw(Card(title=choice.card.title, text=words), source, choice.kind, choice, text)

    def _explains(self, candidate: Candidate) -> bool:
        """True for a question what something means: whoever explains it needs no advice how to explain."""
        return candidate.kind == "confusion" and self._moment(candidate).asked

    def move(self, candidate: Candidate, draw: Draw | None) -> str:
        """What the playbook would do now: the move on screen, or the one that would be there."""
        choice = draw.choice if draw is not None else self._chooser.choose(self._moment(candidate))
        return choice.card.text if choice is not None else ""

    def cares(self, candidate: Candidate) -> bool:
        """True when the moment calls for care before anything else."""
        return self._moment(candidate).care is not None

    def spent(self, candidate: Candidate) -> bool:
        """True when there was something to say to such a moment, and all of it has been shown."""
        return self._chooser.spent(self._moment(candidate))

    @property
    def texts(self) -> Iterator[str]:
        """All that may be proposed in the language heard, as it is written down."""
        return self._chooser.texts(self.language)

    def pass_over(self, draw: Draw) -> None:
        """This was said in other words: the next draw proposes something else."""
        if draw.choice is not None:
            self._chooser.pass_over(draw.choice)
        if draw.note:
            self._cited.append(draw.note)

    def shown(self, draw: Draw) -> None:
        """This card is on screen."""
        if draw.choice is not None:
            self._chooser.used(draw.choice)
            if "trouble" in variables_of(draw.choice.move):
                self._trouble = ""  # once is a thread taken up, twice is harping on it
        if draw.care is not None:
            self._cared[draw.care] = self._turns
        if draw.source == BRIEF:
            self._given.add(draw.note)
        if draw.note and not self._may_be_asked_again(draw):
            self._cited.append(draw.note)

    def _may_be_asked_again(self, draw: Draw) -> bool:
        """True for a fact by name: whoever asks for it once more is told it once more."""
        return draw.source in (BRIEF, self._origin) and self._chooser.named(draw.note)

    @property
    def _origin(self) -> str:
        return f"playbook {self.playbook.name}"

    def _called(self, speaker: str) -> str:
        """A speaker as a card names one: by the name the user gave, else by a plain word."""
        if name := self.names.get(speaker, ""):
            return name
        user, other = NAMELESS.get(base_tag(self.playbook.language), NAMELESS["en"])
        return user if speaker.startswith(Channel.MIC) else other

    def _moment(self, candidate: Candidate) -> Moment:
        trigger = candidate.trigger
        language = self.language
        meant = self._needs.get(candidate.utterance or "", frozenset())
        return Moment(
            kind=candidate.kind,
            text=self._redacted(candidate.text),
            speaker=self._called(candidate.speaker),
            signals=detect(candidate.text, language) | meant,
            language=language,
            own=trigger.card if trigger is not None else None,
            by_user=candidate.speaker.startswith(Channel.MIC),
            trouble="" if self._trouble in candidate.text else self._redacted(self._trouble),
        )


def _needs(text: str, meaning: NDArray[np.float32] | None) -> frozenset[Signal]:
    """What a turn means that calls for care, without what words alone tell of beside such a question."""
    said = outright(text)
    return needs(meaning) - {need for asked, need in _BY_WORDS_ALONE.items() if asked in said}


def _nearer(note: Snippet, fact: str, choice: Choice, moment: str) -> bool:
    """True when a note says more of what the moment is about than the fact that goes by the name asked for.

    The words that ask (`how much`) stand in every price, and tell nothing.
    """
    about = frozenset(stems(moment)) - frozenset(stems(" ".join(choice.words)))
    return len(about.intersection(stems(" ".join(note)))) > len(about.intersection(stems(fact)))


def _sentences(brief: str) -> Iterator[str]:
    """The sentences of a brief; a fact with its name (`price: …`) is one, however it is written."""
    for part in named_parts(brief):
        yield from (statement for section in sections_of(part, BRIEF) for statement in section.statements)


def _helps(statement: str, moment: str) -> bool:
    """True when a sentence of the brief says what may be done or what is so, and not what was just said."""
    news = frozenset(stems(statement)) - frozenset(stems(moment))
    return bool(_ACTIONABLE.search(statement)) and len(news) >= FEWEST_NEWS
