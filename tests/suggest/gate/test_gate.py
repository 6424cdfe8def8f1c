from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.suggest.support import by_signals, said
from wingman.core.time import Channel, samples
from wingman.core.utterance import EmotionReading, EmotionShift, Family, LoneSound, ReadingStatus, Sound
from wingman.core.vocabulary import Verbosity
from wingman.core.vocal_sounds import word_for
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, Speak
from wingman.suggest.gate.gate import Gate
from wingman.suggest.gate.probe import Flavour, Probe, Thresholds
from wingman.suggest.gate.rate_limit import LIMITS, LONG_SILENCE
from wingman.suggest.playbook.playbook import Playbook, Trigger, load_playbook, parse_playbook

ANGRY = EmotionReading(ReadingStatus.KNOWN, "anger", Family.NEGATIVE, 0.8, "strong")


def book(*triggers: Trigger, **fields: Any) -> Playbook:
    return Playbook(name="t", title="T", persona="", triggers=triggers, **fields)


def gate(*triggers: Trigger, **options: Any) -> Gate:
    playbook = book(*triggers) if triggers else load_playbook("sales")
    return Gate(playbook, probes=by_signals, **options)


def start(gate: Gate, decisions: tuple[Decision, ...], *, over: bool = True) -> Speak:
    """Accept the one card among the decisions, as the coach would."""
    (speak,) = [decision for decision in decisions if isinstance(decision, Speak)]
    gate.began(speak.candidate)
    if over:
        gate.ended()
    return speak


def reasons(decisions: tuple[Decision, ...]) -> list[str]:
    return [str(d.reason) if isinstance(d, Skip) else f"speak:{d.candidate.kind}" for d in decisions]


def test_it_is_silent_by_default() -> None:
    assert reasons(gate().hear(said("we sell shoes in three towns"))) == ["no_trigger"]


def test_a_question_from_the_counterpart_is_a_reason_to_speak() -> None:
    (speak,) = gate().hear(said("is there a limit on the number of users"))
    assert isinstance(speak, Speak)
    assert (speak.candidate.kind, speak.candidate.reason) == ("question", Reason.QUESTION)


def test_the_users_own_question_is_not() -> None:
    assert reasons(gate().hear(said("how do you do this today", channel=Channel.MIC))) == ["no_trigger"]


def test_a_question_is_about_the_price_in_it() -> None:
    (speak,) = gate().hear(said("how much is it and is it cheaper than the other vendor"))
    assert isinstance(speak, Speak)
    assert speak.candidate.kind == "price"
    others = [other.kind for other in speak.candidate.others]
    assert others == ["question"]  # the other vendor only stands in it


def test_do_not_trigger_phrases_keep_everything_silent() -> None:
    words = said("how much is it just kidding")
    assert reasons(gate().hear(words)) == ["do_not_trigger"]


def test_a_triggers_own_unless_keeps_only_it_silent() -> None:
    one = Trigger(name="a", phrases=("budget",), unless=("time budget",))
    assert reasons(gate(one).hear(said("our time budget is small"))) == ["no_trigger"]
    assert reasons(gate(one).hear(said("our budget is small"))) == ["speak:cue"]


# --- cooldown, flight, the user's own speech -----------------------------------------------------


def test_a_trigger_in_cooldown_is_kept_and_released_when_it_is_over() -> None:
    held = gate()
    start(held, held.hear(said("how much is it per month", 0)))
    assert reasons(held.hear(said("and does it work offline as well", 5))) == ["cooldown"]
    assert held.advance(samples(12.9)) == ()
    speak = start(held, held.advance(samples(13.1)))
    assert speak.candidate.text == "and does it work offline as well"
    assert held.advance(samples(14)) == ()


def test_of_two_held_triggers_the_later_one_wins() -> None:
    held = gate()
    start(held, held.hear(said("how much is it per month", 0)))
    held.hear(said("does it work offline as well", 4))
    assert reasons(held.hear(said("is there a mobile app too", 8))) == ["replaced_by_newer", "cooldown"]
    (speak,) = held.advance(samples(14))
    assert isinstance(speak, Speak)
    assert speak.candidate.text == "is there a mobile app too"


def test_a_lesser_trigger_does_not_replace_a_greater_one_that_waits() -> None:
    held = gate()
    start(held, held.hear(said("does it work offline as well", 0)))
    held.hear(said("honestly that is too expensive for us", 3, seconds=2))
    assert reasons(held.hear(said("is there a mobile app too", 8))) == ["outranked"]


