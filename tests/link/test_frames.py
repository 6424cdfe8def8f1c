"""Frames that every WebSocket server reads as the message they were made of, and what a server sends back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from wingman.link.frames import FrameReader, FrameWriter


def read(*frames: bytes) -> list[tuple[Opcode, bytes]]:
    """What the library's own server side reads."""
    server = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
    for frame in frames:
        server.receive_data(frame)
    assert server.parser_exc is None
    return [(event.opcode, bytes(event.data)) for event in server.events_received()]  # type: ignore[union-attr]  # frames alone


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


HEADS = st.sampled_from([0x81, 0x82, 0x88, 0x89, 0x8A, 0x01, 0x02, 0x80, 0x00, 0xC1, 0x83])
"""Text, binary, close, ping, pong; then fragments, and what no server may send."""


def served(head: int, payload: bytes) -> bytes:
    """A frame as a server sends it."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes([head]) + length + payload


def client() -> Protocol:
    return Protocol(Side.CLIENT, state=State.OPEN, max_size=200)


def heard(protocol: Protocol) -> list[tuple[Opcode, bytes]]:
    return [(event.opcode, bytes(event.data)) for event in protocol.events_received()]  # type: ignore[union-attr]  # frames alone


@given(st.lists(st.tuples(HEADS, st.binary(max_size=220)), max_size=12), st.data())
def test_a_server_is_heard_as_the_library_hears_it(
    frames: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    """However the network cuts it up, and whatever the server does wrong."""
    stream = b"".join(served(*frame) for frame in frames)
    alone = client()
    alone.receive_data(stream)
    reader, rest = FrameReader(longest=200), client()
    got: list[tuple[Opcode, bytes]] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)), "cut")
        for message, piece in reader.feed(stream[:cut]):
            if not message:
                rest.receive_data(piece)
                got += heard(rest)
            elif rest.close_rcvd is None and rest.parser_exc is None:
                got.append((Opcode.TEXT, piece))
        stream = stream[cut:]
    plain = [(Opcode.TEXT if opcode is Opcode.BINARY else opcode, told) for opcode, told in heard(alone)]
    assert [(Opcode.TEXT if opcode is Opcode.BINARY else opcode, told) for opcode, told in got] == plain
    assert type(rest.parser_exc) is type(alone.parser_exc)


def test_every_length_is_read() -> None:
    reader = FrameReader(longest=1 << 20)
    for length in (0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20):
        served_long = Frame(Opcode.BINARY, bytes(length)).serialize(mask=False)
        assert reader.feed(served_long[:1]) == []
        assert reader.feed(served_long[1:]) == [(True, bytes(length))]
    assert not reader.odd
