"""Whatever opens a connection below a branch finds that branch's way out, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from wingman.egress.outlet import Outlet, current, first_through, outlet


class Way:
    """A way out that remembers what left."""

    open = True

    def __init__(self) -> None:
        self.left: list[tuple[int, float]] = []

    def sent(self, size: int, seconds: float) -> None:
        self.left.append((size, seconds))


def test_outside_a_meeting_there_is_none() -> None:
    assert current() is None


def test_it_holds_inside_and_the_one_before_comes_back() -> None:
    outer, inner = Way(), Way()
    with outlet(outer):
        with outlet(inner):
            assert current() is inner
        assert current() is outer
    assert current() is None


async def test_tasks_of_two_branches_do_not_mix() -> None:
    async def branch(way: Outlet) -> bool:
        with outlet(way):
            await asyncio.sleep(0)
            return current() is way

    assert await asyncio.gather(*(branch(Way()) for _ in range(10))) == [True] * 10


async def test_a_stream_asks_through_its_outlet_piece_by_piece() -> None:
    seen: list[Outlet | None] = []

    async def stream() -> AsyncGenerator[str, None]:
        for piece in ("a", "b"):
            seen.append(current())
            yield piece

    way = Way()
    assert [piece async for piece in first_through(way, stream())] == ["a", "b"]
    assert seen == [way, way]
    assert current() is None
