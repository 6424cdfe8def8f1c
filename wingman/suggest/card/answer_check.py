"""What a model writes, checked while it streams: only words that stand every test are handed on.

The answer is read word by word. A word is shown once it is whole and nothing up to it is wrong; the first
fault ends the answer for good. Nothing here knows a provider or a card: text in, text and a verdict out.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wingman.core.sentence_ends import by_sentence
from wingman.suggest.card import answer_shapes as shapes
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.card.answer_signs import odd_sign, other_script
from wingman.suggest.card.figures import Sources, holds
from wingman.suggest.card.names import names
from wingman.suggest.card.number_words import growing
from wingman.suggest.knowledge.lexical import stems
from wingman.suggest.playbook.language import LANGUAGES, base_tag, foreign, script_is_latin, speaks
from wingman.suggest.playbook.signals import normalise


@dataclass(frozen=True, slots=True)
class Rules:
    """What one answer is held to."""

    secret: str = ""
    """The prompt's fence token."""
    instructions: str = ""
    """The prompt's own rules, of which no six words in a row may come back."""
    moment: str = ""
    """The words the card is about."""
    sources: Sequence[str] = ()
    """Every text that may be quoted: facts, notes, brief, conversation."""
    language: str = ""
    """BCP-47 tag of the answer; empty accepts any."""
    words: int = 45
    """Longest answer, in words."""
    held: int = 0
    """So many words are awaited before the first is shown, where nothing shows yet."""
    notes: Sequence[tuple[str, str]] = ()
    """Those of the sources that a card names when it tells one: (source, text)."""
    named: str = ""
    """What else names people and things: the prompt as the model read it."""


_LAST_NUMBER = re.compile(r"\S*\d\S*\s*$")
"""What follows a number tells whether it measures something."""
_RUN = 6
"""Words in a row that show where a text is from."""
LONGEST_WORD = 12
"""Characters, on average; an answer of longer ones is too long."""
LOOKED_AT = 4 * LONGEST_WORD
"""Characters of an answer that are read, for each word it may have: one that goes on is too long already, also
where `_plain` makes one letter of three. Reading takes the square of the length, and nothing runs meanwhile."""
_MOST_MARKS = 2
"""Accents that stand by themselves."""
_ASKING = frozenset(
    stems(
        "ask asked tell answer question know want explain respond fragen sagen antworten frage wissen demander"
        " demandez dire dites répondre répondez question savoir preguntar pregunte decir diga responder"
        " pregunta saber perguntar pergunte dizer responda pergunta"
    )
)
"""Words that only say that the moment wants an answer."""
_WORDS_THAT_TELL = 6
"""Fewer words do not tell their language."""


def _plain(text: str) -> str:
    """As read by a person: one form of every letter, nothing invisible."""
    return unicodedata.normalize("NFKC", shapes.ZERO_WIDTH.sub("", text)).translate(shapes.LOOKALIKES)


