from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.server import connection_limits as limits
from wingman.server.connection_limits import ConnectionLimits, Slot


def opened(table: ConnectionLimits, address: str, dropped: list[Slot]) -> Slot:
    made: list[Slot] = []
    slot = table.opened(address, lambda: dropped.append(made[0]))
    made.append(slot)
    return slot


def test_the_longest_waiting_makes_room_and_who_asks_stays() -> None:
    table, dropped = ConnectionLimits(), list[Slot]()
    first = opened(table, "a", dropped)
    asking = opened(table, "a", dropped)
    assert table.asked(asking)
    for _ in range(limits.WAITING_PER_ADDRESS):
        opened(table, "a", dropped)
    assert dropped == [first]
    assert table.waiting == limits.WAITING_PER_ADDRESS


def test_many_addresses_share_what_there_is() -> None:
    table, dropped = ConnectionLimits(), list[Slot]()
    slots = [opened(table, str(n), dropped) for n in range(limits.WAITING + 3)]
    assert dropped == slots[:3]


def test_too_many_requests_of_one_address_are_refused_until_one_is_over() -> None:
    table = ConnectionLimits()
    slots = [opened(table, "a", []) for _ in range(3)]
    table.asked(slots[0])
    table._asking["a"] = limits.ASKING_PER_ADDRESS
    assert not table.asked(slots[1])
    assert table.asked(opened(table, "b", []))
    table.closed(slots[0])
    assert table.asked(slots[2])


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("oac")), max_size=200))
def test_nothing_is_kept_of_what_is_gone(steps: list[tuple[int, str]]) -> None:
    table, slots = ConnectionLimits(), dict[int, Slot]()
    for number, what in steps:
        slot = slots.get(number) or table.opened(str(number % 2), lambda: None)
        slots[number] = slot
        if what == "a" and not slot.asking:
            table.asked(slot)
        elif what == "o" and slot.asking:
            table.answered(slot)
        elif what == "c":
            table.closed(slots.pop(number))
    for slot in slots.values():
        table.closed(slot)
    assert (table.waiting, table.asking) == (0, 0)
    assert not table._waiting_at
    assert not table._asking
