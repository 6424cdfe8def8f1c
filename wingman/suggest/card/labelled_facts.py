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
        "|(?:opening|support|office) hours|training|contract term|minimum (?:contract )?term|(?:response"
        "|repair) times?"
        "|call ?out fee|day rate"
    ),
    "de": (
        "garantie|gewährleistung|kündigungsfrist|zahlung|zahlungsbedingungen|anzahlung|versicherung"
        "|(?:öffnungs|support|service)zeiten|schulung|vertragslaufzeit|mindestlaufzeit|reaktionszeit|tagessatz"
    ),
    "fr": (
        "garantie|préavis|paiement|(?:modalités|conditions) de paiement|acompte|assurance"
        "|horaires(?: d'ouverture)?|formation"
    ),
    "es": (
        "garantía|preaviso|pago|(?:formas?|condiciones) de pago|anticipo|seguro|horarios?(?: de \\w+)?"
        "|formación"
        "|permanencia(?: mínima)?"
    ),
    "pt": (
        "garantia|aviso prévio|pagamento|(?:formas?|condições) de pagamento|seguro|horários?|formação"
        "|treinamento"
    ),
}
"""What a sentence may be about that is told whoever asks for it."""
_ALSO: Mapping[str, str] = {
    "warranty": "guarantee",
    "guarantee": "warranty",
    "notice": "notice period",
    "minimum term": "minimum contract|contract term",
    "call out fee": "callout fee",
    "callout fee": "call out fee",
}
"""How else one asks for what a label names, where no other fact has that name."""
_ASKED_BY_NAME = (
    "warranty|guarantee|garantie|gewährleistung|garantía|garantia|.*(?:hours|times?|term|zeiten|zeit|frist"
    "|fee|rate|satz)|hor[aá]rios?.*|permanencia.*|payment terms|terms of payment|notice period|préavis"
)
"""What `what about the …` asks for; of a payment or an insurance it may ask where it is, or who pays it."""
_TIMES = "how (?:long|many (?:years|months|weeks|days))"
_SPANS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "how long (?:is|are|does|do|would|will) (?:the|your|that|this|a) {}(?: (?:good|valid))?(?: (?:for"
        "|last|run|be))*",
        "the {} how long (?:is (?:it|that)|does (?:it|that) (?:last|run)|for)",
        rf"{_TIMES}(?: of)? {{}} (?:is there|do (?:i|we) (?:get|have)|do you (?:guys )?(?:have|offer|give|do)"
        "|does (?:it|that) (?:have|come with)|comes? with (?:it|that))",
        "(?:do you (?:guys )?(?:have|offer|give)|is there|do (?:i|we) get|does (?:it|that) (?:have|come with))"
        f" (?:(?:a|an|any|some) )?{{}} (?:(?:and|if so) )*(?:for )?{_TIMES}"
        "(?: (?:is it|for|does it last|is that))?",
    ),
    "de": (
        "wie lange? (?:ist|sind|gilt|läuft|dauert) (?:denn |eigentlich )?(?:die|der|eine|ihre) {}",
        "die {} wie lange? (?:ist|gilt|läuft|dauert) (?:die|sie)",
        "wie (?:lange?|viele? (?:jahre|monate)?) ?{} (?:gibt es|gibt's|geben sie|haben wir|habe ich"
        "|bekommen wir|bekomme ich)"
        "(?: (?:da|darauf|auf das gerät))?",
        "(?:gibt es|geben sie|haben sie)(?: da"
        "| darauf)? (?:eine )?{} (?:und )?(?:wenn ja )?(?:für )?wie lange?",
    ),
    "fr": (
        "combien de temps dure (?:l'|la |le ){}",
        "c'est combien de temps (?:l'|la |le ){}",
        "(?:l'|la |le ){} (?:c'est combien de temps|est de combien(?: de temps)?|dure combien de temps)",
        "(?:vous (?:offrez|donnez)|il y a) une {} (?:et )?(?:de|pour) combien de temps",
        "combien (?:d'années|de mois|d'ans) de {} (?:y a t il|il y a|avez vous|offrez vous)",
    ),
    "es": (
        "(?:cuánto(?: tiempo)? dura|de cuánto(?: tiempo)? es) (?:la|el|su) {}",
        "(?:la|el) {} (?:cuánto(?: tiempo)? dura|de cuánto(?: tiempo)? es)",
        "cuántos (?:años|meses) de {} (?:tienen?|dan?|ofrecen?|hay|son)",
        "(?:dan|tienen?|ofrecen|hay) {} (?:y )?(?:de|por) cuánto(?: tiempo)?",
    ),
    "pt": (
        "(?:quanto(?: tempo)? dura|de quanto(?: tempo)? é) (?:a|o) {}",
        "(?:a|o) {} (?:é de|dura) quanto(?: tempo)?",
        "quantos (?:anos|meses) de {} (?:têm|tem|dão|dá|oferecem|são)",
        "(?:dão|têm|tem|oferecem) {} (?:e )?(?:de|por) quanto(?: tempo)?",
    ),
}
"""Questions for how long it is: what tells no span of time answers none of them."""
_FORMS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "(?:what is|what are|what's|what're) (?:the|your) {}",
        "what(?: (?:kind|sort|type) of)? {} (?:is there|do you (?:have|offer|give)|do (?:we|i) get"
        "|does (?:it|that) (?:have|come with)|comes? with (?:it|that))",
        "(?:is|are) there (?:a|an|any) {}",
        "do you (?:guys )?(?:have|offer|give) (?:a|an|any) {}",
        "do (?:we|i) get (?:a|an|any) {}",
        "does (?:it|that) (?:have|come with) (?:a|an|any) {}",
        "how (?:does|do|would) the {} work",
    ),
    "de": (
        "(?:was ist|was sind|wie sind) (?:die|der|ihre?) {}",
        "welche {} (?:gibt es|haben sie|geben sie)",
        "gibt es (?:da |darauf )?(?:eine )?{}",
        "(?:haben|geben) sie (?:da |darauf )?einen? {}",
        "hat (?:das|es) (?:eine )?{}",
        "wie (?:läuft|geht|funktioniert|ist) das mit (?:der|den) {}",
    ),
    "fr": (
        "quel(?:le)?s? (?:est|sont) (?:l'|la |le |les |votre |vos ){}",
        "quel(?:le)?s? {} (?:offrez|proposez|donnez|avez) vous",
        "(?:il y a|y a t il|est ce qu'il y a|vous avez|avez vous|est ce que vous avez|vous offrez|offrez vous"
        "|proposez vous) une? {}",
        "comment (?:fonctionne|marche) (?:l'|la |le ){}",
    ),
    "es": (
        "cuál(?:es)? (?:es|son) (?:la|el|las|los|su|sus) {}",
        "qué {} (?:hay|tienen?|dan|ofrecen|lleva)",
        "(?:hay|tienen ustedes|ustedes tienen|ofrecen ustedes|ustedes ofrecen) (?:una?|algún|alguna) {}",
        "cómo funciona (?:la|el) {}",
    ),
    "pt": (
        "(?:qual é|quais são) (?:[ao]s? (?:suas? |seus? )?|suas? |seus? ){}",
        "que {} (?:há|têm|dão|oferecem)",
        "(?:há|existe|vocês (?:têm|dão|oferecem)) (?:(?:uma?|algum|alguma) )?{}",
        "como funciona (?:a|o) {}",
    ),
}
"""Questions for what it is, and whether there is one. `And the insurance?` may ask who pays it."""
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "en": (
        "(?:and )?(?:what|how) about (?:the |your |a )?{}",
        "what's the {} like",
        "how much is (?:the|your) (?!warranty|guarantee){}",
        "(?:can|could|will|would) you (?:just )?(?:tell|remind) (?:me|us) (?:again )?(?:what|about) (?:the"
        "|your) {}"
        "(?: (?:is|are))?",
    ),
    "de": (
        "wie (?:sieht|steht) es (?:denn |eigentlich )?(?:mit|um) (?:der|de[mn]|die|ihre[mnr]) {}(?: aus)?",
        "(?:und )?was ist (?:denn )?mit (?:der|de[mn]|ihre[mnr]) {}",
        "wie ist (?:denn |eigentlich )?(?:der|die|ihre?) {}",
        "wie hoch ist (?:denn |eigentlich )?(?:der|die|ihre?) (?!garantie|gewährleistung){}",
    ),
    "fr": ("(?:et )?(?:pour|côté|concernant) (?:la |le |les |votre )?{}",),
    "es": (
        "(?:y )?(?:del |en cuanto al |qué hay del |"
        "(?:de|en cuanto a|qué hay de|qué tal) (?:la |el |los |su )?){}",
        "tienen {}",
    ),
    "pt": ("(?:e )?(?:de|quanto à|quanto ao) {}", "(?:têm|tem) (?!hor){}"),
}
"""The same, of what `_ASKED_BY_NAME` holds."""
_BEFORE = r"(?:(?:and|okay|ok|so|well|but|und|also|gut|et|alors|bon|y|entonces|bueno|e|então|bom) )*"
_BEHIND = (
    r"(?: (?:then|please|exactly|again|(?:on|with|for) (?:that|it|this|these|those|them|yours)"
    r"|denn|bitte|genau|darauf|dafür|exactement|por favor|exactamente|exatamente))*+"
)
_UNIT = re.compile(rf"[\s-]?(?:{TIME_UNITS}|years?|jahren?|jahre|ans?|années?|años?|anos?)\b", re.IGNORECASE)

