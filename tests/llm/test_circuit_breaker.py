from __future__ import annotations

import pytest

from wingman.core.errors import FaultKind, Health, ProviderFault
from wingman.llm.circuit_breaker import LONGEST_REST_S, REST_S, Breaker, Quotas


def fault(kind: FaultKind, wait: float | None = None) -> ProviderFault:
    return ProviderFault("no", kind=kind, retry_after=wait)


def test_it_rests_for_as_long_as_a_rate_limit_asks() -> None:
    breaker = Breaker()
    assert breaker.failed(fault(FaultKind.RATE_LIMITED, 17.0), now=100.0)
    assert breaker.health is Health.RETRYING
    assert not breaker.allows(116.9)
    assert breaker.allows(117.0)
    assert breaker.succeeded()
    assert str(breaker.health) == Health.UP


def test_three_failures_in_a_row_are_announced_once() -> None:
    breaker = Breaker()
    told = [breaker.failed(fault(FaultKind.TIMEOUT), now=1.0) for _ in range(4)]
    assert told == [False, False, True, False]
    assert not breaker.allows(1.0 + REST_S - 0.1)
    assert breaker.allows(1.0 + REST_S)


def test_a_success_forgets_the_failures_before_it() -> None:
    breaker = Breaker()
    for _ in range(5):
        assert not breaker.failed(fault(FaultKind.NETWORK), now=0.0)
        assert not breaker.failed(fault(FaultKind.NETWORK), now=0.0)
        assert not breaker.succeeded()
    assert breaker.allows(0.0)


def test_a_final_fault_ends_it() -> None:
    breaker = Breaker()
    assert breaker.failed(fault(FaultKind.AUTH), now=0.0)
    assert breaker.health is Health.DOWN
    assert not breaker.allows(1e9)


def test_a_quota_is_one_for_all_who_ask_the_same_model() -> None:
    quotas = Quotas()
    hit = fault(FaultKind.RATE_LIMITED, 17.0)
    assert quotas.note("a", hit, now=100.0) is hit
    with pytest.raises(ProviderFault, match="quota of a is used up; it is asked again in 7 s") as told:
        quotas.check("a", now=110.5)
    assert told.value.kind is FaultKind.RATE_LIMITED
    assert told.value.retry_after == 6.5
    quotas.check("a", now=117.0)
    quotas.check("b", now=101.0)


def test_other_faults_use_up_no_quota() -> None:
    quotas = Quotas()
    quotas.note("a", fault(FaultKind.UNAVAILABLE), now=1.0)
    quotas.check("a", now=1.0)


def test_no_service_is_left_alone_for_ever() -> None:
    breaker, quotas = Breaker(), Quotas()
    endless = fault(FaultKind.RATE_LIMITED, 1e14)
    breaker.failed(endless, now=0.0)
    quotas.note("m", endless, now=0.0)
    assert breaker.allows(LONGEST_REST_S)
    quotas.check("m", LONGEST_REST_S)
