"""Words misheard on purpose: as many as promised, real ones, and the same for the same seed."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.meeting.rehearsal.noise import RATES, VARIANTS, distort
from wingman.meeting.rehearsal.turns import ScriptedTurn

SAID = "Honestly, the price you named last week is more than we planned to pay for the whole team this year."
TURNS = tuple(ScriptedTurn(line, "C", SAID) for line in range(60))


def _wrong(before: str, after: str) -> int:
    matcher = difflib.SequenceMatcher(None, before.split(), after.split(), autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


@pytest.mark.parametrize("variant", sorted(RATES))
def test_as_many_words_are_wrong_as_promised(variant: str) -> None:
    heard = distort(TURNS, variant)  # type: ignore[arg-type]  # one of VARIANTS
    wrong = sum(_wrong(turn.text, now.text) for turn, now in zip(TURNS, heard, strict=True))
    assert wrong / (len(TURNS) * len(SAID.split())) == pytest.approx(RATES[variant], abs=0.02)


def test_the_seed_decides() -> None:
    assert distort(TURNS, "asr10", 3) == distort(TURNS, "asr10", 3)
    assert distort(TURNS, "asr10", 3) != distort(TURNS, "asr10", 4)


def test_bare_has_neither_case_nor_punctuation() -> None:
    assert distort(TURNS[:1], "bare")[0].text == SAID.lower().replace(",", "").replace(".", "")


@given(st.lists(st.text(max_size=40), max_size=5), st.sampled_from(VARIANTS))
def test_any_text_can_be_misheard(texts: list[str], variant: str) -> None:
    turns = tuple(ScriptedTurn(line, "C", " ".join(text.split())) for line, text in enumerate(texts))
    heard = distort(turns, variant)  # type: ignore[arg-type]  # one of VARIANTS
    assert [turn.line for turn in heard] == [turn.line for turn in turns]
