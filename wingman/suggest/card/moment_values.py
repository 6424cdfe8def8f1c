"""What a moment names that a card can take up: a day and a sum. Pure; five languages."""

from __future__ import annotations

import re

from wingman.core.sentence_ends import by_sentence
from wingman.suggest.playbook.language import base_tag

_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,6}+(?!\d)|\d[\d.,'’]{0,30}+)"
_SUM = re.compile(
    rf"(?:[€£$]\s?{_NUMBER}(?:\s?(?:k|million|thousand))?)"
    rf"|(?<![\d.,]){_NUMBER}\s?(?:€|£|%|per ?cent|euros?|pounds?|dollars?|quid|prozent|pour ?cent|por ?ciento"
    r"|por cento|reais)(?!\w)",
    re.IGNORECASE,
)
_DAYS = {
    "en": (
        r"(?:next |this )?(?:monday|tuesday|wednesday|thursday|friday|saturday"
        r"|sunday)(?: (?:morning|afternoon|evening|week))?"
        r"|tomorrow(?: (?:morning|afternoon|evening))?|tonight|next (?:week|month|quarter|year)"
        r"|the end of (?:the |this )?(?:week|month|quarter|year)"
        r"|(?:mid-?|end of |early |late )?(?:january|february|april|june|july|august|september|october"
        r"|november|december)"
    ),
    "de": (
        r"(?:nächsten |kommenden )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)"
        r"|(?<!am )morgen(?: früh| mittag| abend)?|übermorgen"
        r"|nächste woche|nächsten monat|nächstes (?:jahr|quartal)|ende (?:der woche|des monats|des jahres)"
        r"|(?:mitte |ende |anfang )?(?:januar|februar|märz|april|juni|juli|august|september|oktober"
        r"|november|dezember)"
    ),
    "fr": (
        r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?: prochain| matin| soir)?"
        r"|demain(?: matin| soir)?|après-demain"
        r"|la semaine prochaine|le mois prochain|l'année prochaine|(?:la )?mi-\w+"
        r"|la fin (?:de la semaine|du mois|de l'année)"
        r"|(?:janvier|février|avril|juin|juillet|août|septembre|octobre|novembre|décembre)"
    ),
    "es": (
        r"(?:el )?(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)(?: que viene)?|pasado mañana"
        r"|la semana que viene|el mes que viene|el año que viene"
        r"|(?:finales de |mediados de )?(?:enero|febrero|abril|mayo|junio|julio|agosto|septiembre"
        r"|octubre|noviembre|diciembre)"
    ),
    "pt": (
        r"(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?(?: que vem)?|sábado|domingo|depois de amanhã"
        r"|amanhã|semana que vem|mês que vem|ano que vem"
        r"|(?:fim de |meados de )?(?:janeiro|fevereiro|abril|maio|junho|julho|agosto|setembro|outubro"
        r"|novembro|dezembro)"
    ),
}
_WHEN = {tag: re.compile(rf"(?<![\w'-])(?:{days})(?![\w'-])", re.IGNORECASE) for tag, days in _DAYS.items()}

_NAMED_DAYS = re.compile(
    r"(?<!\w)(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|january|february|april|june|july|august|september|october|november|december"
    r"|januar|februar|märz|april|juni|juli|oktober|dezember)(?!\w)"
)
"""English and German days and months, which a recogniser may have written small."""