def test_what_waited_too_long_is_dropped_with_a_reason() -> None:
    held = gate(ttl=samples(6))
    start(held, held.hear(said("how much is it per month", 0)))
    held.hear(said("does it work offline as well", 3))
    assert reasons(held.advance(samples(12.1))) == ["stale"]
    assert held.advance(samples(30)) == ()


def test_while_a_card_is_being_read_an_equal_one_waits_for_its_end() -> None:
    busy = gate()
    start(busy, busy.hear(said("how much is it per month", 0)), over=False)
    busy.shows()
    assert reasons(busy.hear(said("does it work offline as well", 20))) == ["in_flight"]
    assert busy.advance(samples(24)) == ()
    busy.ended()
    assert reasons(busy.advance(samples(24.1))) == ["speak:question"]


def test_a_card_that_shows_nothing_yet_gives_way_to_a_newer_one() -> None:
    busy = gate()
    start(busy, busy.hear(said("does it work offline as well", 0)), over=False)
    assert reasons(busy.hear(said("how much is it per month", 20))) == ["speak:price"]


def test_urgent_reasons_pass_the_cooldown_and_a_card_being_read() -> None:
    busy = gate()
    start(busy, busy.hear(said("how much is it per month", 0)), over=False)
    busy.shows()
    assert reasons(busy.hear(said("i am really frustrated nobody answers us", 5))) == ["speak:frustration"]


def test_no_card_starts_while_the_user_speaks_unless_it_matters() -> None:
    talking = gate()
    talking.speaking(Channel.MIC, True, samples(1))
    assert reasons(talking.hear(said("does it work offline as well", 2))) == ["user_speaking"]
    assert talking.advance(samples(8)) == ()
    talking.speaking(Channel.MIC, False, samples(8.5))
    assert reasons(talking.advance(samples(8.6))) == ["speak:question"]
    talking.speaking(Channel.MIC, True, samples(20))
    assert reasons(talking.hear(said("honestly that is too expensive for us", 21))) == ["speak:objection"]


def test_who_has_only_begun_to_answer_still_gets_the_card() -> None:
    talking = gate()
    talking.speaking(Channel.MIC, True, samples(2.6))
    assert reasons(talking.hear(said("does it work offline as well", 0))) == ["speak:question"]


def test_a_question_the_user_has_answered_at_length_is_dropped() -> None:
    held = gate()
    start(held, held.hear(said("how much is it per month", 0)))
    held.hear(said("does it work offline as well", 3.2, seconds=2))
    long_answer = said("it does and here is why", 5.5, channel=Channel.MIC, seconds=9)
    held.hear(long_answer)
    assert reasons(held.advance(samples(15))) == ["already_answered"]


def test_a_sentence_cut_in_two_is_read_as_one() -> None:
    cut = gate()
    assert reasons(cut.hear(said("so can you", 0, seconds=1))) == ["no_trigger"]
    assert reasons(cut.hear(said("tell us more about the roadmap", 1.4))) == ["speak:question"]


# --- counts ------------------------------------------------------------------------------------


def test_once_and_max_per_meeting_hold() -> None:
    once = Trigger(name="a", phrases=("alpha",), once=True)
    twice = Trigger(name="b", phrases=("beta",), max=2)
    counted = gate(once, twice)
    start(counted, counted.hear(said("alpha please", 0)))
    assert reasons(counted.hear(said("alpha again", 60))) == ["once_per_meeting"]
    for at in (120, 180):
        start(counted, counted.hear(said("beta please", at)))
    assert reasons(counted.hear(said("beta again", 240))) == ["max_per_meeting"]


def test_a_trigger_does_not_nag_on_the_same_subject() -> None:
    nag = gate(Trigger(name="a", phrases=("budget",)))
    start(nag, nag.hear(said("the budget is small", 0)))
    assert reasons(nag.hear(said("a small budget I mean", 20))) == ["same_trigger_again"]
    assert reasons(nag.hear(said("the budget once more", 60))) == ["speak:cue"]


@pytest.mark.parametrize("verbosity", ["quiet", "balanced", "lively"])
def test_the_rate_of_ten_minutes_is_kept(verbosity: Any) -> None:
    limited = gate(verbosity=verbosity)
    cards = []
    for number in range(120):
        for decision in limited.hear(said(f"can you explain number {number} to us please", number * 10.0)):
            if isinstance(decision, Speak):
                start(limited, (decision,))
                cards.append(number * 10.0)
    most = max(sum(1 for at in cards if begin <= at < begin + 600) for begin in cards)
    assert most <= LIMITS[verbosity].per_window
    assert len(cards) > 4


