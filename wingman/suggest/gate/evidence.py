"""What the gate knows of one turn, and in which of three bands that puts it. Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from wingman.core.affect import affect_of
from wingman.core.utterance import EmotionReading, Family, Utterance
from wingman.suggest.gate.decisions import Reason
from wingman.suggest.gate.dialogue import NOBODY, Dialogue, Said
from wingman.suggest.gate.probe import Flavour, Probes, Thresholds, Verdict, load_probe
from wingman.suggest.gate.running_rate import RunningRate
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.playbook.signals import CARE, Signal, normalise, outright

SHORTEST = 3
"""Words; less is a back-channel or a fragment, unless it asks or holds a signal."""
COUNTS = 4
"""Words from which a turn tells how high scores run in this meeting."""
AGREE = 2
"""So many different signals in one turn are right nine times in ten, whatever the probe makes of it."""
VETO = 1.0
"""So far below the threshold the probe is believed rather than a single key word."""
CROWDED = 1.0
"""What the bar is higher by where more than two others talk to each other: much is said there to them."""
TELLING = frozenset(
    {
        Signal.PAIN,
        Signal.CHURN,
        Signal.CONFUSION,
        Signal.COMPETITOR,
        Signal.STALL,
        Signal.GRIEF,
        Signal.HARDSHIP,
        Signal.SECRET,
        Signal.TRAP,
        Signal.LEGAL,
    }
)
"""Key words that are right four times in five by themselves."""
INCIDENTAL = frozenset({Signal.COMPETITOR, Signal.DECISION, Signal.STALL, Signal.CONFUSION, Signal.FRUSTRATION})
"""Key words that in a question most often only stand in it."""
REMEMBERED = 8
TONE = {Family.NEGATIVE: 1.0, Family.DOUBTFUL: 1.0, Family.LOW_ENERGY: 0.5, Family.POSITIVE: -0.7}
"""Log odds that a tone adds to the words it was heard in."""
STIRRED = 0.6
"""Arousal from which a voice is raised; beside words of trouble that is no eagerness."""
TROUBLE = frozenset({Signal.FRUSTRATION, Signal.PAIN, Signal.CHURN, Signal.OBJECTION})
MODERATE = 0.6
"""A tone that is not strong counts so much of that."""


class Band(Enum):
    """What evidence comes to."""

    SURE = "sure"
    UNSURE = "unsure"
    SURE_NOT = "sure not"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One turn of the counterpart, weighed."""

    utterance: Utterance
    text: str
    """The words weighed; they may begin in the utterance before."""
    signals: frozenset[Signal]
    verdict: Verdict
    score: float
    """Log odds that a card is welcome, on the scale of the thresholds."""
    thresholds: Thresholds
    """Those of the weights it was weighed with."""
    answered: bool = False
    """True when it asks the user for what the user's notes hold."""
    stands_out: bool = False
    """True for one of the highest scores of this meeting."""

    @property
    def kinds(self) -> dict[str, float]:
        return self.verdict.kinds

    def with_tone(self, reading: EmotionReading) -> Evidence:
        """The same, now that it is known how the words were said."""
        strong = reading.strength == "strong"
        engaged = reading.family is Family.ENGAGED and affect_of(reading.label).arousal >= STIRRED
        raised = engaged and bool(self.signals & TROUBLE)
        weight = TONE[Family.NEGATIVE] if raised else TONE.get(reading.family, 0.0)
        score = self.score + (1.0 if strong else MODERATE) * weight
        if strong and self.signals and weight > 0:
            score = max(score, self.thresholds.sure)
        return replace(self, score=score)

    def with_burst(self, family: Family) -> Evidence:
        """The same with a laugh or a sigh beside the words: a hint, as much as a tone that is not strong."""
        return replace(self, score=self.score + MODERATE * TONE.get(family, 0.0))

    def with_answer(self) -> Evidence:
        """The same, now that the notes are known to answer it; what somebody else was asked stays theirs."""
        if self.verdict.addressee != "user" or Signal.QUESTION not in self.signals:
            return self
        return replace(self, score=max(self.score, self.thresholds.sure), answered=True)

    def silence(self) -> Reason:
        """Why nothing is said."""
        if len(normalise(self.text).split()) < SHORTEST:
            return Reason.TOO_SHORT
        if self.verdict.addressee != "user":
            return Reason.NOT_ADDRESSED
        return Reason.UNLIKELY if self.signals else Reason.NO_TRIGGER


