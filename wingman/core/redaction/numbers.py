"""What a run of digits is: a card, a phone, an id – or a price, a date, an article, which stay."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from wingman.core.redaction import runs
from wingman.core.redaction.checks import IBAN_LENGTHS, card, iban_length, lettered_id
from wingman.core.redaction.contexts import UNITS_AFTER, Kind
from wingman.core.redaction.runs import Atom, Run
from wingman.core.redaction.tokens import REACH, Tokens

Found = tuple[int, int, str]

CLOSE = 4
"""Words after a short code's name, or after a number, within which the two belong together."""
SHORTEST = 7
"""Digits of the shortest number that is taken out without a word that says what it is."""
LEAST = 6
"""Digits of the shortest number that is looked at where no code was announced."""
STEPS_OF_A_RUN = 8
LONGEST_PHONE = 15
_SHORT_CODES = {Kind.CVV: (3, 4), Kind.PIN: (4, 8), Kind.CODE: (4, 8)}
_CURRENCY_BEFORE = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|pln|sek|brl|inr|rs\.?|us\$))\s?$", re.IGNORECASE
)
_CURRENCY_AFTER = re.compile(r"\s?(?:[$€£¥%‰]|(?:usd|eur|gbp|chf|pln|sek|brl)\b)", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?<![\d.,/-])(?:"
    r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"  # 2026-11-20
    r"|(?:0?[1-9]|[12]\d|3[01])(?P<d>[-/.])(?:0?[1-9]|1[0-2])(?P=d)(?:(?:19|20)\d\d|\d\d)"
    r"|(?:0?[1-9]|1[0-2])(?P<m>[-/.])(?:0?[1-9]|[12]\d|3[01])(?P=m)(?:(?:19|20)\d\d|\d\d)"
    r"|[1-9]\d{0,2}(?P<t>[.,'’])\d{3}(?:(?P=t)\d{3}){0,3}(?:[.,]\d{1,2})?"  # 1,250,000.00
    r"|[1-9]\d{0,2}(?:[  ]\d{3}){0,3}[  ]000(?:[.,]\d{1,2})?"  # 2 500 000
    r"|\d{1,9}[.,]\d{1,2}"  # 12.50
    r"|(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}"  # 192.168.1.100
    r"|\d{1,2}(?:\.\d{1,3}){2}(?:\.\d{1,5})?"  # 10.15.7
    r")(?![\d]|[.,/-]\d)"
)
_PRODUCT_CODE = re.compile(r"(?<![^\W_])[A-Z]{1,6}[-_/#]?$")
_YEAR = re.compile(r"(?:19|20)\d\d")


