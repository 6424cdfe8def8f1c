"""Weights for the gate's probe: ridge regression for the heads, a logistic one for the verdict.

Everything is judged on what it was not trained with: heads are told to the verdict as a meeting's heads are
when that meeting was left out, and figures come from corpora that were left out whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from scripts.gate import written
from scripts.gate.conversations import Conversation
from wingman.core.time import Channel
from wingman.suggest.gate.dialogue import CROWD, LIKENESS, Dialogue, Said
from wingman.suggest.gate.evidence import CROWDED
from wingman.suggest.gate.probe import ADDRESSEES, HEADS, KINDS, VECTOR, Flavour, Floats, inputs, weighed
from wingman.suggest.gate.running_rate import RunningRate
from wingman.suggest.playbook.language import HeardLanguage
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import detect

Encode: TypeAlias = Callable[[str], Any]
"""Text → its vector."""
HEAD_RIDGE = 3.0
STATE_SCALE, VECTOR_SCALE = 0.1, 1.0
"""How much numbers of one kind may explain beside the n-grams, whose length is 1."""
VERDICT_RIDGE = 100.0
OPTIONAL = 0.6
"""What an optional moment is worth, between silence (0) and must (1)."""
USUAL_KINDS = 0.12
"""What it adds to a kind that it is e times as usual under one playbook as under all."""
DOUBT = 20
"""Turns of a playbook until its own habit counts as much as that of all."""
COUNTS = 4
"""Words from which a turn tells how high scores run."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The counterpart's turns of some conversations, as numbers."""

    inputs: Floats
    state: Floats
    """State and likeness."""
    targets: Floats
    """Heads; NaN where a turn was not labelled so."""
    welcome: Floats
    silent: np.ndarray
    must: np.ndarray
    words: np.ndarray
    playbook: np.ndarray
    meeting: np.ndarray
    corpus: np.ndarray


def training_rows(talks: Sequence[Conversation], flavour: Flavour, encode: Encode) -> Rows:
    """What weights are made from: the conversations, and what was written for training."""
    return rows_of([*talks, *written.load(), *written.talks()], flavour, encode)


def rows_of(conversations: Sequence[Conversation], flavour: Flavour, encode: Encode) -> Rows:
    """Play every conversation through the gate's own eyes."""
    found = [row for one in conversations for row in _of_one(one, flavour, encode)]
    return Rows(*(np.array(column) for column in zip(*found, strict=True)))


def _of_one(one: Conversation, flavour: Flavour, encode: Encode) -> list[tuple[Any, ...]]:
    colleagues = load_playbook(one.playbook).others_talk_to == "each-other"
    dialogue, spoken = Dialogue(colleagues=colleagues), HeardLanguage("")
    found: list[tuple[Any, ...]] = []
    for turn in one.turns:
        text = turn.text
        user = turn.who == "U"
        vector = encode(text) if flavour == "meaning" else None
        said = Said("mic" if user else turn.who, Channel.MIC if user else Channel.TAB, text, vector)
        signals = detect(text, spoken.hear(text) or "en")
        if not user:
            state = dialogue.features(said, signals)
            targets = [float(kind in turn.kinds) for kind in KINDS]
            targets += [float(turn.addressee == who) if turn.addressee else np.nan for who in ADDRESSEES]
            welcome = {"must": 1.0, "optional": OPTIONAL, "silent": 0.0}[turn.label]
            found.append(
                (
                    inputs(flavour, said, dialogue.before, state).astype(np.float32),
                    np.concatenate([state, dialogue.likeness(said)]),
                    np.array([*targets, welcome]),
                    welcome,
                    turn.label == "silent",
                    turn.label == "must",
                    len(text.split()),
                    one.playbook,
                    one.name,
                    one.corpus,
                )
            )
        dialogue.hear(said, signals)
    return found


# --- the two regressions ---------------------------------------------------------------------


def block_scale(flavour: Flavour, width: int, state: int) -> Floats:
    """How much each input may explain."""
    scale = np.ones(width)
    scale[-state:] = STATE_SCALE
    if flavour == "meaning":
        scale[-state - 2 * VECTOR : -state] = VECTOR_SCALE
    return scale


class Design:
    """All rows, scaled, and their inner products: every fit below needs only a part of that one matrix."""

    def __init__(self, flavour: Flavour, rows: Rows) -> None:
        state = rows.state.shape[1] - LIKENESS
        self.rows = rows
        self.mean = rows.inputs.mean(axis=0)
        spread = np.ones_like(self.mean)
        spread[-state:] = rows.inputs[:, -state:].std(axis=0) + 1e-6
        self.scale = (block_scale(flavour, len(self.mean), state) / spread).astype(np.float32)
        self.x = (rows.inputs - self.mean) * self.scale
        self.products = self.x @ self.x.T + 1.0
        self.targets = np.where(np.isnan(rows.targets), np.nanmean(rows.targets, axis=0), rows.targets)

    @cached_property
    def inverse(self) -> Floats:
        """That of all rows: all that costs time in a fit. Fits of fewer rows are made from it."""
        found: Floats = np.linalg.inv(self.products + HEAD_RIDGE * np.eye(len(self.products), dtype=np.float32))
        return found

    def solve(self, at: np.ndarray, inverse: Floats) -> tuple[Floats, Floats]:
        """Dual weights of the rows `at`, and what each meeting among them gets from all the others."""
        y = self.targets[at].astype(np.float32)
        dual = inverse @ y
        left_out = np.empty_like(y)
        group = np.unique(self.rows.meeting[at], return_inverse=True)[1]
        ends = np.cumsum(np.bincount(group))[:-1]
        for own in np.split(np.argsort(group, kind="stable"), ends):
            left_out[own] = y[own] - np.linalg.solve(inverse[np.ix_(own, own)], dual[own])
        return dual, left_out

    def heads(self, at: np.ndarray, dual: Floats) -> Floats:
        """Weights over the inputs as they are, the constant in the last row."""
        weights = (self.x[at].T @ dual) * self.scale[:, None]
        return np.vstack([weights, dual.sum(axis=0) - self.mean @ weights])


