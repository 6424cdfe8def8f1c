"""Weights for a corpus come from all the others, however they are worked out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scripts.gate import written
from scripts.gate.training import Design, fit_rows, rows_of, unseen_corpora, usual_kinds
from wingman.suggest.gate.probe import KINDS, weighed


def no_vector(text: str) -> Any:
    raise AssertionError(f"the words alone are weighed here, not {text!r}")


def test_a_corpus_is_judged_by_what_the_others_alone_give() -> None:
    talks = [replace(talk, corpus=f"part-{number % 3}") for number, talk in enumerate(written.talks()[:9])]
    design = Design("words", rows_of(talks, "words", no_vector))
    judged = unseen_corpora(design)
    for corpus, (heads, verdict) in judged.weights.items():
        own = design.rows.corpus == corpus
        direct_heads, direct_verdict = fit_rows(design, np.flatnonzero(~own))
        assert np.allclose(heads, direct_heads, atol=1e-3)
        assert np.allclose(verdict, direct_verdict, atol=1e-3)
        found = design.rows.inputs[own] @ heads[:-1] + heads[-1]
        seen = weighed(design.rows.state[own], found, design.rows.words[own])
        scores = seen @ verdict[:-1] + verdict[-1]
        assert np.allclose(scores, judged.scores[own], atol=1e-2)


def test_a_playbook_adds_to_the_kinds_that_are_usual_under_it() -> None:
    talk = written.talks()[0]
    plain, priced = (
        replace(
            talk,
            playbook=name,
            turns=tuple(replace(turn, label="must", kinds=(kind,)) for turn in talk.turns),
        )
        for name, kind in (("custom", "risk"), ("sales", "price"))
    )
    rows = rows_of([plain, priced], "words", no_vector)
    kinds = usual_kinds(rows, np.arange(len(rows.must)))
    price, risk = KINDS.index("price"), KINDS.index("risk")
    assert kinds["sales"][price] > 0 > kinds["sales"][risk]
    assert kinds["custom"][risk] > 0 > kinds["custom"][price]
