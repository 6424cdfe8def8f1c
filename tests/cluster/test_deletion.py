"""A deleted call leaves nothing that can be read, in a store of another maker as well. Run with `-m slow`."""

from __future__ import annotations

import pytest

from scripts.proofs._cluster_deletion import in_objects
from tests.support.nats import Servers


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_nothing_of_a_call_is_left_in_an_object_store(one_server: Servers) -> None:
    for figure in await in_objects(one_server):
        assert figure.value == 0, figure
