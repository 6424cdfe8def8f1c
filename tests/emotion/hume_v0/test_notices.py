"""Codes by family, whatever shape they come in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import FaultKind
from wingman.emotion.hume_v0.notices import (
    PAUSE_LONGEST_S,
    SAME_ERRORS,
    UNKNOWN,
    Effect,
    Notice,
    SameErrors,
    ended,
    fault_of,
    notices,
    pause_s,
    said_in,
)

EFFECTS = {
    "E0100": Effect.STOP,
    "E0102": Effect.STOP,
    "E0203": Effect.SKIP,
    "E0300": Effect.STOP,
    "E0404": Effect.PAUSE,
    "E0500": Effect.PAUSE,
    "E0714": Effect.RECONNECT,
    "I0100": Effect.RECONNECT,
    "W0105": Effect.NOTICE,
    "E0999": Effect.PAUSE,
    "E9": Effect.PAUSE,
    "INVALID": Effect.PAUSE,
    "WARNING": Effect.PAUSE,
    "": Effect.PAUSE,
}


@each(("code", "effect"), EFFECTS.items())
def test_the_family_decides(code: str, effect: Effect) -> None:
    assert Notice(code, "because").effect is effect


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("E0100", FaultKind.BAD_REQUEST),
        ("E0300", FaultKind.BILLING),
        ("E0714", FaultKind.NETWORK),
        ("I0100", FaultKind.UNAVAILABLE),
    ],
)
def test_what_ends_a_connection_says_so(code: str, kind: FaultKind) -> None:
    fault = fault_of(Notice(code, "because."))
    assert fault is not None
    assert (fault.kind, fault.code, code in str(fault)) == (kind, code, True)


@pytest.mark.parametrize("code", ["E0203", "E0404", "E0500", "W0105", "E0999", ""])
def test_what_does_not_end_it_is_no_fault(code: str) -> None:
    assert fault_of(Notice(code, "because.")) is None


def test_a_warning_of_no_known_family_is_one_all_the_same() -> None:
    assert Notice("", "Odd.", warning=True).effect is Effect.NOTICE
    assert Notice("E0300", "Out of credit.", warning=True).effect is Effect.STOP


SHAPES: dict[str, Any] = {
    "nested": {"error": {"code": "E0300", "message": "no"}},
    "nested, code outside": {"error": {"message": "no"}, "code": "E0300"},
    "flat": {"error": "no", "code": "E0300"},
    "flat, code in the words": {"error": "no (E0300)"},
    "true": {"error": True, "code": "E0300", "message": "no"},
    "list": {"errors": [{"code": "E0300", "message": "no"}]},
    "bare": {"code": "E0300", "message": "no"},
    "typed": {"type": "error", "code": "E0300", "message": "no"},
    "model": {"prosody": {"error": {"code": "E0300", "message": "no"}}},
    "warning": {"warning": "no", "code": "E0300"},
    "small letters": {"error": {"code": " e0300 ", "message": "no"}},
    "capital members": {"Error": {"Code": "E0300", "Message": "no"}},
    "error in an error": {"error": {"error": {"code": "E0300", "message": "no"}}},
    "list as a body": [{"error": {"code": "E0300", "message": "no"}}],
    "model in a list": [{"prosody": [{"error": "no", "code": "E0300"}]}],
    "other name": {"error": {"error_code": "E0300", "message": "no"}},
    "words": "no (E0300)",
}


@each("shape", SHAPES.values())
def test_every_shape_is_read(shape: Any) -> None:
    (found,) = notices(shape, ("prosody",))
    assert found.code == "E0300"
    assert found.text.startswith("no")


@pytest.mark.parametrize(
    "raw", [{}, {"error": None}, {"error": ""}, {"warning": []}, {"prosody": {"predictions": []}}]
)
def test_nothing_is_no_notice(raw: Any) -> None:
    assert not list(notices(raw, ("prosody",)))


def test_a_number_is_a_code_that_no_family_knows() -> None:
    (found,) = notices({"error": {"code": 300, "message": "no"}})
    assert (found.code, found.effect) == ("300", Effect.PAUSE)


def test_words_alone_are_an_error_without_a_code() -> None:
    (found,) = notices({"message": "Forbidden", "requestId": "r"})
    assert (found.code, found.text, found.effect) == ("", "Forbidden", Effect.PAUSE)


@each(
    ("text", "kind"),
    [
        ('{"error": {"code": "E0300", "message": "no credit"}}', FaultKind.BILLING),
        ("E0101: bad configuration", FaultKind.BAD_REQUEST),
        ("e0714 idle", FaultKind.NETWORK),
        ("W0105", FaultKind.UNAVAILABLE),
        ("E0404: not here", FaultKind.UNAVAILABLE),
        ("going down", None),
        ("", None),
        ('"', None),
    ],
)
def test_a_connection_that_ends_says_why(text: str, kind: FaultKind | None) -> None:
    fault = ended(said_in(text))
    assert (fault and fault.kind) == kind


def test_a_page_of_words_is_cut() -> None:
    fault = fault_of(Notice("E0100", "x " * 5000))
    assert fault is not None
    assert len(str(fault)) < 400


def test_the_same_error_too_often_ends_the_connection() -> None:
    errors = SameErrors()
    bad = Notice("E0200", "unreadable")
    assert [errors.refused(bad) for _ in range(SAME_ERRORS - 1)] == [None] * (SAME_ERRORS - 1)
    stop = errors.refused(bad)
    assert stop is not None
    assert stop.final
    again = errors.refused(bad)
    assert again is not None, "on the next connection the first one is one too many"
    errors.answered()
    assert errors.refused(bad) is None


def test_a_trouble_of_the_gateway_s_own_is_tried_on_another_connection() -> None:
    errors = SameErrors(limit=2)
    gone = Notice("E0404", "gone")
    assert errors.refused(gone) is None
    fault = errors.refused(gone)
    assert fault is not None
    assert not fault.final
    assert errors.refused(gone) is None


def test_different_errors_are_not_the_same() -> None:
    errors = SameErrors(limit=2)
    codes = ("E0200", "E0201") * 10
    assert all(errors.refused(Notice(code, "")) is None for code in codes)


@given(st.integers(min_value=-3, max_value=10_000))
def test_pauses_grow_and_are_bounded(count: int) -> None:
    assert 0 < pause_s(count) <= pause_s(count + 1) <= PAUSE_LONGEST_S


def test_there_is_a_family_for_everything() -> None:
    assert Notice("\x00", "").family is UNKNOWN
