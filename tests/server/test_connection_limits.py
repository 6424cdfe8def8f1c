from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from wingman.server.connection_limits import (
    DROPPED_AT_ONCE,
    MOMENT_SECONDS,
    WAITING_PER_ADDRESS,
    Budget,
    ConnectionLimits,
    Slot,
)

SMALL = Budget(asking=8, asking_per_address=4, waiting=400)


def opened(table: ConnectionLimits, address: str, dropped: list[Slot], now: float = 0.0) -> Slot:
    made: list[Slot] = []

    def drop() -> bool:
        dropped.append(made[0])
        return True

    slot = table.opened(address, drop, now)
    made.append(slot)
    return slot


def test_whoever_was_just_accepted_has_a_moment_to_ask() -> None:
    table, dropped = ConnectionLimits(), list[Slot]()
    slots = [opened(table, "a", dropped, number / 10_000) for number in range(1001)]
    assert not dropped, "a thousand overlays that come back together"
    assert all(table.asked(slot, "a") for slot in slots)


def test_the_longest_waiting_make_room_when_they_had_their_moment_and_who_asks_stays() -> None:
    table, dropped = ConnectionLimits(), list[Slot]()
    slots = [opened(table, "a", dropped) for _ in range(WAITING_PER_ADDRESS + 40)]
    assert table.asked(slots[1], "a")
    opened(table, "a", dropped, MOMENT_SECONDS)
    assert dropped == [slots[0], *slots[2 : DROPPED_AT_ONCE + 1]], "a flood is cleared in pieces"
    while len(dropped) < 40:
        opened(table, "a", dropped, MOMENT_SECONDS)
    assert slots[1] not in dropped


def test_who_has_asked_and_was_not_heard_yet_stays() -> None:
    table = ConnectionLimits(Budget(waiting=2))
    first = table.opened("a", lambda: False, 0.0)
    dropped = list[Slot]()
    second = opened(table, "b", dropped)
    opened(table, "c", dropped)
    assert dropped == [second]
    assert table.asked(first, "a")


def test_a_flood_of_one_address_takes_no_place_of_anothers() -> None:
    table, dropped = ConnectionLimits(SMALL), list[Slot]()
    other = opened(table, "b", dropped)
    flood = [opened(table, "a", dropped) for _ in range(2 * SMALL.waiting)]
    assert table.waiting == SMALL.waiting
    assert dropped == flood[: len(dropped)]
    assert other not in dropped


def test_many_addresses_share_what_there_is() -> None:
    table, dropped = ConnectionLimits(SMALL), list[Slot]()
    slots = [opened(table, str(n), dropped) for n in range(SMALL.waiting + 3)]
    assert dropped == slots[:3]


def test_a_proxy_has_no_budget_of_its_own_its_clients_do() -> None:
    table, dropped = ConnectionLimits(SMALL), list[Slot]()
    slots = [opened(table, "", dropped) for _ in range(SMALL.waiting)]
    opened(table, "a", dropped, 2 * MOMENT_SECONDS)
    assert dropped == slots[:1], "there is no room left at all"
    assert [table.asked(slot, "a") for slot in slots[1:6]] == [True] * 4 + [False]
    assert table.asked(slots[6], "b")
    table.answered(slots[6], "", 3.0)
    table.closed(slots[1])
    assert table.asked(slots[6], "a")


def test_all_together_may_ask_so_much() -> None:
    table = ConnectionLimits(SMALL)
    slots = [opened(table, str(number), []) for number in range(9)]
    assert [table.asked(slot, slot.address) for slot in slots] == [True] * 8 + [False]
    table.closed(slots[0])
    assert table.asked(slots[8], "8")


def test_a_process_with_few_descriptors_keeps_fewer() -> None:
    assert Budget().within(1_000) == Budget(500, 500, 500)
    assert Budget().within(1_000_000) == Budget()
    assert Budget().within(0) == Budget(16, 16, 16)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("oac"), st.floats(0, 5)), max_size=200))
def test_nothing_is_kept_of_what_is_gone(steps: list[tuple[int, str, float]]) -> None:
    table, slots = ConnectionLimits(Budget(3, 2, 4)), dict[int, Slot]()
    for number, what, now in steps:
        address = ("", "a", "b")[number % 3]
        slot = slots.get(number) or table.opened(address, partial(bool, number != 4), now)
        slots[number] = slot
        if what == "a" and not slot.asking:
            table.asked(slot, address or "c")
        elif what == "o" and slot.asking:
            table.answered(slot, address, now)
        elif what == "c":
            table.closed(slots.pop(number))
    for slot in slots.values():
        table.closed(slot)
    assert (table.waiting, table.asking) == (0, 0)
    assert not table._waiting_at
    assert not table._asking
