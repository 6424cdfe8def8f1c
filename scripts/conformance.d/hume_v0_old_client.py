"""The vendor's unmodified `hume` 0.7.8, for which the specification's examples are written, at a local gateway.

Run by the interpreter of the SDK's own environment: `hume_v0_old_client.py WS_URL FOLDER`. This version knows
one address, so the connection it asks for is opened to the local one. The folder holds `clip.wav` and
`face.jpg`. It prints one JSON object of facts; whoever started it judges them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import websockets
from hume import AsyncHumeClient
from hume.expression_measurement.stream import Config
from hume.expression_measurement.stream.socket_client import StreamConnectOptions
from hume.expression_measurement.stream.types import StreamLanguage

VENDOR = "wss://api.hume.ai"


def told(reply: object) -> dict:
    return {"class": type(reply).__name__, **reply.dict()}


def redirect(ws: str) -> None:
    vendors = websockets.connect

    def connect(uri: str, **options: object) -> object:
        return vendors(uri.replace(VENDOR, ws), **options)

    websockets.connect = connect


async def main(ws: str, folder: Path) -> dict:
    redirect(ws)
    hume = AsyncHumeClient(api_key="local-key")
    options = StreamConnectOptions(config=Config(language=StreamLanguage()))
    async with hume.expression_measurement.stream.connect(options=options) as socket:
        return {
            "text": told(await socket.send_text("Thank you. Why so?")),
            "file": told(await socket.send_file(str(folder / "clip.wav"), config=Config(prosody={}))),
            "image": told(await socket.send_file(str(folder / "face.jpg"), config=Config(face={}))),
            "job": told(await socket.get_job_details()),
            "error": told(await socket.send_file("bm90IG1lZGlh", config=Config(prosody={}))),
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], Path(sys.argv[2])))))
