"""What somebody told of a trouble of theirs, short enough to be quoted when they weigh or put off. Pure.

To put words into a mouth is worse than to leave some unused: only a sentence that says what was lost, or how
often and how long it hurts, is a trouble, and none that denies it, supposes it or speaks of the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wingman.core.sentence_ends import by_sentence
from wingman.suggest.playbook.language import base_tag
from wingman.suggest.playbook.signals import CARE, Signal, detect, normalise

LONGEST = 110
"""Characters that are quoted."""
FEWEST = 4
"""Words; fewer say nothing by themselves."""
_LOST = {
    "en": (
        r"\w+ cost us|(?:we|we've|we have|we had|we keep|we are|we're)"
        r" (?:lost|lose|losing|wasted|waste|wasting)"
    ),
    "de": (
        r"(?:hat|haben) (?:\S+ ){0,3}uns (?:\S+ ){1,6}gekostet|(?:verlieren|verschwenden) wir"
        r"|wir (?:verlieren|verschwenden|verloren)"
        r"|(?:haben wir|wir haben) (?:\S+ ){1,6}(?:verloren|verschwendet)"
    ),
    "fr": (r"(?:nous a|nous ont|nous avait) coûté|on (?:perd|a perdu|perdait)|nous (?:perdons|avons perdu)"),
    "es": r"nos (?:costó|ha costado|han costado|costaron)|perdemos|perdimos|hemos perdido",
    "pt": r"nos (?:custou|custaram)|custou nos|perdemos|a gente (?:perde|perdeu)",
}
"""How a loss of theirs is told; what somebody lost alone may be private."""
_COSTS = {
    "en": r"costs us|costing us",
    "de": r"(?:kostet|kosten) uns",
    "fr": r"nous coûte(?:nt)?",
    "es": r"nos cuestan?",
    "pt": r"nos custam?",
}
"""How what goes on is told; with a sum it may be the price that is talked about."""
_WEIGHT = {
    "en": (
        r"hours?|days?|weeks?|months?|years?|mornings?|afternoons?|evenings?|nights?|money|customers?"
        r"|clients?|orders?"
        r"|deals?|sales|revenue|turnover|contracts?|pallets?|stock|bookings?|deliver(?:y|ies)"
        r"|half the time|fortune"
        r"|thousands?|every time|each time|all the time|twice|nerves|sleep"
    ),
    "de": (
        r"stunden?|tage?n?|wochen?|monate?n?|jahr(?:e|en)?|vormittage?|nachmittage?|abende?|nächte"
        r"|geld|kunden?|kundin"
        r"|aufträge?n?|auftrag|umsatz|verträge?|paletten?|bestellung(?:en)?|buchungen|tausende?"
        r"|jedes mal|ständig"
        r"|zweimal|nerven|ein vermögen"
    ),
    "fr": (
        r"heures?|jours?|journées?|semaines?|mois|années?|ans?|matinées?|après midi|soirées?|nuits?"
        r"|argent|clients?"
        r"|clientes?|l'argent|d'argent|commandes?|contrats?|ventes?|chiffre d'affaires|palettes?|milliers"
        r"|à chaque fois|chaque fois|tout le temps"
    ),
    "es": (
        r"horas?|días?|semanas?|mes|meses|años?|mañanas?|tardes?|noches?|dinero|clientes?|pedidos?"
        r"|contratos?|ventas?"
        r"|palés?|reservas?|miles|cada vez|siempre"
    ),
    "pt": (
        r"horas?|dias?|semanas?|mês|meses|anos?|manhãs?|tardes?|noites?|dinheiro|clientes?|pedidos?"
        r"|contratos?|vendas?"
        r"|paletes?|reservas?|milhares|toda vez|sempre"
    ),
}
"""What a loss is counted in; a sum counts, too."""
_SUM = (
    r"[€£$] ?\d|\d (?:000|\d{3})|\d{3,}|(?:euros?|dollars?|pounds?|quid|pfund|reais|dólares|libras?"
    r"|pesos|livres|francs"
    r"|franken|hundred|thousand|hundert|tausend|mille|cents?|mil)(?!\w)"
)
_REFUSED = {
    "en": (
        r"would|wouldn't|could|couldn't|might|(?:it|that|this|we|you|they|i) may"
        r"|will|won't|'ll|\w+'ll|\w+'d|if|suppose|not|never|no"
        r"|nothing|\w+n't"
        r"|cannot|lost you|lost the|lose you|losing you|your (?:price|offer|quote|voice)|you said"
    ),
    "de": (
        r"würden?|könnten?|hätten?|wäre|wird|werden|wenn|falls|nicht|nie|keine?[nrms]?|nichts|ohne|den faden"
        r"|sie gerade|ihr angebot|ihr preis|angeboten"
    ),
    "fr": (
        r"coûterait|coûteraient|perdrait|perdrions|serait|pourrait|coûtera|si|s'il|ne|n'\w+|pas"
        r"|jamais|rien|sans|le fil"
        r"|vous ai perdu|votre (?:prix|offre|devis)"
    ),
    "es": (
        r"costaría|costarían|perdería|perderíamos|podría|costará|si|no|nunca|nada|sin|tampoco|el hilo"
        r"|su (?:precio"
        r"|oferta)|vuestr[ao]"
    ),
    "pt": (
        r"custaria|custariam|perderia|perderíamos|poderia|custará|vai custar|se|não|nunca|nada|sem"
        r"|nem|o fio|sua oferta"
        r"|seu preço"
    ),
}
"""What denies or supposes a loss."""
_YOU = {
    "en": r"you|your|yours|yourself|you're|you've|let's|track of|this morning|tonight|today",
    "de": r"euch|euer|eure[nmrs]?|heute|heute morgen",
    "fr": r"vous|votre|vos|tu|passons|ce matin|ce soir|aujourd'hui",
    "es": r"usted|ustedes|vosotros|vuestr[oa]s?|hoy|esta (?:mañana|tarde|noche)",
    "pt": r"você|vocês|hoje|de manhã",
}
"""Whom a complaint is about, and what only happened today: not to be quoted back."""
_TO_YOU = re.compile(r"(?<=\S )(?:Sie|Ihnen|Ihre?[nmrs]?)\b|^Ihre?\b")
"""The German you, which only its capital tells."""
_CALL = (
    r"connection|line|call|audio|sound|microphone|mic|camera|screen|thread|signal|link|zoom|teams"
    r"|meet|webcam|mute"
    r"|muted|hear|verbindung|leitung|ton|mikro|mikrofon|kamera|bildschirm|faden|anruf|connexion|ligne|appel|son"
    r"|micro|caméra|écran|fil|conexión|línea|llamada|sonido|micrófono|cámara|pantalla|hilo|conexão"
    r"|linha|ligação|som"
    r"|microfone|câmera|tela|ecrã|fio|demo|train|game|match|zug|spiel|tren|partido|ônibus|jogo|bus|vegas|lotto"
)
"""What a call is made of, and what else is lost in small talk."""
_NO_PAIN = {
    "en": (
        r"for me|for us|suppose|would|wouldn't|could|might|if|not a|no|don't have|doesn't have"
        r"|haven't|never|\w+'d"
    ),
    "de": r"würden?|könnten?|wenn|falls|keine?[nrms]?|nie|umsonst dabei|bei mir|für mich|für uns",
    "fr": r"serait|pourrait|si|pas de|pas un|aucune?|jamais|pour moi|pour nous",
    "es": r"sería|podría|si|ningún|ninguna|nunca|no es|no hay|no tenemos|a mí|para mí|me va|nos va|me viene",
    "pt": r"seria|poderia|se|nenhum|nenhuma|nunca|não é|não há|não temos|não tem|para mim|pra mim",
}
"""What makes a word for trouble mean none of theirs."""


_HESITATION = {
    "en": r"(?:um|er|so|well)(?=,)|well(?= (?:we|i|it|that|you)\b)|uh|yeah",
    "de": r"na ja|ähm?|tja|also|so(?=,)",
    "fr": r"eh bien|ben|bah|euh|alors(?! (?:que|même)\b)|bon(?=[,.…]| (?:on|nous|je|ça|c'est|ben|alors)\b)",
    "es": r"pues|bueno(?! parte\b)|eh",
    "pt": r"pois|olha|bem(?=[,.…]| (?:nós|a gente|eu|isso)\b)|bom(?=,)",
}
"""What people say before they say something, where it means nothing else."""


def _words(told: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{told})(?!\S)")


_LOST_IN = {tag: _words(told) for tag, told in _LOST.items()}
_COSTS_IN = {tag: _words(told) for tag, told in _COSTS.items()}
_WEIGHT_IN = {tag: _words(told) for tag, told in _WEIGHT.items()}
_REFUSED_IN = {tag: _words(f"{told}|{_YOU[tag]}|{_CALL}") for tag, told in _REFUSED.items()}
_NO_PAIN_IN = {tag: _words(f"{told}|{_YOU[tag]}|{_CALL}") for tag, told in _NO_PAIN.items()}
_HESITATION_IN = {
    tag: re.compile(rf"^(?:(?:{told})(?!\w)[\s,.…]+)+", re.IGNORECASE) for tag, told in _HESITATION.items()
}
_SUM_IN = re.compile(rf"(?<!\w)(?:{_SUM})")


def trouble_in(text: str, language: str, unless: Iterable[re.Pattern[str]] = ()) -> str:
    """The sentence of `text` that tells of a trouble, as it is quoted; empty when none does.

    `unless`: what keeps a playbook from hearing a trouble, over normalised text.
    """
    refusing = tuple(unless)
    for sentence, signals in _told_in(text, language):
        plain = normalise(sentence)
        if any(pattern.search(plain) for pattern in refusing):
            continue
        if _is_loss(plain, language) or (Signal.PAIN in signals and _weighs(plain, language)):
            return shortened(sentence, language)
    return ""


def loss_in(text: str, language: str) -> str:
    """The sentence of `text` that says what was lost; empty when none does."""
    return next((part for part, _ in _told_in(text, language) if _is_loss(normalise(part), language)), "")


def shortened(text: str, language: str) -> str:
    """`text` as it is quoted; empty when it is too short to say something, or too long to be quoted whole."""
    said = text.strip()
    begun = _HESITATION_IN.get(base_tag(language))
    plain = (begun.sub("", said) if begun else said).rstrip(".,;!…")
    return plain if len(plain) <= LONGEST and len(plain.split()) >= FEWEST else ""


def _told_in(text: str, language: str) -> Iterator[tuple[str, frozenset[Signal]]]:
    """The sentences that ask nothing and call for no care, where a language has words for a loss, and what
    each signals."""
    if base_tag(language) not in _LOST_IN:
        return
    for sentence in by_sentence(text):
        if base_tag(language) == "de" and _TO_YOU.search(sentence):
            continue
        signals = detect(sentence, language)
        if not signals.intersection((*CARE, Signal.QUESTION)):
            yield sentence, signals


def _is_loss(plain: str, language: str) -> bool:
    tag = base_tag(language)
    if _REFUSED_IN[tag].search(plain):
        return False
    summed = _SUM_IN.search(plain) is not None
    weighs = summed or _WEIGHT_IN[tag].search(plain) is not None
    if _LOST_IN[tag].search(plain):
        return weighs
    return weighs and not summed and _COSTS_IN[tag].search(plain) is not None


def _weighs(plain: str, language: str) -> bool:
    """Whether a word for trouble is one of theirs that goes on, and how much of it there is."""
    tag = base_tag(language)
    return (
        _LOST_IN[tag].search(plain) is None
        and _WEIGHT_IN[tag].search(plain) is not None
        and _NO_PAIN_IN[tag].search(plain) is None
    )
