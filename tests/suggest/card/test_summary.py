from __future__ import annotations

from tests.suggest.support import said
from wingman.suggest.card.summary import LONGEST_LINE, MOST_LINES, shortened, summary


def test_what_matters_is_kept_in_the_order_it_was_said() -> None:
    talk = [said("lovely weather over here today", n * 5.0) for n in range(50)]
    talk[10] = said("our budget is 40,000 and it needs sign off by the board", 50)
    talk[30] = said("honestly we are not convinced of the second part", 150)
    kept = summary(talk, "en")
    assert [utterance.start for utterance in kept] == [talk[10].start, talk[30].start]


def test_it_stays_short() -> None:
    talk = [said(f"we need a discount of {n} percent to go ahead", n * 5.0) for n in range(50)]
    assert len(summary(talk, "en")) == MOST_LINES
    assert len(shortened("word " * 90)) <= LONGEST_LINE + 2


def test_nothing_said_nothing_kept() -> None:
    assert summary((), "de") == ()
