"""What of a brief is for the user alone: limits, margins, what must not be said. Pure; five languages.

A brief is written by one who talks to themselves ("price: 48,000. Our limit is 44,000."), and a fact of it is
put into words to say. So a fact ends where such words begin.
"""

from __future__ import annotations

import re

_OUR = r"(?:our|my|unser\w*|mein\w*|notre|mon|nuestr[ao]|mi|noss[ao]|meu|minha)"
_KEPT = (
    r"\b(?:confidential\w*|internal(?:ly)? (?:only|use|notes?|info\w*)|internal(?=:)|secrets?"
    r"|between (?:us|ourselves)|off the record"
    r"|(?:not|never|don't|mustn't) (?:\w+ )?(?:say|tell|mention|reveal|disclose|name|admit|bring up)"
    r"|vertraulich\w*|intern(?=:)|(?:nur|streng) intern|interne notiz\w*|unter uns|geheim\w*|verschweigen"
    r"|(?:nicht|nichts|nie|niemals|kein wort) (?:\w+ ){0,2}(?:sagen|erwähnen|verraten|nennen|erzählen"
    r"|preisgeben|ansprechen)|für (?:mich|uns) behalten"
    r"|confidentiel\w*|interne(?= ?:)|(?:usage|note) interne|en interne|entre nous"
    r"|(?:pas|rien|jamais) (?:\w+ )?(?:dire|mentionner|révéler|divulguer|évoquer|parler)"
    r"|ne (?:dis|dites|mentionnez?|révélez?|parlez?)"
    r"|confidencia\w+|intern[oa](?=:)|uso interno|nota interna|entre (?:nosotros|nós)|secretos?|segredos?"
    r"|n(?:o|ão|unca) (?:\w+ )?(?:decir\w*|dizer|mencionar|revelar|contar\w*|digas?|mencion\w+|reveles?"
    r"|falar|fales?))\b"
)
KEPT = re.compile(_KEPT, re.IGNORECASE)
"""What is not to be said at all, nor what stands behind such a heading."""
_INWARD = (
    rf"{_KEPT}|\b(?:limit|walk away|reserve price|bottom line|schmerzgrenze|untergrenze|limite|límite"
    r"|(?:not|never|don't|do not|no) (?:\w+ )?(?:below|under|lower)|(?:nicht|nie|niemals) unter"
    r"|(?:pas|jamais) (?:en dessous|moins de|sous)"
    r"|n[oã]o? (?:bajar|baixar|menos de|por debajo|abaixo)|nunca (?:por debajo|abaixo|menos)"
    r"|margins?|mark-?up|cost price|costs us|wiggle room|leeway|last resort|if (?:pushed|pressed)"
    r"|if (?:they|he|she) (?:push|press|insist|haggle)\w*|as low as|settle (?:for|at)"
    r"|(?:can|could|may|might|would|will) (?:\w+ )?(?:go|come|drop) (?:down|up|lower)"
    r"|marge|gewinnspanne|spielraum|einkaufspreis|selbstkosten|kostet uns|notfalls|zur not|äußerstenfalls"
    r"|im äußersten fall|(?:he)?runter(?:gehen|kommen)?|hinunter(?:gehen)?|entgegenkommen|obergrenze"
    r"|prix (?:d'achat|de revient|coûtant|plancher)|nous coûte|descendre (?:à|jusqu|sous)|au pire"
    r"|en dernier recours|s'ils? insist\w+|si (?:on|elles?) insist\w+|(?:aller|baisser|monter) jusqu"
    r"|margen|precio de coste|nos cuesta|último recurso|como (?:mucho|mínimo)|si insist\w+|bajar hasta"
    r"|(?:podemos|puedo|podríamos|podría) (?:\w+ )?(?:bajar|dejarlo|ceder|aceptar)"
    r"|margem|preço de custo|custa-nos|em último caso|se insisti\w+|(?:baixar|descer) (?:até|para)"
    r"|(?:podemos|posso|poderíamos) (?:\w+ )?(?:baixar|descer|ceder|aceitar)"
    rf"|{_OUR} (?:\w+ )?(?:budget|ceiling|floor|grenze|plafond|plancher|tope|suelo|presupuesto|teto|piso"
    r"|orçamento|target|ziel))\b"
    r"|\b(?:(?:can|could|may|might|would|will) (?:\w+ )?(?:(?:go|come|drop) (?:to|for)|accept)|(?:llegar|ir"
    r"|chegar) (?:hasta|até|a))(?= [$£€]?\d)|\bwould (?:\w+ )?take (?=[$£€]|\d{3})"
    r"|\b(?:würden?|könnten?) (?:\w+ ){0,3}(?=[\d.]+ ?(?:€|euro)? ?(?:nehmen|akzeptieren|gehen)\b)"
    r"|\bbis (?:auf )?(?=[\d.]+ ?(?:€|euro)? ?gehen\b)"
    r"|\b(?:accepter(?:ait|ais|ions|aient)|aceptar[ií]a\w*|aceitar(?:ia|íamos|iam)|(?:we|i) paid|eingekauft"
    r"|l'a payée?|nos costó|custou-nos)\b"
    r"|(?:^\W*+|(?<=[.;!])[^\w.;!]*+)(?:never|do not|don't|niemals|nie|auf keinen fall|ne (?:pas|jamais|rien)"
    r"|jamais|nunca|jamás|n[oã]o? \w+[aeiíoô]r)\b"
)
INWARD = re.compile(_INWARD, re.IGNORECASE)
"""Words of a sentence that is no fact: a limit, a margin, or what must not be said or done."""
PRIVATE = re.compile(
    rf"{_INWARD}|\b(?:at most|at least|minimum|maximum|no (?:more|less) than|reserve|lowest"
    r"|höchstens|mindestens|nicht weniger als|au (?:plus|moins)|no menos de|não menos de|máximo|mínimo)\b",
    re.IGNORECASE,
)
"""The same, with what may be a limit: a sum behind such words belongs in no words to say."""
_PARTS = ".;!,("


def public(value: str, *, is_sum: bool) -> str:
    """`value` up to what is for the user alone; empty when that is all of it."""
    found = (PRIVATE if is_sum else INWARD).search(value)
    if found is None:
        return value
    cut = max((value.rfind(sign, 0, found.start() + 1) for sign in _PARTS), default=-1)
    dash = max(value.rfind(f" {sign} ", 0, found.start()) for sign in "-–—")
    return value[: max(cut, dash, 0)].rstrip(" .,;!(-–—")
