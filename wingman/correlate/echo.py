"""Echo: the microphone hears the loudspeaker, so the tab's words come again as the user's.

An echo is the tab's words again, in their order, all behind by one and the same small lag. A person who repeats
what they heard needs longer, or says too little to tell by words alone ("yes, yes"): such words are dropped
only at a lag that longer echoes of this meeting have already shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from wingman.config.correlate import EchoSettings
from wingman.core.speech import Word
from wingman.core.time import SampleTime, samples, samples_of_ms

LAG_TOLERANCE = samples_of_ms(120)
"""Two transcribers place the same word this much apart."""

EARLIEST = samples_of_ms(-150)
"""The microphone's clock may be a little ahead of the tab's."""

SURE_WORDS = 3
"""Different words in a row at one lag that prove an echo by themselves."""

REMEMBERED = samples(60.0)
"""How far back the tab's words are kept."""

DISORDER = samples(2.0)
"""Words of several speakers may settle out of order by this much."""

MOST_WORDS = 600
"""Upper bound of the tab's words kept."""

ALIKE = 0.5
"""How similar a misheard word at the rim of an echo must be to its original."""


class _Heard:
    """A word of the tab. Its form is made when it is first compared: mostly it never is."""

    __slots__ = ("_form", "_text", "echoed", "end", "start")

    def __init__(self, word: Word) -> None:
        self.start = word.start
        self.end = word.end
        self.echoed = False
        """Its echo was struck already: the same word again is somebody's own."""
        self._text = word.text
        self._form: str | None = None

    @property
    def form(self) -> str:
        if self._form is None:
            self._form = _form(self._text)
        return self._form


@dataclass(frozen=True, slots=True)
class _Alignment:
    """One lag between some words and the tab's, and which words it explains."""

    lag: int
    matched: dict[int, _Heard]
    """Index of a word → its original. An original has one echo."""
    forms: int
    """Different words matched."""


class EchoFilter:
    """Knows the tab's latest words and strikes their echoes from the microphone's."""

    def __init__(self, settings: EchoSettings) -> None:
        self.enabled = settings.enabled
        self._latest = samples(settings.max_lag_s)
        self._tab: deque[_Heard] = deque(maxlen=MOST_WORDS)
        self._lag: int | None = None
        """The lag that the meeting's echoes have shown."""

    @property
    def lag(self) -> int | None:
        """Samples the proven echo is behind; None until one was proven."""
        return self._lag

    def hear(self, words: Iterable[Word]) -> None:
        """Settled words of the tab."""
        self._tab.extend([_Heard(word) for word in words])
        while self._tab and self._tab[-1].end - self._tab[0].end > REMEMBERED:
            self._tab.popleft()

    def near(self, start: SampleTime, end: SampleTime) -> bool:
        """True when the tab has spoken where an echo in `[start, end)` would come from."""
        return bool(self._between(start - self._latest, end - EARLIEST))

    def own(self, words: Sequence[Word], unsettled: Sequence[Word] = (), *, learn: bool = True) -> list[Word]:
        """The words that are the user's own. `unsettled`: what the tab is saying at the moment."""
        if not words:
            return []
        tab = self._nearby(words, unsettled)
        if not tab:
            return list(words)
        forms = [_form(word.text) for word in words]
        best = self._align(words, forms, tab)
        if best is None or not self._convinces(best):
            return list(words)
        if learn and best.forms >= SURE_WORDS:
            # the newest proof counts most: a changed device changes the lag
            self._lag = best.lag if self._lag is None else (self._lag + 2 * best.lag) // 3
        echoed = _grow(words, forms, tab, best)
        if learn:
            for original in echoed.values():
                original.echoed = True
        return [word for i, word in enumerate(words) if i not in echoed]

    def _convinces(self, found: _Alignment) -> bool:
        if found.forms >= SURE_WORDS:
            return True
        return self._lag is not None and abs(found.lag - self._lag) <= LAG_TOLERANCE

    def _nearby(self, words: Sequence[Word], unsettled: Sequence[Word]) -> list[_Heard]:
        first, last = words[0].start - self._latest, words[-1].end - EARLIEST
        tab = [one for one in self._between(first, last) if not one.echoed]
        known = self._tab[-1].end if self._tab else 0
        tab += [
            _Heard(word) for word in unsettled if word.start >= known and word.end > first and word.start < last
        ]
        return tab

    def _between(self, first: SampleTime, last: SampleTime) -> list[_Heard]:
        """The tab's words that touch the stretch, in order."""
        found = []
        for heard in reversed(self._tab):
            if heard.end <= first - DISORDER:
                break
            if heard.end > first and heard.start < last:
                found.append(heard)
        found.reverse()
        return found

    def _align(self, words: Sequence[Word], forms: Sequence[str], tab: Sequence[_Heard]) -> _Alignment | None:
        """The lag that explains most words; among equals the one nearest to the proven lag."""
        pairs = [
            (word.start - heard.start, i, j)
            for i, word in enumerate(words)
            for j, heard in enumerate(tab)
            if forms[i] and heard.form == forms[i] and EARLIEST <= word.start - heard.start <= self._latest
        ]
        pairs.sort()
        best: _Alignment | None = None
        low = 0
        for high, pair in enumerate(pairs):
            while pair[0] - pairs[low][0] > 2 * LAG_TOLERANCE:
                low += 1
            if high + 1 < len(pairs) and pairs[high + 1][0] - pairs[low][0] <= 2 * LAG_TOLERANCE:
                continue  # the window can still grow
            found = _one_to_one(pairs[low : high + 1], forms, tab)
            if best is None or self._rank(found) > self._rank(best):
                best = found
        return best

    def _rank(self, found: _Alignment) -> tuple[int, int, int]:
        off = abs(found.lag - self._lag) if self._lag is not None else abs(found.lag)
        return found.forms, len(found.matched), -off


