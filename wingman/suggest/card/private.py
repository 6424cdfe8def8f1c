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
_MONEY = (
    r"(?:[$£€] ?\d|\d[\d.,\s]*\d{2}|\d[\d.,]* ?(?:%|€|£|\$|k\b|per ?cent|pounds?|dollars?|euros?|prozent"
    r"|pour cent|por cien(?:to)?|por cento|reais|puntos|pontos))"
)
_POSITIONS = (
    r"targets?(?: (?:price|rate|fee|salary|margin|discount))?|authority|mandate|budget|profit|limits?|batna"
    r"|plan b"
    r"|fall-?back|rock bottom|red line|walk-?away(?: (?:price|point|rate))?|hidden reserve|concessions?"
    r"|(?:signing|spending|approval|decision|discount|price|rate) (?:authority|limit|ceiling|floor|cap)"
    r"|(?:best|last|lowest|final|emergency|reserve|reservation|floor|limit|min|max) (?:price|rate|fee|offer"
    r"|point)"
    r"|(?:max\.?|biggest|highest|largest|deepest|lowest|total|our|their) (?:discount|budget)"
    r"|opening (?:offer|bid|position)|(?:room|leeway) (?:to (?:move|negotiate)|for (?:negotiation|man\w+))"
    r"|negotiat\w+ (?:room|range|margin|limit|goal)"
    r"|(?:ziel|wunsch|mindest|notfall|grenz|ausstiegs)preis|(?:äußerster|letzter|tiefster|niedrigster) preis"
    r"|verhandlungs\w+|maximal(?:e[rn]? )?rabatt|höchstrabatt|rabatt(?:grenze|limit|spielraum)|deckungsbeitrag"
    r"|vollmacht|befugnis(?:se)?|budget(?:rahmen|grenze)|ausstieg|zugeständnis(?:se)?"
    r"|(?:prix )?(?:plancher|plafond)|prix (?:cible|limite)|dernier prix|remise max\w*"
    r"|pouvoirs?(?: de \w+)?|délégation|mandat|point de rupture|(?:solution|position) de repli"
    r"|precio (?:suelo|objetivo|límite)|último (?:precio|preço)|presupuesto|autoridad|mandato|concesi(?:ón"
    r"|ones)"
    r"|preço[ -](?:alvo|limite)|orçamento|alçada|plano b|concess(?:ão|ões)"
)
"""Names of what one wants, may, or would still take. Only as the whole name: a `target group` is told."""
_SUMS = (
    r"floor|ceiling|cap|goal|anchor|min(?:imum)?|max(?:imum)?|acceptable|ziel|anker|objectif|cible"
    r"|suelo|techo|tope|objetivo|meta|piso|teto|alvo"
)
"""The same where a sum is named: a floor may be the third one, and a goal one of the work."""
_IS = r"(?:\s?[:=(–—]| -)?\s?(?:(?:is|are|of|at|ist|liegt bei|est(?: de)?|es(?: de)?|é(?: de)?) )?"
_NAMED = (
    rf"(?:^|(?<=[.;!,(]))[^\w.;!]*+(?:(?:the|an?|{_OUR}|die|der|das|le|la|el|[oa]) )?"
    rf"(?:(?:{_POSITIONS})(?:(?= ?[:=(–—]| -)|{_IS}{_MONEY})|(?:{_SUMS}){_IS}{_MONEY})"
)
_INWARD = (
    rf"{_KEPT}|{_NAMED}|\b(?:limite?|límite|walk away|reserve price|bottom line|schmerzgrenze|\w*untergrenze"
    r"|worst[ -]case|schlimmste[rn] fall|schlimmstenfalls|pire (?:cas|scénario|des cas)|peor (?:caso|escenario)"
    r"|(?:peor|pior) de los casos|pior (?:caso|cenário|dos casos)"
    r"|(?:most|least|lowest|highest|furthest) (?:that )?(?:i|we) (?:can|could|may|will|would|take|go|accept)"
    r"|(?:minimum|maximum|minimale?r?) (?:price|fee|discount|sum|preis)"
    r"|(?:discount|nachlass|rabatt|remise|descuento|desconto|prix|precio|preço)\b[^.;]{0,60}?(?:at most"
    r"|höchstens|au plus|min(?:imum|imal)|max(?:imum|imal)|mínimo|máximo)"
    r"|(?:máximo|mínimo) (?:descuento|desconto)"
    r"|(?:(?:need|want|get|take|expect) (?:at least|not? less than)|(?:brauch\w+|woll\w+) (?:mindestens"
    r"|nicht weniger als)"
    r"|(?:faut|voulons) au moins|(?:queremos|necesitamos) (?:al menos|como mínimo)|(?:queremos"
    r"|precisamos de) pelo menos)"
    rf"(?= {_MONEY})"
    r"|if (?:they|he|she) [^.;]{1,80}, (?:then )?(?:offer|give|go|drop|throw in|agree|accept)"
    r"|(?:wenn|falls) (?:sie|er) [^.;]{1,80}, [^.;]{0,60}(?:anbieten|nachgeben|drauflegen)"
    r"|(?:s'ils?|si) [^.;]{1,80}, (?:offrir|proposer|offrez|proposez|ofrecer|ofrece|ofrezca)"
    r"|se [^.;]{1,80}, (?:oferecer|ofereça)"
    r"|(?:could|would|can|will) (?:\w+ )?(?:live with|be (?:happy|fine|okay?|content) (?:with|at)"
    r"|sign (?:at|for)"
    rf"|do it (?:for|at)) (?={_MONEY})"
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
    r"|orçamento|target|ziel|authority|mandate|fallback|profit|walk-away))\b"
    r"|\b(?:(?:can|could|may|might|would|will) (?:\w+ )?(?:(?:go|come|drop) (?:to|for)|accept)|(?:llegar|ir"
    r"|chegar) (?:hasta|até|a))(?= [$£€]?\d)|\bwould (?:\w+ )?take (?=[$£€]|\d{3})"
    r"|\b(?:würden?|könnten?) (?:\w+ ){0,3}(?=[\d.]+ ?(?:€|euro)? ?(?:nehmen|akzeptieren|gehen)\b)"
    r"|\bbis (?:auf )?(?=[\d.]+ ?(?:€|euro)? ?gehen\b)"
    r"|\b(?:accepter(?:ait|ais|ions|aient)|aceptar[ií]a\w*|aceitar(?:ia|íamos|iam)|(?:we|i) paid|eingekauft"
    r"|l'a payée?|nos costó|custou-nos)\b"
    r"|(?:^\W*+|(?<=[.;!])[^\w.;!]*+)(?:never|do not|don't|niemals|nie|auf keinen fall|ne (?:pas|jamais|rien)"
    r"|jamais|nunca|jamás|n[oã]o? \w+[aeiíoô]r)\b"
)
_AUTHORITY = (
    r"\b(?:\d[^;]{0,60} (?:without (?:asking|approval|checking|sign-?off)|ohne (?:rück|freigabe|genehmigung"
    r"|zustimm)\w*"
    r"|sans (?:demander|validation|en référer)|sin (?:preguntar|consultar)|sem (?:perguntar|consultar))"
    rf"|(?:sign|approve|agree|refund|credit|spend|authori[sz]e|waive|knock off) up to (?={_MONEY}))"
)
_LIMITS = re.compile(_INWARD, re.IGNORECASE)
INWARD = re.compile(rf"{_INWARD}|{_AUTHORITY}", re.IGNORECASE)
"""Words of a sentence that is no fact: a limit, a margin, what the user may, or what must not be done."""
PRIVATE = re.compile(
    rf"{_INWARD}|{_AUTHORITY}|\b(?:at most|at least|minimum|maximum|no (?:more|less) than|reserve|lowest"
    r"|höchstens|mindestens|nicht weniger als|au (?:plus|moins)|no menos de|não menos de|máximo|mínimo)\b",
    re.IGNORECASE,
)
"""The same, with what may be a limit: a sum behind such words belongs in no words to say."""
_PARTS = ".;!,("


def public(value: str, *, is_sum: bool) -> str:
    """`value` up to what is for the user alone; empty when that is all of it.

    What may be given without asking is the fact itself, where the user has named it (`goodwill`).
    """
    found = (PRIVATE if is_sum else _LIMITS).search(value)
    if found is None:
        return value
    cut = max((value.rfind(sign, 0, found.start() + 1) for sign in _PARTS), default=-1)
    dash = max(value.rfind(f" {sign} ", 0, found.start()) for sign in "-–—")
    return value[: max(cut, dash, 0)].rstrip(" .,;!(-–—")