@dataclass(slots=True)
class AnswerCheck:
    """One answer. `add` what comes, show what it answers; at the end `finish`."""

    rules: Rules = field(default_factory=Rules)
    fault: AnswerFault | None = None
    """The first thing that was wrong; from then on nothing more is shown."""
    _text: str = ""
    _shown: int = 0
    _checked: str = ""
    """So far it was looked at: the same words again tell nothing new."""
    _decided: bool = False
    _sources: Sources = field(init=False)
    _named: str = field(init=False)
    _own_words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._sources = Sources(self.rules.sources)
        self._named = self.rules.named.lower()
        self._own_words = frozenset(_runs(self.rules.instructions.split("\n")))

    @property
    def text(self) -> str:
        """What has been handed on so far."""
        return self._text[: self._shown]

    def add(self, piece: str) -> str:
        """More of the answer. Returns what may be shown now, often one word less than came."""
        if self.fault is not None:
            return ""
        room = LOOKED_AT * self.rules.words - len(self._text)
        self._text += shapes.ZERO_WIDTH.sub("", piece[: max(0, room)]).replace("\r", "")
        whole = self._text[: self._whole_words()]
        if not self._decided and whole.strip():
            whole = self._take_decision(whole)
        if not whole.strip() or whole == self._checked:
            return ""
        self._checked = whole
        self.fault = self._first_fault(whole)
        if self.fault is not None or self._may_turn(whole):
            return ""
        if not self._shown and len(whole.split()) < self.rules.held:
            return ""
        return self._hand_over(len(whole))

    def finish(self) -> str:
        """The answer is at its end. Returns what was still held back; empty when it is at fault."""
        if self.fault is None:
            self._take_decision(self._text, ended=True)
            self.fault = self._first_fault(self._text) or self._last_fault(self._text)
        return "" if self.fault is not None else self._hand_over(len(self._text.rstrip()))

    # --- parts -------------------------------------------------------------------------------

    def _take_decision(self, whole: str, *, ended: bool = False) -> str:
        """`whole` without the word for "speak" that may stand before the answer."""
        if self._decided:
            return whole
        found = shapes.DECISION.match(self._text)
        begins = found.end() if found is not None else 0
        if begins < len(self._text) or ended:
            self._text, self._decided = self._text[begins:], True
        return whole[begins:]

    def _hand_over(self, upto: int) -> str:
        start = self._shown if self._shown else len(self._text) - len(self._text.lstrip())
        self._shown = max(self._shown, upto)
        return re.sub(r"\s*\n\s*", " ", self._text[start : self._shown])

    def _whole_words(self) -> int:
        """Up to where the words are complete: a last word, bracket or number may still grow."""
        end = len(self._text)
        while end and not self._text[end - 1].isspace():
            end -= 1
        opened = max(self._text.rfind(sign, 0, end) for sign in "[{<")
        if opened >= 0 and not re.search(r"[\]}>]", self._text[opened:end]):
            end = opened
        end = len(_LAST_NUMBER.sub("", self._text[:end]).rstrip())
        return min(end, growing(self._text[:end], self.rules.language))

    def _may_turn(self, whole: str) -> bool:
        """True while what is there could become a pass, a refusal or thinking aloud."""
        plain = normalise(_plain(whole))
        at = bisect_left(shapes.BEGINNINGS, plain)
        return at < len(shapes.BEGINNINGS) and shapes.BEGINNINGS[at].startswith(plain)

    def _first_fault(self, text: str) -> AnswerFault | None:
        plain = _plain(text)
        return next(_faults(text, plain, self), None)

    def leaks(self, plain: str) -> bool:
        """True when the secret token, a section's tag or a run of the rules' own words is in it."""
        secret = self.rules.secret.lower()
        squeezed = re.sub(r"[\W_]", "", plain).lower() if len(secret) > 6 else plain.lower()
        if secret and secret in squeezed:
            return True
        return bool(shapes.PROMPT_TALK.search(plain)) or any(run in self._own_words for run in _runs([plain]))

    def speaks_of_the_task(self, plain: str) -> bool:
        """True when words of the task stand in it that the meeting has not."""
        own = (found[0] for found in shapes.OWN_WORDS.finditer(plain))
        return bool(shapes.DECISION_AGAIN.search(plain)) or any(not self._sources.hold(word) for word in own)

    def odd(self, text: str) -> bool:
        """True when a sign is in it that nobody would type, and no source has it."""
        latin = base_tag(self.rules.language) in LANGUAGES
        return odd_sign(text, self._sources.signs, latin=latin)

    def in_another_script(self, text: str) -> bool:
        """True when a letter is in it that the language of the answer has not, nor any source."""
        return base_tag(self.rules.language) in LANGUAGES and other_script(text, self._sources.signs)

    def claims(self, plain: str) -> AnswerFault | None:
        """A number, a name or an address that no source has."""
        if self._sources.unknown_link(plain):
            return AnswerFault.LINK
        if self._sources.unknown_figure(plain, self.rules.language):
            return AnswerFault.NUMBER
        known = (
            self._sources.hold(name) or holds(self._named, name) for name in names(plain, self.rules.language)
        )
        return None if all(known) else AnswerFault.NAME

    def _last_fault(self, text: str) -> AnswerFault | None:
        """What only the end can tell."""
        plain = _plain(text).strip()
        words = normalise(plain).split()
        if not words:
            return AnswerFault.EMPTY
        if _passes(plain, ended=True):
            return AnswerFault.PASS
        if len(words) == 1 and script_is_latin(plain) and base_tag(self.rules.language) in LANGUAGES:
            return AnswerFault.EMPTY
        refused = (shapes.NO_ANSWER, shapes.REFUSAL_WHOLE)
        if any(shape.fullmatch(" ".join(words)) for shape in refused) and not re.search(r"[.!?;]\s+\S", plain):
            return AnswerFault.REFUSAL
        ends = plain[-1] in shapes.ENDS
        if (words[-1] in shapes.DANGLING and not ends) or plain[-1] in ",:;-–—(":
            return AnswerFault.UNFINISHED
        if _opens(plain):
            return AnswerFault.UNFINISHED
        return AnswerFault.ECHO if _echoes(words, normalise(self.rules.moment).split()) else None


