"""Whose face may be looked at, and under which acknowledgement. Pure.

Pictures are off until somebody chooses where they come from and acknowledges a notice of their own. Playbooks
that refuse to measure voices refuse faces as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from wingman.core.errors import InputError
from wingman.core.time import Channel

FacePolicy = Literal["off", "tab", "camera"]
"""Where pictures may come from: nowhere, the meeting's own tab (the others), or the user's camera."""


@dataclass(frozen=True, slots=True)
class FaceNotice:
    """What somebody acknowledges before a face is measured. Its words change with its version alone."""

    id: str
    version: int
    policies: tuple[FacePolicy, ...]
    text: str

    @property
    def name(self) -> str:
        """How a client names it: `faces-tab@1`."""
        return f"{self.id}@{self.version}"


FACE_NOTICES = (
    FaceNotice(
        "faces-tab",
        1,
        ("tab",),
        "I have told everybody whose face is seen in this call that single pictures are measured for their "
        "expression and not kept, and they agreed. I do not use this to judge employees or applicants.",
    ),
    FaceNotice(
        "faces-camera",
        1,
        ("camera",),
        "I agree that single pictures of my camera are measured for my expression in this call and not kept.",
    ),
)


@dataclass(frozen=True, slots=True)
class FaceConsent:
    """Which notice was acknowledged, and by whom."""

    notice: FaceNotice
    by: str

    def covers(self, policy: FacePolicy) -> bool:
        """Whether it was acknowledged for pictures from there."""
        return policy in self.notice.policies


def check_faces(value: Any) -> FacePolicy:
    """`value` as a policy. Raises `InputError`."""
    for policy in get_args(FacePolicy):
        if value == policy:
            return policy  # type: ignore[no-any-return]  # get_args is untyped; these are the literals
    choices = ", ".join(get_args(FacePolicy))
    raise InputError(f"`faces` must be one of {choices}, not {str(value)[:40]!r}", field="faces")


def check_face_consent(value: str, by: str) -> FaceConsent | None:
    """A notice's name (`faces-tab@1`) or its very words; None for an empty `value`. Raises `InputError`."""
    said = " ".join(value.split())
    if not said:
        return None
    for notice in FACE_NOTICES:
        if said in (notice.name, notice.text):
            return FaceConsent(notice, by)
    names = ", ".join(notice.name for notice in FACE_NOTICES)
    raise InputError(
        f"`faces_consent` names the notice that was acknowledged: one of {names}",
        field="faces_consent",
    )


def seen_channel(policy: FacePolicy) -> Channel | None:
    """The channel whose speakers the pictures show; None where there are none."""
    return {"tab": Channel.TAB, "camera": Channel.MIC}.get(policy)


def faces_in_force(wanted: FacePolicy, consent: FaceConsent | None, refusal: str) -> FacePolicy:
    """What holds now. `refusal` is why the playbook in use refuses voices; empty when it does not."""
    if wanted == "off" or refusal or consent is None or not consent.covers(wanted):
        return "off"
    return wanted


def decide_faces(wanted: FacePolicy, consent: FaceConsent | None, refusal: str = "") -> FacePolicy:
    """`faces_in_force` for somebody who asks for it now. Raises `InputError` when it cannot be."""
    if wanted != "off" and refusal:
        raise InputError(
            f"faces are not measured here ({refusal}); leave `faces` off", field="faces", status=409
        )
    if wanted != "off" and (consent is None or not consent.covers(wanted)):
        names = " or ".join(notice.name for notice in FACE_NOTICES if wanted in notice.policies)
        raise InputError(
            f"measuring faces needs its own acknowledgement; send `faces_consent: {names}`, or `faces: off`",
            field="faces_consent",
        )
    return faces_in_force(wanted, consent, refusal)
