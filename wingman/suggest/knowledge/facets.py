"""What a question is after, and where in notes such an answer stands. Data and one function; pure.

Few words of a question stand in its answer ("what's the damage" and "£3.10 a month"). A facet bridges
that: words that ask for a kind of thing, and the marks such a thing leaves in notes. Five languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ASKS_AND_HOLDS: Mapping[str, tuple[str, str]] = {
    "money": (
        r"pric\w*|cost\w*|how much|damage|charg\w*|fees?|worth|pay(?:ing)?|expensive|cheap\w*|quote|bill|budget"
        r"|looking at|percent|discount|credit|pounds|quid|grand|euros?|dollars?|outgoings|saving"
        r"|landen wir|kost\w+|preis\w*|teuer|prozent|rabatt|gutschrift|combien|prix|cher|tarif\w*|remise"
        r"|precio\w*|cuesta|cuánto|descuento|preço|custa|quanto|desconto",
        r"[£$€]|\b(?:pric|cost|preis|prix|precio|preço)",
    ),
    "time": (
        r"how (?:long|soon|fast|quickly)|by (?:when|the (?:middle|end)|\w+day)|going by|live by"
        r"|lead time|overnight"
        r"|in time|weeks?|wann|wie lange|wie schnell|quand|combien de temps|cuándo|cuánto tarda|quando|demora",
        r"\b(?:\d+|ten|two|eleven|next|zwei|vier|one) (?:working )?(?:days?|weeks?|hours?|stunden|tage"
        r"|werktag\w*"
        r"|jours|heures|días|horas|dias)\b|working day",
    ),
    "data": (
        r"where .{0,25}(?:lives?|kept|stored|goes?)|data|police checks?|gdpr|security|personal|secrets?"
        r"|passwords?"
        r"|logs?|printed|tokens?|encrypt\w*|daten\w*|données|datos|dados",
        r"\b(?:data|iso 27001|gdpr|masked|encrypted|secrets?|daten\w*|données|datos|dados)\b",
    ),
    "end": (
        r"cancel\w*|exit|end(?:ing)?|leav(?:e|ing)|part ways|clause|notice|terminat\w*|deposit"
        r"|kündig\w*|ausstieg"
        r"|résili\w*|baja|encerrar",
        r"\b(?:cancel\w*|exit|ending|after the end|notice|break|termination|kündig\w*|ausstieg|frist)\b",
    ),
    "fault": (
        r"alarm\w*|errors?|broken?|fail\w*|stops?|keeps?|dropped|outage|fault|slow|queue\w*|stuck|down|repair"
        r"|stillstand|kaputt|ausgefallen|panne|avería|quebr\w+",
        r"\b(?:alarm|errors?|fault|outage|credit for|queue\w*|stillstand|störung|panne|avería)\b",
    ),
    "rule": (
        r"approv\w*|certif\w*|declar\w*|have to (?:go|be)|allowed|legal|insurer\w*|in writing"
        r"|guarantee\w*|recall\w*"
        r"|eintragen|prüf\w*|autoris\w*|permit\w*",
        r"\b(?:approv\w*|certif\w*|declar\w*|refuse|must|recall|prüf\w*|geprüft|autoris\w*)\b",
    ),
    "scope": (
        r"includ\w*|cover\w*|what do(?:es)? (?:it|we|you)|do i get|do you check|what happens if|handle"
        r"|support\w*"
        r"|work without|offline|apps?|drin|enthalten|compris|incluye|inclui",
        r"\b(?:includ\w*|cover\w*|not covered|does not|enthalten|umfang|compris|incluye|inclui)\b",
    ),
    "compare": (
        r"competitor|other (?:lot|crowd|supplier|tool|people)|already (?:pay|have)|go back|instead|just use"
        r"|do it ourselves|knock .{0,15}off|fewer|less users|anderer|concurrent|otro|outra",
        r"\b(?:usually|compared?|instead|own machines?|average|under|others?)\b",
    ),
}
_FACETS = {
    name: (re.compile(rf"\b(?:{asks})\b"), re.compile(holds, re.IGNORECASE))
    for name, (asks, holds) in _ASKS_AND_HOLDS.items()
}
FACETS = tuple(_FACETS)
_FULL = 4
"""So many marks make a section one about that."""


def asked(plain: str) -> frozenset[str]:
    """The facets a normalised text asks for."""
    return frozenset(name for name, (asks, _) in _FACETS.items() if asks.search(plain))


def held(text: str) -> dict[str, float]:
    """How much a section is about each facet, 0 to 1; those it is not about are missing."""
    marks = {name: len(holds.findall(text)) for name, (_, holds) in _FACETS.items()}
    return {name: min(_FULL, count) / _FULL for name, count in marks.items() if count}
