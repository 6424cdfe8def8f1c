from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.cluster.contiguous import Contiguous


@given(st.permutations(range(1, 12)), st.integers(0, 11))
def test_it_knows_how_far_nothing_is_missing(order: list[int], known: int) -> None:
    heard = Contiguous()
    heard.know(known)
    told = set(range(1, known + 1))
    for number in order:
        heard.add(number)
        told.add(number)
        assert heard.upto == next(n for n in range(13) if n + 1 not in told)


def test_what_never_comes_holds_it_back_until_it_is_read() -> None:
    heard = Contiguous()
    for number in (1, 2, 4, 5):
        heard.add(number)
    assert heard.upto == 2
    heard.know(3)
    assert heard.upto == 5
