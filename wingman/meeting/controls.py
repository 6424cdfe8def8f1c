"""What people may change in a running meeting: requests, feedback, settings, policy, names, pause."""

from __future__ import annotations

from typing import Any

from wingman.core.emotion_policy import Policy, check_policy, decide
from wingman.core.errors import Branch, InputError
from wingman.core.events import (
    ConsentRecorded,
    MeetingPaused,
    MeetingResumed,
    PolicyApplied,
    Publish,
    SpeakerRenamed,
)
from wingman.meeting.cost import Level
from wingman.meeting.pipeline import MeetingPipeline, Stages

LONGEST_NAME = 60


class MeetingControls:
    """The commands of one meeting. They raise `InputError` when their arguments make no sense."""

    def __init__(
        self, pipeline: MeetingPipeline, stages: Stages, publish: Publish, *, consent: str, refusal: str
    ) -> None:
        """`consent`: the words acknowledged at the start; `refusal`: why voices may never be measured here."""
        self._pipeline = pipeline
        self._stages = stages
        self._publish = publish
        self._consent = consent
        self._refusal = refusal
        self._policy: Policy = "off"
        self.paused = False

    @property
    def policy(self) -> Policy:
        """The emotion policy that holds now."""
        return self._policy

    def begin(self, policy: Policy, reason: str) -> None:
        """Say which policy the meeting starts with, and who agreed to it."""
        self._policy = policy
        self._publish(PolicyApplied(policy, reason), None)
        if self._consent:
            self._consented(self._consent)

    def act(self, action: str, text: str = "") -> str:
        """See `MeetingHandle.act`."""
        self._pipeline.flush()
        return self._stages.coach.act(action, text)

    def feedback(self, suggestion: str, feedback: str) -> None:
        """See `MeetingHandle.feedback`."""
        self._stages.coach.feedback(suggestion, feedback)

    def control(self, setting: str, value: Any) -> None:
        """See `MeetingHandle.control`."""
        if setting == "emotion_policy":
            self._switch_policy(value)
        elif setting == "speaker_name":
            self._rename(value)
        elif setting == "retry":
            self._retry(value)
        else:
            self._stages.coach.control(setting, value)

    def pause(self) -> None:
        """See `MeetingHandle.pause`."""
        if self.paused:
            return
        self.paused = True
        for channel in self._pipeline:
            channel.flush()  # what was said until now is still for the transcriber; nothing is from here on
            channel.input.pause()
        self._pipeline.account()
        self._stages.accounting.pause()
        self._stages.coach.pause(True)
        self._publish(MeetingPaused(), None)

    def resume(self) -> None:
        """See `MeetingHandle.resume`."""
        if not self.paused:
            return
        self.paused = False
        for channel in self._pipeline:
            channel.input.resume()
        self._stages.accounting.resume()
        self._stages.coach.pause(False)
        self._publish(MeetingResumed(), None)

    def keep_to_budget(self) -> None:
        """Give up what the money no longer allows, in the order emotion, suggestion rate, model."""
        level = self._stages.accounting.report(self._pipeline.length)
        if level is None:
            return
        self._stages.coach.degrade(level)
        if level is not Level.FULL and any(channel.pays_for_emotion for channel in self._pipeline):
            self._use_policy("off", "the meeting's budget is spent; voice emotion costs extra")

    def _switch_policy(self, value: Any) -> None:
        """Stop and start meters so that the policy holds from this very sample on.

        `value` is a policy, or `{"policy": …, "consent": …}` where an acknowledgement is still needed.
        """
        wanted = value.get("policy") if isinstance(value, dict) else value
        consent = str(value.get("consent", "")) if isinstance(value, dict) else ""
        policy, reason = decide(
            check_policy(wanted), consent=consent or self._consent, refused_because=self._refusal
        )
        self._use_policy(policy, reason)
        if consent:
            self._consented(consent)

    def _use_policy(self, policy: Policy, reason: str) -> None:
        self._pipeline.account()
        self._policy = policy
        self._pipeline.measure(policy)
        self._publish(PolicyApplied(policy, reason), None)

    def _consented(self, words: str) -> None:
        self._pipeline.account()
        self._stages.accounting.consent(words)
        self._publish(ConsentRecorded(self._policy, "user", words), None)

    def _rename(self, value: Any) -> None:
        """`{"speaker": "tab:1", "name": "Dana"}`; for display only, so past lines need no second telling."""
        speaker = value.get("speaker") if isinstance(value, dict) else None
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(speaker, str) or not speaker:
            raise InputError("`speaker` must name a speaker, such as tab:1", field="speaker")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
            raise InputError(f"`name` must have 1 to {LONGEST_NAME} characters", field="name")
        self._stages.coach.rename(speaker, name.strip())
        self._publish(SpeakerRenamed(speaker, name.strip()), None)

    def _retry(self, value: Any) -> None:
        """A branch that gave up is tried again now: `transcribe` or `emotion`."""
        if value not in (Branch.TRANSCRIBE, Branch.EMOTION):
            raise InputError("`retry` needs a branch: `transcribe` or `emotion`", field="value")
        for channel in self._pipeline:
            channel.retry(Branch(value))
