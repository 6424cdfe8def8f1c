"""What a stranger may make the service send packets to, and how often."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import InputError
from wingman.transports.ice_candidates import MOST_TRIED, RENEWED_S, CandidateBudget, may_try

NEAR = "1 1 udp 2113937151 192.168.1.7 51000 typ host"
FAR = "1 1 udp 1677729535 8.8.8.8 51000 typ srflx raddr 0.0.0.0 rport 0"


USABLE = {
    "near": NEAR,
    "far": FAR,
    "upper case": NEAR.replace("udp", "UDP"),
    "extended": f"{NEAR} generation 0 ufrag abcd network-cost 10",
    "IPv6": "2 1 udp 1 fd00::7 9 typ host",
}


@pytest.mark.parametrize("kind", USABLE)
def test_an_address_by_udp_is_tried(kind: str) -> None:
    assert may_try(USABLE[kind], far=True)
    assert may_try(USABLE[kind], far=False) == (kind != "far")


UNUSABLE = {
    "a name": NEAR.replace("192.168.1.7", "client.example"),
    "mDNS": NEAR.replace("192.168.1.7", "4d2c7b9a-0000-4000-8000-000000000000.local"),
    "TCP": NEAR.replace("udp", "tcp") + " tcptype active",
    "multicast": NEAR.replace("192.168.1.7", "224.0.0.251"),
    "broadcast": NEAR.replace("192.168.1.7", "255.255.255.255"),
    "metadata service": NEAR.replace("192.168.1.7", "169.254.169.254"),
    "link-local": NEAR.replace("192.168.1.7", "fe80::1%eth0"),
    "mapped": NEAR.replace("192.168.1.7", "::ffff:224.0.0.251"),
    "everywhere": NEAR.replace("192.168.1.7", "0.0.0.0"),
    "port 0": NEAR.replace("51000", "0"),
    "port beyond": NEAR.replace("51000", "70000"),
    "peer reflexive": NEAR.replace("host", "prflx"),
    "short form": NEAR.replace("192.168.1.7", "192.168.7"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_cannot_be_tried_is_passed_over(kind: str) -> None:
    assert not may_try(UNUSABLE[kind], far=True)
    assert CandidateBudget(0, far=True).take([UNUSABLE[kind], NEAR]) == (NEAR,)


def test_however_they_come_few_are_tried() -> None:
    budget = CandidateBudget(used=4, far=False)
    many = [NEAR.replace("51000", str(port)) for port in range(1000, 1100)]
    tried = [len(budget.take(many[at : at + 10])) for at in range(0, 100, 10)]
    assert sum(tried) == MOST_TRIED - 4


def test_a_restart_may_name_others_but_not_all_the_time() -> None:
    budget = CandidateBudget(used=0, far=False)
    many = [NEAR] * 100
    tried = []
    for moment in range(100):
        budget.renew(moment * RENEWED_S / 10)
        tried.append(len(budget.take(many)))
    assert sum(tried) == 10 * MOST_TRIED


NONE = ["", "1 1 udp", "1 one udp 1 127.0.0.1 9 typ host", "🙂", f"1 {'1' * 5000} udp 1 a 9 typ host"]


@pytest.mark.parametrize("line", NONE, ids=["empty", "short", "a word", "a picture", "endless digits"])
def test_what_is_none_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="is none"):
        CandidateBudget(0, far=True).take([NEAR, line])


@given(st.text(max_size=80))
def test_whatever_comes_is_judged(text: str) -> None:
    with contextlib.suppress(InputError):
        CandidateBudget(0, far=True).take([text])
