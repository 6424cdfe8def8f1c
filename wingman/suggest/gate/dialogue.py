"""The state of the dialogue before one turn, as numbers: who spoke, who is meant, what is open. Pure.

These are the features a probe weighs beside the words. They hold no time: who speaks in which order is what
tells an answer from a question, and a remark to a colleague from one to the user.
"""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wingman.core.time import Channel
from wingman.suggest.gate.ngrams import ngrams
from wingman.suggest.playbook.signals import Signal, normalise

REMEMBERED = 12
"""Turns looked back on."""
LATELY = 6
LENGTHS = 60
USUAL_LENGTH, DOUBT = 2.2, 5.0
"""How long turns are usually, and so many turns until a meeting's own habit counts as much."""
SHORT, HALF_A_SENTENCE, LONG = 3, 6, 25
"""Words."""


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w']+", text))


_YOU = _words(
    """
    you your you're you've you'd yours sie ihnen ihr ihre du dich dir dein vous votre vos tu te toi usted
    ustedes su sus le les você vocês seu sua lhe
    """
)
_I = _words("i i'm my me i've ich mich mir mein meine je j'ai moi mon ma yo mi me eu meu minha")
_WE = _words(
    "we our us we're wir uns unser unsere nous notre nos on nosotros nuestro nuestra nós nosso nossa gente"
)
_OTHERS = _words("he she him her his they them er ihn ihm elle lui leur ils él ella ellos ele ela eles")
_OPENERS = _words(
    """
    yes no yeah okay ok right mm mhm sure great thanks thank oh ja nein genau gut danke oui non d'accord merci
    bien sí vale gracias claro sim não certo obrigado obrigada klar bitte voilà bon ouais voici bueno
    pues pois tá olha
    """
)
_TURNS = _words("but because though aber weil doch mais parce pero porque mas")
_NOT = _words(
    """
    not don't can't won't never no didn't isn't doesn't wouldn't nicht kein keine nie ne pas jamais nunca
    não nem jamás tampoco
    """
)
_NAMED_FIRST = re.compile(r"^(?:(?:[Ss]o|[Aa]nd|[Bb]ut|[Oo]kay|[Ww]ell|[Rr]ight|[Oo]k),? )?[A-ZÀ-Þ][\w'-]+,")
_NAMED_LAST = re.compile(r", [A-ZÀ-Þ][\w'-]+[.?!]")
_FIGURE = re.compile(r"\d|[$€£]")
_MARKED = re.compile(r"[.?!]")
"""Ends of sentences; a recogniser that does not mark them never writes these."""
_PERSONS = (_YOU, _I, _WE, _OTHERS, _TURNS, _NOT)


@dataclass(frozen=True)
class Said:
    """One turn that was heard."""

    speaker: str
    channel: Channel
    text: str
    vector: NDArray[np.float32] | None = None
    """Its meaning, where an encoder is there; of length 1."""

    @property
    def user(self) -> bool:
        return self.channel is Channel.MIC

    @cached_property
    def grams(self) -> NDArray[np.float32]:
        """Its words as a vector; it is asked for again when this is the turn before."""
        return ngrams(self.text)


NOBODY = Said("", Channel.TAB, "")


class Dialogue:
    """The last turns of one meeting."""

    def __init__(self, *, colleagues: bool = True) -> None:
        self.colleagues = colleagues
        """True where several others talk to each other as well; else all of them talk to the user."""
        self._turns: deque[Said] = deque(maxlen=REMEMBERED)
        self._others: set[str] = set()
        self._lengths: deque[float] = deque(maxlen=LENGTHS)
        self._asked = False

    def hear(self, said: Said, signals: frozenset[Signal] = frozenset()) -> None:
        """A turn is over."""
        self._turns.append(said)
        self._asked = "?" in said.text or _asks_bare(said.text, signals)
        if not said.user:
            self._others.add(said.speaker)
            self._lengths.append(_length(said.text.split()))

    @property
    def before(self) -> Said:
        """The turn before."""
        return self._turns[-1] if self._turns else NOBODY

    @property
    def two_before(self) -> Said:
        return self._turns[-2] if len(self._turns) > 1 else NOBODY

    @property
    def last_of_user(self) -> Said:
        return next((said for said in reversed(self._turns) if said.user), NOBODY)

    def features(self, said: Said, signals: frozenset[Signal]) -> NDArray[np.float64]:
        """What tells about `said`, which is not among the turns yet; as long as `FEATURES`."""
        words = normalise(said.text).split()
        longer = _length(words) - (sum(self._lengths) + USUAL_LENGTH * DOUBT) / (len(self._lengths) + DOUBT)
        form = _form(said.text, words, asks_bare=_asks_bare(said.text, signals))
        heard = (*(signal in signals for signal in Signal), longer, *form, *self._order(said))
        return np.array(heard, np.float64)

    def likeness(self, said: Said) -> NDArray[np.float64]:
        """Cosines with the turn before, the one before that and the user's last; 0 without meaning."""
        others = (self.before, self.two_before, self.last_of_user)
        return np.array([_cosine(said, other) for other in others], np.float64)

    def _order(self, said: Said) -> tuple[float, ...]:
        before = self.before
        known = before is not NOBODY
        asked = self._asked
        by_user = known and before.user
        by_other = known and not before.user and before.speaker != said.speaker
        others = self._others if said.user else self._others | {said.speaker}
        since = next((n for n, turn in enumerate(reversed(self._turns), start=1) if turn.user), REMEMBERED)
        lately = list(self._turns)[-LATELY:]
        return (
            by_user,
            by_user and asked,
            known and before.speaker == said.speaker,
            by_other,
            by_other and asked,
            len(others) > 1,
            self.colleagues and len(others) > 2,
            since / REMEMBERED,
            sum(turn.user for turn in lately) / LATELY,
        )


def _length(words: list[str]) -> float:
    """On a scale on which twice as long is one step, however long it is."""
    return math.log1p(len(words))


def _asks_bare(text: str, signals: frozenset[Signal]) -> bool:
    """True for words that ask and come without any marks: they stand for the mark that is missing."""
    return Signal.QUESTION in signals and _MARKED.search(text) is None


def _form(text: str, words: list[str], *, asks_bare: bool) -> tuple[float, ...]:
    """What the turn looks like: question marks, length, persons, names."""
    count, found = len(words), frozenset(words)
    return (
        asks_bare or text.rstrip().endswith("?"),
        asks_bare or "?" in text,
        count <= SHORT,
        count <= HALF_A_SENTENCE,
        count > LONG,
        *(bool(found & some) for some in _PERSONS),
        bool(words) and words[0] in _OPENERS,
        _FIGURE.search(text) is not None,
        _NAMED_FIRST.match(text) is not None,
        _NAMED_LAST.search(text) is not None,
    )


FEATURES = len(Signal) + 16 + 9
LIKENESS = 3
MARKED = len(Signal) + 2
"""Where among the features the question mark stands,"""
SEVERAL, CROWD = FEATURES - 4, FEATURES - 3
"""and that the user talks with more than one, and with more than two who talk to each other."""


def _cosine(one: Said, other: Said) -> float:
    if one.vector is None or other.vector is None:
        return 0.0
    return float(one.vector @ other.vector)
