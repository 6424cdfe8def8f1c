"""Each provider is made from the settings and the meeting's wishes, and nothing runs before it is used."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.meeting import provider_builders as make
from wingman.meeting.api import MeetingSpec
from wingman.meeting.provider_builders import BuildContext, LocalWorker
from wingman.stt.deepgram.transcriber import DeepgramTranscriber

SETTINGS = build(
    {
        "transcribe": {"deepgram": {"api_key": "k", "language": "en", "keyterms": ["Wingman"]}},
        "emotion": {"hume": {"api_key": "k"}, "hume_v0": {"url": "ws://127.0.0.1:9", "api_key": "k"}},
        "suggest": {"gemini": {"api_key": "k"}, "openai": {"url": "http://127.0.0.1:9/v1", "model": "m"}},
    }
)
METERS = ("hume", "hume_v0", "hume_v0_text", "hume_v0_language", "hume_v0_faces", "prosody")


def context(spec: MeetingSpec | None = None, *, live: bool = True, settings: Any = SETTINGS) -> BuildContext:
    local = LocalWorker(settings, live=live)
    return BuildContext(settings, local, lambda: GatewayAccess(settings.emotion.hume_v0), spec or MeetingSpec())


@pytest.mark.parametrize("name", ["deepgram", "embedded"])
async def test_transcribers_are_what_they_say(name: str) -> None:
    made = getattr(make, name)(context())
    assert made.info.name == name
    assert made.info.remote is (name == "deepgram")


@pytest.mark.parametrize("name", METERS)
async def test_meters_are_what_they_say(name: str) -> None:
    made = getattr(make, name)(context())
    assert made.info.name == ("hume-v0" if name.startswith("hume_v0") else name)
    assert made.info.remote is (name != "prosody")


async def test_a_model_server_is_asked_under_its_name() -> None:
    made = make.openai(context())
    assert made.name == "openai"
    await made.aclose()


async def test_a_meetings_language_takes_the_place_of_the_configured_one() -> None:
    for spec, language in ((None, "en"), (MeetingSpec(language="de"), "de")):
        made = make.deepgram(context(spec))
        assert isinstance(made, DeepgramTranscriber)
        assert made._settings.language == language


async def test_a_model_server_without_an_address_is_refused() -> None:
    with pytest.raises(InputError, match=r"suggest\.openai\.url is empty"):
        make.openai(context(settings=build({})))


async def test_one_meeting_shares_its_worker_and_links() -> None:
    local = LocalWorker(SETTINGS)
    assert local.get() is local.get()
    assert local.decoder() is local.decoder()
    assert local.bulk_decoder() is local.bulk_decoder()
    assert local.decoder() is not local.bulk_decoder()
    assert LocalWorker(SETTINGS).get() is not local.get()


@pytest.mark.parametrize("live", [True, False])
async def test_a_model_that_is_not_there_is_refused(live: bool, tmp_path: Path) -> None:
    missing = {"model_dir": str(tmp_path)}
    settings = build({"transcribe": {"whisper": missing, "moonshine": missing}})
    for name in ("whisper", "moonshine"):
        with pytest.raises(InputError) as refused:
            getattr(make, name)(context(settings=settings, live=live))
        assert refused.value.field == f"transcribe.{name}.model"


async def test_nothing_runs_before_somebody_wants_it() -> None:
    local = LocalWorker(SETTINGS)
    before = asyncio.all_tasks()
    owner = asyncio.create_task(local.run())
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == {owner}
    owner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await owner