def _faults(text: str, plain: str, check: AnswerCheck) -> Iterator[AnswerFault]:
    """Everything wrong with a text so far, the gravest first."""
    rules = check.rules
    if _passes(plain):  # the rules' own words for it are no leak
        yield AnswerFault.PASS
    if check.leaks(plain):
        yield AnswerFault.LEAK
    if shapes.REASONING_ANYWHERE.search(plain):
        yield AnswerFault.REASONING
    if shapes.GARBLED.search(text) or len(shapes.DISTORTED.findall(plain)) > _MOST_MARKS:
        yield AnswerFault.GARBLED
    yield from _opening_faults(plain)
    yield from _shape_faults(plain)
    if shapes.META.search(plain) or shapes.ASSENT.match(plain):
        yield AnswerFault.REASONING
    if check.speaks_of_the_task(plain):
        yield AnswerFault.LEAK
    if _too_long(plain, rules.words):
        yield AnswerFault.LENGTH
    if _repeats(plain):
        yield AnswerFault.REPETITION
    if check.in_another_script(text) or not _speaks(text, rules.language):
        yield AnswerFault.LANGUAGE
    claim = check.claims(plain)
    if claim is not None:
        yield claim
    if check.odd(text):
        yield AnswerFault.MARKUP


def _shape_faults(plain: str) -> Iterator[AnswerFault]:
    """What does not belong on a card wherever it stands."""
    if shapes.ROLE_LATER.search(plain):
        yield AnswerFault.TRANSCRIPT
    if shapes.FIELD_LATER.search(plain):
        yield AnswerFault.REASONING
    if shapes.MARKUP.search(plain) or shapes.CALL.search(plain):
        yield AnswerFault.MARKUP
    if shapes.PLACEHOLDER.search(plain):
        yield AnswerFault.PLACEHOLDER
    if _asks_for_a_secret(plain):
        yield AnswerFault.UNSAFE


def _passes(plain: str, *, ended: bool = False) -> bool:
    if shapes.PASS_LOUD.search(plain) or shapes.PASS_MARKED.match(plain):
        return True
    words = normalise(plain)
    return bool(shapes.PASS_START.match(words)) or (ended and bool(shapes.PASS_WHOLE.fullmatch(words)))


