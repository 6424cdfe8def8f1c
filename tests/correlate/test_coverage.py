"""Every sample is claimed once, and what nobody claimed is found."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Span
from wingman.correlate.coverage import Coverage, SpanSet, Totals

LENGTH = 60

spans = st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(lambda pair: Span(min(pair), max(pair)))


def samples_of(found: tuple[Span, ...]) -> list[int]:
    return [sample for span in found for sample in range(span.start, span.end)]


@given(st.lists(spans, max_size=30))
def test_a_span_set_is_a_set_of_samples(added: list[Span]) -> None:
    mine, model = SpanSet(), set[int]()
    for span in added:
        fresh = samples_of(mine.add(span))
        assert fresh == [n for n in range(span.start, span.end) if n not in model]
        model |= set(range(span.start, span.end))
        kept = mine.spans
        assert samples_of(kept) == sorted(model)
        assert all(a.end < b.start for a, b in pairwise(kept)), "touching spans are one"
        assert all(span.length for span in kept)
    assert samples_of(mine.missing(0, LENGTH)) == [n for n in range(LENGTH) if n not in model]


@given(st.lists(st.tuples(st.sampled_from(["heard", "missed", "silent"]), spans), max_size=30))
def test_a_sample_belongs_to_whoever_claims_it_first(claims: list[tuple[str, Span]]) -> None:
    coverage, owner = Coverage(), dict[int, str]()
    for kind, span in claims:
        told = getattr(coverage, kind)(span)
        fresh = [n for n in range(span.start, span.end) if n not in owner]
        owner.update(dict.fromkeys(fresh, kind))
        if kind == "missed":
            assert samples_of(told) == fresh
    counts = {kind: list(owner.values()).count(kind) for kind in ("heard", "missed", "silent")}
    assert coverage.totals == Totals(**counts)
    assert samples_of(coverage.uncovered(LENGTH)) == [n for n in range(LENGTH) if n not in owner]


def test_windows_that_follow_each_other_take_one_entry() -> None:
    mine = SpanSet()
    for at in range(0, 100_000, 100):
        mine.add(Span(at, at + 100))
    assert mine.spans == (Span(0, 100_000),)


def test_a_local_detector_answers_for_the_silence_between_its_finals() -> None:
    coverage = Coverage()
    coverage.heard(Span(100, 200))
    coverage.answered(300)
    assert coverage.totals == Totals(heard=100, silent=200)
    assert coverage.uncovered(310) == (Span(300, 310),)
