"""Wingman as the server under test: the whole service, with both provider links, in a process of its own.

`python -m wingman.bench.server` prints `READY port` and serves until its input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import sys
import tempfile
from pathlib import Path

import structlog

from wingman.app import open_service
from wingman.app.http import serve_http
from wingman.cluster.workers import Start, input_ends, workers
from wingman.config.settings import Settings, build, load
from wingman.core.errors import WingmanError
from wingman.core.json import JsonObject
from wingman.server.event_loop import run
from wingman.server.gc_tuning import Heap
from wingman.server.serving import bound

HOST = "127.0.0.1"
PLACE = "WINGMAN_CLUSTER__"
"""How the variables begin that make a worker a node."""
ENDING_S = 10.0


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
    options.add_argument("--port", type=int, default=0, help="the port that workers share")
    options.add_argument("--worker", type=int, help="this worker's number, in one")
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        run(_many(chosen) if chosen.workers > 1 else _serve(chosen))
    except WingmanError as refused:
        sys.exit(f"wingman: {refused}")


def _settings(chosen: argparse.Namespace) -> Settings:
    if chosen.settings:
        return build(json.loads(chosen.settings))
    root = f"ws://127.0.0.1:{chosen.providers}"
    tree: JsonObject = {
        "server": {"port": chosen.port, "token": "bench"},
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
    place = {name: value for name, value in os.environ.items() if name.startswith(PLACE)}
    return load(environ=place if chosen.worker is not None else {}, beneath=tree)


async def _serve(chosen: argparse.Namespace) -> None:
    async with open_service(_settings(chosen), keep=bool(chosen.keep)) as service:
        service.hub.tap(Heap().hear)
        worker = chosen.worker is not None
        serving = asyncio.ensure_future(serve_http(service, _begun if worker else _announce, share=worker))
        await input_ends()
        serving.cancel()
        await asyncio.wait([serving])


async def _many(chosen: argparse.Namespace) -> None:
    """The nodes of `wingman serve --workers`, with the links and settings of a benchmark."""
    with tempfile.TemporaryDirectory(prefix="wingman-bench-") as folder, bound(HOST, 0, share=True) as held:
        port = held.getsockname()[1]
        flags = {
            "--providers": chosen.providers,
            "--chunk-ms": chosen.chunk_ms,
            "--media-path": chosen.media_path,
            "--keep": chosen.keep or folder,
            "--otlp": chosen.otlp,
            "--port": port,
        }
        given = [str(word) for flag in flags.items() for word in flag]
        command = [sys.executable, "-m", "wingman.bench.server", *given, "--worker"]
        start = Start(command, os.environ, ENDING_S)
        async with workers(chosen.workers, start, Path(folder) / "nats", secrets.token_bytes(32)):
            _announce(port)
            await input_ends()


def _announce(port: int) -> None:
    sys.stdout.write(f"READY {port}\n")
    sys.stdout.flush()


def _begun(_: int) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
