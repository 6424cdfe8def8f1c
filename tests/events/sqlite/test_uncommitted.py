"""Every event is handed on once and in order, whether or not the disk answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core import codec
from wingman.core.errors import Branch
from wingman.core.events import Envelope, TranscriptGap
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.events.sqlite.uncommitted import Uncommitted

PAYLOAD = TranscriptGap(Channel.TAB, Branch.TRANSCRIBE, GapCause.PAUSED)


def event(seq: int, meeting: str = "m-1") -> Envelope:
    return codec.envelope(seq, meeting, 0.0, PAYLOAD)


ONE, TWO, THREE = (event(seq) for seq in (1, 2, 3))


def test_what_the_disk_takes_is_handed_on_then() -> None:
    account = Uncommitted({"m-1": 0, "m-old": 9})
    account.appended(ONE, 5.0)
    account.appended(TWO, 6.0)
    assert account.waiting_since == 5.0
    assert account.answered([ONE], durable=True) == [ONE]
    assert (account.waiting_since, account.upto("m-1")) == (6.0, 1)
    assert (account.upto("m-old"), account.upto("m-none")) == (9, 0)
    assert list(account.volatile("m-1")) == []


def test_what_the_disk_does_not_answer_for_is_read_from_memory_until_it_does() -> None:
    account = Uncommitted({})
    for each in (ONE, TWO):
        account.appended(each, 1.0)
    assert account.overdue() == [ONE, TWO]
    assert account.waiting_since is None
    assert account.answered([ONE], durable=True) == [], "handed on already"
    account.written([ONE])
    assert list(account.volatile("m-1")) == [TWO]
    account.written([TWO])
    assert list(account.volatile("m-1")) == []


def test_what_the_disk_refused_is_kept_in_memory() -> None:
    account = Uncommitted({})
    account.appended(ONE, 1.0)
    assert account.answered([ONE], durable=False) == [ONE]
    assert list(account.volatile("m-1")) == [ONE]


def test_a_deleted_meeting_leaves_nothing_and_takes_nothing_of_the_others() -> None:
    account, other = Uncommitted({"m-1": 7}), event(1, "m-2")
    account.appended(event(8), 1.0)
    account.overdue()
    account.appended(event(9), 2.0)
    account.appended(other, 3.0)
    account.forget("m-1")
    assert (account.upto("m-1"), list(account.volatile("m-1"))) == (0, [])
    assert account.waiting_since == 3.0
    assert account.overdue() == [other]


@given(st.lists(st.sampled_from(["append", "answer", "refuse", "overdue", "write"]), max_size=40))
def test_whatever_the_disk_does_clients_hear_everything_once(steps: list[str]) -> None:
    account, heard = Uncommitted({}), list[int]()
    appended, answered = list[Envelope](), 0
    for step in steps:
        if step == "append":
            appended.append(event(len(appended) + 1))
            account.appended(appended[-1], 0.0)
        elif step == "overdue":
            heard += [each.seq for each in account.overdue()]
        elif step == "write":
            account.written(appended[:answered])
        else:
            fresh = appended[answered : answered + 2]
            answered += len(fresh)
            heard += [each.seq for each in account.answered(fresh, durable=step == "answer")]
        assert heard == list(range(1, len(heard) + 1))
        assert account.upto("m-1") == len(heard) >= answered
        assert (account.waiting_since is None) == (len(heard) == len(appended))
        held = {each.seq for each in account.volatile("m-1")}
        assert held >= set(range(answered + 1, len(heard) + 1)), "what the disk does not hold is readable"
