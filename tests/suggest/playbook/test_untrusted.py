"""Playbooks that were written to do harm: each is refused in a sentence, quickly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.suggest.playbook.playbook import by_name, filled, load_playbook, parse_playbook

GOOD = """
name: mine
title: Mine
persona: A seller.
triggers:
  - name: price
    kind: price
    phrases: [how much]
    card: {title: Price, text: "%s"}
"""


@pytest.mark.parametrize(
    "text", ["{quote:d}", "{quote:>900000000}", "{quote!r}", "{quote.__class__}", "{quote[0]}", "{0}", "{}"]
)
def test_a_template_knows_names_alone(text: str) -> None:
    with pytest.raises(InputError):
        parse_playbook(GOOD % text, "mine.yaml")


def test_a_phrase_is_read_in_few_ways() -> None:
    """Each of these held every meeting up for minutes at two hundred `no`s in a row."""
    for costly in ("no * " * 9 + "deal", "(no|no no) " * 9 + "deal", "(no|no no|no no no) * no * no * deal"):
        with pytest.raises(InputError, match="phrases"):
            parse_playbook(GOOD.replace("how much", costly) % "x", "mine.yaml")
    for fine in ("no * no * no * deal", "(no|nope|nah) " * 9 + "deal", "(no|no no) * deal"):
        assert parse_playbook(GOOD.replace("how much", fine) % "x", "mine.yaml").triggers[0].phrases == (fine,)


def test_a_name_is_filled_in() -> None:
    playbook = parse_playbook(GOOD % "You asked: {quote}", "mine.yaml")
    card = playbook.triggers[0].card
    assert card is not None
    assert filled(card, {"quote": "{quote:d}"}).text == "You asked: {quote:d}"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "name: x\nfacts: [" + "a," * 60_000 + "]",
        "[" * 3000,
        "{a: " * 3000,
        "name: &n x\ntitle: *n",
        "x" * 300_000,
    ],
    ids=["bomb", "facts", "brackets", "braces", "alias", "long"],
)
def test_what_would_cost_too_much_is_not_read(text: str) -> None:
    with pytest.raises(InputError):
        parse_playbook(text, "mine.yaml")


@each("name", ["/etc/shadow", "../sales", "sales.yaml", "a/b", "Sales", "sales\x00", "-", "." * 9, "a" * 300])
def test_a_client_names_no_file(name: str) -> None:
    with pytest.raises(InputError, match="must be a name"):
        by_name(name)


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.yaml")
    for path in (tmp_path / "p.yaml", Path("/dev/zero/x.yaml"), tmp_path):
        with pytest.raises(InputError):
            load_playbook(f"{path}/" if path == tmp_path else str(path))
