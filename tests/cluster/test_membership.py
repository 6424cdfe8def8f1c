"""What a node lacks to join the others is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.nats import KEY
from wingman.app import open_service
from wingman.config.settings import build
from wingman.core.errors import InputError


@pytest.mark.parametrize(
    ("key", "field"), [("", "cluster.key"), ("short", "cluster.key"), (KEY, "cluster.url")]
)
async def test_what_is_missing_is_named(tmp_path: Path, key: str, field: str) -> None:
    settings = build(
        {"cluster": {"url": "nats://127.0.0.1:1", "key": key}, "deliver": {"data_dir": str(tmp_path)}}
    )
    with pytest.raises(InputError) as refused:
        async with open_service(settings):
            pass
    assert refused.value.field == field


async def test_servers_elsewhere_need_tls(tmp_path: Path) -> None:
    settings = build(
        {"cluster": {"url": "nats://10.0.0.7:4222", "key": KEY}, "deliver": {"data_dir": str(tmp_path)}}
    )
    with pytest.raises(InputError, match="no TLS") as refused:
        async with open_service(settings):
            pass
    assert refused.value.field == "cluster.url"
