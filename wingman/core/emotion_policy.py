"""Whose voice may be measured, and under which acknowledgement. Pure.

Voice emotion is off until somebody switches it on and acknowledges a notice; playbooks for interviews, hiring
and internal teams refuse it whatever anybody says (EU AI Act, Article 5(1)(f)). What holds is a function of
what is so now, `in_force`: whoever changes one of its arguments asks it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from wingman.core.errors import InputError
from wingman.core.time import Channel

Policy = Literal["off", "counterpart", "self", "both", "text-only"]
"""Whose voice is measured: nobody's, the others', the user's own, both; or only words."""

POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """What a policy is called where people choose it, and in a report."""

    title: str
    about: str
    reported: str


POLICY_WORDS: Mapping[str, PolicyWords] = {
    "off": PolicyWords("Off", "Tone is not measured.", "tone off"),
    "text-only": PolicyWords(
        "Words only", "Tone is read from the transcript. No voice is analysed.", "tone from words only"
    ),
    "counterpart": PolicyWords("Their voices", "The tone of the others is measured.", "tone of the others"),
    "self": PolicyWords("My voice", "Only your own tone is measured.", "tone of yourself"),
    "both": PolicyWords("All voices", "The tone of everybody is measured.", "tone of everybody"),
}
"""In the order in which pages offer them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody acknowledges before a voice is measured. Its words change with its version alone."""

    id: str
    version: int
    policies: tuple[Policy, ...]
    """What it is good for."""
    text: str
    offered: bool = True
    """False for one that no client may name: it is true of our own sample only."""

    @property
    def name(self) -> str:
        """How a client names it: `counterpart@1`."""
        return f"{self.id}@{self.version}"


EITHER: tuple[Policy, ...] = ("counterpart", "self", "both")
NOTICES: tuple[Notice, ...] = (
    Notice(
        "voices", 1, EITHER,
        "I have told the other participants that this call is transcribed and that the energy or expression of "
        "voices is measured, and none of them objected.",
    ),
    Notice(
        "counterpart", 1, ("counterpart",),
        "I have told the other participants that the tone of their voices is analysed in this call, and they "
        "agree. I do not use this to judge employees or applicants.",
    ),
    Notice(
        "counterpart-standing", 1, ("counterpart",),
        "Before each call I listen to this way, I tell the other participants that the tone of their voices is "
        "analysed, and go on only if they agree. I do not use this to judge employees or applicants.",
    ),
    Notice("self", 1, ("self",), "I agree that the tone of my own voice is analysed in this call."),
    Notice(
        "self-standing", 1, ("self",),
        "I agree that the tone of my own voice is analysed in each call I listen to this way.",
    ),
    Notice(
        "recording", 1, EITHER, "I am allowed to measure the voices in this recording.",
    ),
    Notice(
        "sample", 1, EITHER, "The voices of the sample are synthetic; nobody is measured.",
        offered=False,
    ),
    Notice(
        "self-test", 1, EITHER,
        "In this test nobody is heard but me and the synthetic voice that speaks the sentence.",
    ),
)  # fmt: skip
RECORDING, SAMPLE = NOTICES[5], NOTICES[6]


@dataclass(frozen=True, slots=True)
class Consent:
    """Which notice was acknowledged, and by whom."""

    notice: Notice
    by: str
    """The grant it came with; or what was asked for on a command line."""

    def covers(self, policy: Policy) -> bool:
        return policy in self.notice.policies


@dataclass(frozen=True, slots=True)
class Decision:
    """The policy in force, and why."""

    policy: Policy
    reason: str


def check_policy(value: Any) -> Policy:
    """`value` as a policy. Raises `InputError`."""
    for policy in POLICIES:
        if value == policy:
            return policy
    choices = ", ".join(POLICIES)
    raise InputError(
        f"`emotion_policy` must be one of {choices}, not {str(value)[:40]!r}", field="emotion_policy"
    )


def check_consent(value: str, by: str) -> Consent | None:
    """A notice's name (`counterpart@1`) or its very words as a consent; None for an empty `value`.

    Free text proves nothing. Raises `InputError`.
    """
    said = " ".join(value.split())
    if not said:
        return None
    known = [notice for notice in NOTICES if notice.offered]
    for notice in known:
        if said in (notice.name, notice.text):
            return Consent(notice, by)
    names = ", ".join(notice.name for notice in known)
    raise InputError(
        f"`consent` names the notice that was acknowledged: one of {names} (their words: GET /api/notices)",
        field="consent",
    )


def measured_channels(policy: Policy) -> frozenset[Channel]:
    """The channels whose voice the policy lets a meter hear."""
    if policy == "counterpart":
        return frozenset({Channel.TAB})
    if policy == "self":
        return frozenset({Channel.MIC})
    if policy == "both":
        return frozenset(Channel)
    return frozenset()


def in_force(wanted: Policy, consent: Consent | None, refusal: str) -> Decision:
    """What holds now. `refusal` is why the playbook in use refuses voice emotion; empty when it does not."""
    if wanted == "off":
        return Decision("off", "off by default")
    if not measured_channels(wanted):
        return Decision(wanted, "text only: no voice is measured")
    if refusal:
        return Decision("off", refusal)
    if consent is None or not consent.covers(wanted):
        return Decision("off", "nobody has acknowledged that voices are measured")
    return Decision(wanted, f"acknowledged: {consent.notice.name}")


def decide(wanted: Policy, consent: Consent | None, refusal: str = "") -> Decision:
    """`in_force` for somebody who asks for it now. Raises `InputError` when the acknowledgement is missing."""
    if measured_channels(wanted) and not refusal and (consent is None or not consent.covers(wanted)):
        names = " or ".join(n.name for n in NOTICES if n.offered and wanted in n.policies)
        raise InputError(
            f"measuring voices needs an acknowledgement; send `consent: {names}`, or `emotion_policy: off`",
            field="consent",
        )
    return in_force(wanted, consent, refusal)
