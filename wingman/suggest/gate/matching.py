"""Which of a playbook's triggers words fire, how strongly, and which comes first. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from wingman.core.utterance import Utterance
from wingman.suggest.gate.decisions import Candidate, Reason, Skip
from wingman.suggest.gate.evidence import Evidence
from wingman.suggest.playbook.playbook import Trigger
from wingman.suggest.playbook.signals import Signal, normalise
from wingman.suggest.playbook.triggers import Triggers

LIKELY = 0.3
"""A kind with this share is among those meant."""
LESSER = 0.6
"""A reason that is weaker than this share of the strongest is another matter: it takes no card's place."""

Fired = tuple[Trigger, Reason, float]
"""A trigger, why it fires, and how strongly."""

_DATED = re.compile(
    r"\b(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next week|end of"
    r"|by (?:noon|the \w+(?:th|st|nd|rd|second|third))"
    r"|(?:within|in) (?:the next )?\w+ (?:minute|hour|day|week)s?"
    r"|bis (?:mittag|zum \w+ten)|(?:innerhalb von|binnen|in) \w+ (?:minuten?|stunden?|tage[ns]?|wochen?)"
    r"|avant midi|(?:d'ici|sous|dans) \w+ (?:minutes?|heures?|jours?|semaines?)"
    r"|antes del mediodía|(?:en|dentro de) \w+ (?:minutos?|horas?|días?|semanas?)"
    r"|até ao? meio dia|(?:em|dentro de) \w+ (?:minutos?|horas?|dias?|semanas?)"
    r"|heute|morgen|montag|dienstag|mittwoch|donnerstag|freitag|nächste woche"
    r"|aujourd'hui|demain|lundi|mardi|mercredi|jeudi|vendredi|semaine prochaine"
    r"|hoy|mañana|lunes|martes|miércoles|jueves|viernes|próxima semana"
    r"|hoje|amanhã|segunda|terça|quarta|quinta|sexta|próxima semana)\b"
)


def matched(triggers: Triggers, whole: Utterance, evidence: Evidence) -> list[Fired]:
    """The triggers that what was meant fires, the strongest first."""
    kinds = evidence.kinds
    likely = {kind for kind, share in kinds.items() if share >= LIKELY} or {evidence.verdict.kind}
    meant = frozenset(signal for signal in Signal if signal in likely)
    found = []
    fired = triggers.heard(whole.text, whole.channel, evidence.signals | meant)
    for trigger, reason in (*fired, *((one, Reason.MEANING) for one in triggers.meant(likely))):
        heard = evidence.signals.intersection(trigger.signals)
        share = max(
            (kinds.get(signal, 1.0) for signal in (meant | heard) & set(trigger.signals)),
            default=0.0 if trigger.signals else kinds.get(trigger.kind, 0.0),
        )
        if reason is not Reason.PHRASE and not heard:
            reason = Reason.MEANING
        found.append((trigger, reason, share))
    most = max((share for _, _, share in found), default=0.0)
    near = [one for one in found if one[2] >= min(most, LESSER * most) or one[1] is Reason.PHRASE]
    return sorted(near, key=lambda one: -one[2])


def first(
    utterance: Utterance,
    fired: Iterable[Fired],
    spent: Callable[[Trigger], Reason | None],
    *,
    answered: bool = False,
) -> Candidate | Skip:
    """The first trigger that may still fire, with the others behind it, or why none does.

    `spent` says why a trigger may not fire again; None when it may. `answered`: the user's notes answer it.
    """
    refused = Skip(Reason.NO_TRIGGER, utterance.id)
    found: list[Candidate] = []
    for trigger, reason, _ in fired:
        if (why := spent(trigger)) is not None:
            refused = Skip(why, utterance.id, trigger.name)
            continue
        found.append(
            Candidate(
                trigger.kind,
                reason,
                trigger.priority,
                utterance.end,
                utterance.id,
                utterance.text,
                utterance.speaker,
                trigger,
                answered=answered,
            )
        )
    if not found:
        return refused
    return replace(found[0], others=tuple(found[1:]))


def binding(text: str, signals: frozenset[Signal]) -> frozenset[Signal]:
    """The signals of the user's own words that may start a card: a promise counts when it has a date."""
    dated = _DATED.search(normalise(text)) is not None and Signal.QUESTION not in signals
    return signals if dated else signals - {Signal.COMMITMENT}
