from __future__ import annotations

import socket

import pytest
from starlette.applications import Starlette

from wingman.core.errors import InputError
from wingman.server.serving import serve


async def test_a_taken_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} .* is taken.*server\.port") as refused:
            await serve(Starlette(), "127.0.0.1", port)
        assert refused.value.field == "server.port"


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host.invalid"])
async def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(InputError, match=r"server\.host"):
        await serve(Starlette(), host, 0)
