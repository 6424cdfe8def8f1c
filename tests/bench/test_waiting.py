"""What a person waits for, stage by stage, of made-up ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.bench.waiting import (
    EXACT_S,
    WIDTH,
    Moments,
    Owner,
    drawn,
    rows,
    share_ms,
    stages,
    to_answer,
    to_card,
    to_words,
    typical,
)

WAY = Moments(
    spoke=10.0, told=10.58, words=10.585, provider_s=0.525, card=10.59, asked=10.6, answered=11.2, shown=11.203
)


def lengths(way: Moments) -> dict[str, float]:
    return {stage.name: round(stage.length, 3) for stage in stages(way)}


def test_a_whole_way() -> None:
    assert lengths(WAY) == {
        "sound to the transcriber": 55,
        "pause and transcription": 525,
        "words on screen": 5,
        "instant card on screen": 10,
        "request to the model": 20,
        "model's first word": 600,
        "first word on screen": 3,
    }
    assert share_ms(to_card(WAY), Owner.OURS) == pytest.approx(65)
    assert share_ms(to_answer(WAY), Owner.OURS) == pytest.approx(78)


def test_a_tone_that_was_waited_for_is_the_providers() -> None:
    waited = lengths(replace(WAY, tone=10.595))
    assert (waited["tone of the voice"], waited["request to the model"]) == (15, 5)


def test_who_was_asked_early_is_waited_for_from_the_words_on() -> None:
    early = lengths(replace(WAY, asked=10.3, answered=10.9, shown=10.902))
    assert (early["request to the model"], early["model's first word"], early["first word on screen"]) == (
        0,
        320,
        2,
    )
    sooner = lengths(replace(WAY, asked=10.0, answered=10.5, shown=10.581))
    assert (sooner["model's first word"], sooner["first word on screen"]) == (0, 1)


def test_a_local_transcriber_has_no_way_of_sound() -> None:
    local = Moments(10.0, 10.9, 10.9, 0.9, card=10.905)
    assert lengths(local)["pause and transcription"] == 900
    assert "sound to the transcriber" not in lengths(local)
    assert share_ms(to_card(local), Owner.OURS) == pytest.approx(5)
    assert to_answer(local) == []


@given(st.lists(st.tuples(*[st.floats(0, 5) for _ in range(6)]), min_size=1, max_size=20))
def test_no_stage_is_negative_and_all_are_drawn(waits: list[tuple[float, ...]]) -> None:
    ways = []
    for told, words, card, asked, answered, shown in waits:
        ways.append(Moments(0.0, told, words, 0.5, card, asked=asked, answered=answered, shown=shown))
    assert all(stage.length >= 0 for way in ways for stage in stages(way))
    table = rows(ways)
    assert {row.owner for row in table} == {Owner.OURS, Owner.PROVIDER, Owner.ALL}
    assert all(row.p50_ms <= row.p90_ms <= row.p99_ms for row in table)
    lines = drawn(table)
    assert len(lines) == len(table) + 1
    assert all(line.count("━") <= WIDTH for line in lines)


def test_nothing_is_drawn_of_nothing() -> None:
    assert rows([]) == []
    assert len(drawn([])) == 1


MOMENT = st.floats(0, 5)
MAYBE = st.none() | MOMENT


@given(
    st.builds(
        Moments,
        spoke=st.just(0.0),
        told=MOMENT,
        words=MOMENT,
        provider_s=st.floats(0, 2),
        card=MAYBE,
        due=MAYBE,
        due_to=st.sampled_from([Owner.CHOICE, Owner.PROVIDER]),
        tone=MAYBE,
        asked=MAYBE,
        answered=MAYBE,
        shown=MAYBE,
    )
)
def test_the_stretches_of_a_way_follow_one_another_and_add_up(way: Moments) -> None:
    for part, last in ((to_words(way), way.words), (to_card(way), way.card), (to_answer(way), way.shown)):
        at = part[0].start if part else 0.0
        for stage in part:
            assert stage.start == pytest.approx(at, abs=1000 * EXACT_S)
            at = stage.start + stage.length
        if part and last is not None:
            assert at >= 1000 * (last - EXACT_S)  # a stretch shorter than that is left out
            assert at == pytest.approx(sum(share_ms(part, owner) for owner in Owner), abs=0.01)


def test_the_typical_one_adds_up() -> None:
    card, answer = typical([WAY])
    assert card == (
        "a typical card: sound to the transcriber 55 + pause and transcription 525 "
        "+ instant card on screen 10 = 590 ms"
    )
    assert answer.endswith("= 1203 ms")
    assert typical([]) == []


def test_a_card_that_was_held_back_is_late_by_choice() -> None:
    held = replace(WAY, due=12.0, card=12.004, asked=12.02, answered=12.5, shown=12.503)
    late = lengths(held)
    assert late["held back"] == 1420
    assert (late["instant card on screen"], late["request to the model"], late["first word on screen"]) == (
        4,
        20,
        3,
    )
    assert share_ms(to_card(held), Owner.OURS) == pytest.approx(59)


def test_a_card_that_a_tone_decided_waited_for_its_provider() -> None:
    toned = replace(WAY, due=11.0, due_to=Owner.PROVIDER, card=11.004)
    assert lengths(toned)["a tone that decides"] == 420
    assert share_ms(to_card(toned), Owner.OURS) == pytest.approx(59)
