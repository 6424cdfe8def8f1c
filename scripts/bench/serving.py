"""What every peer's server shares: a port of its own choice, `READY port`, and an end when its input ends."""

from __future__ import annotations

import os
import socket
import sys
import threading

import aioice.ice

# aioice leaves loopback out; the load comes over loopback, so every peer gets the same help
_stock = aioice.ice.get_host_addresses
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [*_stock(use_ipv4, use_ipv6), "127.0.0.1"]


def serve(uvicorn, app, loop: str = "asyncio") -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"READY {listener.getsockname()[1]}", flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    config = uvicorn.Config(app, log_level="error", loop=loop)
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)
