"""Whoever switches a rule off says why, on the line."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SWITCHED_OFF = re.compile(
    r"# *(?:ruff: *)?(?:noqa|type: *ignore|pragma)\b(?:: *[A-Z][A-Z0-9, ]+|\[[a-z, -]+\])?(.*)"
)


def unexplained(text: str) -> list[int]:
    """Numbers of the lines that switch a rule off and leave the reader without a reason."""
    found = ((number, SWITCHED_OFF.search(line)) for number, line in enumerate(text.splitlines(), 1))
    return [number for number, off in found if off and not re.search(r"[#-] *[\w`]", off[1])]


def test_every_exception_to_a_rule_has_a_reason() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for tree in ("wingman", "tests", "scripts")
        for path in sorted((ROOT / tree).rglob("*.py"))
        if path != Path(__file__)
        for number in unexplained(path.read_text(encoding="utf-8"))
    ]
    assert not silent, "say why, on the line:\n  " + "\n  ".join(silent)


def test_a_line_without_a_reason_would_be_seen() -> None:
    assert unexplained("x = y  # noqa: SLF001\nx = y  # type: ignore[misc, attr-defined]") == [1, 2]
    assert unexplained("x = y  # noqa: SLF001 - no other way\nx = y  # type: ignore[misc]  # on purpose") == []
