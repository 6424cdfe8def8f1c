"""How likely a turn is one that an expert beside the user would speak at. Pure, linear, and trained from data.

Two steps, both a matrix: *heads* tell from the words what a turn is about (its kinds), whom it is meant for and
whether it matters; the *verdict* weighs them with the state of the dialogue. `scripts/train_gate` makes the
weights; docs/gate.md is their card.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wingman.suggest.gate.dialogue import CROWD, FEATURES, LIKENESS, MARKED, NOBODY, SEVERAL, Dialogue, Said
from wingman.suggest.gate.ngrams import SIZE as NGRAMS
from wingman.suggest.gate.running_rate import TRUST
from wingman.suggest.playbook.signals import Signal

Flavour: TypeAlias = Literal["words", "meaning"]
"""`words` works everywhere; `meaning` needs an encoder's vectors."""

KINDS = (
    "question",
    "price",
    "objection",
    "risk",
    "pain",
    "frustration",
    "emotion",
    "decision",
    "competitor",
    "cue",
    "buying",
    "churn",
    "confusion",
    "stall",
    "commitment",
)
ADDRESSEES = ("user", "other", "nobody")
HEADS = len(KINDS) + len(ADDRESSEES) + 1
SEEN = FEATURES + LIKENESS + HEADS + 10
"""How many numbers `weighed` gives; the last ten tell only together."""
VECTOR = 512
"""Numbers of the encoder the weights were made with."""
BEFORE = 0.5
"""The words of the turn before count half."""

_ASKS = list(Signal).index(Signal.QUESTION)

Floats: TypeAlias = NDArray[np.float64]


AHEAD = 0.01
"""So much is what was said in so many words before what the weights take for likeliest."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a probe makes of one turn."""

    score: float
    """Log odds that a card would be welcome; comparable within one meeting, see `RunningRate`."""
    kinds: dict[str, float]
    """Kind → how much of it, about 0 to 1."""
    addressee: str
    """Who is most likely meant: `user`, `other` or `nobody`."""
    crowd: bool = False
    """True where the user talks with more than two, and they to each other."""
    asked: bool = True
    """False where the words only begin as a question does, and the marks tell that they are none."""

    def saying(self, outright: Collection[Signal]) -> Verdict:
        """The same of a turn that says some kinds in so many words: it is about these."""
        if not outright:
            return self
        most = max(1.0, *self.kinds.values()) + AHEAD
        return replace(self, kinds=self.kinds | {str(kind): most for kind in outright})

    @property
    def kind(self) -> str:
        """The likeliest kind."""
        return max(self.kinds, key=lambda kind: self.kinds[kind])


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores, after the running rate is taken out."""

    ask: float
    """From here on a model is worth asking."""
    lively: float
    balanced: float
    quiet: float
    sure: float
    """From here on a card is right nine times in ten."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One set of weights."""

    flavour: Flavour
    heads: Floats
    """(inputs + 1) × heads; the last row is the constant."""
    verdict: Floats
    """Weights of what `weighed` gives; the last is the constant."""
    usual: float
    """The running rate of a usual meeting."""
    thresholds: Thresholds
    trust: float = TRUST
    """Turns after which a meeting's own rate counts as much as the usual one."""
    usual_kinds: dict[str, Floats] = field(default_factory=dict)
    """Playbook → what it adds to each of `KINDS`: what such meetings are usually about."""

    def judge(self, said: Said, dialogue: Dialogue, signals: frozenset[Signal], playbook: str = "") -> Verdict:
        """`said` is not yet among the turns of `dialogue`; a playbook the weights do not know adds nothing."""
        state = dialogue.features(said, signals)
        found = with_constant(inputs(self.flavour, said, dialogue.before, state)) @ self.heads
        seen = weighed(np.concatenate([state, dialogue.likeness(said)]), found, len(said.text.split()))
        about = found[: len(KINDS)] + self.usual_kinds.get(playbook, 0.0)
        kinds = dict(zip(KINDS, about.tolist(), strict=True))
        addressed = found[len(KINDS) : len(KINDS) + len(ADDRESSEES)]
        score, who = float(with_constant(seen) @ self.verdict), ADDRESSEES[int(np.argmax(addressed))]
        return Verdict(score, kinds, who, bool(state[CROWD]), bool(state[MARKED]))


def inputs(flavour: Flavour, said: Said, before: Said, state: Floats) -> Floats:
    """What the heads see of one turn."""
    words = [said.grams, np.float32(BEFORE) * before.grams]
    vectors = [_vector(said), _vector(before)] if flavour == "meaning" else []
    return np.concatenate([*words, *vectors, state]).astype(np.float64)


def weighed(state: Floats, heads: Floats, words: Floats | int) -> Floats:
    """What the verdict sees of one turn, or of one a row: state with likeness, heads, and what tells together.

    That a turn matters counts otherwise among many than between two, a question otherwise if it is the user's.
    """
    matters, user, other = heads[..., -1], heads[..., len(KINDS)], heads[..., len(KINDS) + 1]
    crowd, several = state[..., CROWD], state[..., SEVERAL]
    long = np.log1p(np.asarray(words, np.float64))
    together = (
        matters * user,
        matters * crowd,
        matters * several * (1 - crowd),
        other * crowd,
        user * state[..., MARKED],
        heads[..., : len(KINDS)].max(axis=-1),
        matters**2,
        user * state[..., _ASKS],
        long,
        long**2,
    )
    return np.concatenate([state, heads, np.stack(together, axis=-1)], axis=-1)


def width(flavour: Flavour) -> int:
    """How many numbers `inputs` gives."""
    return 2 * NGRAMS + FEATURES + (2 * VECTOR if flavour == "meaning" else 0)


def with_constant(row: Floats) -> Floats:
    return np.append(row, 1.0)


def _vector(said: Said) -> NDArray[np.float32]:
    if said is NOBODY or said.vector is None:
        return np.zeros(VECTOR, np.float32)
    return said.vector


Probes: TypeAlias = Callable[[Flavour], Probe]
"""Where weights come from."""


@lru_cache(maxsize=2)
def load_probe(flavour: Flavour) -> Probe:
    """The weights that came with the program."""
    raw = files("wingman.suggest.gate").joinpath("weights", f"{flavour}.npz").read_bytes()
    return parse_probe(flavour, raw)


def parse_probe(flavour: Flavour, raw: bytes) -> Probe:
    """Raises `ValueError` when the weights belong to another version of the features."""
    with np.load(BytesIO(raw), allow_pickle=False) as stored:
        heads = stored["heads"].astype(np.float64) * stored["scale"].astype(np.float64)
        verdict = stored["verdict"].astype(np.float64)
        usual, *thresholds = stored["thresholds"].tolist()
        usual_kinds = dict(zip(stored["playbooks"].tolist(), stored["usual_kinds"], strict=True))
    if heads.shape != (width(flavour) + 1, HEADS) or verdict.shape != (SEEN + 1,):
        raise ValueError(f"the weights `{flavour}` do not fit the features; run scripts/train_gate")
    return Probe(flavour, heads, verdict, usual, Thresholds(*thresholds), usual_kinds=usual_kinds)
