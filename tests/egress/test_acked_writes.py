"""What a broken connection took with it is what the peer's kernel never had."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from wingman.egress.acked_writes import AckedWrites

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's TCP says what has arrived")

Pair = tuple[socket.socket, socket.socket]
SIZE = 10_000


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both ends of a TCP connection; the second one has room for little."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()) as ours:
            theirs, _ = listener.accept()
            with theirs:
                yield ours, theirs


def nothing_waits() -> int:
    return 0


def fill(ours: socket.socket) -> tuple[int, AckedWrites]:
    """Write messages of a second each until the kernel takes no more; how many there were."""
    waiting = 0
    delivered = AckedWrites(ours, lambda: waiting)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    ours.setblocking(False)
    for count in range(1, 10_000):
        try:
            taken = ours.send(bytes(SIZE))
        except BlockingIOError:
            taken = 0
        waiting = SIZE - taken
        delivered.wrote(SIZE, 1.0)
        if waiting:
            return count, delivered
    raise AssertionError("the kernel takes everything")


def read_all(theirs: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(theirs.recv(size))


def test_what_the_peer_has_read_is_not_lost(pair: Pair) -> None:
    ours, theirs = pair
    delivered = AckedWrites(ours, nothing_waits)
    ours.sendall(bytes(1000))
    delivered.wrote(1000, 0.5)
    read_all(theirs, 1000)
    theirs.send(b"x")
    ours.recv(1)  # with it comes word of what has arrived
    assert delivered.lost() == (0, 0.0)


def test_what_waits_when_the_connection_breaks_is_lost_once(pair: Pair) -> None:
    ours, theirs = pair
    count, delivered = fill(ours)
    held = len(theirs.recv(1 << 20, socket.MSG_PEEK))
    theirs.close()
    ours.close()
    size, seconds = delivered.lost()
    assert size == SIZE * seconds
    assert seconds == count - held // SIZE
    assert delivered.lost() == (0, 0.0)
    delivered.wrote(5, 5.0)
    assert delivered.lost() == (0, 0.0), "nothing is counted after the end"


def test_only_what_came_after_the_last_word_is_lost(pair: Pair) -> None:
    ours, theirs = pair
    waiting = 0
    delivered = AckedWrites(ours, lambda: waiting)
    ours.sendall(bytes(1000))
    delivered.wrote(1000, 0.5)
    read_all(theirs, 1000)
    theirs.send(b"x")
    ours.recv(1)
    waiting = 77
    delivered.wrote(77, 2.0)  # never got as far as the kernel
    assert delivered.lost() == (77, 2.0)


def test_what_is_no_tcp_connection_loses_nothing() -> None:
    one, other = socket.socketpair()
    with closing(one), closing(other):
        for source in (None, one):
            delivered = AckedWrites(source, lambda: 10)
            delivered.wrote(10, 1.0)
            assert delivered.lost() == (0, 0.0)
