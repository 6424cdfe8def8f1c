"""Which sentence of a brief answers a question that names what it is about. Pure; five languages.

Who writes *Warranty: 24 months* and is asked how long the warranty is has the answer, without an encoder.
A wrong fact is worse than none, and most labels (`Budget:`, `Floor:`, a name) are for the user alone. So only
labels that are for telling count, where a number is told of them, in questions that ask for just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from wingman.core.sentence_ends import by_sentence
from wingman.suggest.card.choice import TIME_UNITS
from wingman.suggest.card.number_words import spelled
from wingman.suggest.card.private import PRIVATE
from wingman.suggest.playbook.signals import normalise

_LABEL = re.compile(
    r"\s*+(?:[-*]\s*+)?(?P<label>[^\W\d][^\d:.,;!?()]{2,40}?)(?:\s?:\s|\s(?=\d))(?P<told>.+)", re.DOTALL
)
_FOR_TELLING: Mapping[str, str] = {
    "en": (
        "warranty|guarantee|notice(?: period)?|payment(?: terms)?|terms of payment|deposit|insurance"
        "|opening hours|training|contract term"
    ),
    "de": (
        "garantie|gewährleistung|kündigungsfrist|zahlung|zahlungsbedingungen|anzahlung|versicherung"
        "|öffnungszeiten|schulung|vertragslaufzeit"
    ),
    "fr": (
        "garantie|préavis|paiement|(?:modalités|conditions) de paiement|acompte|assurance"
        "|horaires(?: d'ouverture)?|formation"
    ),
    "es": "garantía|preaviso|pago|(?:formas?|condiciones) de pago|anticipo|seguro|horarios?|formación",
    "pt": (
        "garantia|aviso prévio|pagamento|(?:formas?|condições) de pagamento|seguro|horários?|formação"
        "|treinamento"
    ),
}
"""What a sentence may be about that is told whoever asks for it."""
_SPANS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "how long (?:is|are|does|do|would|will) (?:the|your|a) {}(?: (?:last|run|be))?",
        "the {} how long (?:is (?:it|that)|does (?:it|that) (?:last|run))",
    ),
    "de": (
        "wie lange? (?:ist|gilt|läuft|dauert) (?:denn |eigentlich )?(?:die|eine) {}",
        "die {} wie lange? (?:ist|gilt|läuft|dauert) (?:die|sie)",
    ),
    "fr": (
        "combien de temps dure (?:l'|la |le ){}",
        "c'est combien de temps (?:l'|la |le ){}",
        "(?:l'|la |le ){} c'est combien de temps",
    ),
    "es": (
        "(?:cuánto(?: tiempo)? dura|de cuánto tiempo es) (?:la|el) {}",
        "(?:la|el) {} (?:cuánto(?: tiempo)? dura|de cuánto tiempo es)",
    ),
    "pt": ("(?:quanto(?: tempo)? dura|de quanto tempo é) (?:a|o) {}", "(?:a|o) {} (?:é de|dura) quanto tempo"),
}
"""Questions for how long it is: what tells no span of time answers none of them."""
_FORMS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "(?:what is|what are|what's) (?:the|your) {}",
        "what {} (?:is there|do you (?:have|offer|give)|does (?:it|that) (?:have|come with))",
        "(?:is|are) there (?:a|an|any) {}",
        "do you (?:have|offer|give) (?:a|an|any) {}",
        "does (?:it|that) (?:have|come with) (?:a|an|any) {}",
        "how (?:does|do|would) the {} work",
    ),
    "de": (
        "(?:was ist|was sind|wie sind) die {}",
        "welche {} gibt es",
        "gibt es (?:eine )?{}",
        "hat (?:das|es) (?:eine )?{}",
        "wie (?:läuft|geht|funktioniert|ist) das mit (?:der|den) {}",
    ),
    "fr": (
        "quel(?:le)?s? (?:est|sont) (?:l'|la |le |les |votre |vos ){}",
        "(?:il y a|y a t il|est ce qu'il y a|vous avez|avez vous|est ce que vous avez) une? {}",
        "comment (?:fonctionne|marche) (?:l'|la |le ){}",
    ),
    "es": (
        "cuál(?:es)? (?:es|son) (?:la|el|las|los) {}",
        "qué {} hay",
        "(?:hay|tienen ustedes|ustedes tienen|ofrecen ustedes|ustedes ofrecen) (?:una?|algún|alguna) {}",
        "cómo funciona (?:la|el) {}",
    ),
    "pt": (
        "(?:qual é|quais são) (?:a|o|as|os) {}",
        "que {} há",
        "(?:há|existe|vocês (?:têm|dão|oferecem)) (?:(?:uma?|algum|alguma) )?{}",
        "como funciona (?:a|o) {}",
    ),
}
"""Questions for what it is, and whether there is one. `And the insurance?` may ask who pays it."""
_BEFORE = r"(?:(?:and|okay|ok|so|well|but|und|also|gut|et|alors|bon|y|entonces|bueno|e|então|bom) )*"
_BEHIND = r"(?: (?:then|please|exactly|denn|bitte|genau|exactement|por favor|exactamente|exatamente))*+"
_UNIT = re.compile(rf"[\s-]?(?:{TIME_UNITS}|years?|jahren?|jahre|ans?|années?|años?|anos?)\b", re.IGNORECASE)

_POSITION = re.compile(
    r"\b(?:but|if|only|ask|aim\w*|ideally|fallback|fine|ok|okay|better|rather|prefer\w*|hope|want|can|could|would|may"
    r"|might|last|left|ago|aber|wenn|falls|nur|sonst|frag\w*|forder\w*|verlang\w*|lieber|besser|reicht|geht|wollen"
    r"|können|kann|könnte\w*|letzte\w*|mais|si|seulement|demande\w*|vise\w*|idéalement|plutôt|mieux|préf\w+|voul\w+"
    r"|veut|peut|pouvons|pourr\w+|dernier\w*|dernière\w*|pero|solo|sólo|pedi\w*|idealmente|mejor|quer\w+|pod\w+"
    r"|pued\w+|pasad\w+|mas|se|só|melhor|passad\w+)\b",
    re.IGNORECASE,
)
"""Words of a fact that may tell what the user would like, or would still take; such a one is told to nobody."""


class LabelledFacts:
    """The sentences of one brief that may be told to who asks for them by their labels."""

    def __init__(self, facts: Iterable[str]) -> None:
        """Read once: `stating` is asked at every question."""
        told = (fact for fact in facts if not (PRIVATE.search(fact) or _POSITION.search(fact)))
        self._asked = [(fact, tuple(_questions(fact))) for fact in told]

    def stating(self, question: str) -> str:
        """The fact that is told of what the question names and asks for; empty without exactly one."""
        parts = [normalise(part) for part in by_sentence(question)]
        found = {
            fact for fact, asked in self._asked for one in asked if any(one.fullmatch(part) for part in parts)
        }
        return found.pop() if len(found) == 1 else ""


def _questions(fact: str) -> Iterator[re.Pattern[str]]:
    """The questions that a fact answers, as patterns over normalised text; none for one that is not told."""
    found = _LABEL.fullmatch(fact)
    if found is None:
        return
    label = normalise(found["label"])
    for tag, labels in _FOR_TELLING.items():
        ends = [number.end() for number in re.finditer(r"\d++", found["told"])]
        ends += [number.end for number in spelled(found["told"], tag) if number.value > 1]  # `un` is an article
        if not ends or not re.fullmatch(labels, label):
            continue
        lasts = any(_UNIT.match(found["told"], end) for end in ends)
        forms = "|".join(_FORMS[tag] + (_SPANS[tag] if lasts else ())).replace("{}", re.escape(label))
        yield re.compile(f"{_BEFORE}(?:{forms}){_BEHIND}")
