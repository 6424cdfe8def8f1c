"""What a service and the decode process say to each other survives the socket; anything else is refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.local.decoder.wire import (
    LENGTH,
    LONGEST_MESSAGE,
    Answer,
    Cancel,
    Close,
    Decode,
    Decoded,
    Engine,
    Kind,
    Open,
    Opened,
    Pressure,
    Request,
    Shed,
    Unable,
    answer,
    encode,
    request,
)

COUNT = st.integers(0, 2**63 - 1)
KIND = st.sampled_from(Kind)
SHARE = st.floats(0, 1)
ROWS = st.lists(st.tuples(st.text(), COUNT, COUNT, SHARE)).map(tuple)
REQUESTS = st.one_of(
    st.builds(Open, COUNT, st.builds(Engine, st.text(), st.text(), COUNT)),
    st.builds(Decode, COUNT, COUNT, KIND, COUNT, st.binary(max_size=200), keyterms=st.just(("Ada", ""))),
    st.builds(Cancel, COUNT, COUNT),
    st.builds(Close, COUNT),
)
LIKE = st.lists(st.tuples(st.text(), SHARE), max_size=3).map(tuple)
ANSWERS = st.one_of(
    st.builds(Opened, COUNT),
    st.builds(Unable, COUNT, st.text()),
    st.builds(Decoded, COUNT, COUNT, KIND, COUNT, ROWS, LIKE, st.text(), SHARE, SHARE),
    st.builds(Shed, COUNT, COUNT),
    st.builds(Pressure, st.booleans(), SHARE, COUNT),
)


def body(message: Request | Answer) -> bytes:
    framed = encode(message)
    assert LENGTH.unpack_from(framed) == (len(framed) - LENGTH.size,)
    return framed[LENGTH.size :]


@given(REQUESTS)
def test_a_request_arrives_as_it_was(message: Request) -> None:
    assert request(body(message)) == message


@given(ANSWERS)
def test_an_answer_arrives_as_it_was(message: Answer) -> None:
    assert answer(body(message)) == message


def test_the_two_directions_are_not_confused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        request(body(Opened(1)))
    with pytest.raises(msgspec.MsgspecError):
        answer(body(Close(1)))


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for read in (request, answer):
        with pytest.raises(msgspec.MsgspecError):
            read(data)


@pytest.mark.parametrize("field", [{"kind": 7}, {"stream": "1"}, {"pcm": None}, {"stream": None}])
def test_a_field_of_another_kind_is_refused(field: dict[str, object]) -> None:
    told = {"type": "Decode", "stream": 1, "number": 0, "kind": 0, "offset": 0, "pcm": b""}
    assert request(msgspec.msgpack.encode(told)) == Decode(1, 0, Kind.FINAL, 0, b"")
    with pytest.raises(msgspec.MsgspecError):
        request(msgspec.msgpack.encode(told | field))


def test_the_longest_utterance_fits() -> None:
    half_a_minute = bytes(30 * 16_000 * 2)
    assert len(encode(Decode(0, 0, Kind.FINAL, 0, half_a_minute))) < LONGEST_MESSAGE