def find(tokens: Tokens) -> Iterator[Found]:
    """(start, end, label) of each number that is somebody's."""
    contexts = _Contexts(tokens)
    for run in runs.find(tokens):
        if run.size < LEAST and not contexts.near(run):
            continue
        tokens.effort.spend((STEPS_OF_A_RUN if run.size >= LEAST else STEPS_OF_A_RUN // 2) + len(run.atoms))
        if run.endless and run.size >= SHORTEST:
            yield run.atoms[0].start, run.atoms[-1].end, "number"
            continue
        lettered = list(_lettered(run))
        yield from lettered
        around = contexts.around(run)
        if Kind.ID in around and not lettered and (whole := _labelled_id(run)):
            yield whole
            continue
        for part in _digit_parts(run.atoms):
            if not any(start <= part[0].start < end for start, end, _ in lettered):
                yield from _part(tokens, run, part, around)


class _Contexts:
    """Which words near a run say what it is."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._at = [index for index, _ in tokens.contexts]
        self._words = list(accumulate(map(str.isalpha, tokens.words), initial=0)) if self._at else []
        """How many words, not marks, come before each token."""

    def near(self, run: Run) -> bool:
        """Could any of them say something about this run?"""
        at = bisect_left(self._at, run.first - 3 * REACH)
        return at < len(self._at) and self._at[at] < run.after + CLOSE

    def around(self, run: Run) -> dict[Kind, int]:
        """Kind → words between it and the run; the nearest of each kind."""
        low, high = bisect_left(self._at, run.first - 3 * REACH), bisect_left(self._at, run.after + CLOSE)
        found: dict[Kind, int] = {}
        if low < high:
            behind = bisect_left(self._at, run.after, low, high)
            self._before(run, self._tokens.contexts[low:behind], found)
            self._behind(run, self._tokens.contexts[behind:high], found)
        return found

    def _before(self, run: Run, contexts: Sequence[tuple[int, Kind]], found: dict[Kind, int]) -> None:
        words, first = self._words, run.first
        for index, kind in reversed(contexts):
            between = words[first] - words[index + 1] if index < first else 0
            if between > REACH:
                return
            reach = CLOSE if kind in _SHORT_CODES or kind is Kind.PRODUCT else REACH
            if between <= reach and kind not in found:
                found[kind] = between

    def _behind(self, run: Run, contexts: Sequence[tuple[int, Kind]], found: dict[Kind, int]) -> None:
        words = self._tokens.words
        for index, kind in contexts:
            distance = index - run.after + 1
            if kind in _SHORT_CODES or kind is Kind.PRODUCT or "\n" in words[run.after : index]:
                continue
            if distance <= CLOSE:
                found[kind] = min(distance, found.get(kind, distance))


def _lettered(run: Run) -> Iterator[Found]:
    """IBANs and ids that hold letters: their check digits say so."""
    atoms = run.atoms
    if not any(not atom.digits for atom in atoms) or sum(len(atom.chars) for atom in atoms) < 8:
        return
    text = "".join(atom.chars for atom in atoms)
    ends: list[int] = []
    for atom in atoms:
        ends.append((ends[-1] if ends else 0) + len(atom.chars))
    at = taken = 0
    for number, atom in enumerate(atoms):
        if at >= taken:
            for length, label in _lengths(text, at):
                last = bisect_left(ends, at + length)
                if label == "iban" or ends[last] == at + length:
                    yield atom.start, atoms[last].end, label
                    taken = at + length
                    break
        at = ends[number]


def _lengths(text: str, at: int) -> Iterator[tuple[int, str]]:
    if text[at : at + 2] in IBAN_LENGTHS and (length := iban_length(text[at : at + 34])):
        yield length, "iban"
    for length in (16, 9):
        candidate = text[at : at + length]
        if (
            len(candidate) == length
            and candidate[0 if length == 16 else -1].isalpha()
            and lettered_id(candidate)
        ):
            yield length, str(Kind.ID)


def _labelled_id(run: Run) -> Found | None:
    """A run that the words around it call an id: letters and all."""
    atoms = run.atoms
    size = sum(len(atom.chars) for atom in atoms)
    if run.size >= 4 and 5 <= size <= 24 and not run.amount:
        return atoms[0].start, atoms[-1].end, str(Kind.ID)
    return None


def _digit_parts(atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
    part: list[Atom] = []
    for atom in atoms:
        if atom.digits:
            part.append(atom)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _part(tokens: Tokens, run: Run, part: list[Atom], around: dict[Kind, int]) -> Iterator[Found]:
    lines = {atom.line for atom in part}
    if len(lines) == 1 or _one_number(tokens, run, part, around):
        label = _label(tokens, run, part, around)
        if label:
            yield _opening(tokens, part[0], part[-1]), part[-1].end, label
            return
    if len(lines) > 1:
        for line in sorted(lines):
            own = [atom for atom in part if atom.line == line]
            if label := _label(tokens, run, own, around):
                yield _opening(tokens, own[0], own[-1]), own[-1].end, label


def _opening(tokens: Tokens, first: Atom, last: Atom) -> int:
    """Where the number begins with its plus, and with its bracket if that closes within it."""
    text, start = tokens.text, first.start
    if text[start - 1 : start] == "+":
        start -= 1
    if text[start - 1 : start] == "(" and ")" in text[start : last.end]:
        start -= 1
    return start - 1 if text[start - 1 : start] == "+" else start


def _one_number(tokens: Tokens, run: Run, part: list[Atom], around: dict[Kind, int]) -> bool:
    """Do the digits of several lines belong together?"""
    if card("".join(atom.chars for atom in part)) or around.keys() & {Kind.CARD, Kind.PHONE, Kind.ID}:
        return True
    return run.after >= len(tokens) or tokens.words[run.after] == "\n" or _last_line_ends(tokens, part)


def _last_line_ends(tokens: Tokens, part: list[Atom]) -> bool:
    rest = tokens.text[part[-1].end : part[-1].end + 200].split("\n", 1)[0]
    return not any(sign.isalnum() for sign in rest)


def _label(tokens: Tokens, run: Run, part: list[Atom], around: dict[Kind, int]) -> str:
    """What these digits are to be replaced by; empty when they stay."""
    digits = "".join(atom.chars for atom in part)
    size = len(digits)
    for kind, (least, most) in _SHORT_CODES.items():
        if kind in around and least <= size <= most:
            return str(kind)
    if size < LEAST:
        return ""
    product = Kind.PRODUCT in around and around[Kind.PRODUCT] <= min(around.values())
    if card(digits) and not (product and size < 15 and Kind.CARD not in around):
        return str(Kind.CARD)
    if Kind.CARD in around and size >= 12:
        return str(Kind.CARD)
    if _counts_something(tokens, run, part) and size < 16:
        return ""
    before = tokens.text[max(0, part[0].start - 8) : part[0].start]
    if product or (size < 16 and not around and _PRODUCT_CODE.search(before)):
        return ""
    return _personal(tokens, part, around, size)


def _personal(tokens: Tokens, part: list[Atom], around: dict[Kind, int], size: int) -> str:
    written = tokens.text[part[0].start : part[-1].end]
    called_up = tokens.text[part[0].start - 1 : part[0].start] == "+"  # +1.415.555.2671 is no version
    left = sum(sign.isdigit() for sign in (written if called_up else _HARMLESS.sub("", written))) + sum(
        len(atom.chars) for atom in part if atom.spoken
    )
    called = around.keys() & {Kind.PHONE, Kind.ID}
    if left < SHORTEST - bool(called) or _is_list(written, part, called=bool(called)):
        return ""
    plain = len(part) == 1 and not part[0].spoken and size == SHORTEST
    if plain and not called and not _stands_alone(tokens, part):
        return ""
    if Kind.ID in around and around[Kind.ID] < around.get(Kind.PHONE, 99):
        return str(Kind.ID)
    return str(Kind.PHONE) if size <= LONGEST_PHONE and (called or not part[0].spoken) else "number"


def _counts_something(tokens: Tokens, run: Run, part: list[Atom]) -> bool:
    """A currency sign or a unit beside the digits, or a word such as `thousand` in them."""
    text = tokens.text
    if run.amount and part[-1].line == run.atoms[-1].line:
        return True
    if _CURRENCY_BEFORE.search(text[max(0, part[0].start - 6) : part[0].start]):
        return True
    if _CURRENCY_AFTER.match(text, part[-1].end):
        return True
    return part[-1] is run.atoms[-1] and run.after < len(tokens) and tokens.words[run.after] in UNITS_AFTER


def _is_list(written: str, part: list[Atom], *, called: bool) -> bool:
    """Years, round figures, or a list of small numbers."""
    groups = [atom.chars for atom in part]
    if all(_YEAR.fullmatch(group) for group in groups):
        return True
    if called:
        return False
    if len(groups) > 1 and all(len(group) > 1 and group.endswith("0") for group in groups):
        return True
    if all(atom.spoken for atom in part) and _counting(groups):
        return True
    commas = written.count(", ")
    return commas == len(groups) - 1 > 0 and sum(map(len, groups)) < 10


def _counting(groups: list[str]) -> bool:
    """One, two, three …"""
    values = [int(group) for group in groups]
    return all(after - before == 1 for before, after in itertools.pairwise(values))


def _stands_alone(tokens: Tokens, part: list[Atom]) -> bool:
    text = tokens.text
    before = text[max(0, part[0].start - 200) : part[0].start].rsplit("\n", 1)[-1]
    after = text[part[-1].end : part[-1].end + 200].split("\n", 1)[0]
    return not any(sign.isalpha() for sign in before + after)
