from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core import codec
from wingman.core.errors import Branch
from wingman.core.events import (
    ConsentRecorded,
    CostUpdated,
    Envelope,
    Media,
    MeetingEnded,
    MeetingPaused,
    MeetingRenamed,
    MeetingResumed,
    MeetingStarted,
    PolicyApplied,
    SettingChanged,
    SpeakerRenamed,
    SuggestionCompleted,
    SuggestionCreated,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.meeting.api import MeetingSpec
from wingman.meeting.resumption import SAID, ClaimedPlan, Resumption, packed, unpacked


def folded(*payloads: Any) -> Resumption:
    envelopes = []
    for seq, payload in enumerate(payloads, 1):
        data, media = payload if isinstance(payload, tuple) else (payload, None)
        envelopes.append(codec.envelope(seq, "m", 10.0 + seq, data, media))
    return Resumption.of(envelopes)


def said(number: int, start: float, end: float) -> tuple[UtteranceCreated, Media]:
    data = UtteranceCreated(f"u-{number}", "tab", "words", 0.9, 0, EMOTION_OFF)
    return data, Media(Channel.TAB, start, end)


def test_what_was_agreed_and_changed_is_found_again() -> None:
    state = folded(
        MeetingStarted("Old", (Channel.TAB,), "sales", "", "", "", "off"),
        PolicyApplied("counterpart", "acknowledged", "off"),
        ConsentRecorded("counterpart", "g-1", "the words", "counterpart@1"),
        MeetingRenamed("New"),
        SettingChanged("playbook", "support"),
        SettingChanged("mode", "coach"),
        SettingChanged("brief", ""),
        SpeakerRenamed("tab:1", "Ada"),
        CostUpdated(1.5, 2.0, {"deepgram": 1.5}),
        MeetingPaused(),
    )
    assert (state.title, state.started_at, state.paused, state.ended) == ("New", 11.0, True, False)
    assert state.policies("") == ("counterpart", "off")
    assert state.policies("this playbook refuses")[0] == "off"
    assert state.names == {"tab:1": "Ada"}
    assert state.spent == {"deepgram": 1.5}
    kept = MeetingSpec(
        title="Old", brief="kept", keyterms=("Acme",), consent="counterpart@1", verbosity="quiet"
    )
    spec = state.spec(kept)
    assert (spec.title, spec.playbook, spec.mode, spec.verbosity) == ("New", "support", "coach", "quiet")
    assert (spec.brief, spec.keyterms, spec.consent, spec.emotion_policy) == ("kept", ("Acme",), "", "off")


def test_no_consent_no_measuring() -> None:
    """A policy whose acknowledgement is not in the log does not hold on another process."""
    assert folded(PolicyApplied("both", "x", "tab")).policies("") == ("off", "off")


def test_pause_and_end_are_the_newest_word() -> None:
    assert not folded(MeetingPaused(), MeetingResumed()).paused
    assert folded(MeetingEnded("stopped", 1.0)).ended


def test_words_and_gaps_settle_a_channel_and_partials_do_not() -> None:
    gap = TranscriptGap(Channel.TAB, Branch.TRANSCRIBE, GapCause.OUTAGE)
    other = TranscriptGap(Channel.TAB, Branch.EMOTION, GapCause.OUTAGE)
    state = folded(
        said(1, 0.0, 2.0),
        (gap, Media(Channel.TAB, 2.0, 3.0)),
        (other, Media(Channel.TAB, 3.0, 5.0)),
        (TranscriptPartial(Channel.TAB, "tab", "x"), Media(Channel.TAB, 5.0, 6.0)),
    )
    assert state.settled == {Channel.TAB: 3.0}
    assert state.reached == {Channel.TAB: 6.0}
    assert [u.text for u in state.said.values()] == ["words"]


def test_open_cards_are_those_without_an_end_and_all_are_counted() -> None:
    cards = [SuggestionCreated(f"s{n}-0", "cue", "r", None, "playbook") for n in (1, 2)]
    state = folded(*cards, SuggestionCompleted("s1-0", "text", "playbook"))
    assert (list(state.open_cards), state.cards) == (["s2-0"], 2)


def test_only_so_much_is_remembered() -> None:
    state = folded(*(said(n, n, n + 1.0) for n in range(SAID + 10)))
    assert len(state.said) == SAID
    assert "u-0" not in state.said


@given(
    st.builds(
        MeetingSpec,
        st.text(max_size=20),
        brief=st.text(max_size=200),
        keyterms=st.lists(st.text(max_size=9), max_size=4).map(tuple),
    )
)
def test_what_no_event_tells_comes_back(spec: MeetingSpec) -> None:
    assert unpacked(packed(ClaimedPlan(spec))).spec == spec


@pytest.mark.parametrize("stored", [b"", b"{", b"[1]", b'{"spec":5}', b'{"spec":{},"later":1}'])
def test_what_another_version_kept_is_no_obstacle(stored: bytes) -> None:
    assert unpacked(stored).spec == MeetingSpec()


def test_events_of_a_newer_version_are_passed_over() -> None:
    state = Resumption()
    state.add(Envelope(1, 7, "from.later", "m", 1.0, {"x": 1}, Media(Channel.MIC, 0.0, 4.0)))
    assert (state.seq, state.reached) == (7, {Channel.MIC: 4.0})