def _opening_faults(plain: str) -> Iterator[AnswerFault]:
    """How it begins: with a label and a sign (`Answer:`), or with words that no card begins with.

    Words in quotation marks are to be said, and may begin in many a way.
    """
    quoted = plain.lstrip()[:1] in ("“", "„", "«")
    start = plain.lstrip(" \t\n\"'“”*#>-([")
    begins = normalise(start)
    may = f"{begins} ".startswith(shapes.OPENING)  # of some two hundred phrases hardly ever one
    for fault, phrases in shapes.OPENINGS.items() if may else ():
        for phrase in phrases:
            if not f"{begins} ".startswith(f"{phrase} ") or (quoted and phrase not in shapes.LABELS):
                continue
            if phrase not in shapes.LABELS or re.match(rf"{re.escape(phrase)}\W*[:\n—]", start, re.IGNORECASE):
                yield fault

    label = shapes.LABEL.match(plain)
    if label is not None and (label["two"] or label["word"].lower().removesuffix(" says") in shapes.FIELDS):
        yield AnswerFault.TRANSCRIPT


def _opens(plain: str) -> bool:
    """True when a quotation or a bracket is still open; German opens with the sign that English ends with."""
    if "„" in plain:
        quoted = plain.count("„") > plain.count("“") + plain.count("”") + plain.count('"')
    else:
        quoted = plain.count("“") > plain.count("”") + plain.count("“") // 2
    return quoted or plain.count("(") > plain.count(")")


def _asks_for_a_secret(plain: str) -> bool:
    """True unless the words say that it must not be asked for."""
    return any(
        not shapes.NEGATED.search(found[0]) and not shapes.NEGATED.search(plain[: found.start()][-20:])
        for found in shapes.UNSAFE.finditer(plain)
    )


def _too_long(plain: str, most: int) -> bool:
    return len(plain.split()) > most or len(plain) > most * LONGEST_WORD


def _repeats(plain: str) -> bool:
    """The same sentence twice, words at once again, the same four three times, or one word over and over."""
    told = Counter(normalise(part) for part in by_sentence(plain))
    if any(count > 1 for sentence, count in told.items() if len(sentence.split()) > 2):
        return True
    words = normalise(plain).split()
    if any(count >= 3 for count in Counter(zip(words, words[1:], words[2:], words[3:], strict=False)).values()):
        return True
    if any(_again_at_once(words, size, at) for size in (3, 4, 5, 6) for at in range(len(words) - 2 * size + 1)):
        return True
    begun = re.match(r"\W*([A-ZÀ-Þ]\w+) ", plain)  # pieces that hold all that came before begin anew
    if len(words) > 4 and _again_at_once(words, 2, 0):
        return True
    if begun is not None and re.search(rf"[^\W\d_]{begun[1]} ", plain):
        return True
    doubled = sum(one == other for one, other in pairwise(words))
    return doubled > 2 or any(len(set(words[at : at + 5])) == 1 for at in range(len(words) - 4))


def _again_at_once(words: Sequence[str], size: int, at: int) -> bool:
    return words[at : at + size] == words[at + size : at + 2 * size]


def _speaks(text: str, tag: str) -> bool:
    """True unless the words, or those of one sentence, are clearly in another language than `tag`."""
    wanted = base_tag(tag)
    if wanted not in LANGUAGES:
        return True
    if not script_is_latin(text):
        return False
    parts = (text, *by_sentence(text))
    return not any(foreign(part, wanted) for part in parts) and all(
        speaks(part, wanted) for part in parts if len(part.split()) >= _WORDS_THAT_TELL
    )


def _echoes(words: Sequence[str], moment: Sequence[str]) -> bool:
    """True when an answer has hardly a word that the moment had not, or none that says anything."""
    if len(words) < 4:
        return False
    own = [word for word in words if word not in moment]
    if len(own) <= len(words) * 0.15:
        return True
    about = frozenset(stems(" ".join(words)))
    return len(about) > 1 and about <= frozenset(stems(" ".join(moment))) | _ASKING


def _runs(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        words = normalise(text).split()
        for at in range(len(words) - _RUN + 1):
            yield " ".join(words[at : at + _RUN])
