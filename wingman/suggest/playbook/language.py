"""Which of a few languages a text is in, by its small words. Pure; no model, no table from outside.

Made for spoken turns: a handful of words is often enough, and where it is not the answer is empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_SMALL_WORDS = {
    "en": """
        a about am an and any are as at be been but by can could did do does don't for from get give had has
        have he her here him his how i i'm i've if in into is isn't it it's its just know let like make
        me more my no
        not of off on one or our out say she should so some take than that that's the their them then there they
        this those to up us very was we we'll we're were what when where which who will with would yes you
        you're your
    """,
    "de": """
        aber als also am auch auf aus bei bin bis bitte da damit dann das dass dem den denn der des die dir doch
        du durch ein eine einem einen einer er es etwas euch für ganz gar gut hab habe haben hat hatte hier ich
        ihm ihn ihnen ihr ihre im in ist ja jetzt kann kein keine können mal mehr mein mich mir mit muss nach
        nicht nichts noch nur oder ohne schon sehr sein sich sie sind so um und uns unser von vor war was weil
        wenn wer werden wie wir wird wo würde zu zum zur über
    """,
    "fr": """
        ai alors au aussi aux avec avez bien bon c'est ce ces cette ça ces chez comme d'un d'une dans de des du
        elle en est et était être fait faut il ils j'ai je l'on la le les leur lui là ma mais me mes moi mon
        même n'est ne non nos notre nous on ont ou où oui par pas peu peut plus pour qu'il qu'on quand
        que quel quoi
        qui sa sans se ses si son sont sur ta te toi ton tout très tu un une va vais vos votre vous voilà y
    """,
    "es": """
        a al algo aquí así bien bueno como con cómo cuando cuál cuánto de del desde dónde donde el ella ellos en
        entonces era es esa ese eso esta este esto está están estoy fue ha hace hay he la las le les lo los mi
        mis mire muy más me nada ni no nos nosotros o para pero poco por porque pues que quien qué se si sí sin
        sobre son su sus también tengo tiene todo un una uno usted ustedes va vamos y ya yo
    """,
    "pt": """
        a aqui as até bem bom com como da das de dele depois do dos e ela ele eles em então era essa esse eu
        está estão fazer foi gente há isso isto já lá mais mas me mesmo meu minha muito na nas nem no nos não né
        nosso num numa o os ou para pela pelo por porque pra qual quando que quem se sem ser seu seus sim sou só
        sua também te tem tenho ter tudo um uma vai você vocês vou
    """,
}
_BEGINNINGS = {
    "en": "ask tell say name offer give show let stop thank set keep take bring",
    "de": "fragen sagen nennen bieten geben zeigen lassen danken bleiben halten",
    "fr": "demandez dites donnez proposez montrez laissez remerciez restez gardez",
    "es": "pregunte diga dígale dé ofrezca muestre deje agradezca pídale dígales",
    "pt": "pergunte diga dê ofereça mostre deixe agradeça peça",
}
"""What advice begins with: the one word that tells the language of a short sentence."""
LANGUAGES = tuple(_SMALL_WORDS)
"""Tags this module can tell apart."""
_WORDS = {tag: frozenset(words.split()) for tag, words in _SMALL_WORDS.items()}
SMALL_WORDS = frozenset().union(*_WORDS.values())
"""The small words of all of them."""
_LETTERS = {"de": "äöüß", "fr": "èêâîôûœàùë", "es": "ñ¿¡", "pt": "ãõâê"}
"""Letters and signs that the others do not use, or seldom."""
_LETTER_WEIGHT = 0.75
_ENOUGH = 2.0
_LEAD = 1.25
"""The best language must be so many times as likely as the second."""
_CLEARLY = 2.0
_LONG_TURN = 6
"""Words of a turn that tells a language by itself."""
_TELL_TOGETHER = 3
_TELL_ALONE = 9
"""So many words without one small word of a language are not in it."""
_NOT_LETTERS = re.compile(r"[^\w'¿¡]+")


@lru_cache(maxsize=8)  # the detectors, the gate and each voice ask in turn about the same words
def language_of(text: str) -> str:
    """`en`, `de`, `fr`, `es` or `pt`; empty when the words do not tell."""
    scores = _scores(text)
    (best, most), (_, second) = Counter(scores).most_common(2)
    return best if most >= _ENOUGH and most >= _LEAD * second else ""


def speaks(text: str, tag: str) -> bool:
    """True unless `text` is clearly in another of the languages than `tag`."""
    scores = _scores(text)
    best, most = max(scores.items(), key=lambda found: found[1])
    return best == tag or most < _ENOUGH or most < _CLEARLY * scores[tag]


def foreign(text: str, tag: str) -> bool:
    """True when a text has no small word of `tag`: from three words on if another has, from nine anyway."""
    words = _NOT_LETTERS.sub(" ", text.lower()).split()
    if len(words) < _TELL_TOGETHER:
        return False
    scores = _scores(text)
    for known, beginnings in _BEGINNINGS.items():
        scores[known] += words[0] in beginnings.split()
    return not scores[tag] and (max(scores.values()) >= _ENOUGH or len(words) >= _TELL_ALONE)


def _scores(text: str) -> dict[str, float]:
    """How much of each language is in a text."""
    plain = unicodedata.normalize("NFC", text.lower()).replace("’", "'")
    words = _NOT_LETTERS.sub(" ", plain).split()
    return {
        tag: sum(map(known.__contains__, words))
        + _LETTER_WEIGHT * sum(plain.count(sign) for sign in _LETTERS.get(tag, ""))
        for tag, known in _WORDS.items()
    }


def script_is_latin(text: str) -> bool:
    """True unless most letters belong to another script."""
    letters = [sign for sign in text if sign.isalpha()]
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    return 2 * latin >= len(letters)


class HeardLanguage:
    """The language of one voice, or of one meeting.

    One odd turn (a quotation, a name, a misheard sentence) does not change it; two in a row that tell do.
    """

    def __init__(self, expected: str = "") -> None:
        self._last = ""
        self.tag = base_tag(expected)
        """The language now; what was expected until the talk says otherwise."""

    def hear(self, text: str) -> str:
        """Take one turn; answers with the language now."""
        told = language_of(text)
        if told:
            if told == self._last or (not self.tag and len(text.split()) >= _LONG_TURN):
                self.tag = told
            self._last = told
        return self.tag


def base_tag(tag: str) -> str:
    """`de` for `de-AT`; empty for `multi` and for nothing."""
    base = tag.lower().replace("_", "-").split("-")[0]
    return "" if base in ("", "multi", "auto") else base