_POSITION = re.compile(
    r"\b(?:but|if|only|ask|aim\w*|ideally|fallback|fine|ok|okay|better|rather|prefer\w*|hope|want|can|could"
    r"|would|may"
    r"|might|last|left|ago|aber|wenn|falls|nur|sonst|frag\w*|forder\w*|verlang\w*|lieber|besser|reicht|geht"
    r"|wollen"
    r"|können|kann|könnte\w*|letzte\w*|mais|si|seulement|demande\w*|vise\w*|idéalement|plutôt|mieux|préf\w+"
    r"|voul\w+"
    r"|veut|peut|pouvons|pourr\w+|dernier\w*|dernière\w*|pero|solo|sólo|pedi\w*|idealmente|mejor|quer\w+|pod\w+"
    r"|pued\w+|pasad\w+|mas|se|só|melhor|passad\w+)\b",
    re.IGNORECASE,
)
"""Words of a fact that may tell what the user would like, or would still take; such a one is told to nobody."""


class LabelledFacts:
    """The sentences of one brief that may be told to who asks for them by their labels."""

    def __init__(self, facts: Iterable[str]) -> None:
        """Read once: `stating` is asked at every question."""
        read = tuple(facts)
        self._asked = tuple(
            [(fact, tuple(_questions(fact, also=also))) for fact in read] for also in (False, True)
        )

    def stating(self, question: str) -> str:
        """The fact that is told of what the question names and asks for; empty without exactly one."""
        parts = [normalise(part) for part in by_sentence(question)]
        for asked in self._asked:
            found = {
                fact for fact, forms in asked for one in forms if any(one.fullmatch(part) for part in parts)
            }
            if found:
                return found.pop() if len(found) == 1 else ""
        return ""


def _questions(fact: str, *, also: bool) -> Iterator[re.Pattern[str]]:
    """The questions that a fact answers, in normalised text, by its label or what that is `also` called."""
    found = _LABEL.fullmatch(fact)
    if found is None or PRIVATE.search(found["told"]) or _POSITION.search(found["told"]):
        return
    label = normalise(found["label"])
    for tag, labels in _FOR_TELLING.items():
        ends = [number.end() for number in re.finditer(r"\d++", found["told"])]
        ends += [number.end for number in spelled(found["told"], tag) if number.value > 1]  # `un` is an article
        if not ends or not re.fullmatch(labels, label):
            continue
        lasts = any(_UNIT.match(found["told"], end) for end in ends)
        about = _ABOUT[tag] if re.fullmatch(_ASKED_BY_NAME, label) else ()
        called = _ALSO.get(label, "") if also else re.escape(label)
        if not called:
            continue
        forms = "|".join(_FORMS[tag] + about + (_SPANS[tag] if lasts else ())).replace("{}", f"(?:{called})")
        yield re.compile(f"{_BEFORE}(?:{forms}){_BEHIND}")
