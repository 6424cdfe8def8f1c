"""What the shipped weights make of plain cases: no figure, only what nobody would argue about."""

from __future__ import annotations

from importlib.resources import files

import pytest

from tests.suggest.support import said
from wingman.core.time import Channel
from wingman.core.utterance import EmotionReading, Family, ReadingStatus
from wingman.suggest.gate.decisions import Reason
from wingman.suggest.gate.evidence import Evidence, EvidenceWeigher, with_signals
from wingman.suggest.gate.probe import Flavour, load_probe, parse_probe, width
from wingman.suggest.playbook.signals import Signal, detect

ANGRY = EmotionReading(ReadingStatus.KNOWN, "anger", Family.NEGATIVE, 0.8, "strong")

RAISED = EmotionReading(ReadingStatus.KNOWN, "intensity", Family.ENGAGED, 0.5, "strong")


def weigh(text: str, *, after: str = "So that is how the two systems work together.") -> Evidence:
    weigher = EvidenceWeigher()
    weigher.remember(said(after, 0, channel=Channel.MIC), frozenset(), None)
    utterance = said(text, 5)
    return weigher.weigh(utterance, text, detect(text), None)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("How much would that cost us for the whole team per month?", "Mm-hmm."),
        (
            "Honestly, that is far more than we planned to spend on this.",
            "Yes, on the second floor.",
        ),
        ("We'd have to run it past the board before we could sign anything.", "Can somebody open the window?"),
        ("We lose half a day every week because of these exports.", "Thank you, have a nice day."),
    ],
)
def test_what_wants_a_card_weighs_more_than_what_does_not(more: str, less: str) -> None:
    assert weigh(more).score > weigh(less).score


def test_two_signals_in_one_turn_are_sure() -> None:
    evidence = weigh("can you tell me how much the enterprise plan costs per month")
    assert evidence.score >= evidence.thresholds.sure


@pytest.mark.parametrize("tone", [ANGRY, RAISED], ids=["angry", "raised"])
def test_a_strong_tone_completes_a_signal(tone: EmotionReading) -> None:
    evidence = weigh("nobody answers when we call the office")
    assert evidence.score < evidence.thresholds.sure <= evidence.with_tone(tone).score


def test_a_raised_voice_without_words_of_trouble_is_eagerness() -> None:
    evidence = weigh("that sounds great let's do it next week")
    assert evidence.with_tone(RAISED) == evidence


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I am really frustrated that the last release that power integration again", "frustration"),
        ("our main problem is that the reports take you long to load", "pain"),
        ("so yeah we want to cancel our contract to be honest the end of the moth", "churn"),
        ("wir sind ehrlich gesagt ziemlich sauer das die letzte version wieder", "frustration"),
        ("notre principal problème c'est que les rapport mette trop de temps", "pain"),
    ],
    ids=["frustrated", "main-problem", "cancel", "sauer", "problème"],
)
def test_what_is_said_outright_is_sure_and_tells_its_kind_however_it_was_heard(text: str, kind: str) -> None:
    """The rest of these sentences was misheard, so that nothing else in them tells."""
    evidence = weigh(text)
    assert evidence.score >= evidence.thresholds.sure
    assert evidence.verdict.kind == kind


def test_what_is_said_outright_comes_before_what_the_weights_take_for_likeliest() -> None:
    verdict = weigh("How much would that cost us for the whole team per month?").verdict
    kinds = [kind for kind in verdict.kinds if kind in set(Signal)]
    assert [kind for kind in kinds if verdict.saying([Signal(kind)]).kind != kind] == []


def test_an_answer_in_the_notes_makes_a_question_sure() -> None:
    asked = weigh("And the two-ten on the couch roll, is that in yet?")
    assert asked.score < asked.thresholds.sure
    assert (asked.with_answer().score >= asked.thresholds.sure) is (asked.verdict.addressee == "user")
    told = weigh("The two-ten on the couch roll went on Friday.")
    assert told.with_answer() == told


def test_silence_has_its_reason() -> None:
    assert weigh("Mm.").silence() is Reason.TOO_SHORT


@pytest.mark.parametrize("flavour", ["words", "meaning"])
def test_the_shipped_weights_fit_the_features(flavour: Flavour) -> None:
    probe = load_probe(flavour)
    limits = probe.thresholds
    assert probe.heads.shape[0] == width(probe.flavour) + 1
    assert limits.ask < limits.lively < limits.balanced <= limits.sure
    assert limits.balanced < limits.quiet


def test_weights_of_another_shape_are_refused() -> None:
    raw = files("wingman.suggest.gate").joinpath("weights", "words.npz").read_bytes()
    with pytest.raises(ValueError, match="run scripts/train_gate"):
        parse_probe("meaning", raw)


@pytest.mark.parametrize(
    ("asked", "sure"), [(True, True), (False, False)], ids=["a question", "it only begins as one"]
)
def test_what_begins_as_a_question_and_ends_as_none_is_no_second_signal(asked: bool, sure: bool) -> None:
    signals = frozenset({Signal.QUESTION, Signal.RISK})
    assert (with_signals(-2.0, signals, 1.5, 2.0, asked=asked) == 2.0) is sure


def test_the_marks_tell_whether_it_was_asked() -> None:
    weigher = EvidenceWeigher()
    for text, asked in (
        ("E se der errado, você vai explicar no churrasco.", False),
        ("E se der errado?", True),
        ("e se der errado", True),
    ):
        utterance = said(text, 5)
        evidence = weigher.weigh(utterance, text, detect(text, "pt"), None)
        assert Signal.QUESTION in evidence.signals
        assert evidence.verdict.asked is asked