def test_the_last_cards_of_ten_minutes_are_kept_for_what_matters() -> None:
    minor = Trigger(name="a", kind="question", phrases=("minor",), priority=45)
    major = Trigger(name="b", kind="question", phrases=("major",), priority=80)
    limited = gate(minor, major)
    for number in range(6):
        start(limited, limited.hear(said(f"a minor point {number}", number * 30.0)))
    assert reasons(limited.hear(said("a minor point again", 200))) == ["rate_limit"]
    assert reasons(limited.hear(said("a major point", 230))) == ["speak:question"]


def test_a_low_priority_needs_a_lively_meeting() -> None:
    low = Trigger(name="a", phrases=("alpha",), priority=30)
    assert reasons(gate(low).hear(said("alpha please"))) == ["below_verbosity"]
    assert reasons(gate(low, verbosity="lively").hear(said("alpha please"))) == ["speak:cue"]


def test_a_frugal_gate_is_a_quiet_one() -> None:
    frugal = gate(verbosity="lively")
    frugal.dials.frugal = True
    assert frugal.dials.limits == LIMITS["quiet"]


# --- modes ---------------------------------------------------------------------------------------


def test_questions_only_passes_questions_and_nothing_else() -> None:
    quiet = gate(mode="questions-only")
    assert reasons(quiet.hear(said("honestly that is too expensive for us", 0))) == ["mode"]
    assert reasons(quiet.hear(said("is it too expensive for us", 30))) == ["speak:objection"]


def test_manual_says_nothing_by_itself() -> None:
    assert reasons(gate(mode="manual").hear(said("how much is it"))) == ["mode"]


def test_a_waiting_card_follows_the_mode_of_the_moment() -> None:
    changed = gate()
    start(changed, changed.hear(said("how much is it per month", 0)))
    changed.hear(said("does it work offline as well", 5))
    changed.dials.mode = "manual"
    assert reasons(changed.advance(samples(14))) == ["mode"]


# --- emotion and silence -------------------------------------------------------------------------


def shift(at: float, utterance: str, channel: Channel = Channel.TAB) -> EmotionShift:
    return EmotionShift(channel, str(channel), samples(at), Family.NEUTRAL, Family.NEGATIVE, utterance)


def test_a_shift_of_the_counterparts_tone_is_a_reason() -> None:
    felt = gate()
    words = said("well that is how it is", 0)
    felt.hear(words)
    (speak,) = felt.shift(shift(4, words.id))
    assert isinstance(speak, Speak)
    assert (speak.candidate.reason, speak.candidate.text) == (Reason.EMOTION, words.text)


def test_a_shift_of_the_users_tone_is_not() -> None:
    assert gate().shift(shift(4, "mic-0", Channel.MIC)) == ()


def test_a_strong_reading_that_comes_late_is_a_reason_once() -> None:
    felt = gate()
    felt.hear(said("well that is how it is", 0))
    start(felt, felt.hear(said("well that is how it is", 0, emotion=ANGRY, revision=1)))
    assert reasons(felt.shift(shift(5, "tab-0"))) == ["same_trigger_again"]


def test_an_emotion_adds_no_second_card_to_an_utterance() -> None:
    felt = gate()
    start(felt, felt.hear(said("how much is it per month", 0)))
    assert reasons(felt.hear(said("how much is it per month", 0, emotion=ANGRY, revision=1))) == [
        "already_answered"
    ]


def test_a_weak_reading_is_no_reason() -> None:
    weak = EmotionReading(ReadingStatus.KNOWN, "anger", Family.NEGATIVE, 0.3, "weak")
    felt = gate()
    felt.hear(said("well that is how it is", 0))
    assert felt.hear(said("well that is how it is", 0, emotion=weak, revision=1)) == ()


def test_a_long_silence_after_a_question_is_a_reason() -> None:
    asked = gate()
    asked.hear(said("how do you plan your week", 0, channel=Channel.MIC))
    assert asked.advance(samples(7.9)) == ()
    (speak,) = asked.advance(samples(8.1))
    assert isinstance(speak, Speak)
    assert speak.candidate.reason is Reason.SILENCE
    assert speak.candidate.kind == "silence"
    assert asked.advance(samples(20)) == ()


