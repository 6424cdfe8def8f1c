"""Whose face may be looked at: off until somebody chose and acknowledged it."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.core.face_policy import (
    FACE_NOTICES,
    FacePolicy,
    check_face_consent,
    check_faces,
    decide_faces,
    faces_in_force,
    seen_channel,
)
from wingman.core.time import Channel

TAB = check_face_consent("faces-tab@1", "ann")
CAMERA = check_face_consent("faces-camera@1", "ann")


@pytest.mark.parametrize("policy", get_args(FacePolicy))
def test_every_policy_is_one(policy: FacePolicy) -> None:
    assert check_faces(policy) == policy


@pytest.mark.parametrize("value", ["both", "", None, 1, ["tab"], "x" * 300])
def test_others_are_refused_by_name(value: Any) -> None:
    with pytest.raises(InputError, match="`faces` must be one of off, tab, camera"):
        check_faces(value)


def test_a_notice_is_acknowledged_by_its_name_or_its_words() -> None:
    for notice in FACE_NOTICES:
        assert check_face_consent(notice.name, "ann") == check_face_consent(notice.text, "ann")
    assert check_face_consent("  ", "ann") is None
    for odd in ("yes", "faces-tab", "faces-tab@2", FACE_NOTICES[0].text[:-1]):
        with pytest.raises(InputError, match="faces-tab@1"):
            check_face_consent(odd, "ann")


@each("consent", [None, TAB, CAMERA])
@each("refusal", ["", "a hiring playbook"])
@each("wanted", get_args(FacePolicy))
def test_nothing_holds_without_its_own_consent(wanted: FacePolicy, consent: Any, refusal: str) -> None:
    held = faces_in_force(wanted, consent, refusal)
    assert held in ("off", wanted)
    assert (held == "off") is (wanted == "off" or bool(refusal) or not (consent and consent.covers(wanted)))
    if held == wanted:
        assert decide_faces(wanted, consent, refusal) == wanted
    else:
        with pytest.raises(InputError):
            decide_faces(wanted, consent, refusal)


def test_pictures_show_one_side() -> None:
    assert [seen_channel(policy) for policy in get_args(FacePolicy)] == [None, Channel.TAB, Channel.MIC]
