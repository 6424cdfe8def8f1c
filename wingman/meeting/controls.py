"""What people may change in a running meeting: requests, feedback, settings, policy, names, pause."""

from __future__ import annotations

from wingman.core.emotion_policy import (
    Consent,
    Policy,
    check_consent,
    check_policy,
    decide,
    in_force,
    measured_channels,
)
from wingman.core.errors import Branch, InputError
from wingman.core.events import (
    ConsentRecorded,
    MeetingPaused,
    MeetingResumed,
    PolicyApplied,
    Publish,
    SettingChanged,
    SpeakerRenamed,
)
from wingman.core.face_policy import (
    FaceConsent,
    FacePolicy,
    check_face_consent,
    check_faces,
    decide_faces,
    faces_in_force,
    seen_channel,
)
from wingman.core.time import Channel
from wingman.core.vocabulary import LONGEST_NAME
from wingman.meeting.cost import Level
from wingman.meeting.pipeline import MeetingPipeline, Stages


class MeetingControls:
    """The commands of one meeting. They raise `InputError` when their arguments make no sense."""

    def __init__(
        self,
        pipeline: MeetingPipeline,
        stages: Stages,
        publish: Publish,
        *,
        consent: Consent | None,
        face_consent: FaceConsent | None = None,
    ) -> None:
        """`consent`, `face_consent`: what was acknowledged at the start."""
        self._pipeline = pipeline
        self._stages = stages
        self._publish = publish
        self._consent = consent
        self._policy: Policy = "off"
        self._face_consent = face_consent
        self._faces: FacePolicy = "off"
        self.paused = False
        stages.accounting.measured = self._measured
        stages.accounting.seen = self._seen

    @property
    def policy(self) -> Policy:
        """The emotion policy that holds now."""
        return self._policy

    def begin(self, policy: Policy, reason: str, faces: FacePolicy = "off") -> None:
        """Say which policies the meeting starts with, and who agreed to them."""
        self._policy, self._faces = policy, faces
        self._pipeline.look(faces)
        self._publish(PolicyApplied(policy, reason, faces), None)
        if self._face_consent is not None and faces != "off":
            self._consented(self._face_consent)
        if self._consent is not None:
            self._consented(self._consent)

    def go_on(self, policy: Policy, faces: FacePolicy, *, paused: bool) -> None:
        """Take up what another process held to: before anything is listened to, and without telling it anew."""
        self._policy, self._faces, self.paused = policy, faces, paused
        self._pipeline.look(faces)
        given = (one.notice.text for one in (self._consent, self._face_consent) if one is not None)
        self._stages.accounting.consent(" ".join(given))
        if paused:
            self._stages.accounting.pause()
            self._stages.coach.pause(paused)

    def act(self, action: str, text: str = "") -> str:
        """See `MeetingHandle.act`."""
        self._pipeline.flush()
        return self._stages.coach.act(action, text)

    def feedback(self, suggestion: str, feedback: str) -> None:
        """See `MeetingHandle.feedback`."""
        self._stages.coach.feedback(suggestion, feedback)

    def control(self, setting: str, value: object) -> None:
        """See `MeetingHandle.control`."""
        if setting == "emotion_policy":
            self._switch_policy(value)
        elif setting == "faces":
            self._switch_faces(value)
        elif setting == "speaker_name":
            self._rename(value)
        elif setting == "muted":
            self._mute(value)
        elif setting == "retry":
            self._retry(value)
        else:
            self._stages.coach.control(setting, value)
            self._publish(SettingChanged(setting, "" if setting == "brief" else str(value)), None)
            if setting == "playbook":
                self._reconsider()

    @property
    def playbook(self) -> str:
        """The name of the playbook in use."""
        return self._stages.coach.playbook.name

    def pause(self) -> None:
        """See `MeetingHandle.pause`."""
        if self.paused:
            return
        self.paused = True
        for channel in self._pipeline:
            channel.words.flush()  # what was said until now is still transcribed; nothing is from here on
            channel.hold(held=True)
        self._stages.accounting.pause()
        self._stages.coach.pause(paused=True)
        self._publish(MeetingPaused(), None)

    def resume(self) -> None:
        """See `MeetingHandle.resume`."""
        if not self.paused:
            return
        self.paused = False
        self._stages.accounting.resume()  # first: a link sends what it still owes the moment its tape goes on
        for channel in self._pipeline:
            channel.hold(held=False)
        self._stages.coach.pause(paused=False)
        self._publish(MeetingResumed(), None)

    def keep_to_budget(self) -> None:
        """Give up what the money no longer allows, in the order emotion, suggestion rate, model."""
        level = self._stages.accounting.report(self._pipeline.length)
        if level is None:
            return
        self._stages.coach.degrade(level)
        if level is not Level.FULL and any(channel.pays_for_emotion for channel in self._pipeline):
            if self._faces != "off":
                self._use_faces("off")
            self._use_policy("off", "the meeting's budget is spent; voice emotion costs extra")

    def _switch_policy(self, value: object) -> None:
        """Stop and start meters so that the policy holds from this very sample on.

        `value` is a policy, or `{"policy": …, "consent": …}` where an acknowledgement is still needed.
        """
        asked = value if isinstance(value, dict) else {"policy": value}
        wanted = check_policy(asked.get("policy"))
        given = check_consent(str(asked.get("consent", "")), str(asked.get("by", "")))
        decision = decide(wanted, given or self._consent, self._stages.coach.playbook.refusal)
        if given is not None:
            self._consent = given
        self._use_policy(decision.policy, decision.reason)
        if given is not None:
            self._consented(given)

    def _reconsider(self) -> None:
        """Something the policy depends on has changed: what holds now? Nothing is switched on by that."""
        refusal = self._stages.coach.playbook.refusal
        decision = in_force(self._policy, self._consent, refusal)
        if decision.policy != self._policy:
            self._use_policy(decision.policy, decision.reason)
        faces = faces_in_force(self._faces, self._face_consent, refusal)
        if faces != self._faces:
            self._use_faces(faces)

    def _measured(self, channel: Channel) -> bool:
        """May this channel be scored now? The gate asks for everything that is about to leave."""
        return self._policy == "text-only" or channel in measured_channels(self._policy)

    def _seen(self, channel: Channel) -> bool:
        """May faces of this channel be looked at now? The gate asks for every picture."""
        return channel is seen_channel(self._faces)

    def _switch_faces(self, value: object) -> None:
        """`off`, or `{"policy": "tab" | "camera", "consent": …}`, an acknowledgement of their own."""
        asked = value if isinstance(value, dict) else {"policy": value}
        wanted = check_faces(asked.get("policy"))
        given = check_face_consent(str(asked.get("consent", "")), str(asked.get("by", "")))
        faces = decide_faces(wanted, given or self._face_consent, self._stages.coach.playbook.refusal)
        if given is not None:
            self._face_consent = given
        self._use_faces(faces)
        if given is not None:
            self._consented(given)

    def _use_faces(self, faces: FacePolicy) -> None:
        self._pipeline.look(faces)
        self._faces = faces
        self._publish(PolicyApplied(self._policy, f"faces: {faces}", faces), None)

    def _use_policy(self, policy: Policy, reason: str) -> None:
        self._policy = policy
        self._pipeline.measure(policy)
        self._publish(PolicyApplied(policy, reason, self._faces), None)

    def _consented(self, consent: Consent | FaceConsent) -> None:
        notice = consent.notice
        given = (one.notice.text for one in (self._consent, self._face_consent) if one is not None)
        self._stages.accounting.consent(" ".join(given))
        self._publish(ConsentRecorded(self._policy, consent.by or "user", notice.text, notice.name), None)

    def _rename(self, value: object) -> None:
        """`{"speaker": "tab:1", "name": "Dana"}`; for display only, so past lines need no second telling."""
        speaker = value.get("speaker") if isinstance(value, dict) else None
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(speaker, str) or not speaker:
            raise InputError("`speaker` must name a speaker, such as tab:1", field="speaker")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
            raise InputError(f"`name` must have 1 to {LONGEST_NAME} characters", field="name")
        self._stages.coach.rename(speaker, name.strip())
        self._publish(SpeakerRenamed(speaker, name.strip()), None)

    def _mute(self, value: object) -> None:
        """`{"channel": "mic", "muted": true}`: whoever sends that channel has switched it off there."""
        asked = value if isinstance(value, dict) else {}
        channel = next((each for each in self._pipeline if each.input.channel == asked.get("channel")), None)
        muted = asked.get("muted")
        if channel is None or not isinstance(muted, bool):
            wanted = '{"channel": "mic", "muted": true}'
            raise InputError(f"`muted` needs a channel that is fed, such as {wanted}", field="value")
        channel.input.mute(muted=muted)

    def _retry(self, value: object) -> None:
        """A branch that gave up is tried again now: `transcribe` or `emotion`."""
        branches = (Branch.TRANSCRIBE, Branch.EMOTION, Branch.LANGUAGE, Branch.FACE)
        branch = next((branch for branch in branches if branch == value), None)
        if branch is None:
            raise InputError(f"`retry` needs a branch: {', '.join(branches)}", field="value")
        for channel in self._pipeline:
            channel.retry(branch)
