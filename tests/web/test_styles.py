"""Each rule of the pages' looks has one owner."""

from __future__ import annotations

import re
from collections import Counter

from tests.web.stage import WEB

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
HEADS = re.compile(r"([^{};]+)\{")
BETWEEN = re.compile(r",(?![^()]*\))")
"""Selectors of one rule; the commas of `:is(a, b)` are within one."""


def test_no_selector_stands_in_two_sheets() -> None:
    """A change of one would leave the other as it was, on pages nobody looked at."""
    sheets: Counter[str] = Counter()
    for path in WEB.rglob("*.css"):
        heads = HEADS.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))
        sheets.update(
            {" ".join(one.split()) for head in heads for one in BETWEEN.split(head) if "@" not in one}
        )
    assert len(sheets) > 100
    assert [selector for selector, count in sheets.items() if count > 1] == []
