"""Names in a text: people, firms and places that a model may only tell when somebody has named them. Pure.

In English, French, Spanish and Portuguese a capital inside a sentence shows a name. German writes every noun
so; there only a title before it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wingman.suggest.playbook.language import base_tag

_CAPITALS = ("en", "fr", "es", "pt")
_WORD = re.compile(r"[^\W\d_](?:[\w]|['’.&-](?=\w))*")
_STARTS = re.compile(r"(?:^|[.!?:;…“”\"„«»(¿¡–—/]|(?<!\w)['‘-])\s*$")
"""Behind such signs a sentence begins, and with it a capital."""
_TITLED = re.compile(
    r"\b(?:herrn?|frau|dr|prof|firma|mrs?|ms|miss|mme|mlle|madame|monsieur|société|señora?|sra?|doña|don|dona|seu"
    r"|senhora?)\.? (?P<name>[A-ZÀ-Þ][\w'’-]+)",
    re.IGNORECASE,
)
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
        i i'm i'll i'd i've monday tuesday wednesday thursday friday saturday sunday january february march
        april may june july august september october november december christmas easter thanksgiving ramadan god
        english german french spanish portuguese italian dutch european american british europe
        mr mrs ms miss dr sir madam excel word powerpoint outlook teams zoom google slack whatsapp pdf wi-fi
        windows mac linux android iphone internet web email procurement finance legal sales marketing board
        support operations engineering security accounts management compliance controlling payroll okay ok
        sie ihnen
        mme mlle monsieur madame noël pâques dieu europe français anglais allemand internet
        señor señora navidad dios europa español inglés internet usted ustedes
        senhor senhora natal páscoa deus europa português inglês internet
        """,
    )
)
"""Words with a capital that name nobody, and tools that everybody has."""


def names(text: str, language: str) -> Iterator[str]:
    """What a text calls by name; nothing in a language of which that cannot be told."""
    for titled in _TITLED.finditer(text):
        if titled["name"][0].isupper():
            yield titled["name"]
    if (base_tag(language) or "en") not in _CAPITALS:
        return
    for word in _WORD.finditer(text):
        written = word[0]
        plain = re.sub(r"['’]s$", "", written)
        if not written[0].isupper() or len(plain) < 3 or plain.isupper():
            continue
        lower = plain.lower().replace("’", "'")
        if lower in _COMMON or lower.removesuffix("s") in _COMMON or _STARTS.search(text[: word.start()]):
            continue
        yield plain
