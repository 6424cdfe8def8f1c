"""Frames that every WebSocket server reads as the message they were made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side, State

from wingman.link.frames import FrameWriter


def read(*frames: bytes) -> list[tuple[Opcode, bytes]]:
    """What the library's own server side reads."""
    server = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
    for frame in frames:
        server.receive_data(frame)
    assert server.parser_exc is None
    return [(event.opcode, bytes(event.data)) for event in server.events_received()]  # type: ignore[union-attr]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_messages_come_out_as_they_went_in(messages: list[bytes]) -> None:
    writer = FrameWriter()
    assert read(*(writer.frame(each) for each in messages)) == [(Opcode.BINARY, each) for each in messages]


def test_every_length_has_its_head() -> None:
    writer = FrameWriter()
    for length in (0, 1, 125, 126, 127, 65_535, 65_536, 100_000):
        assert read(writer.frame(bytes(length))) == [(Opcode.BINARY, bytes(length))]


@given(st.text(max_size=200))
def test_text_is_text(message: str) -> None:
    assert read(FrameWriter().frame(message)) == [(Opcode.TEXT, message.encode())]


def test_no_key_comes_twice() -> None:
    writer = FrameWriter()
    keys = [writer.frame(bytes(8))[2:6] for _ in range(3000)]
    assert len(set(keys)) >= 2998, "four random bytes each; a rare twin is chance"
