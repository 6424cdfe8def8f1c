"""What a service does beside its meetings exists where it keeps something, and is closed with it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from wingman.app.background import open_background, sound_storage, stands_in
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()
HOOK = {"report": {"webhooks": {"crm": {"url": "http://127.0.0.1:9/x", "secret": SECRET, "events": []}}}}


async def test_a_service_that_keeps_nothing_sends_nothing_afterwards() -> None:
    log = MemoryLog()
    async with open_background(build(HOOK), log, Hub(log), None) as background:
        assert (background.webhooks, background.audio_store, list(background.forget)) == (None, None, [])


@pytest.mark.parametrize(("tree", "traces"), [({}, 1), (HOOK, 2)], ids=["sound", "sound and webhooks"])
async def test_a_deleted_meeting_is_forgotten_wherever_it_left_a_trace(
    tree: dict[str, Any], traces: int, tmp_path: Path
) -> None:
    log = MemoryLog()
    async with open_background(build(tree), log, Hub(log), tmp_path) as background:
        assert len(background.forget) == traces
        for forget in background.forget:
            await forget("m-nobody")


def test_sound_lies_where_the_settings_say(tmp_path: Path) -> None:
    own = sound_storage(build({}), tmp_path)
    assert own.shown("m-1").startswith(str(tmp_path))
    with pytest.raises(InputError, match=r"deliver\.store\.url"):
        sound_storage(build({"deliver": {"store": {"url": "ftp://nowhere"}}}), tmp_path)


def test_a_node_with_a_folder_of_its_own_stands_in_for_others() -> None:
    url = {"url": "nats://127.0.0.1:1", "key": "k" * 32}
    assert [
        stands_in(build(tree)) for tree in ({}, {"cluster": url}, {"cluster": {**url, "one_folder": True}})
    ] == [False, True, False]
