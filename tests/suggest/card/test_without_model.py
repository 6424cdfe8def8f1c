"""What is said without a model: the last turns in their own words, and the newest thing a playbook answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, Utterance
from wingman.suggest.card.without_model import LONGEST_LINE, LOOKED_BACK, RECAP_LINES, occasion, recap
from wingman.suggest.gate.decisions import Reason
from wingman.suggest.playbook.playbook import Playbook, Trigger

PLAYBOOK = Playbook(
    name="test",
    title="Test",
    persona="a seller",
    triggers=(
        Trigger(name="rival", kind="rival", phrases=("other vendor",), priority=70),
        Trigger(name="own", kind="own", phrases=("let me show",), who="user", priority=40),
    ),
)


def turn(text: str, channel: Channel = Channel.TAB, number: int = 0) -> Utterance:
    start = number * 16_000
    return Utterance(
        f"u-{number}",
        channel,
        str(channel),
        start,
        start + 8_000,
        text,
        (),
        confidence=1.0,
        emotion=EMOTION_OFF,
    )


LINES = st.sampled_from(
    ["", "yes, go on", "word " * 90, "a\nb\tc d", "we need it before the summer", "x" * 500 + " a b c"]
)


@given(st.lists(st.tuples(LINES, st.sampled_from(Channel)), max_size=8))
def test_a_recap_is_short_whatever_was_said(said: list[tuple[str, Channel]]) -> None:
    told = [text for text, _ in said if len(text.split()) >= 4]
    card = recap([turn(text, channel) for text, channel in said])
    assert (card is None) == (not told)
    if card is not None:
        assert len(card.text) <= RECAP_LINES * (len("They: \n") + LONGEST_LINE)


def test_a_recap_says_who_said_what_in_order() -> None:
    said = [
        turn("this one is too long ago to be told"),
        turn("we need it before the summer"),
        turn("yes, go on", Channel.MIC),
        turn("I can send you the offer today", Channel.MIC),
        turn("and what does support cost us"),
        turn("it is part of every plan", Channel.MIC),
    ]
    card = recap(said)
    assert card is not None
    assert card.text.split("\n") == [
        "They: we need it before the summer",
        "You: I can send you the offer today",
        "They: and what does support cost us",
        "You: it is part of every plan",
    ]


def test_a_line_that_is_too_long_says_that_it_goes_on() -> None:
    card = recap([turn("word " * 100)])
    assert card is not None
    assert card.text.endswith("word…")
    exact = ("abc " * 50)[: LONGEST_LINE - 1] + "!"
    whole = recap([turn(exact)])
    assert whole is not None
    assert whole.text == f"They: {exact}"


def test_the_newest_turn_with_an_answer_is_the_occasion() -> None:
    said = [
        turn("we have another other vendor in mind", number=1),
        turn("the other vendor is cheaper", number=2),
        turn("the weather was nice there", number=3),
    ]
    found = occasion(said, PLAYBOOK)
    assert found is not None
    assert (found.utterance, found.at, found.kind, found.reason) == ("u-2", 40_000, "rival", Reason.PHRASE)
    assert found.trigger is PLAYBOOK.triggers[0]
    assert found.priority == 70


def test_a_trigger_listens_to_its_own_side() -> None:
    assert occasion([turn("let me show you the plans")], PLAYBOOK) is None
    found = occasion([turn("let me show you the plans", Channel.MIC)], PLAYBOOK)
    assert found is not None
    assert found.kind == "own"


def test_what_lies_too_far_back_is_no_occasion() -> None:
    old = turn("the other vendor is cheaper")
    later = [turn("the weather was nice there", number=n) for n in range(1, LOOKED_BACK)]
    assert occasion([old, *later], PLAYBOOK) is not None
    assert occasion([old, *later, turn("so it was", number=LOOKED_BACK)], PLAYBOOK) is None
    assert occasion([], PLAYBOOK) is None
