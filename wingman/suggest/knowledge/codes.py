"""Codes of faults and parts (`E17`, `ERR-404`), and whether a turn asks for what one means. Pure.

A code is rare and short, so what it stands in is found by nothing else. But letters before a number are a
model, a road or a paper size as well, so the words beside it must say that it was shown, or ask for what it is.
Five languages.
"""

from __future__ import annotations

import re

_NO_CODES = (
    r"q[1-4]\b|h[12]\b|co2\b|mp[34]\b|(?:kw|fy|top|day|tag|week|step|page|no|nr|usb|eur|usd|gbp|chf"
    r"|jan|feb|fev|mar|apr|abr|avr|may|mai|jun|juin|jul|juil|aug|ago|sept?|set|oct|okt|out|nov|dec|dez|dic|ene)-?\d"
)
"""Quarters, weeks, months, sums and what else is counted; formats."""
_CODE = rf"(?<![\w-])(?!{_NO_CODES})[a-z]{{1,4}}-?\d{{1,5}}(?![\w-])"
_ONE = re.compile(_CODE, re.IGNORECASE)
_SOME = rf"(?P<codes>{_CODE}(?:(?:,| and| or| und| oder| et| ou| y| o| e) {_CODE}){{0,3}})"
_THE = r"(?:(?:the|this|an?|der|die|das|ein|le|la|un|el|o) |l['’])?"
_END = r"(?=(?: (?:then|now|again|please|denn|jetzt|bitte))? ?(?:[?!.,;]|$))"
_FAULT = (
    r"(?:(?:errors?|faults?|alarm|fault|warning|code|message|fehler\w*|störung\w*|meldung|erreur|défaut|panne|alarme"
    r"|fallo|avería|código|mensaje|alarma|erro|falha|avaria|mensagem|aviso)"
    r"(?: (?:code|number|message|de error|de erro|d['’]erreur))?)"
)
_MEANS = (
    r"(?:means?|stands? for|bedeute[tn]|hei(?:ß|ss)(?:t|en)|signifie|veut dire|significa|quiere decir"
    r"|quer dizer)"
)
_SHOWS = (
    r"(?:shows?|showing|displays?|reads|flashes|flashing"
    r"|(?:it|that|display|screen|panel) (?:just |only |now )?says|zeigt|meldet|steht|affiche|indique"
    r"|(?:il|ça) dit|a écrit|(?<!la )muestra|me marca|pone|aparece|me sale|dice|mostra|indica|diz)"
    r"(?: (?:up|as|now|me|us|just|only|still|mir|uns|nur|jetzt|immer|noch|toujours|maintenant|siempre|ahora"
    r"|sempre|agora))?"
)
_ASKING = tuple(
    re.compile(asking)
    for asking in (
        rf"\b{_FAULT}(?: (?:is|was|says|ist|war|lautet|est|es|é))?:? {_SOME}",
        rf"{_SOME} errors?\b",
        rf"\b{_SHOWS} {_SOME}",
        rf"\b{_MEANS}(?: quoi,?| denn| eigentlich)? {_THE}{_SOME}",
        rf"{_SOME},? (?:(?:ça|even|actually|really|denn|zu) )?{_MEANS}",
        rf"\bwhat {_THE}{_SOME} (?:is|are){_END}",
        rf"\b(?:what(?:['’]?s| is| are)|was ist(?: denn)?|c['’]est quoi,?|qu['’]est-ce que(?: c['’]est que)?"
        rf"|qu?[eé] (?:es|é)) {_THE}{_SOME}{_END}",
    )
)


def codes(text: str) -> frozenset[str]:
    """The codes a text names, with a hyphen or without (`E17`, `e-17`); one in two words (`E 17`) is none."""
    return frozenset(code.replace("-", "").lower() for code in _ONE.findall(text))


def asked_codes(text: str) -> frozenset[str]:
    """Those that were shown, or of which it is asked what they mean; not those of which something else is."""
    if not _ONE.search(text):
        return frozenset()
    plain = " ".join(text.lower().split())
    return frozenset().union(*(codes(found["codes"]) for one in _ASKING for found in one.finditer(plain)))
