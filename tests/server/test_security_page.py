"""The page about security names tests; they are there."""

from __future__ import annotations

import re
from pathlib import Path

from wingman.server.grants import Role, Scope

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_row_has_its_test() -> None:
    rows = re.findall(r"^\| (V\d+) .*\| (.+) \|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == [f"V{number}" for number in range(1, 15)]
    for name, tests in rows:
        named = re.findall(r"`((?:tests|deploy)/[^`]*)`", tests)
        assert named, name
        assert all((ROOT / path).exists() for path in named), (name, named)


def test_every_role_and_scope_is_explained() -> None:
    assert all(f"| {role} |" in PAGE for role in Role)
    assert all(f"`{scope}`" in PAGE for scope in Scope)