def with_signals(
    score: float,
    signals: frozenset[Signal],
    balanced: float,
    sure: float,
    *,
    asked: bool = True,
    outright: bool = False,
) -> float:
    """The score that key words bring; a single one only where the probe does not speak against it.

    What is not `asked` only begins as a question does, and is no signal beside another. What is said `outright`
    needs no other evidence.
    """
    if outright:
        return max(score, sure)
    if Signal.QUESTION in signals:
        signals -= INCIDENTAL if asked else INCIDENTAL | {Signal.QUESTION}
    if len(signals) >= AGREE or signals.intersection(CARE):
        return max(score, sure)
    return max(score, balanced) if signals & TELLING and score >= balanced - VETO else score


class EvidenceWeigher:
    """One per meeting: weighs each turn against what was said before it."""

    def __init__(self, probes: Probes = load_probe, playbook: Playbook | None = None) -> None:
        """`playbook`: what is usual in such meetings; none where nothing is known of it."""
        self._probes = probes
        self._playbook = ""
        self._dialogue = Dialogue()
        self._judged = NOBODY
        self._rates: dict[Flavour, RunningRate] = {}
        self._recent: OrderedDict[str, Evidence] = OrderedDict()
        if playbook is not None:
            self.use(playbook)

    def use(self, playbook: Playbook) -> None:
        """The meeting is of this kind, from here on."""
        self._playbook = playbook.name
        self._dialogue.colleagues = playbook.others_talk_to == "each-other"

    def find(self, utterance: str) -> Evidence | None:
        """What one of the last utterances came to."""
        return self._recent.get(utterance)

    def weigh(
        self, utterance: Utterance, text: str, signals: frozenset[Signal], meaning: NDArray[np.float32] | None
    ) -> Evidence:
        """A turn of the counterpart. `text` may hold more than its words; `meaning` is the vector of `text`."""
        flavour, verdict, evidence = self._weighed(utterance, text, signals, meaning)
        if len(text.split()) >= COUNTS:
            self._rates[flavour].add(verdict.score)
        self._recent[utterance.id] = evidence
        while len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)
        return evidence

    def foresee(self, utterance: Utterance, signals: frozenset[Signal]) -> Evidence:
        """Words that are not final yet, by themselves; nothing of them is remembered."""
        return self._weighed(utterance, utterance.text, signals, None)[2]

    def _weighed(
        self, utterance: Utterance, text: str, signals: frozenset[Signal], meaning: NDArray[np.float32] | None
    ) -> tuple[Flavour, Verdict, Evidence]:
        flavour: Flavour = "words" if meaning is None else "meaning"
        probe = self._probes(flavour)
        said = self._judged = Said(utterance.speaker, utterance.channel, text, meaning)
        limits = probe.thresholds
        said_so = outright(text)
        verdict = probe.judge(said, self._dialogue, signals, self._playbook).saying(said_so)
        rate = self._rates.setdefault(flavour, RunningRate(probe.usual, probe.trust))
        score = rate.relative(verdict.score) - CROWDED * verdict.crowd
        if verdict.addressee != "other":
            score = with_signals(
                score, signals, limits.balanced, limits.sure, asked=verdict.asked, outright=bool(said_so)
            )
        out = rate.stands_out(verdict.score)
        return flavour, verdict, Evidence(utterance, text, signals, verdict, score, limits, stands_out=out)

    def remember(
        self, utterance: Utterance, signals: frozenset[Signal], meaning: NDArray[np.float32] | None
    ) -> None:
        """A turn, anybody's, that later ones are weighed against."""
        said = Said(utterance.speaker, utterance.channel, utterance.text, meaning)
        judged = self._judged
        if (judged.speaker, judged.text) == (said.speaker, said.text) and judged.vector is said.vector:
            said = judged  # with what was worked out of its words
        self._dialogue.hear(said, signals)
