"""What was said in a recording is handed on in its order, whatever channel was transcribed first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import Branch, Health, Progress, ProviderState
from wingman.core.speech import Final, SpeechEnded
from wingman.core.time import Channel, Span
from wingman.meeting.recording_order import RecordingOrder

TAB, MIC = Channel.TAB, Channel.MIC


def final(channel: Channel, end: int) -> Final:
    return Final(channel, Span(max(0, end - 10), end), ())


def progress(channel: Channel, upto: int) -> Progress:
    return Progress(Branch.TRANSCRIBE, channel, upto)


def over(channel: Channel, health: Health = Health.ENDED) -> ProviderState:
    return ProviderState(Branch.TRANSCRIBE, "x", health, channel)


def taken(order: RecordingOrder) -> list[int]:
    found = []
    while (due := order.take()) is not None:
        found.append(due[0])
    return found


def both() -> RecordingOrder:
    order = RecordingOrder()
    order.expect(TAB)
    order.expect(MIC)
    return order


def test_one_waits_for_the_other() -> None:
    order = both()
    for end in (10, 30, 50):
        order.put(MIC, final(MIC, end))
    order.put(MIC, progress(MIC, 60))
    assert taken(order) == []
    order.put(TAB, final(TAB, 20))
    order.put(TAB, progress(TAB, 40))
    assert taken(order) == [10, 20, 30, 40]
    assert order.told == 40
    order.put(TAB, over(TAB))
    assert taken(order) == [40, 50, 60]


def test_one_that_gave_up_is_not_waited_for_and_may_come_back() -> None:
    order = both()
    order.put(TAB, over(TAB, Health.DOWN))
    order.put(MIC, final(MIC, 10))
    order.put(MIC, progress(MIC, 10))
    assert taken(order) == [0, 10, 10]
    order.put(TAB, over(TAB, Health.UP))
    order.put(MIC, progress(MIC, 30))
    assert taken(order) == [0]
    order.release()
    assert taken(order) == [30]
    assert order.over


def test_a_channels_own_order_stands() -> None:
    order = both()
    ended = SpeechEnded(TAB, 5)
    order.put(TAB, final(TAB, 20))
    order.put(TAB, ended)  # tells an earlier moment, and came after
    order.release()
    assert [event for _, event in iter(order.take, None)][1:] == [ended]


EVENTS = st.lists(st.tuples(st.sampled_from(list(Channel)), st.integers(0, 500), st.booleans()), max_size=60)


@given(EVENTS)
def test_nothing_is_lost_and_time_never_goes_back(said: list[tuple[Channel, int, bool]]) -> None:
    order, found, count = both(), [], 0
    reached = dict.fromkeys(Channel, 0)
    for channel, step, pause in said:
        reached[channel] += step
        order.put(channel, final(channel, reached[channel]))
        order.put(channel, progress(channel, reached[channel]))
        count += 2
        if pause:
            found += taken(order)
    order.release()
    found += taken(order)
    assert len(found) == count
    assert found == sorted(found)
