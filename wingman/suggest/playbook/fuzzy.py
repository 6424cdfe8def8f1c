"""Key words that a recogniser got almost right, put right. Pure.

Only long words with exactly one letter wrong, and the first one right, are mended: that is what tells
a slip from another word. Real words that look like a key word are left alone by name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

SHORTEST = 6
"""Letters; shorter words have too many neighbours."""
KEYS = frozenset(
    re.findall(
        r"\w+",
        """
    afford alternative alternatives approval budget budgets cancel cancelled charged cheaper competition
    competitor competitors complicated compliance concern concerned contract convinced decision deadline
    different discount discounts encrypted expensive feedback forward frustrated frustrating invoice
    manually migration monthly pricing problem procurement promise provider question refund responsible
    ridiculous security shortlist solution struggle struggling supplier switching system unacceptable
    uptime vendor vendors versus worried
        """,
    )
)
"""What the detectors and the playbooks turn on."""
OTHER_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    budged cancer changed charger charges charmed charred cheapen cheater complicates concert concerted contrast
    convinces derision dismount dismounts expansive extensive frustrates premise priming prizing provided
    provides responsibly snitching stitching straggle straggling supplied supplies vender venders verses worries
        """,
    )
)
"""One letter away from a key word, and words of their own."""

_BY_SHAPE: MappingProxyType[tuple[str, int], tuple[str, ...]] = MappingProxyType(
    {
        shape: tuple(sorted(key for key in KEYS if (key[0], len(key)) == shape))
        for shape in {(key[0], len(key)) for key in KEYS}
    }
)


def mend(plain: str) -> str:
    """Normalised text with its key words put right where exactly one fits."""
    return " ".join(_mended(word) for word in plain.split(" "))


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if len(word) < SHORTEST or word in KEYS or word in OTHER_WORDS:
        return word
    near = [key for key in _BY_SHAPE.get((word[0], len(word)), ()) if _differ(word, key) == 1]
    return near[0] if len(near) == 1 else word


def _differ(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
