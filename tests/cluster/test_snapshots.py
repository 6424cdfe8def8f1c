"""When a stream is there as it was saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.nats import Servers, nodes
from wingman.cluster import snapshots, subjects
from wingman.core.errors import InputError


async def test_rows_that_ran_out_since_make_no_other_stream(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, 1) as (node,):
        for name in "abc":
            await node.jetstream.publish(subjects.row(f"code.{name}"), b"a row", headers={"Nats-TTL": "300"})
        for stream in (subjects.TABLES, subjects.CONFIG):
            await snapshots.save(node.jetstream, stream, tmp_path)
        first = (await node.jetstream.stream(subjects.TABLES))["state"]["first_seq"]
        await node.jetstream.erase(subjects.TABLES, first)  # as the servers do it when its time is over
        assert not await snapshots.lacking(node.jetstream, subjects.TABLES, tmp_path)
        await node.jetstream.publish(subjects.row("code.d"), b"and since then")
        with pytest.raises(InputError, match="other records in WM_TABLES"):
            await snapshots.lacking(node.jetstream, subjects.TABLES, tmp_path)
        await node.jetstream.publish("config.x", b"nothing runs out here")
        with pytest.raises(InputError, match="other records in WM_CONFIG"):
            await snapshots.lacking(node.jetstream, subjects.CONFIG, tmp_path)
