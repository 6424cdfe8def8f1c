"""What a question is after, and where in notes such an answer stands. Data and one function; pure.

Few words of a question stand in its answer ("what's the damage" and "£3.10 a month"). A facet bridges
that: words that ask for a kind of thing, and the marks such a thing leaves in notes. Five languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ASKS_AND_HOLDS: Mapping[str, tuple[str, str]] = {
    "money": (
        r"pric\w*|cost\w*|how much|damage|charg\w*(?! (?:my|our|your|the|an?|it\b))|fees?|worth|pay(?:ing|s)?"
        r"|paid|expensive|cheap\w*"
        r"|quote|bill|budget"
        r"|looking at|talking about|percent|discount|credit|pounds|quid|grand|euros?|dollars?|outgoings|saving"
        r"|set (?:me|us|you) back|come to|comes to|what's that a|roughly|all in|all done|something off"
        r"|anything off"
        r"|off for|for free|for nothing|peanuts|double|freebie|afford"
        r"|landen wir|lande ich|kost\w+|preis\w*|teuer|prozent|rabatt|gutschrift|was macht das|umsonst|zahl\w*"
        r"|combien|prix|cher|tarif\w*|remise|payer|de ma poche|gratuit\w*"
        r"|precio\w*|cuesta|cuánto|descuento|saldría|pagar|gratis|preço|custa|quanto|desconto|fica pra"
        r"|de graça",
        r"[£$€]|\b\d[\d.,]{0,30}+ ?(?:%|euros?|dollars?|pounds?|ct|reais)|\b(?:pric|cost|fee|preis|prix|precio"
        r"|preço|free\b|gratis"
        r"|no charge|kostenlos|sans frais)",
    ),
    "terms": (
        r"in one go|all at once|at once|lying about|in parts|in bits|instal\w+|spread|tight|on the table"
        r"|up front|upfront"
        r"|bank card|credit card|debit|cash|auf einen schlag|auf einmal|raten|d'un coup|plusieurs fois|avance"
        r"|de golpe|a plazos|de uma vez|parcel\w+|apertado|cartão|tarjeta",
        r"\b(?:in (?:three|four|six|ten|\d+) parts|instal\w*|parts|deposit|card|transfer|loan"
        r"|without interest|billed|raten"
        r"|abschlag|fois sans frais|plazos|vezes|cartão|pix|tiers payant|kaution|advance)\b",
    ),
    "time": (
        r"how (?:long|soon|fast|quick(?:ly)?)|by (?:when|the (?:middle|end)|\w+day)|going by|live by"
        r"|when (?:would|will|do|can|is)"
        r"|lead time|overnight|till (?:your|you|they)|before (?:winter|summer|christmas|the|she|he|we|it)"
        r"|in time|weeks?|without .{0,20}while|midnight|sunday|saturday|weekend|at night"
        r"|wann|wie lange|wie schnell|dauer\w*|quand|combien de temps|délai|cuándo|cuánto tarda"
        r"|de madrugada|quando|demora",
        r"\b(?:\d+|ten|two|eleven|next|zwei|vier|one|six|eight|three|deux|dos|dois"
        r"|sete) (?:\w+ )?(?:days?|weeks?|hours?|minutes"
        r"|stunden|tage\w*|wochen|werktag\w*|jours|heures|semaines|días|horas|dias|semanas)\b|working day"
        r"|\b\d{1,2}[:.]\d\d\b"
        r"|\b\d{1,2} (?:to|bis|à|a) \d{1,2}\b|24 (?:hours|horas|stunden)|mesmo dia|jour même",
    ),
    "data": (
        r"where .{0,25}(?:lives?|kept|stored|goes?|sit|hosted|held)|data|police checks?|gdpr"
        r"|security|personal|secrets?|passwords?|privacy"
        r"|logs?|printed|tokens?|encrypt\w*|look at our|our faces|all over|instagram|originals?"
        r"|daten\w*|données|datos|dados",
        r"\b(?:data|iso 27001|soc 2|gdpr|masked|encrypted|secrets?|private|in writing|rights?|daten\w*"
        r"|données|datos|dados)\b",
    ),
    "end": (
        r"cancel\w*|exit|end(?:ing)?|leav(?:e|ing)|part ways|clause|notice|terminat\w*|deposit|get out"
        r"|out of it|couldn't make it"
        r"|can't make it|couldn't be there|won't be there|i hate it|send it back|called off|posted abroad"
        r"|moving|move"
        r"|kündig\w*|ausstieg|umzieh\w*|umzug|wir gehen nach|résili\w*|annul\w*|coincée?|baja|cancelar"
        r"|sin viaje|encerrar|desist\w*",
        r"\b(?:cancel\w*|exit|ending|after the end|notice|break|termination|refund|late cancel|kündig\w*"
        r"|ausstieg|frist|endet"
        r"|annul\w*|cancelaci\w*|jusqu'à|hasta|até|moves?|umzug)\b",
    ),
    "fault": (
        r"alarm\w*|errors?|broken?|fail\w*|stops?|keeps?|dropped|outage|fault|slow|queue\w*|stuck|down"
        r"|repair|packs? up|had it"
        r"|falls over|goes wrong|dripping|leak\w*|attachment|funny|hacked|dented|scratch\w*|ill|flu|lost"
        r"|stillstand|kaputt|ausgefallen|dunkel|schiefgeht|panne|lance|parti|avería|roto|quebr\w+|barulho",
        r"\b(?:alarm|errors?|fault|outage|credit for|queue\w*|stillstand|störung|stromausfall|panne"
        r"|urgences?|avería|damage"
        r"|excess|leaks?|attacks?|guarantee|warranty|garantia|garantie|versions|if something happens"
        r"|turn off|stopcock)\b",
    ),
    "rule": (
        r"approv\w*|certif\w*|declar\w*|have to (?:go|be|pay|write)|allowed|legal|insurer\w*|in writing"
        r"|guarantee\w*|recall\w*"
        r"|paper|bit of paper|auditor|may (?:he|she|we|i)|can (?:he|she|they)|would drive|old enough"
        r"|is that no trouble|that's no trouble"
        r"|do i pay .{0,20}or does|eintragen|prüf\w*|muss ich|darf ich|autoris\w*|dois|permit\w*"
        r"|tengo que|preciso",
        r"\b(?:approv\w*|certif\w*|declar\w*|refuse|must|recall|has to|have to|from \d+|licence|required"
        r"|needed for|only|never"
        r"|report on request|prüf\w*|geprüft|nötig|autoris\w*|sólo|só|sponsor\w*)\b",
    ),
    "scope": (
        r"includ\w*|cover\w*|what do(?:es)? (?:it|we|you)|do i get|do you check|what happens if|handle"
        r"|support\w*"
        r"|work without|offline|how big|would .{0,30}(?:fit|go in)|bring (?:them|him|her|the)"
        r"|another round|what happens after"
        r"|drin|enthalten|compris|incluye|cabe|inclui",
        r"\b(?:includ\w*|cover\w*|not covered|does not|enthalten|umfang|compris|incluye|incluido|inclui"
        r"|children|kids|enfants|up to)\b",
    ),
    "compare": (
        r"competitor|other (?:lot|crowd|supplier|tool|people|one)|already (?:pay|have)|go back|instead"
        r"|just use|the switch|switch(?:ing)?"
        r"|do it ourselves|knock .{0,15}off|fewer|less users|we're with|anderer|konkurrenz|wechsel\w*"
        r"|concurrent|otro|outra|outro",
        r"\b(?:usually|compared?|instead|own machines?|average|under|others?|moving over|old (?:archive"
        r"|provider)|wechsel|alten anbieter)\b",
    ),
}
_FACETS = {
    name: (re.compile(rf"\b(?:{asks})\b"), re.compile(holds, re.IGNORECASE))
    for name, (asks, holds) in _ASKS_AND_HOLDS.items()
}
SUM = "money"
"""The facet whose answers show: they name a sum."""
AMOUNT = re.compile(
    r"\b(?:how much|how expensive|what (?:does|do|would|will|is|are|'s) .{0,40}(?:cost|price|fee"
    r"|charge)|the damage|set (?:me|us"
    r"|you) back|what are we (?:looking|talking)|was kostet|wie teuer|wo lande\w* (?:ich|wir)"
    r"|was macht das|wie viel kostet"
    r"|combien|cuánto (?:cuesta|vale|es)|por cuánto|quanto (?:custa|fica|sai))\b"
)
"""Asks for a sum, and for nothing else."""
_FULL = 4
"""So many marks make a section one about that."""


def asked(plain: str) -> frozenset[str]:
    """The facets a normalised text asks for."""
    return frozenset(name for name, (asks, _) in _FACETS.items() if asks.search(plain))


def held(text: str) -> dict[str, float]:
    """How much a section is about each facet, 0 to 1; those it is not about are missing."""
    marks = {name: len(holds.findall(text)) for name, (_, holds) in _FACETS.items()}
    return {name: min(_FULL, count) / _FULL for name, count in marks.items() if count}
