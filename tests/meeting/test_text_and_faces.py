"""What is measured beside the voice, in whole meetings in jumping time against a stranger's gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.marked_meeting import CONSENT, MarkedMeeting, Outcome, make, play, running
from tests.support.v0_gateway import FACE_COLOURS, Gateway, Ways, picture
from wingman.core.emotion_policy import measured_channels
from wingman.core.errors import Branch, Health, InputError
from wingman.core.events import ConsentRecorded, EgressRecorded, PolicyApplied, ProviderStateChanged
from wingman.core.expression_words import look
from wingman.core.time import Channel
from wingman.core.utterance import ReadingStatus
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.testing.virtual_time import run

FACES = sorted(FACE_COLOURS)


def face_at(at: float) -> str:
    """The planted expression of a moment."""
    return FACES[int(at // 8) % len(FACES)]


def showing(meeting: Meeting, at: float) -> None:
    meeting.show(Channel.TAB, picture(face_at(at)))


async def hold(
    meeting: MarkedMeeting,
    ways: Ways | None = None,
    spec: MeetingSpec | None = None,
    during: Any = lambda _meeting, _at: None,
    **emotion: Any,
) -> tuple[Outcome, Gateway]:
    async with Gateway(ways) as gateway, running(meeting, gateway, **emotion) as service:
        return await play(service, meeting, spec, during), gateway


def test_every_marked_utterance_has_its_tone_and_every_burst_its_word() -> None:
    meeting = make(3)
    outcome, gateway = run(hold(meeting))
    for part in meeting.spoken:
        told = outcome.utterance(part)
        assert told is not None
        assert told.emotion.label == part.emotion.lower(), part
    assert sorted(outcome.sounds) == sorted(part.burst.lower() for part in meeting.bursts)
    assert {seen.close_code for seen in gateway.seen} == {1000}


def test_words_are_measured_beside_the_voice() -> None:
    outcome, gateway = run(hold(make(4), text=True))
    language = {one.text: one.language for one in outcome.latest}
    assert all(one is not None and one.status is ReadingStatus.KNOWN for one in language.values())
    (dear,) = [one for text, one in language.items() if "expensive" in text and one]
    assert (dear.label, dear.source) == ("doubt", "hume-v0")
    assert any(one.emotion.label != one.language.label for one in outcome.latest if one.language)
    assert sum(seen.texts for seen in gateway.seen) >= len(outcome.latest)


def test_words_are_measured_without_a_voice_as_well() -> None:
    outcome, gateway = run(hold(make(4), spec=MeetingSpec(emotion_policy="off"), text=True))
    assert all(one.emotion.status is ReadingStatus.OFF for one in outcome.latest)
    assert all(one.language and one.language.label for one in outcome.latest)
    assert gateway.audio == 0


def test_a_face_has_a_reading_of_its_own() -> None:
    faces = "faces-tab@1"
    spec = MeetingSpec(emotion_policy="counterpart", consent=CONSENT, faces="tab", faces_consent=faces)
    outcome, gateway = run(hold(make(5), spec=spec, during=showing))
    for part in outcome.meeting.spoken:
        told = outcome.utterance(part)
        assert told is not None
        assert told.emotion.label == part.emotion.lower(), "the face does not mix with the voice"
        planted = {face_at(part.start - 1), face_at(part.start), face_at(part.end), face_at(part.end + 1)}
        assert told.face is not None
        assert told.face.label.title() in planted
        assert look(told.face).startswith("looks ")
    assert {consent.notice for consent in outcome.of(ConsentRecorded)} == {"voices@1", "faces-tab@1"}
    counted = sum(entry.count for entry in outcome.of(EgressRecorded) if entry.branch is Branch.FACE)
    assert counted == gateway.pictures > 5


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (MeetingSpec(consent=CONSENT, faces="camera"), "faces_consent"),
        (MeetingSpec(faces="everywhere", faces_consent="faces-tab@1"), "`faces` must be one of"),
        (
            MeetingSpec(playbook="hiring", faces="tab", faces_consent="faces-tab@1"),
            "faces are not measured here",
        ),
    ],
)
def test_faces_need_leave_of_their_own(spec: MeetingSpec, why: str) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(InputError, match=why), flatten_subgroups=True):
        run(hold(make(5), spec=spec))


def test_no_picture_leaves_during_a_pause_and_none_without_leave() -> None:
    asked: list[str] = []

    def during(meeting: Meeting, at: float) -> None:
        if at == 6.0:
            meeting.pause()
        if at == 14.0:
            meeting.resume()
        if at == 20.0:
            meeting.control("faces", "off")
        try:
            meeting.show(Channel.TAB, picture("Joy"))
        except InputError as refused:
            asked.append(str(refused))

    spec = MeetingSpec(faces="tab", faces_consent="faces-tab@1")
    outcome, gateway = run(hold(make(6), spec=spec, during=during))
    begun = gateway.arrivals[0][0]
    moments = [at - begun for at, kind in gateway.arrivals if kind == "picture"]
    assert not [at for at in moments if 6.1 < at < 13.9 or at > 20.1]
    assert [at for at in moments if at < 6.0]
    assert [at for at in moments if at > 13.9]
    assert len(asked) >= 5
    assert [policy.faces for policy in outcome.of(PolicyApplied)] == ["tab", "off"]


def test_both_voices_may_be_measured() -> None:
    assert measured_channels("both") == frozenset(Channel)


def test_a_gateway_that_cannot_be_reached_costs_the_tone_alone() -> None:
    """Also of a recording that is read faster than real time: the words do not wait."""

    async def unreachable() -> Outcome:
        meeting = make(7)
        async with (
            Gateway(Ways(limit=0)) as gateway,
            running(meeting, gateway) as service,
        ):
            return await play(service, meeting)

    outcome = run(unreachable())
    assert len(outcome.latest) == len(outcome.meeting.spoken)
    states = [s for s in outcome.of(ProviderStateChanged) if s.branch is Branch.EMOTION]
    assert states[-1].health in (Health.RETRYING, Health.DOWN)
    assert all(one.emotion.status is ReadingStatus.UNKNOWN for one in outcome.latest)
