"""What the server of our own is started with."""

from __future__ import annotations

import pytest

from wingman.cluster import nats_server
from wingman.cluster.nats_server import CORES_EACH


@pytest.mark.parametrize(("cores", "used"), [(1, "1"), (CORES_EACH, "1"), (4 * CORES_EACH, "4")])
def test_it_uses_few_cores_unless_its_operator_says_how_many(
    cores: int, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_server, "usable_cores", lambda: cores)
    assert nats_server._environment({"HOME": "/h"}) == {"HOME": "/h", "GOMAXPROCS": used}
    assert nats_server._environment({"GOMAXPROCS": "7"}) == {"GOMAXPROCS": "7"}
