"""Small made-up meetings held against their truth; `scripts/prove correlate` measures the large ones."""

from __future__ import annotations

import pytest

from tests.support.alignment import compare, latest, metered, play
from tests.support.conversations import Plan, converse


@pytest.mark.parametrize(
    "plan",
    [
        Plan(1, minutes=5.0),
        Plan(2, minutes=5.0, overlap=0.6),
        Plan(3, minutes=5.0, window=10.0, tab_speakers=3),
        Plan(4, minutes=5.0, clips=True, window=1.0),
        Plan(5, minutes=5.0, tab_speakers=1, microphone=False, outages=3, drop=0.05),
    ],
    ids=["usual", "overlaps", "long windows", "clips", "losses"],
)
def test_a_meeting_comes_out_as_it_was(plan: Plan) -> None:
    made = converse(plan)
    result = compare(made, latest(play(made.reports(), metered())))
    assert (result.lost, result.doubled) == (0, 0)
    assert result.percentile(0.95) <= 250.0
    assert result.misplaced <= 0.02 * result.spoken
    assert result.stretched <= 0.02 * result.length
    assert result.agree >= 0.95 * result.judged
    assert result.judged >= 0.8 * len(made.said)


def test_the_same_seed_makes_the_same_meeting() -> None:
    assert converse(Plan(9, minutes=1.0)) == converse(Plan(9, minutes=1.0))
    assert converse(Plan(9, minutes=1.0)).said != converse(Plan(10, minutes=1.0)).said