def test_a_long_silence_after_their_question_is_about_the_answer() -> None:
    asked = gate(Trigger(name="word", kind="cue", priority=50, phrases=("abracadabra",)))
    asked.hear(said("how do you plan your week", 0))
    (speak,) = asked.advance(samples(8.1))
    assert isinstance(speak, Speak)
    assert (speak.candidate.kind, speak.candidate.reason) == ("question", Reason.SILENCE)


def test_an_answer_ends_the_wait_for_one() -> None:
    asked = gate()
    asked.hear(said("how do you plan your week", 0, channel=Channel.MIC))
    asked.hear(said("with a pen and a lot of paper", 4))
    assert asked.advance(samples(30)) == ()


def test_somebody_speaking_is_no_silence() -> None:
    asked = gate()
    asked.hear(said("how do you plan your week", 0, channel=Channel.MIC))
    asked.speaking(Channel.TAB, True, samples(4))
    assert asked.advance(samples(20)) == ()


def test_a_strong_tone_that_is_known_at_once_is_a_reason() -> None:
    assert reasons(gate().hear(said("well that is how it is", 0, emotion=ANGRY))) == ["speak:emotion"]


def burst(label: str, score: float, at: float = 0.0) -> Sound:
    return Sound(word_for(label), label, score, samples(at), samples(at + 0.4))


NOTHING_SAID = "well that is how it is"


@pytest.mark.parametrize(
    ("label", "score", "expected"),
    [
        ("groan", 0.8, ["speak:emotion"]),
        ("gasp", 0.7, ["speak:emotion"]),
        ("groan", 0.5, ["no_trigger"]),
        ("sigh", 0.9, ["no_trigger"]),
        ("laugh", 0.9, ["no_trigger"]),
        ("mhm", 0.9, ["no_trigger"]),
    ],
)
def test_a_loud_burst_is_a_reason_where_a_trigger_listens_for_it(
    label: str, score: float, expected: list[str]
) -> None:
    decided = gate().hear(replace(said(NOTHING_SAID, 0), sounds=(burst(label, score),)))
    assert reasons(decided) == expected
    assert all(d.candidate.reason is Reason.BURST for d in decided if isinstance(d, Speak))


def test_a_burst_is_heard_once_however_often_it_is_told() -> None:
    groaned = replace(said(NOTHING_SAID, 0), sounds=(burst("groan", 0.8),))
    listening = gate()
    start(listening, listening.hear(groaned))
    assert listening.hear(replace(groaned, revision=1)) == ()


def test_a_burst_after_the_words_were_told_is_heard_with_them() -> None:
    listening, words = gate(), said(NOTHING_SAID, 0)
    listening.hear(words)
    lone = LoneSound(Channel.TAB, burst("groan", 0.8, 1.0), words.id)
    assert reasons(listening.sound(lone)) == ["speak:emotion"]
    assert gate().sound(lone) == (), "nobody knows what it stands beside"


def test_the_users_own_burst_is_no_reason() -> None:
    own = replace(said(NOTHING_SAID, 0, channel=Channel.MIC), sounds=(burst("groan", 0.9),))
    assert reasons(gate().hear(own)) == ["no_trigger"]


# --- properties ----------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "how much is it per month",
        "honestly that is too expensive for us",
        "we sell shoes",
        "i am really frustrated nobody answers",
        "does it work offline",
        "i will send it by friday",
        "another vendor offered us the same",
    ]
)
STEP = st.tuples(WORDS, st.floats(0.5, 20), st.sampled_from(list(Channel)), st.booleans())


@settings(max_examples=60)
@given(st.lists(STEP, max_size=40))
def test_whatever_happens_every_utterance_is_answered_and_limits_hold(steps: list[Any]) -> None:
    any_gate = gate()
    now, started = 0.0, []
    for words, pause, channel, over in steps:
        now += pause + 2
        utterance = said(words, now, channel=channel, seconds=2)
        decisions = any_gate.hear(utterance)
        assert any(
            (d.utterance if isinstance(d, Skip) else d.candidate.utterance) == utterance.id for d in decisions
        )
        for decision in (*decisions, *any_gate.advance(samples(now + 2.4))):
            if isinstance(decision, Speak):
                started.append(now)
                any_gate.began(decision.candidate)
                if over:
                    any_gate.ended()
    assert all(sum(1 for at in started if begin <= at < begin + 590) <= 8 for begin in started)


def test_a_playbook_can_be_changed_while_the_meeting_runs() -> None:
    changing = gate()
    changing.use(
        parse_playbook("name: b\ntitle: B\npersona: x\ntriggers:\n  - {name: a, phrases: [shoes]}\n", "b")
    )
    assert reasons(changing.hear(said("we sell shoes"))) == ["speak:cue"]