def _one_to_one(
    pairs: Sequence[tuple[int, int, int]], forms: Sequence[str], tab: Sequence[_Heard]
) -> _Alignment:
    """Pair every word with at most one original and back, those nearest to the common lag first."""
    lag = pairs[len(pairs) // 2][0]
    matched: dict[int, _Heard] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, key=lambda pair: (abs(pair[0] - lag), pair[1], pair[2])):
        if i not in matched and j not in taken:
            matched[i] = tab[j]
            taken.add(j)
    return _Alignment(lag, matched, len({forms[i] for i in matched}))


def _grow(
    words: Sequence[Word], forms: Sequence[str], tab: Sequence[_Heard], found: _Alignment
) -> dict[int, _Heard]:
    """The matched words and those between or beside them that are the same echo, misheard.

    Only an original without an echo can have been misheard: a word spoken over an echo stays.
    """
    echoed = dict(found.matched)
    free = [heard for heard in tab if not any(heard is taken for taken in echoed.values())]
    first, last = min(echoed), max(echoed)
    for i in range(first, last):
        beside = (i - 1 in echoed or i - 2 in echoed) and (i + 1 in found.matched or i + 2 in found.matched)
        original = _under(words[i], free, found.lag) if i not in echoed and beside else None
        if original is not None:
            echoed[i] = original
            free.remove(original)
    for step, at in ((-1, first - 1), (1, last + 1)):
        while 0 <= at < len(words):
            original = _under(words[at], free, found.lag)
            if original is None or _likeness(forms[at], original.form) < ALIKE:
                break
            echoed[at] = original
            free.remove(original)
            at += step
    return echoed


def _under(word: Word, tab: Sequence[_Heard], lag: int) -> _Heard | None:
    """The tab's word that the lag puts under `word`, for at least half of it."""
    start, end = word.start - lag, word.end - lag
    best, most = None, 0
    for heard in tab:
        overlap = min(end, heard.end) - max(start, heard.start)
        if overlap > most:
            best, most = heard, overlap
    return best if 2 * most >= max(1, end - start) else None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _form(text: str) -> str:
    """A word without case, marks and apostrophes."""
    if text.isalnum():
        return text.casefold()
    return "".join(character for character in text.casefold() if character.isalnum())
