"""Which move a moment gets: one that fits its words and that this meeting has not seen. No I/O."""

from __future__ import annotations

import re
import string
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, takewhile
from operator import itemgetter

from wingman.core.sentence_ends import MAX_GOES_ON, by_clause, by_sentence
from wingman.suggest.card.moment_values import day_is_past, values_of
from wingman.suggest.card.private import PRIVATE, public
from wingman.suggest.card.trouble import loss_in
from wingman.suggest.playbook.moves import CARE_KINDS, Move, MoveBook, Moves, as_moves, move_book
from wingman.suggest.playbook.playbook import Card, Playbook, filled
from wingman.suggest.playbook.signals import CARE, Signal, normalise, outright, pattern_of

_NOWHERE = (1_000_000, 0)
_FIRST = 100
"""Points of what goes before everything."""
_SLOT = re.compile(r"\s*+[-*]?\s*+(?P<name>[\w -]{2,30}?)\s*[:=]\s*(?P<value>\S.*)")
_NAMED_FACT = re.compile(rf"(?<=[.;!]){MAX_GOES_ON}\s+(?=[^\W\d][\w -]{{1,30}}:\s)")
_CALLED: Mapping[str, str] = {
    "price": "prices?|costs?|preise?|kosten|prix|tarifs?|precios?|preços?",
    "range": (
        "(?:pay|salary)(?: (?:band|range|scale))?|gehalt(?:s(?:band|spanne|rahmen))?|salaire|sueldo|salário"
    ),
    "discount": "discounts?|rabatt|remise|descuento|desconto",
    "delivery": (
        "delivery|set ?-?up|installation|lieferzeit|lieferung|einrichtung|einbau|livraison|délai|entrega|plazo"
        "|instalación|prazo|instalação"
    ),
    "security": "security|data|sicherheit|daten|sécurité|données|seguridad|datos|segurança|dados",
    "difference": "difference|unterschied|différence|diferencia|diferença",
    "proof": "proof|references?|referenz(?:en)?|références?|referencias?|referências?",
    "goodwill": "goodwill|kulanz|gestes? commercia(?:l|ux)|gesto comercial|cortes[ií]a",
    "known_issue": (
        "known (?:issue|fault|problem)|outage|bekannte (?:störung|fehler)|störung|panne connue|incident"
        "|aver[ií]a conocida|incidencia|falha conhecida|avaria"
    ),
    "stopgap": "stopgap|workaround|übergangslösung|solution provisoire|solución provisional|solução provisória",
    "escalation": "escalation|eskalation|escalade|escalado|escalamento",
    "start": "start(?:ing)?(?: date)?|beginn|antritt|début|inicio|comienzo|início",
    "next_step": "next steps?|nächster? schritt|prochaine étape|próximo paso|próximo passo",
    "team": "team|équipe|equipo|equipe",
}
"""What people who write a brief in sentences call a fact. Those that moves of every playbook name are taken in
each of them."""
_EVERYWHERE = frozenset({"price", "security", "delivery", "difference"})
_ASKED_TOO = frozenset({"risk", "buying", "decision", "competitor", "objection"})
"""Kinds whose questions also get what answers such words, before a move that fits any of the kind."""
_LOOKS_BACK = frozenset({"pain"})
"""Kinds whose moves ask what happened on a day; those of all others say what has to be by then."""
_LABELLED = frozenset({"difference", "proof", "start", "next_step", "team"})
"""Words that begin a sentence for other reasons as well: a fact only with a colon."""
_ARTICLE = r"(?:the|our|der|die|das|unsere?|les?|la|l'|nos|notre|los|las|el|nuestr[ao]s?|os?|as?|noss[ao]s?)"
_NAMES = re.compile(rf"(?:{_ARTICLE} )?(?:{'|'.join(_CALLED.values())})\b", re.IGNORECASE)
"""The beginning of a sentence that may state a fact."""
_NEXT_NAME = re.compile(rf"(?<=,)\s+(?=(?:{'|'.join(_CALLED.values())})\s?[:=])", re.IGNORECASE)
_SUMS = frozenset({"price", "range", "discount"})
"""Facts that are no fact without a number."""
TIME_UNITS = (
    r"days?|weeks?|months?|hours?|tagen?|tage|wochen?|monaten?|monate?|stunden?|jours?|semaines?|mois"
    r"|heures?|días?"
    r"|semanas?|mes|meses|horas?|dias?|mês"
)
"""As they are written behind a number. No years: the French `an` is an English article."""
_IS = r"is|are|ist|sind|beträgt|liegt|est|sont|es|son|é|são"
_SUM_SAID = (
    rf"[€£$]?\d|(?:{_IS}|starts?|begins?|from|kostet|up to|bis|à partir|jusqu'à|desde|hasta|a partir|até)\b.*\d"
)
_SAID: Mapping[str, str] = {
    "price": _SUM_SAID,
    "range": _SUM_SAID,
    "discount": _SUM_SAID,
    "delivery": (
        r"(?:takes?|needs?|lasts?|within|dauert|braucht|innerhalb|prend|dure|sous|tarda|lleva|dura"
        r"|leva|demora|em"
        rf"|en|in|{_IS})\b.*\b(?:{TIME_UNITS})\b"
    ),
    "security": (
        r"(?:(?:is|are) (?:\w+ )?(?:kept|stored|hosted|held|encrypted|processed|saved|here)|stays?|remains?"
        r"|liegen|liegt|bleiben|bleibt|(?:sind|werden) .*(?:gespeichert|gehostet|verschlüsselt"
        r"|verarbeitet|aufbewahrt)"
        r"|restent|sont (?:\w+ )?(?:stockées|hébergées|conservées|gardées|chiffrées|ici)"
        r"|se (?:guardan|quedan|almacenan|alojan)|quedan"
        r"|están (?:en|aquí|guardados|alojados|cifrados|almacenados)"
        r"|ficam|estão (?:em|no|na|aqui|guardados|armazenados)|são (?:guardados|armazenados"
        r"|criptografados|cifrados)"
        r"|(?:is|are|sind|sont|está|están) (?:in|en|à|au) (?-i:[A-ZÀ-Ý]))\b"
    ),
}
"""What follows the name of a fact that is ours, where no colon does."""
_THEIRS = re.compile(
    r"\b(?:costs?|kosten|their|theirs|them|they|he|she|his|her|pain|worry|worries|problems?|trouble|late|issues?"
    r"|bei ihnen|sorgen?|ärger|verspätet|zu spät|leurs?|eux|ils|elles|soucis?|problèmes?|retards?"
    r"|sus?|ellos|ellas|problemas?|tarde|retrasos?|seus?|suas?|deles|delas|eles|elas|atrasos?|atrasad\w+)\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells of somebody else, or of a trouble; what something costs them is no price."""
_RIDER = re.compile(
    r"\b(?:free|included|includes|extra|plus|vat|discount|gratis|kostenlos|inklusive|zuzüglich|mwst|rabatt"
    r"|gratuit\w*|offerte?s?|compris\w*|inclus\w*|tva|remise|gratuit[ao]s?|incluid[ao]s?|iva|descuento"
    r"|grátis|incluíd[ao]s?|desconto)\b",
    re.IGNORECASE,
)
"""What belongs to a sum, though it stands in a sentence of its own."""
_ENDED = re.compile(
    r"(?: (?:if i (?:can|may) ask|wenn ich fragen darf|si je peux demander|si puedo preguntar"
    r"|se posso perguntar|then|please|exactly|again|roughly|normally|us|each|monthly|yearly|in total|all in"
    r"|altogether|a (?:month|year|day|week|head|user|seat)|denn|bitte|genau|ungefähr|etwa|normalerweise"
    r"|insgesamt|uns|mich"
    r"|im (?:monat|jahr)|environ|exactement|normalement|au (?:mois|total)|en tout|más o menos|exactamente"
    r"|normalmente|al (?:mes|año)|en total|mais ou menos|exatamente|ao (?:mês|ano)|no total"
    r"|(?:per|pro|par|por) \S+))*"
    r"(?:$| (?:and|or|und|oder|et|ou|y|o|e) (?:how|what|when|who|where|why|wie|was|wann|wer|wo|warum|combien"
    r"|quand|où|qui|quel\w*|comment|cuánto|cuándo|quién|dónde|qué|cómo|quanto|quando|quem|onde|qual|como)(?!\S))"
)
"""What may come behind a phrase with a full stop: words that ask nothing more, as signs are often missing."""
_LAST_CHOICE = re.compile(r"\(([^()|]*\|[^()]*)\)\s*$")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a card is about."""

    kind: str
    text: str
    speaker: str
    """As a card names one."""
    signals: frozenset[Signal]
    language: str
    """BCP-47 tag of the language heard."""
    own: Card | None = None
    """The trigger's own card, which goes before all moves."""
    by_user: bool = False
    trouble: str = ""
    """What the others told of a trouble earlier, in their words; for moves that come back to it."""

    @property
    def care(self) -> Signal | None:
        """What calls for care before anything else; nothing does in the user's own words."""
        return None if self.by_user else next((signal for signal in CARE if signal in self.signals), None)

    @property
    def asked(self) -> bool:
        return Signal.QUESTION in self.signals

    @property
    def focus(self) -> tuple[str, ...]:
        """The sentences that conditions look at, normalised."""
        return _focus(self.kind, self.text)


@lru_cache(maxsize=2)  # every move of a kind asks about the same words
def _focus(kind: str, text: str) -> tuple[str, ...]:
    """The sentences that say it in so many words, where there are any.

    Else of a question those that ask, where that can be told.
    """
    parts = tuple(by_sentence(text)) or ("",)
    told = tuple(part for part in parts if kind in outright(part))
    if not told and kind == "question":
        told = tuple(part for part in parts if part.rstrip().endswith("?"))
    return tuple(map(normalise, told or parts))


@dataclass(frozen=True, slots=True)
class Choice:
    """A move, ready to be shown."""

    kind: str
    card: Card
    move: str
    """The move as written: what a model is told to do, and what is not used twice."""
    care: Signal | None = None
    words: tuple[str, ...] = ()
    """Those that the move listens for."""


class MoveChooser:
    """One per meeting. `choose` proposes, `used` remembers."""

    def __init__(self, playbook: Playbook, brief: str = "") -> None:
        self._playbook = playbook
        self._slots = slots_of(playbook, brief)
        self._used: set[str] = set()
        self._latest: deque[str] = deque(maxlen=3)
        self._cards: Counter[str] = Counter()

    def use(self, playbook: Playbook, brief: str) -> None:
        """Another playbook or brief from now on; what was shown stays shown."""
        self._playbook = playbook
        self._slots = slots_of(playbook, brief)

    @property
    def facts(self) -> tuple[str, ...]:
        """What the playbook and the filled slots state as true."""
        return (*self._playbook.facts, *(f"{name}: {value}" for name, value in self._slots.items()))

    def tells(self, choice: Choice, statement: str) -> bool:
        """True when a move says a fact by name that stands in `statement`: both would say it twice."""
        return any(
            _holds(choice.card.text, value) and _holds(statement, value) for value in self._slots.values()
        )

    def named(self, statement: str) -> bool:
        """True for a sentence that tells a fact by name: it answers what asks for it, and nothing else."""
        return any(_holds(statement, value) for value in self._slots.values())

    def told(self, moment: Moment) -> str:
        """The fact by name that this moment asks for and a card has told before; empty when there is none."""
        for moves in self._sources(moment, self._book(moment)):
            for move in moves:
                if move.text in self._used and self._tells_asked(move, moment):
                    return self._fact_in(move.text)
        return ""

    def fact_of(self, choice: Choice) -> str:
        """The fact by name that a move says; empty when it says none."""
        return self._fact_in(choice.move)

    def _fact_in(self, move: str) -> str:
        return " ".join(self._slots[name] for name in sorted(variables_of(move) & self._slots.keys()))

    def choose(self, moment: Moment) -> Choice | None:
        """The best move not used yet; None when none fits. With care called for, nothing else is proposed."""
        book = self._book(moment)
        care = moment.care
        kind = moment.kind if care is None else CARE_KINDS[care]
        values = {
            **self._playbook.variables,
            **self._slots,
            **values_of(moment.text, moment.language),
            "speaker": moment.speaker,
        }
        if day_is_past(moment.text, moment.language) is (kind not in _LOOKS_BACK):
            values.pop("when", None)  # `what happened next Friday?`, `it has to stand by last Sunday`
        if moment.trouble:
            values["trouble"] = moment.trouble
        lost = values_of(loss_in(moment.text, moment.language), moment.language)
        if "amount" in lost:
            values["loss"] = lost["amount"]
        for move in self._ranked(moment, book, values):
            title = move.title or (book.titles.get(kind, "") if book else "") or kind.capitalize()
            values["quote"] = moment.text
            return Choice(kind, filled(Card(title=title, text=move.text), values), move.text, care, move.words)
        return None

    def answers(self, moment: Moment) -> bool:
        """True when the move that this moment gets tells a fact that it asks for by name."""
        choice = self.choose(moment)
        return choice is not None and bool(choice.words and self.fact_of(choice))

    def _tells_asked(self, move: Move, moment: Moment) -> bool:
        told = variables_of(move.text) & self._slots.keys()
        return bool(told and move.words) and self._points(move, moment, self._slots) is not None

    def texts(self, language: str) -> Iterator[str]:
        """Every move that may come in a meeting in this language."""
        book = move_book(language) or move_book(self._playbook.language) or move_book("en")
        books = (book.common, book.playbooks.get(self._playbook.name, {})) if book else ()
        for moves in (self._playbook.moves, *books):
            for listed in moves.values():
                yield from (move.text for move in as_moves(listed))

    def pass_over(self, choice: Choice) -> None:
        """What this move says was said in other words: it need not be proposed again."""
        self._used.add(choice.move)

    def spent(self, moment: Moment) -> bool:
        """True when moves for such a moment exist and have been shown."""
        return any(
            move.text in self._used for moves in self._sources(moment, self._book(moment)) for move in moves
        )

    def used(self, choice: Choice) -> None:
        """This move is on screen."""
        self._used.add(choice.move)
        self._latest.append(choice.move)
        self._cards[choice.kind] += 1

    def _book(self, moment: Moment) -> MoveBook | None:
        return move_book(moment.language) or move_book(self._playbook.language) or move_book("en")

    def _ranked(self, moment: Moment, book: MoveBook | None, values: Mapping[str, str]) -> Sequence[Move]:
        """The moves that fit, best first; equals in an order that the words decide, not the file."""
        fresh = [
            (rank, move)
            for rank, moves in enumerate(self._sources(moment, book))
            for move in moves
            if not self._seen(move, moment)
        ]
        # of care the first thing comes first, as it is written down
        turn = zlib.crc32(normalise(moment.text).encode()) if moment.care is None else 0
        fitting: list[tuple[tuple[int, int, tuple[int, int]], Move]] = []
        for rank, move in fresh:
            points = self._points(move, moment, values)
            if points is not None:
                fitting.append(((-points, rank if move.words else 0, _where(move, moment)), move))
        found: list[Move] = []
        for _, alike in groupby(sorted(fitting, key=itemgetter(0)), key=itemgetter(0)):
            equals = [move for _, move in alike]
            first = turn % len(equals)  # among equals alone: in all moves, most turns would name the same one
            found += (*equals[first:], *equals[:first])
        return found

    def _seen(self, move: Move, moment: Moment) -> bool:
        """A move is shown once in a meeting, a trigger's own card again when three others came between."""
        own = moment.own is not None and move.text == moment.own.text
        return move.text in (self._latest if own else self._used)

    def _sources(self, moment: Moment, book: MoveBook | None) -> Sequence[tuple[Move, ...]]:
        """Where moves come from, the nearest first."""
        if moment.care is not None:
            return (as_moves(book.care[moment.care]),) if book else ()
        tables: list[Moves] = []
        spoken = move_book(moment.language)
        if spoken is None or spoken.language == self._playbook.language.split("-")[0]:
            tables.append(self._playbook.moves)
            if moment.own is not None:
                own = Move(text=moment.own.text, title=moment.own.title)
                return ((own,), as_moves(self._playbook.moves.get(moment.kind, ())))
        if book is not None:
            tables += (book.playbooks.get(self._playbook.name, {}), book.common)
        found = [as_moves(table.get(moment.kind, ())) for table in tables]
        if moment.asked and moment.kind in _ASKED_TOO:
            put = (move for table in tables for move in as_moves(table.get("question", ())) if move.words)
            found.append(tuple(put))
        if moment.kind == "question":
            asked = (move for table in tables for move in as_moves(table.get("price", ())) if move.asked)
            priced = Signal.PRICE in moment.signals
            found.append(tuple(move for move in asked if priced or "range" in variables_of(move.text)))
        return found

    def _points(self, move: Move, moment: Moment, values: Mapping[str, str]) -> int | None:
        """How much of the moment a move answers to; None when it does not fit."""
        needed = variables_of(move.text)
        if not needed <= values.keys() | {"quote"}:
            return None
        if moment.own is not None and move.text == moment.own.text:
            return _FIRST  # a trigger's own card
        if move.asked is not None and move.asked is not moment.asked:
            return None
        if move.turn and (move.turn == "again") is (self._cards[moment.kind] == 0):
            return None
        if move.signals and not moment.signals.intersection(move.signals):
            return None
        if move.words and _where(move, moment) == _NOWHERE:
            return None
        conditions = 2 * bool(move.words) + 2 * bool(move.signals) + (move.asked is not None)
        return conditions + 2 * len(needed - {"quote", "speaker"})


def _where(move: Move, moment: Moment) -> tuple[int, int]:
    """Where in the moment the move's words stand first, and the negative length of the phrase found there.

    The smaller comes first: what somebody begins with is what they mean, and a longer phrase fits better.
    """
    best, before = _NOWHERE, 0
    for plain in moment.focus:
        for pattern, ended in _compiled(move.words):
            for hit in pattern.finditer(plain):
                if not ended or _ENDED.match(plain, hit.end()):
                    best = min(best, (before + hit.start(), -len(hit[0])))
                    break
        before += len(plain) + 1
    return best


def _holds(statement: str, value: str) -> bool:
    """True when the words of `value` stand in `statement`, as words: `40` is no part of `400`."""
    return (
        re.search(rf"(?<![\w])(?<!\d[.,]){re.escape(value)}(?!\w)(?![.,]\d)", statement) is not None
        if value
        else False
    )


def named_parts(brief: str) -> list[str]:
    """A brief parted where a fact with its name (`price: …`) begins within a line."""
    return [part for sentence in _NAMED_FACT.split(brief) for part in _NEXT_NAME.split(sentence)]


def slots_of(playbook: Playbook, brief: str) -> dict[str, str]:
    """The playbook's facts by name: its own values, or lines such as `price: 40 dollars` of the brief."""
    filled = {name: value for name, value in playbook.slots.items() if value.strip()}
    names = playbook.slots.keys() | _EVERYWHERE
    for line in (line for part in named_parts(brief) for line in part.splitlines()):
        found = _SLOT.fullmatch(line)
        if found and (name := found["name"].strip().lower().replace(" ", "_")) in names:
            filled[name] = _up_to_the_next(found["value"], name)
    told = _told(brief)
    filled = {name: value for name, value in filled.items() if value}
    return filled | {name: told[name] for name in sorted(names) if told.get(name) and name not in filled}


def _up_to_the_next(value: str, name: str) -> str:
    """What is said of a fact: its sentence, and of a sum those behind it that say what it includes.

    What is for the user alone (a limit, what must not be done) is no part of it: the fact is said aloud.
    """
    is_sum = name in _SUMS
    first, *others = by_clause(value.strip())
    said = public(first, is_sum=is_sum)
    if said != first:
        return said
    riders = takewhile(
        lambda other: (
            is_sum
            and _RIDER.search(other)
            and not (_NAMES.match(other) or _THEIRS.search(other) or PRIVATE.search(other))
        ),
        others,
    )
    return " ".join((first, *riders)).rstrip(".,;!")


_BEGINNINGS = {
    name: re.compile(
        rf"\s*+[-*]?\s*+(?:{_ARTICLE} )?(?:{called})\b\s*+(?P<sign>[:=]?)\s*+(?P<value>\S.*)", re.IGNORECASE
    )
    for name, called in _CALLED.items()
}


def _told(brief: str) -> dict[str, str]:
    """Facts of a brief that is written in sentences: the first that begins with what the fact is called."""
    found: dict[str, str] = {}
    for sentence in (one for part in named_parts(brief) for one in by_clause(part)):
        for name, beginning in _BEGINNINGS.items():
            said = beginning.match(sentence)
            if said and name not in found and _is_fact(name, sentence, said["sign"], said["value"]):
                value = said["value"] if said["sign"] else sentence
                found[name] = public(value.strip(), is_sum=name in _SUMS).rstrip(".,;!")
    return found


def _is_fact(name: str, sentence: str, sign: str, value: str) -> bool:
    """True when what follows the name of a fact states it: behind a colon, or behind a verb that says so."""
    if not public(sentence, is_sum=name in _SUMS) or (name in _SUMS and not re.search(r"\d", sentence)):
        return False
    if sign:
        return True
    if name not in _SAID:
        return name not in _LABELLED
    return re.match(_SAID[name], value, re.IGNORECASE) is not None and not _THEIRS.search(sentence)


@lru_cache(maxsize=512)
def variables_of(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


@lru_cache(maxsize=512)
def _compiled(phrases: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """The phrases as patterns, and of each whether it ends with a full stop."""
    parted = (one for phrase in phrases for one in _by_end(phrase))
    return tuple((pattern_of(one), one.rstrip().endswith(".")) for one in parted)


def _by_end(phrase: str) -> Iterator[str]:
    """A phrase whose last words are a choice, once for those with a full stop and once for those without."""
    found = _LAST_CHOICE.search(phrase)
    if found is None:
        yield phrase
        return
    choices = found[1].split("|")
    for ended in (True, False):
        if last := [choice for choice in choices if choice.endswith(".") is ended]:
            yield f"{phrase[: found.start()]}({'|'.join((*last, last[-1]))}){'.' * ended}"
