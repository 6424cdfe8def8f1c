"""What people change in a running meeting holds at once, is told, and is refused where it makes no sense."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.each import each
from wingman.archive.egress_ledger import Ledger
from wingman.config.suggest import CostSettings, PriceSettings
from wingman.core.emotion_policy import Consent, check_consent
from wingman.core.errors import Branch, InputError
from wingman.core.events import (
    ConsentRecorded,
    Event,
    MeetingPaused,
    MeetingResumed,
    PolicyApplied,
    SettingChanged,
    SpeakerRenamed,
)
from wingman.core.time import Channel
from wingman.core.vocabulary import LONGEST_NAME
from wingman.meeting.accounting import Accounting
from wingman.meeting.controls import MeetingControls
from wingman.meeting.cost import CostTracker
from wingman.meeting.providers import price_list
from wingman.suggest.playbook.playbook import load_playbook

TAB, MIC = Channel.TAB, Channel.MIC


class Sound:
    """A channel that remembers what it was told."""

    pays_for_emotion = True

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.words = self.input = self
        self.channel = TAB

    def mute(self, *, muted: bool) -> None:
        self.told.append(("mute", muted))

    def flush(self) -> None:
        self.told.append("flush")

    def hold(self, held: bool) -> None:
        self.told.append(("hold", held))

    def retry(self, branch: Branch) -> None:
        self.told.append(("retry", branch))


class Pipeline:
    """One channel, and which policies hold on it."""

    length = 60.0

    def __init__(self) -> None:
        self.sound = Sound()
        self.measured = self.seen = "off"

    def __iter__(self) -> Any:
        return iter((self.sound,))

    def measure(self, policy: str) -> None:
        self.measured = policy

    def look(self, faces: str) -> None:
        self.seen = faces


class Coach:
    """Has a playbook, and remembers what it was told."""

    def __init__(self) -> None:
        self.playbook = load_playbook("sales")
        self.told: list[Any] = []

    def control(self, setting: str, value: Any) -> None:
        if setting == "playbook":
            self.playbook = load_playbook(value)
        else:
            self.told.append((setting, value))

    def rename(self, speaker: str, name: str) -> None:
        self.told.append((speaker, name))

    def pause(self, paused: bool) -> None:
        self.told.append(paused)

    def degrade(self, level: str) -> None:
        self.told.append(str(level))


class Room:
    """Controls with all they hold on to."""

    def __init__(self, consent: str = "", cost: CostSettings | None = None) -> None:
        self.events: list[Event] = []
        self.pipeline, self.coach = Pipeline(), Coach()
        self.meter = CostTracker(cost or CostSettings(), price_list(PriceSettings()))
        self.accounting = Accounting(self.meter, Ledger(self.publish, lambda: 0.0), self.publish)
        stages: Any = type("Stages", (), {"coach": self.coach, "accounting": self.accounting})()
        given: Consent | None = check_consent(consent, "owner")
        self.controls = MeetingControls(self.pipeline, stages, self.publish, consent=given)  # type: ignore[arg-type]  # the parts that are used

    def publish(self, payload: Event, media: Any = None) -> None:
        self.events.append(payload)

    def leaves(self, branch: Branch = Branch.EMOTION) -> list[Channel]:
        return [channel for channel in (TAB, MIC) if self.accounting.may_leave(branch, channel)]


def test_no_voice_is_measured_without_an_acknowledgement() -> None:
    room = Room()
    room.controls.begin("off", "off by default")
    for value in ("counterpart", {"policy": "counterpart"}, {"policy": "self", "consent": "counterpart@1"}):
        with pytest.raises(InputError) as refused:
            room.controls.control("emotion_policy", value)
        assert refused.value.field == "consent"
    assert (room.controls.policy, room.pipeline.measured, room.leaves()) == ("off", "off", [])
    assert room.events == [PolicyApplied("off", "off by default", "off")]


def test_an_acknowledgement_opens_one_channel_and_is_kept() -> None:
    room = Room()
    room.controls.control("emotion_policy", {"policy": "counterpart", "consent": "counterpart@1", "by": "Kim"})
    assert (room.controls.policy, room.pipeline.measured, room.leaves()) == (
        "counterpart",
        "counterpart",
        [TAB],
    )
    told = [event for event in room.events if isinstance(event, ConsentRecorded)]
    assert [(event.emotion_policy, event.by) for event in told] == [("counterpart", "Kim")]
    room.controls.control("emotion_policy", "off")
    assert room.leaves() == []
    room.controls.control("emotion_policy", "counterpart")
    assert room.leaves() == [TAB]


def test_a_playbook_that_refuses_ends_what_is_measured_and_starts_nothing_again() -> None:
    room = Room("counterpart@1")
    room.controls.begin("counterpart", "acknowledged")
    room.controls.control("faces", {"policy": "tab", "consent": "faces-tab@1"})
    assert (room.leaves(), room.leaves(Branch.FACE)) == ([TAB], [TAB])
    room.controls.control("playbook", "hiring")
    assert (room.controls.playbook, room.controls.policy) == ("hiring", "off")
    assert (room.leaves(), room.leaves(Branch.FACE), room.pipeline.seen) == ([], [], "off")
    with pytest.raises(InputError):
        room.controls.control("faces", "tab")
    room.controls.control("playbook", "sales")
    assert (room.controls.policy, room.pipeline.seen) == ("off", "off")


def test_a_pause_holds_everything_once() -> None:
    room = Room("voices@1")
    room.controls.begin("both", "acknowledged")
    for act in (room.controls.pause, room.controls.pause):
        act()
    assert room.pipeline.sound.told == ["flush", ("hold", True)]
    assert (room.leaves(), room.leaves(Branch.TRANSCRIBE)) == ([], [])
    for act in (room.controls.resume, room.controls.resume):
        act()
    assert room.leaves() == [TAB, MIC]
    assert room.coach.told == [True, False]
    kinds = [type(event) for event in room.events if isinstance(event, MeetingPaused | MeetingResumed)]
    assert kinds == [MeetingPaused, MeetingResumed]


@each(
    ("setting", "value", "field"),
    [
        ("speaker_name", None, "speaker"),
        ("speaker_name", {"speaker": "", "name": "Dana"}, "speaker"),
        ("speaker_name", {"speaker": 1, "name": "Dana"}, "speaker"),
        ("speaker_name", {"speaker": "tab:1", "name": "  "}, "name"),
        ("speaker_name", {"speaker": "tab:1", "name": "x" * (LONGEST_NAME + 1)}, "name"),
        ("retry", "suggest", "value"),
        ("retry", None, "value"),
        ("muted", True, "value"),
        ("muted", {"channel": "mic", "muted": True}, "value"),
        ("muted", {"channel": ["tab"], "muted": True}, "value"),
        ("muted", {"channel": "tab", "muted": "yes"}, "value"),
        ("emotion_policy", ["off"], "emotion_policy"),
        ("emotion_policy", {}, "emotion_policy"),
        ("emotion_policy", {"policy": "off", "consent": "I agree"}, "consent"),
        ("faces", "both", "faces"),
        ("faces", {"policy": "camera", "consent": "faces-tab@1"}, "faces_consent"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(setting: str, value: Any, field: str) -> None:
    room = Room()
    with pytest.raises(InputError) as refused:
        room.controls.control(setting, value)
    assert refused.value.field == field
    assert (room.events, room.coach.told, room.pipeline.sound.told) == ([], [], [])


def test_names_retries_and_other_settings_are_passed_on() -> None:
    room = Room()
    room.controls.control("speaker_name", {"speaker": "tab:1", "name": " Dana "})
    room.controls.control("retry", "transcribe")
    room.controls.control("muted", {"channel": "tab", "muted": True})
    room.controls.control("verbosity", "quiet")
    room.controls.control("brief", "Their budget is a secret.")
    assert room.pipeline.sound.told == [("retry", Branch.TRANSCRIBE), ("mute", True)]
    assert room.events == [
        SpeakerRenamed("tab:1", "Dana"),
        SettingChanged("verbosity", "quiet"),
        SettingChanged("brief", ""),
    ]
    assert room.coach.told[0] == ("tab:1", "Dana")
    assert room.coach.told[-1] == ("brief", "Their budget is a secret.")


def test_a_spent_budget_ends_paid_measurements() -> None:
    room = Room("counterpart@1", CostSettings(budget=0.001))
    room.controls.begin("counterpart", "acknowledged")
    room.controls.keep_to_budget()
    assert (room.controls.policy, room.coach.told) == ("counterpart", [])
    room.meter.audio("deepgram", 3600.0)
    room.controls.keep_to_budget()
    assert (room.controls.policy, room.pipeline.measured, room.leaves()) == ("off", "off", [])
    assert len(room.coach.told) == 1


def test_what_is_owed_may_leave_before_the_tape_goes_on() -> None:
    room = Room()
    open_then: list[bool] = []

    def hold(*, held: bool) -> None:
        open_then.append(room.accounting.may_leave(Branch.TRANSCRIBE, TAB))

    room.pipeline.sound.hold = hold  # type: ignore[method-assign,assignment]  # put down in its place
    room.controls.pause()
    room.controls.resume()
    assert open_then[-1], "a link sends the moment its tape goes on"
