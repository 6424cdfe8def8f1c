from __future__ import annotations

import socket
import sys

import pytest

from tests.support.until import until
from wingman.egress.tcp import TcpView

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


async def test_what_was_sent_is_counted_by_the_kernel_and_heard_after_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        peer, _ = server.accept()
        view = TcpView(client)
        before = view.position()
        assert before is not None
        client.sendall(b"x" * 5000)
        assert peer.recv(5000, socket.MSG_WAITALL) == b"x" * 5000
        await until(lambda: view.acked() == before + 5000)
        assert view.position() == view.sent() == before + 5000
        assert not view.over
        peer.close()
        client.shutdown(socket.SHUT_RDWR)
        client.close()
        await until(lambda: view.over)
        view.close()


def test_of_another_kind_of_socket_nothing_is_known() -> None:
    here, there = socket.socketpair()
    with here, there:
        for source in (here, None):
            view = TcpView(source)
            assert (view.acked(), view.position(), view.sent(), view.over) == (None, None, None, True)