def fit_verdict(features: Floats, welcome: Floats) -> Floats:
    """Logistic regression with soft labels, by Newton's method; the constant comes last."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    weights = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], VERDICT_RIDGE)
    ridge[-1] = 1e-6
    for _ in range(30):
        odds = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (odds - welcome) + ridge * weights
        curve = (x * (odds * (1 - odds))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    slopes = weights[:-1] / spread
    return np.append(slopes, weights[-1] - mean @ slopes)


def fit(design: Design) -> tuple[Floats, Floats]:
    """Heads and verdict from all rows."""
    return fit_rows(design, np.arange(len(design.rows.must)))


def fit_rows(design: Design, at: np.ndarray) -> tuple[Floats, Floats]:
    """The same from the rows `at`."""
    out = np.ones(len(design.rows.must), bool)
    out[at] = False
    dual, left_out = design.solve(at, _without(design.inverse, out))
    return design.heads(at, dual).astype(np.float64), _verdict(design.rows, at, left_out)


def _verdict(rows: Rows, at: np.ndarray, left_out: Floats) -> Floats:
    """From the turns that stood in a conversation: without one, the state of a dialogue tells nothing."""
    spoken = rows.corpus[at] != written.CORPUS
    seen = weighed(rows.state[at], left_out, rows.words[at])
    return fit_verdict(seen[spoken], rows.welcome[at][spoken])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Every corpus but the written ones, judged by weights from all the others."""

    heads: Floats
    scores: Floats
    weights: dict[str, tuple[Floats, Floats]]
    """Corpus → the heads and the verdict it was judged by."""


def unseen_corpora(design: Design) -> LeftOut:
    rows = design.rows
    heads, scores = np.zeros((len(rows.must), HEADS)), np.zeros(len(rows.must))
    weights = {}
    for corpus in np.unique(rows.corpus[~np.isin(rows.corpus, (written.CORPUS, written.TALKS))]):
        own = rows.corpus == corpus
        out, at = np.flatnonzero(own), np.flatnonzero(~own)
        dual, left_out = design.solve(at, _without(design.inverse, own))
        verdict = _verdict(rows, at, left_out)
        heads[out] = design.products[np.ix_(out, at)] @ dual
        scores[out] = weighed(rows.state[out], heads[out], rows.words[out]) @ verdict[:-1] + verdict[-1]
        weights[str(corpus)] = design.heads(at, dual).astype(np.float64), verdict
    return LeftOut(heads, scores, weights)


def _without(inverse: Floats, out: np.ndarray) -> Floats:
    """The inverse of the matrix that lacks the rows and columns `out`, from that of the whole."""
    if not out.any():
        return inverse
    kept, cross = inverse[np.ix_(~out, ~out)], inverse[np.ix_(out, ~out)]
    rest: Floats = kept - cross.T @ np.linalg.solve(inverse[np.ix_(out, out)], cross)
    return rest


def relative(rows: Rows, scores: Floats, usual: float) -> Floats:
    """Scores less each meeting's own running rate, and less in a crowd."""
    found = np.empty_like(scores)
    for name in np.unique(rows.meeting):
        rate = RunningRate(usual)
        for at in np.flatnonzero(rows.meeting == name):
            found[at] = rate.relative(float(scores[at]))
            if rows.words[at] >= COUNTS:
                rate.add(float(scores[at]))
    found -= CROWDED * rows.state[:, CROWD]
    return found


def usual_kinds(rows: Rows, at: np.ndarray) -> dict[str, Floats]:
    """Playbook → what the turns `at` of its conversations add to each kind."""
    wanted = at[(rows.corpus[at] != written.CORPUS) & ~rows.silent[at]]
    told, playbook = rows.targets[wanted, : len(KINDS)], rows.playbook[wanted]
    usual = told.sum(axis=0) + 1
    usual /= usual.sum()
    found = {}
    for name in np.unique(playbook):
        own = told[playbook == name].sum(axis=0) + DOUBT * usual
        found[str(name)] = USUAL_KINDS * np.log(own / own.sum() / usual)
    return found


def select(rows: Rows, at: np.ndarray) -> Rows:
    return Rows(*(getattr(rows, name)[at] for name in Rows.__slots__))
