"""The vendor's unmodified `hume` 0.13.13 against a local v0 gateway.

Run by the interpreter of the SDK's own environment: `hume_v0_client.py WS_URL HTTP_URL FOLDER`. The folder
holds `clip.wav` and `face.jpg`. Prints one JSON object of facts; whoever started it judges them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from hume import AsyncHumeClient
from hume.core.api_error import ApiError
from hume.environment import HumeClientEnvironment
from hume.expression_measurement.batch.types import InferenceBaseRequest, Models, Prosody
from hume.expression_measurement.stream import Config
from hume.expression_measurement.stream.stream.types import StreamModelsEndpointPayload


def client(ws: str, http: str, key: str) -> AsyncHumeClient:
    environment = HumeClientEnvironment(base=http, evi=ws, tts=http, stream=f"{ws}/v0/stream")
    return AsyncHumeClient(environment=environment, api_key=key)


def told(reply: object) -> dict:
    return {"class": type(reply).__name__, **reply.model_dump(mode="json", exclude_none=True)}


async def stream(hume: AsyncHumeClient, folder: Path) -> dict:
    async with hume.expression_measurement.stream.connect() as socket:
        language = Config(language={"granularity": "sentence"})
        publish = StreamModelsEndpointPayload(reset_stream=True, job_details=True)
        facts = {
            "text": told(await socket.send_text("Thank you. Why so?", config=language, payload_id="t1")),
            "file": told(
                await socket.send_file(folder / "clip.wav", config=Config(prosody={}), payload_id="f1")
            ),
            "burst": told(await socket.send_file(folder / "clip.wav", config=Config(burst={}))),
            "image": told(await socket.send_file(folder / "face.jpg", config=Config(face={}))),
            "mesh": told(await socket.send_facemesh([[[0.0, 0.0, 0.0]] * 478], config=Config(facemesh={}))),
            "job": told(await socket.get_job_details()),
            "reset": told(await socket.reset()),
            "error": told(await socket.send_file("bm90IG1lZGlh", config=Config(prosody={}), payload_id="e1")),
        }
        await socket.send_publish(publish)
        facts["publish"] = told(await socket.recv())
        return facts


async def batch(hume: AsyncHumeClient, folder: Path) -> dict:
    api = hume.expression_measurement.batch
    file = ("clip.wav", (folder / "clip.wav").read_bytes(), "audio/wav")
    wanted = InferenceBaseRequest(models=Models(prosody=Prosody()))
    job = await api.start_inference_job_from_local_file(file=[file], json=wanted)
    states = []
    while not states or states[-1] not in ("COMPLETED", "FAILED"):
        states.append((await api.get_job_details(job)).state.status)
    found = await api.get_job_predictions(job)
    artifacts = b"".join([part async for part in api.get_job_artifacts(job)])
    grouped = found[0].results.predictions[0].models.prosody.grouped_predictions
    return {
        "states": states,
        "jobs": len(await api.list_jobs()),
        "emotions": len(grouped[0].predictions[0].emotions),
        "artifacts": artifacts[:2].decode(),
    }


async def refused(ws: str, http: str) -> int:
    try:
        async with client(ws, http, "wrong-key").expression_measurement.stream.connect():
            return 101
    except ApiError as error:
        return error.status_code


async def main(ws: str, http: str, folder: Path) -> None:
    hume = client(ws, http, "local-key")
    facts = {"stream": await stream(hume, folder), "batch": await batch(hume, folder)}
    facts["refused"] = await refused(ws, http)
    print(json.dumps(facts))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
