"""What a stranger may make the service send packets to, and how often."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.transports.ice_candidates import MOST_TRIED, RENEWED_S, CandidateBudget, destination

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
    assert destination(USABLE[kind], far=True)
    assert bool(destination(USABLE[kind], far=False)) == (kind != "far")


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


@each("kind", UNUSABLE)
def test_what_cannot_be_tried_is_passed_over(kind: str) -> None:
    assert destination(UNUSABLE[kind], far=True) is None
    assert CandidateBudget((), far=True).take([UNUSABLE[kind], NEAR]) == (NEAR,)


MANY = [NEAR.replace("51000", str(port)) for port in range(1000, 1100)]


def test_however_they_come_few_are_tried() -> None:
    budget = CandidateBudget(MANY[90:94], far=False)
    tried = [len(budget.take(MANY[at : at + 10])) for at in range(0, 90, 10)]
    assert sum(tried) == MOST_TRIED - 4


def test_a_restart_may_name_others_but_not_all_the_time() -> None:
    budget = CandidateBudget((), far=False)
    tried = []
    for moment in range(100):
        budget.renew(moment * RENEWED_S / 10)
        tried.append(len(budget.take(MANY)))
    assert sum(tried) == 10 * MOST_TRIED


@given(st.data())
def test_only_addresses_that_were_not_tried_before_cost(data: st.DataObject) -> None:
    """Whatever stands in several m-lines, and however often a client repeats itself: 24 addresses are tried."""
    spelled = st.sampled_from([*MANY[:40], *(f"{line} generation 0" for line in MANY[:40])])
    offered = data.draw(st.lists(st.sampled_from(MANY[:MOST_TRIED]), max_size=60))
    budget, seen = CandidateBudget(offered, far=False), {line.split()[5] for line in offered}
    for fragment in data.draw(st.lists(st.lists(spelled, max_size=60), max_size=6)):
        new = list(dict.fromkeys(line.split()[5] for line in fragment if line.split()[5] not in seen))
        tried = [line.split()[5] for line in budget.take(fragment)]
        assert tried == new[: MOST_TRIED - len(seen)]
        seen.update(tried)


def test_a_new_way_is_tried_with_the_addresses_of_the_old_one() -> None:
    budget = CandidateBudget(MANY[:3] * 2, far=False)
    for moment in (0.0, RENEWED_S / 4):
        budget.renew(moment)
        assert budget.take(MANY[:3]) == tuple(MANY[:3])
        assert budget.take(MANY[:3]) == ()


NONE = ["", "1 1 udp", "1 one udp 1 127.0.0.1 9 typ host", "🙂", f"1 {'1' * 5000} udp 1 a 9 typ host"]


@pytest.mark.parametrize("line", NONE, ids=["empty", "short", "a word", "a picture", "endless digits"])
def test_what_is_none_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="is none"):
        CandidateBudget((), far=True).take([NEAR, line])


@given(st.text(max_size=80))
def test_whatever_comes_is_judged(text: str) -> None:
    with contextlib.suppress(InputError):
        CandidateBudget((), far=True).take([text])
