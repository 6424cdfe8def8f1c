"""Which of a playbook's triggers an utterance or a tone fires. Pure, and without memory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wingman.core.time import Channel
from wingman.core.utterance import Family
from wingman.suggest.gate.decisions import Reason
from wingman.suggest.playbook.fuzzy import mend
from wingman.suggest.playbook.moves import CARE_KINDS
from wingman.suggest.playbook.playbook import Playbook, Trigger
from wingman.suggest.playbook.signals import Signal, normalise, pattern_of

GRAVE, SERIOUS = 93, 85
"""Priorities of what calls for care: the one may interrupt, the other comes while the user speaks."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A trigger with its phrases compiled."""

    trigger: Trigger
    phrases: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, trigger: Trigger) -> _Compiled:
        return cls(trigger, _compiled(trigger.phrases), _compiled(trigger.unless))

    def listens_to(self, channel: Channel) -> bool:
        who = self.trigger.who
        return who == "anyone" or channel is (Channel.MIC if who == "user" else Channel.TAB)

    def match(self, plain: str, signals: frozenset[Signal]) -> Reason | None:
        if any(pattern.search(plain) for pattern in self.unless):
            return None
        if any(pattern.search(plain) for pattern in self.phrases):
            return Reason.PHRASE
        if signals.intersection(self.trigger.signals):
            return Reason.QUESTION if Signal.QUESTION in signals else Reason.SIGNAL
        return None


CARE_TRIGGERS = tuple(
    Trigger(
        name=f"care-{signal}",
        kind=kind,
        signals=(signal,),
        priority=GRAVE if signal in (Signal.DANGER, Signal.GRIEF, Signal.HARDSHIP) else SERIOUS,
        max=3,
    )
    for signal, kind in CARE_KINDS.items()
)
"""What every playbook listens for beside its own triggers: what calls for care before anything else."""


MEANT_TRIGGERS = (
    Trigger(name="told", kind="emotion", priority=72, max=3),
    Trigger(name="hint", kind="cue", priority=50, max=2),
)
"""Kinds that no key word tells: they are known by meaning alone."""


class Triggers:
    """A playbook, ready to be matched against what is heard."""

    def __init__(self, playbook: Playbook) -> None:
        self._excluded = _compiled(playbook.do_not_trigger)
        by_priority = sorted((*playbook.triggers, *CARE_TRIGGERS), key=lambda trigger: -trigger.priority)
        self._triggers = tuple(_Compiled.of(trigger) for trigger in by_priority)

    def excluded(self, text: str) -> bool:
        """True when the playbook wants silence at these words."""
        plain = normalise(text)
        return any(pattern.search(plain) for pattern in self._excluded)

    def heard(
        self, text: str, channel: Channel, signals: frozenset[Signal]
    ) -> Iterator[tuple[Trigger, Reason]]:
        """The triggers these words fire, by falling priority."""
        plain = mend(normalise(text))
        for compiled in self._triggers:
            reason = compiled.match(plain, signals) if compiled.listens_to(channel) else None
            if reason is not None:
                yield compiled.trigger, reason

    def first(self, text: str, channel: Channel, signals: frozenset[Signal]) -> Trigger | None:
        """The trigger that these words fire before all others; None when they fire none."""
        return next((trigger for trigger, _ in self.heard(text, channel, signals)), None)

    def unless(self, kind: str) -> tuple[re.Pattern[str], ...]:
        """What keeps the triggers of a kind from firing."""
        return tuple(pattern for each in self._triggers if each.trigger.kind == kind for pattern in each.unless)

    def meant(self, kinds: Collection[str]) -> Iterator[Trigger]:
        """The triggers of what was meant without a key word for it."""
        return (trigger for trigger in MEANT_TRIGGERS if trigger.kind in kinds)

    def felt(self, family: Family, channel: Channel) -> Trigger | None:
        """The first trigger that a tone of this family fires."""
        for compiled in self._triggers:
            if family in compiled.trigger.emotions and compiled.listens_to(channel):
                return compiled.trigger
        return None


def _compiled(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(pattern_of(phrase) for phrase in phrases)