_DAY = "§"
"""What stands for the day itself while its sentence is looked at."""
_GONE = {
    "en": (
        r"was(?! (?:thinking|hoping|wondering|planning))|were(?! to)|had|went|came|didn't|rang|broke|fell"
        r"|did(?! (?:you|we|i|they) (?:say|mean))"
        rf"|happened|took|lost|stood|saw|froze|since|ago|(?<!the )last {_DAY}|(?<!'s )(?<!'re )(?<!'m )"
        r"(?<!is )(?<!are )(?<!be )(?<!get )(?:crashed|failed|stopped|called|phoned|missed|tried|waited)"
    ),
    "de": (
        r"war|waren|hatten?|wurden?|ging|gingen|kam|kamen|brach|brachen|fiel|fielen|rief|lief|liefen|seit"
        rf"|(?:letzte|vergangene)[nrs]? {_DAY}"
        r"|(?:hat|haben|habe) (?:\S+ ){0,7}(?:gesagt|beschlossen|angerufen|verloren|bekommen|gekostet|gebraucht"
        r"|gesehen|gearbeitet|geliefert|bezahlt|vergessen|versprochen|gemacht|geschickt|gewartet|abgesagt)"
        r"|(?:ist|sind|bin) (?:\S+ ){0,7}(?:gegangen|kaputtgegangen|gekommen|ausgefallen|abgestürzt|passiert"
        r"|gewesen|worden|geblieben|zusammengebrochen|stehengeblieben|geplatzt|umgefallen)"
    ),
    "fr": (
        rf"(?:\w{{1,2}}')?(?:étai(?:t|ent)|avai(?:t|ent))|depuis|{_DAY} (?:derni(?:er|ère)s?|passée?)"
        r"|(?:\w{1,2}')?(?:ai|as|a|ont|avons|avez) (?:\S+ ){0,2}(?:été|eu|fait|dit|vu|mis|pris|reçu|perdu"
        r"|appelé|envoyé|payé|planté|coupé|arrêté|essayé|demandé|lâché|attendu)"
        r"|(?:\w{1,2}')?(?:est|sont|suis|sommes|êtes) (?:\S+ )?(?:tombé|venu|parti|arrivé|resté|revenu)e?s?"
    ),
    "es": (
        r"fue|fueron|hubo|tuvo|tuvimos|cayó|paró|falló|vino|vinieron|llamó|llamé|pasó|llegó|perdimos"
        rf"|{_DAY} pasad[oa]"
    ),
    "pt": (
        r"foi|foram|houve|teve|tivemos|caiu|parou|quebrou|falhou|veio|vieram|ligou|liguei|aconteceu|chegou"
        rf"|{_DAY} passad[oa]"
    ),
}
"""Words of a sentence that tells what has been."""
_TO_COME = {
    "en": (
        r"\w+'ll|will|won't|going to|can|can't|should(?! have)|shall|must(?! have)|need|want|let's"
        rf"|by {_DAY}|next|tomorrow|tonight|meet|meets"
    ),
    "de": (
        r"wird|werden|werde|werdet|kann|können|könnten|soll|sollen|muss|müssen|will|wollen|möchten?"
        r"|nächste[nrs]?|kommende[nrs]?|(?<!am )morgen|übermorgen|würden?|tagt"
    ),
    "fr": (
        r"va|vais|vont|allons|peut|peux|pouvez|pouvons|faut|doit|dois|devons|veux|veut|prochaine?|demain"
        r"|d'ici|après-demain|pourr\w+|(?:\w{1,2}')?\w+er(?:ai|a|ons|ez|ont)"
    ),
    "es": (
        r"va|voy|van|vamos|puede|puedo|pueden|hay que|tengo que|tiene que|quiero|próxim[oa]|que viene"
        r"|(?<!la )mañana|\w+(?:aré|eré|iré|ará|erá|irá|arán|erán|irán|aremos|eremos|iremos)"
    ),
    "pt": (
        r"vai|vou|vão|vamos|pode|posso|podem|tem que|tenho que|preciso|quero|próxim[oa]|que vem|amanhã"
        r"|\w+(?:arei|erei|irei|ará|erá|irá|aremos|eremos)"
    ),
}
"""Words of one that tells what is to be."""
_TENSES = {
    tag: tuple(
        re.compile(rf"(?<![\w'])(?:{words[tag]})(?![\w'])", re.IGNORECASE) for words in (_GONE, _TO_COME)
    )
    for tag in _DAYS
}


def day_is_past(text: str, language: str) -> bool | None:
    """True when the day that a text names has been, False when it is to come; None where that is not sure."""
    tag = base_tag(language) or "en"
    if tag not in _WHEN:
        return None
    gone, to_come = _TENSES[tag]
    named = " ".join(
        _WHEN[tag].sub(lambda day: " ".join((_DAY, *to_come.findall(day[0]))), part)
        for part in by_sentence(text.replace("’", "'"))
        if _WHEN[tag].search(part)
    )
    been = gone.search(named) is not None
    return been if been is not (to_come.search(named) is not None) else None


def values_of(text: str, language: str) -> dict[str, str]:
    """`when` and `amount`, as said; what is not named, or named twice in different ways, is missing."""
    values: dict[str, str] = {}
    pattern = _WHEN.get(base_tag(language) or "en")
    for name, found in (
        ("when", {hit[0] for hit in pattern.finditer(text)} if pattern else set()),
        ("amount", {hit[0].strip(" .,") for hit in _SUM.finditer(text)}),
    ):
        if len(found) == 1:
            values[name] = found.pop()
    if "when" in values:
        values["when"] = _NAMED_DAYS.sub(lambda day: day[0].capitalize(), values["when"])
    return values
