"""One process needs nothing of the cluster, and says so where somebody asks for it without having it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.nats import KEY
from wingman.app import open_service
from wingman.config.settings import build
from wingman.core.errors import InputError

ALONE = """
import asyncio, sys
from wingman.app import open_service
from wingman.app.http import application
from wingman.config.settings import build
from wingman.meeting.api import MeetingSpec

async def main():
    tree = {"deliver": {"data_dir": sys.argv[1]}, "transcribe": {"provider": "off"},
            "suggest": {"provider": "cues", "meaning": "off"}}
    async with open_service(build(tree)) as service:
        application(service)
        await (await service.manager.create(MeetingSpec())).end()

asyncio.run(main())
loaded = [name for name in sys.modules if name.split(".")[0] == "nats" or name.startswith("wingman.cluster")]
import wingman.commands.serve
print(sorted([*loaded, *{"nats", "nkeys"} & sys.modules.keys()]))
"""


def test_a_service_of_one_process_loads_no_nats(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


async def test_without_the_extra_it_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wingman.cluster.membership", None)
    settings = build(
        {"cluster": {"url": "nats://127.0.0.1:1", "key": KEY}, "deliver": {"data_dir": str(tmp_path)}}
    )
    with pytest.raises(InputError, match=r"wingman-sidecar\[cluster\]"):
        async with open_service(settings):
            pass
