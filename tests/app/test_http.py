from __future__ import annotations

from typing import Any

import pytest

from wingman.app.http import MEDIA_ON_LOOPBACK, ingest_of
from wingman.config.settings import build


@pytest.mark.parametrize(
    ("tree", "candidates", "bound"),
    [
        ({"server": {"host": "127.0.0.1"}}, "near", MEDIA_ON_LOOPBACK),
        ({"server": {"host": "::1"}}, "near", MEDIA_ON_LOOPBACK),
        ({"server": {"host": "[::1]"}}, "near", MEDIA_ON_LOOPBACK),
        ({"server": {"host": "0.0.0.0"}}, "any", ()),
        ({"server": {"host": "127.0.0.1"}, "ingest": {"host_addresses": ["10.0.0.1"]}}, "near", ("10.0.0.1",)),
        ({"server": {"host": "127.0.0.1"}, "ingest": {"candidates": "any"}}, "any", MEDIA_ON_LOOPBACK),
    ],
    ids=["loopback", "loopback six", "loopback in brackets", "network", "address named", "candidates named"],
)
def test_media_is_bound_where_the_service_listens(
    tree: dict[str, Any], candidates: str, bound: tuple[str, ...]
) -> None:
    ingest = ingest_of(build(tree))
    assert (ingest.candidates, tuple(ingest.host_addresses)) == (candidates, bound)
