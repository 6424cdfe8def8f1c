"""Wingman as the server under test: the whole service, with both provider links, in a process of its own.

`python -m wingman.bench.server` prints `READY port` and serves until its input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import sys

import structlog

from wingman.app import open_service
from wingman.config.settings import build
from wingman.core.json import JsonObject
from wingman.server.event_loop import run
from wingman.server.gc_tuning import Heap
from wingman.server.workers import serve_worker, workers


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--providers", type=int, default=0, help="port of the stand-in providers")
    options.add_argument("--settings", default="", help="all settings as one JSON object, in place of these")
    options.add_argument("--chunk-ms", type=int, default=100)
    options.add_argument("--media-path", default="direct")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--keep", default="", help="folder to log events to; left out, they stay in memory")
    options.add_argument("--otlp", default="", help="root of a collector to send telemetry to")
    options.add_argument("--control", type=int, help="descriptor of the dispatcher's socket, in a worker")
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    run(_dispatch(chosen) if chosen.workers > 1 else _serve(chosen))


def _settings(chosen: argparse.Namespace) -> JsonObject:
    root = f"ws://127.0.0.1:{chosen.providers}"
    return {
        "server": {"port": 0, "token": "bench"},
        "ingest": {"media_path": chosen.media_path, "host_addresses": ["127.0.0.1"], "tape_s": 10.0},
        "transcribe": {
            "provider": "deepgram",
            "deepgram": {"api_key": "bench", "url": root, "chunk_ms": chosen.chunk_ms},
        },
        "emotion": {
            "provider": "hume",
            "policy": "counterpart",
            "hume": {"api_key": "bench", "url": root, "frame_ms": chosen.chunk_ms, "max_lag_ms": 200},
        },
        "suggest": {"provider": "cues"},
        "deliver": {"data_dir": chosen.keep} if chosen.keep else {},
        "observe": {"otlp_url": chosen.otlp},
    }


async def _serve(chosen: argparse.Namespace) -> None:
    settings = build(json.loads(chosen.settings) if chosen.settings else _settings(chosen))
    async with open_service(settings, keep=bool(chosen.keep)) as service:
        service.hub.tap(Heap().hear)
        if chosen.control is not None:
            live = service.manager.all_live
            await serve_worker(service.http(), lambda: [meeting.id for meeting in live()], chosen.control)
            return
        serving = asyncio.ensure_future(service.serve(_announce))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        serving.cancel()
        await asyncio.wait([serving])


async def _dispatch(chosen: argparse.Namespace) -> None:
    def command(_number: int, control: int) -> list[str]:
        flags = {"--providers": chosen.providers, "--chunk-ms": chosen.chunk_ms, "--control": control}
        return [sys.executable, "-m", "wingman.bench.server", *(str(x) for pair in flags.items() for x in pair)]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.0)
        async with workers(listener, chosen.workers, command) as dispatcher:
            _announce(listener.getsockname()[1])
            serving = asyncio.ensure_future(dispatcher.run())
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            serving.cancel()
            await asyncio.wait([serving])


def _announce(port: int) -> None:
    sys.stdout.write(f"READY {port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
