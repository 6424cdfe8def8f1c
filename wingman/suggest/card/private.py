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
_GOES_ON = (
    r"(?:and|or|but|for|if|an?|per|all|by|net|plus|then|at|on|und|oder|aber|für|wenn|pro|im|je|netto|et|ou|mais"
    r"|pour|par|si|y|o|pero|por|al|e|mas|se|ao)\b"
)
_UNITS = r"nutzer|stück|plätze|personen|meter|quadrat|liter|tonnen|kilo|stunden|tage|monate"
_LINE = rf"(?!{_UNITS})(?-i:[A-ZÀ-Ý][a-zà-ÿ])"
_PLAIN = rf"\d[\d.,\s]{{0,12}}\d{{2}}(?!\d|\s?%|\s?(?!{_GOES_ON}|{_LINE})[^\W\d_])"
"""A number of three figures or more with no unit: 120 square metres and 500 users are no sum. A capital begins
the next line."""
_AMOUNT = (
    rf"(?:[$£€] ?\d|{_PLAIN}|\d[\d.,\s]{{0,12}}(?:€|£|\$|(?:k|thousand|pounds?|dollars?|euros?|tausend"
    rf"|mil(?:le)?|reais"
    r"|puntos|pontos)\b))"
)
_MONEY = rf"(?:{_AMOUNT}|\d[\d.,]{{0,12}} ?(?:%|(?:per ?cent|prozent|pour cent|por cien(?:to)?|por cento)\b))"
_POSITIONS = (
    r"targets?(?: (?:price|rate|fee|salary|margin|discount))?|authority|budget(?: (?:ceiling|cap|max\w*))?"
    r"|profit"
    r"|batna"
    r"|fall-?back|rock bottom|red line|walk-?away(?: (?:price|point|rate))?|hidden reserve"
    r"|(?:signing|spending|approval|decision|discount|price|rate) (?:authority|limit|ceiling|floor|cap)"
    r"|(?:last|lowest|emergency|reserve|reservation|floor|limit|min\.?|max\.?) (?:price|rate|fee|offer|point)"
    r"|(?:our|my) (?:best|final) (?:price|rate|fee|offer)"
    r"|(?:biggest|highest|largest|deepest|lowest|total|our|their) (?:discount|budget)|max\.? ?(?:discount"
    r"|budget)"
    r"|opening (?:offer|bid|position)|(?:room|leeway) (?:to (?:move|negotiate)|for (?:negotiation|man\w+))"
    r"|negotiat\w+ (?:room|range|margin|limit|goal)|worst[ -]case(?: price)?"
    r"|(?:ziel|wunsch|mindest|minimal|höchst|maximal|notfall|grenz|ausstiegs)preis|zielgehalt"
    r"|(?:äußerster|letzter|tiefster|niedrigster) preis|max\. (?:rabatt|nachlass)"
    r"|verhandlungs(?:spielraum|ziel|grenze|rahmen|masse)|maximal(?:e[rn]? )?rabatt|höchstrabatt"
    r"|rabatt(?:grenze|limit|spielraum)|deckungsbeitrag|schlimmster fall"
    r"|vollmacht|befugnis(?:se)?|budget(?:rahmen|grenze)|ausstieg|zugeständnis(?:se)?"
    r"|(?:prix )?(?:plancher|plafond)|prix (?:cible|limite|mini\w*|max\w*)|dernier prix|(?:remise"
    r"|rabais) max\w*\.?"
    r"|pouvoirs?(?: de \w+)?|délégation|point de rupture|(?:solution|position) de repli|pire cas"
    r"|precio (?:suelo|objetivo|límite|mínimo|máximo)|último (?:precio|preço)|autoridad|(?:peor|pior) caso"
    r"|preço[ -](?:alvo|limite|mínimo|máximo)|(?:presupuesto|orçamento|descuento|desconto) máximo|alçada"
    r"|(?:price|preis|prix|precio|preço) m(?:ax|in|áx|ín)\.?|m(?:ax|in|áx|ín)\.? (?:preis|prix|precio|preço)"
)
"""Names of what one wants, may, or would still take. Only as the whole name: a `target group` is told."""
_SUMS = (
    r"floor|ceiling|cap|anchor|bottom|m(?:in|ax)(?:imum|\.)?|m(?:áx|ín)(?:imo|\.)?|acceptable|limits?|mandate?"
    r"|concessions?|anker|suelo|techo|tope|piso|teto|presupuesto|orçamento|mandato|concesi(?:ón|ones)"
    r"|concess(?:ão|ões)"
)
"""The same where a sum is named: a floor may be the third one, a limit one of a plan."""
_GOALS = r"goal|ziel|objectif|cible|objetivo|meta|alvo"
"""Likewise, and a share is none: 100 % of the work may be a goal that is told."""
_IS = (
    r"[*_]*\s?(?:[:=(–—→|]|- )?[*_]*\s?(?:(?:is|are|of|at|ist|liegt bei|de|est(?: de)?|es(?: de)?|é(?: de)?) )?"
    r"(?:(?:about|around|roughly|up to|etwa|rund|bis|environ|unos|cerca de|hasta|até) )?"
)
_THE = rf"(?:(?:the|an?|{_OUR}|die|der|das|le|la|el|[oa]) )?"
_NAMED = (
    rf"(?:^|(?<=[.;!,(→])|(?<=\s[-–—/]))[^\w.;!]{{0,12}}+_{{0,2}}{_THE}"
    rf"(?:(?:{_POSITIONS})(?:(?=[*_]*\s?[:=(–—→|]|[*_]* -)|{_IS}{_MONEY})|(?:{_SUMS}){_IS}{_MONEY}"
    rf"|(?:{_GOALS}){_IS}{_AMOUNT})"
)
_PRICE_IS = rf"(?:price|preis|prix|precio|preço)\s?[:=]\s?(?:{_POSITIONS}|{_SUMS}|{_GOALS}){_IS}{_MONEY}"
_WORST = (
    r"(?:worst[ -]case|schlimmste[rn] fall|schlimmstenfalls|pire (?:cas|scénario|des cas)|peor (?:caso"
    r"|escenario)"
    r"|(?:peor|pior) de los casos|pior (?:caso|cenário|dos casos))"
)
OURS = re.compile(_NAMED, re.IGNORECASE)
"""The beginning of what names it, in a heading's place or with its sum."""
_INWARD = (
    rf"{_KEPT}|{_NAMED}|\b{_PRICE_IS}|\b(?:limite?|límite|walk away|reserve price|bottom line"
    r"|schmerzgrenze|\w*untergrenze"
    rf"|{_WORST}[^.;\d]{{0,30}}+(?={_MONEY})[$£€]? ?"
    r"|(?:most|least|lowest|highest|furthest) (?:that )?(?:i|we)(?:['’](?:d|ll)| (?:can|could|may|will|would"
    r"|take|go"
    r"|accept))"
    r"|(?:minimum|maximum|minimale?r?) (?:price|fee|discount|sum|preis)"
    r"|(?:discount|nachlass|rabatt|remise|rabais|descuento|desconto)\b[^.;,]{0,40}?(?:at most|höchstens|au plus"
    rf"|max(?:imum|imal|\.)?|máx(?:imo)?)(?=\.?\W*$|\.?\s?:?\s?{_MONEY})"
    r"|(?:máximo|mínimo) (?:descuento|desconto)"
    r"|(?:^|(?:discount|nachlass|rabatt|remise|rabais|descuento|desconto|give|grant|gebe|geben|donnons)\b"
    r"[^.;\d]{0,30})\d[\d.,]{0,12} ?(?:%|per ?cent|prozent|pour cent) max(?:imum|imal)?"
    r"(?=\W*$|\s(?-i:[A-ZÀ-Ý]))"
    r"|(?:\b(?:i|we)(?: \w+|['’](?:d|ll))? (?:need|want|get|take|expect) (?:at least|not? less than)"
    r"|(?:brauch\w+|woll\w+) (?:mindestens|nicht weniger als)"
    r"|(?:faut|voulons) au moins|(?:queremos|necesitamos) (?:al menos|como mínimo)|(?:queremos"
    r"|precisamos de) pelo menos)"
    rf"(?= {_MONEY})"
    r"|if (?:they|he|she) [^.;]{1,80}, (?:then )?(?:offer|give|go|drop|throw in|agree|accept)"
    r"|(?:wenn|falls) (?:sie|er) [^.;]{1,80}, [^.;]{0,60}(?:anbieten|nachgeben|drauflegen)"
    r"|(?:s'ils?|si) [^.;]{1,80}, (?:offrir|proposer|offrez|proposez|ofrecer|ofrece|ofrezca)"
    r"|se [^.;]{1,80}, (?:oferecer|ofereça)"
    r"|(?:could|would|can|will) (?:\w+ )?(?:live with|be (?:happy|fine|okay?|content) (?:with|at)"
    r"|sign (?:at|for)"
    rf"|do it (?:for|at)) (?={_MONEY})[$£€]? ?"
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
    r"|\b(?:(?:can|could|may|might|would|will|(?:i|we)['’](?:d|ll)) (?:\w+ )?(?:(?:go|come|drop) (?:to|for)"
    r"|accept)"
    rf"|(?:llegar|ir|chegar) (?:hasta|até|a))(?= [$£€]?\d)|\b(?:would|(?:i|we)['’]d) (?:\w+ )?take (?={_MONEY})"
    r"|\b(?:würden?|könnten?) (?:\w+ ){0,3}(?=[\d.]+ ?(?:€|euro)? ?(?:nehmen|akzeptieren|gehen)\b)"
    r"|\bbis (?:auf )?(?=[\d.]+ ?(?:€|euro)? ?gehen\b)"
    r"|\b(?:accepter(?:ait|ais|ions|aient)|aceptar[ií]a\w*|aceitar(?:ia|íamos|iam)|(?:we|i) paid|eingekauft"
    r"|l'a payée?|nos costó|custou-nos)\b"
    r"|(?:^\W*+|(?<=[.;!])[^\w.;!]*+)(?:never|do not|don't|niemals|nie|auf keinen fall|ne (?:pas|jamais|rien)"
    r"|jamais|nunca|jamás|n[oã]o? \w+[aeiíoô]r)\b"
)
_UNASKED = (
    r"(?:without (?:asking|approval|checking|sign-?off)|ohne (?:rückfrage|rücksprache|freigabe"
    r"|genehmigung"
    r"|zustimmung)|sans (?:demander|validation|en référer)|sin (?:preguntar|consultar)|sem (?:perguntar"
    r"|consultar))(?=(?: first| any(?:one|body))?(?:\s*(?:[.;,!)]|$)| (?-i:[A-ZÀ-Ý]))"
    r"| (?:(?:à|con|o|a) )?(?:my|our|mon|ma|notre|mi|nuestr[oa]|meu|minha|mein\w*|unser\w*)\b"
    r"| (?:gutschreiben|erstatten|geben|nachlassen|gewähren|unterschreiben|zusagen|ausgeben)\b)"
)
_AUTHORITY = (
    rf"(?:(?:{_MONEY}|\b(?:i|we) (?:may|can) )[^;.]{{0,60}} {_UNASKED}"
    r"|\b(?:knock off|(?:(?:i|we)(?: \w+)?|(?:i['’]m|i am|we are) (?:allowed|authori[sz]ed|entitled) to"
    r"|^authori[sz]ed to) (?:sign|approve|agree|spend|authori[sz]e)"
    rf"|(?:i|we) (?:may|can) (?:refund|credit|waive)) up to (?={_MONEY}))"
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
    dash = max(value.rfind(f" {sign} ", 0, found.start() + 1) for sign in "-–—/→")
    return value[: max(cut, dash, 0)].rstrip(" .,;!(-–—/→")
