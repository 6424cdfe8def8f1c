"""Messages of a telephone track come out in order; what is lost is known, and what comes late is not heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.transports.media_order import MOST_HELD, MOST_LATE, MediaOrder
from wingman.transports.telephony import MediaPayload

SOUND = bytes(160)
"""20 ms at 8 kHz."""


def message(number: int, place: int | None = None, stray_ms: int = 0) -> MediaPayload:
    at = (number - 1 if place is None else place) * 0.02 + stray_ms / 1000
    return MediaPayload("inbound", SOUND, at, number)


def played(messages: list[MediaPayload]) -> str:
    """The numbers as they are heard; before one: `!` something was lost, `~` it is late, `^` it begins anew."""
    order = MediaOrder(8000)
    out = [one for media in messages for one in order.push(media)] + list(order.flush())
    return " ".join(f"{'^' * one.anew}{'!' * one.lost}{'~' * one.late}{one.media.number}" for one in out)


def test_numbers_and_times_together_say_what_is_missing() -> None:
    far = 2 + MOST_LATE
    for numbers, heard in (
        ([1, 2, 3], "1 2 3"),
        ([4, 5, 6], "4 5 6"),  # the stream was there before
        ([1, 3, 2, 4], "1 2 3 4"),
        ([1, 4, 3, 2, 5], "1 2 3 4 5"),
        ([1, 2, 2, 3], "1 2 ~2 3"),
        ([1, 3, 3, 2], "1 ~3 2 3"),
        ([1, 3, 4], "1 !3 4"),
        ([1, 3, 4, 5, 6, 7, 8, 2, 2, 9], "1 !3 4 5 6 7 8 !~2 ~2 9"),  # its hole was told
        ([1, 3, 5, 6, 7, 8, 9, 10], "1 !3 !5 6 7 8 9 10"),
        ([far, 1, 2], f"{far} 1 2"),  # a count that began anew
    ):
        assert played([message(number) for number in numbers]) == heard, numbers
    both = [message(number, place) for place, number in enumerate((1, 3, 5, 7, 9))]
    assert played(both) == "1 3 5 7 9"  # numbered over two tracks: nothing is missing
    assert played([*both[:2], *both[3:]]) == "1 3 !7 9"
    assert played([message(1), message(1, 1), message(1, 2)]) == "1 1 1"  # no count at all
    assert played([message(1), message(2, 9), message(3, 10)]) == "1 2 3"  # a pause
    for stray in (9, 15, 17):
        assert (
            played([message(1), message(3, stray_ms=stray), message(4)]) == "1 3 4"
        )  # times that do not agree


def test_no_more_sound_waits_than_one_message_or_a_fifth_of_a_second() -> None:
    for size, held in ((20, 5), (60, 3), (100, 2), (1000, 1)):
        order, most, come, left = MediaOrder(8000), 0, 0, ""
        for number in (1, 3, 4, 5, 6, 7, 8, 2):
            media = MediaPayload("", bytes(size * 8), (number - 1) * size / 1000, number)
            out = order.push(media)
            come, left = come + 1, left + "".join(f"{'~' * one.late}{one.media.number}" for one in out)
            most = max(most, come - len(left.replace("~", "")))
        assert (most, left) == (held, "1345678~2"), size
    order = MediaOrder(8000)
    assert [len(order.push(message(number))) for number in (1, 2, 4, 5)] == [1, 1, 0, 0]
    assert [len(order.meanwhile(seconds)) for seconds in (0.1, 0.1, 0.02)] == [0, 0, 2]
    assert not order.holding


def test_a_count_that_begins_anew_with_its_clock_is_no_late_one() -> None:
    for size, before, after, heard in (
        (1000, [1, 2, 3, 4], [1, 2, 3], "1 2 3 4 1 2 3"),
        (1000, [7, 8, 9, 11], [7, 8], "7 8 9 !11 7 8"),
        (1000, [1, 2, 3, 4], [3, 5], "1 2 3 4 ~3 5"),
        (20, [1, 2, 3, 4], [1, 5], "1 2 3 4 ~1 5"),
        (20, [1, 2, 3, 4], [1], "1 2 3 4 ~1"),
        (20, [1, 2, 3, 4], [1, 1, 5], "1 2 3 4 ~1 ~1 5"),
        (20, [1, 2, 3, 5], [1, 2, 3, 4], "1 2 3 !5 ^1 2 3 4"),  # within its first two seconds
        (300, [7, 8, 9], [7, 8, 10], "7 8 9 ^7 8 !10"),
        (20, [1, 2, 3, 4], [1, 3, 4], "1 2 3 4 ^1 !3 4"),  # and its second message is lost
        (20, [1, 2, 3, 4], [1, 3, 2, 4], "1 2 3 4 ^1 2 3 4"),
        (20, [1, 2, 3, 4], [2, 1, 3, 4], "1 2 3 4 ~2 ^1 !3 4"),
        (20, [1, 2, 3, 4, 5], [1, 4, 6], "1 2 3 4 5 ~1 ~4 6"),
        (20, [1, 2, 3], [1, 3, 4], "1 2 3 ^1 !3 4"),
        (20, [1, 2], [1, 3, 4], "1 2 ~1 3 4"),
    ):
        messages = [MediaPayload("", bytes(size * 8), n * size / 1000, n) for n in before + after]
        assert played(messages) == heard


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.floats(0, 2), st.integers(0, 320)), max_size=40))
def test_every_message_leaves_once_and_few_are_held(said: list[tuple[int, float | None, int]]) -> None:
    order, left = MediaOrder(8000), 0
    for come, (number, at, size) in enumerate(said, 1):
        left += len(order.push(MediaPayload("", bytes(size), at, number)))
        assert come - left <= MOST_HELD
    assert left + len(order.flush()) == len(said)
