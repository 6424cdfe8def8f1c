"""What parent and worker say to each other survives the pipe."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.local.endpointer import Onset
from wingman.local.wire import (
    HEADER,
    LENGTH,
    Command,
    Done,
    Message,
    ProsodyMeasured,
    Reached,
    Ready,
    SpeechFound,
    decode,
    encode,
    pack,
)

TIMES = st.integers(0, 2**62)
MESSAGES = st.one_of(
    st.just(Ready()),
    st.builds(Done, st.integers(0, 99)),
    st.builds(Reached, st.integers(0, 99), TIMES),
    st.builds(ProsodyMeasured, st.integers(0, 99), TIMES, TIMES, st.text(), st.floats(0, 1)),
)


@given(MESSAGES)
def test_up(message: Message) -> None:
    framed = encode(message)
    (length,) = LENGTH.unpack_from(framed)
    assert decode(framed[LENGTH.size :]) == message
    assert length == len(framed) - LENGTH.size


@given(st.sampled_from(Command), st.integers(0, 2**32 - 1), TIMES, st.binary(max_size=100))
def test_down(command: Command, stream: int, at: int, payload: bytes) -> None:
    packed = pack(command, stream, at, payload)
    assert HEADER.unpack_from(packed) == (command, stream, at, len(payload))
    assert packed[HEADER.size :] == payload


def test_marks_keep_their_kind() -> None:
    fields = dict.fromkeys(Onset.__struct_fields__, 5)
    found = SpeechFound(1, Onset(**fields))
    assert decode(encode(found)[LENGTH.size :]) == found


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"type": "Nothing"}'])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(body)
