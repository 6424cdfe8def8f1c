"""Play every meeting in every variant and add up the scores."""

from __future__ import annotations

from dataclasses import dataclass

from tests.eval import noise, script
from tests.eval.play import play
from tests.eval.score import Score, judge
from wingman.core.vocabulary import VERBOSITIES


@dataclass(frozen=True, slots=True)
class Report:
    """What one folder of meetings came to."""

    folder: str
    meetings: int
    by_variant: dict[str, Score]
    """At `balanced`."""
    most_cards: dict[str, int]
    """Verbosity → the most cards any ten-minute meeting had, over all variants."""

    @property
    def whole(self) -> Score:
        """All variants together."""
        return Score.total(self.by_variant.values())


async def evaluate(folder: str) -> Report:
    """Play `tuning` or `heldout`. Takes some seconds."""
    scripts = script.load(folder)
    by_variant: dict[str, Score] = {}
    most: dict[str, int] = dict.fromkeys(VERBOSITIES, 0)
    for name, variant in noise.VARIANTS.items():
        for verbosity in VERBOSITIES:
            scores = [judge(await play(one, variant(one), verbosity=verbosity)) for one in scripts]
            most[verbosity] = max(most[verbosity], *(score.cards for score in scores))
            if verbosity == "balanced":
                by_variant[name] = Score.total(scores)
    return Report(folder, len(scripts), by_variant, most)
