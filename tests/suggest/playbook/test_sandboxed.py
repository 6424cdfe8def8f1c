from __future__ import annotations

import itertools

import pytest

from wingman.core.errors import InputError
from wingman.suggest.playbook import playbook, sandboxed

ALIASES = "a: &a [x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in itertools.pairwise("abcdefgh")
)


def test_a_playbook_is_the_same_as_it_is_here() -> None:
    path = playbook.folder() / "sales.yaml"
    text = path.read_text(encoding="utf-8")
    assert sandboxed.parse_playbook(text, "sales") == playbook.parse_playbook(text, "sales")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ALIASES, id="aliases"),
        pytest.param("[" * 200_000, id="nesting"),
        pytest.param("x" * 10**6, id="length"),
        pytest.param("name: \ud800", id="no-text"),
        pytest.param("", id="nothing"),
        pytest.param("name: x\ntitle: " + "9" * 100_000, id="number"),
    ],
)
def test_what_is_none_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="a playbook of yours"):
        sandboxed.parse_playbook(text, "a playbook of yours")