# --- before the words are final ------------------------------------------------------------------


def test_what_would_start_at_once_is_foreseen_and_nothing_changes() -> None:
    there = gate()
    question = said("how much is it per month")
    before = there.foresee(question)
    assert before is not None
    assert before.kind == "price"
    assert there.foresee(question) == before
    speak = start(there, there.hear(question), over=False)
    assert speak.candidate.kind == "price"
    assert there.foresee(said("and does it work offline as well", 2)) is None, "a card is in flight"
    there.ended()
    assert there.foresee(said("and does it work offline as well", 5)) is None, "it is too soon for another"


@pytest.mark.parametrize("text", ["", "we sell shoes in three towns", "how much is it just kidding"])
def test_what_is_no_reason_is_not_foreseen(text: str) -> None:
    assert gate().foresee(said(text)) is None


def test_by_hand_nothing_is_foreseen() -> None:
    there = gate()
    there.dials.mode = "manual"
    assert there.foresee(said("how much is it per month")) is None


def test_a_channel_is_silent_while_no_voice_is_heard_on_it() -> None:
    there = gate()
    assert there.silent(Channel.TAB)
    there.speaking(Channel.TAB, True, samples(1))
    there.advance(samples(2))
    assert (there.silent(Channel.TAB), there.silent(Channel.MIC)) == (False, True)
    there.speaking(Channel.TAB, False, samples(3))
    assert there.silent(Channel.TAB)


def doubtful(flavour: Flavour) -> Probe:
    """By these weights one key word is a little too weak."""
    probe = by_signals(flavour)
    return replace(probe, verdict=probe.verdict * np.where(probe.verdict > 0, 0.4, 1.0))


@pytest.mark.parametrize(
    ("before", "verbosity", "speaks"),
    [(LONG_SILENCE - 1, "balanced", False), (LONG_SILENCE, "balanced", True), (LONG_SILENCE, "quiet", False)],
    ids=["not yet", "after a long silence", "who wants it quiet"],
)
def test_after_a_long_silence_what_stands_out_is_told(before: int, verbosity: Verbosity, speaks: bool) -> None:
    one = Gate(load_playbook("sales"), probes=doubtful, verbosity=verbosity)
    for number in range(before):
        one.hear(said(f"we moved to the other building, number {number}", number * 10.0))
    (decision,) = one.hear(said("there are five hundred dollars in it", 990.0))
    assert isinstance(decision, Speak) is speaks


@pytest.mark.parametrize(
    ("carded", "speaks"),
    [(None, True), (4, True), (5, False), (19, False)],
    ids=["no card", "fifteen turns ago", "fourteen turns ago", "just now"],
)
def test_a_silence_is_long_since_the_last_card_only(carded: int | None, speaks: bool) -> None:
    one = Gate(load_playbook("sales"), probes=doubtful)
    for number in range(20):
        one.hear(said(f"we moved to the other building, number {number}", number * 10.0))
        if number == carded:
            one.began(Candidate("cue", Reason.PHRASE, 50, one.now, None, "", "tab"))
            one.ended()
    (decision,) = one.hear(said("there are five hundred dollars in it", 990.0))
    assert isinstance(decision, Speak) is speaks


@pytest.mark.parametrize(
    ("before", "verbosity", "asked", "asks"),
    [
        (LONG_SILENCE, "balanced", 0, True),
        (LONG_SILENCE, "quiet", 0, False),
        (LONG_SILENCE - 1, "balanced", 0, False),
        (LONG_SILENCE, "balanced", 25, False),
    ],
    ids=["after a long silence", "who wants it quiet", "not yet", "none left to ask"],
)
def test_after_a_long_silence_a_model_decides_what_stands_out(
    before: int, verbosity: Verbosity, asked: int, asks: bool
) -> None:
    def shy(flavour: Flavour) -> Probe:
        return replace(doubtful(flavour), thresholds=Thresholds(-0.5, 1.5, 1.5, 1.5, 1.5))

    one = Gate(load_playbook("sales"), probes=shy, verbosity=verbosity)
    one.model_ready = True
    for number in range(before):
        one.hear(said(f"we moved to the other building, number {number}", number * 10.0))
    for _ in range(asked):
        one.asked()
    (decision,) = one.hear(said("there are five hundred dollars in it", before * 10.0))
    assert isinstance(decision, Speak) is asks
    assert not isinstance(decision, Speak) or decision.candidate.unsure
