"""Errors carry what a user needs to mend them and what a supervisor needs to act."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.errors import FINAL_KINDS, FaultKind, InputError, ProviderFault, WingmanError


def test_an_input_error_is_one_sentence_with_its_field_and_status() -> None:
    wrong = InputError("`rate` must be a number", field="rate", status=422)
    assert isinstance(wrong, WingmanError)
    assert (str(wrong), wrong.field, wrong.status) == ("`rate` must be a number", "rate", 422)
    assert (InputError("no").field, InputError("no").status) == ("", 400)


@each("kind", FaultKind)
def test_only_what_somebody_has_to_change_is_final(kind: FaultKind) -> None:
    fault = ProviderFault("it failed", kind=kind, code="429", retry_after=3.0)
    assert fault.final is (kind in FINAL_KINDS)
    assert (fault.code, fault.retry_after) == ("429", 3.0)


def test_what_may_pass_by_itself_is_never_final() -> None:
    passing = {FaultKind.NETWORK, FaultKind.TIMEOUT, FaultKind.RATE_LIMITED, FaultKind.UNAVAILABLE}
    assert not passing & FINAL_KINDS
