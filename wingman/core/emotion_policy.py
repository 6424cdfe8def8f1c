"""Whose voice may be measured, and under which acknowledgement. Pure.

Voice emotion is off until the user switches it on and acknowledges what that means; playbooks for
interviews, hiring and internal teams refuse it whatever the user says (EU AI Act, Article 5(1)(f)).
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from wingman.core.errors import InputError
from wingman.core.time import Channel

Policy = Literal["off", "counterpart", "self", "text-only"]
"""Whose voice is measured: nobody's, the others', the user's own; or only words."""

NOTICE = (
    "I have told the other participants that this call is transcribed and that the energy or expression of "
    "voices is measured, and none of them objected."
)
"""What a user acknowledges before a voice is measured."""


def check_policy(value: Any) -> Policy:
    """`value` as a policy. Raises `InputError`."""
    for policy in get_args(Policy):
        if value == policy:
            return policy  # type: ignore[no-any-return]  # get_args is untyped; these are the literals
    choices = ", ".join(get_args(Policy))
    raise InputError(
        f"`emotion_policy` must be one of {choices}, not {str(value)[:40]!r}", field="emotion_policy"
    )


def measured_channels(policy: Policy) -> frozenset[Channel]:
    """The channels whose voice the policy lets a meter hear."""
    if policy == "counterpart":
        return frozenset({Channel.TAB})
    if policy == "self":
        return frozenset({Channel.MIC})
    return frozenset()


def decide(wanted: Policy, *, consent: str, refused_because: str = "") -> tuple[Policy, str]:
    """The policy in force and why. Raises `InputError` when the acknowledgement is missing.

    `refused_because` is the playbook's reason for refusing voice emotion; empty when it does not.
    """
    if wanted == "off":
        return "off", "off by default"
    if measured_channels(wanted) and refused_because:
        return "off", refused_because
    if measured_channels(wanted) and not consent.strip():
        raise InputError(
            "measuring voices needs an acknowledgement; send its words as `consent`, or `emotion_policy: off`",
            field="consent",
        )
    return wanted, "acknowledged by the user" if consent else "text only: no voice is measured"
