"""A request has one reply; an error ends the connection only where its code says so; no change loses one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.support.v0_gateway import SHAPES, Gateway, Ways, speech
from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.errors import FaultKind, ProviderFault
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.connection import RotatingConnection, open_connection
from wingman.emotion.hume_v0.notices import SameErrors
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.link.supervisor import Outcome
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume_v0.server import GatewayHabits, HumeV0Emulator
from wingman.testing.virtual_time import run

SECOND = b"\x00\x20" * 16_000
Check = Callable[[HumeV0Emulator, HumeV0Settings, GatewayAccess], Awaitable[None]]


def with_gateway(
    check: Check,
    *faults: Fault,
    errors: dict[int, tuple[str, str]] | None = None,
    habits: GatewayHabits = GatewayHabits(),
    **changes: Any,
) -> None:
    async def main() -> None:
        async with HumeV0Emulator(FaultScript(faults), habits, errors=errors) as gateway:
            base = HumeV0Settings(
                url=gateway.url,
                http_url=gateway.http_url,
                api_key=Secret("local-key"),
                secret_key=Secret("local-secret"),
            )
            settings = msgspec.structs.replace(base, **changes)
            await check(gateway, settings, GatewayAccess(settings))

    run(main())


@pytest.mark.parametrize("echo_ids", [True, False])
def test_a_clip_is_answered(echo_ids: bool) -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with await open_connection(settings, access, SameErrors()) as link:
            reply, lead = await link.measure(SECOND, "one")
            assert (reply.failure, lead) == (None, 0)
            assert reply.predictions["prosody"]
            await asyncio.sleep(7)
            assert link.idle_s == pytest.approx(7, abs=0.1)
            await link.keep_alive()
            assert link.idle_s < 1
        assert [len(taken.audio) for taken in gateway.taken] == [16_000, 8_000]

    with_gateway(check, habits=GatewayHabits(echo_ids=echo_ids))


def test_a_sliding_window_puts_what_was_heard_in_front() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with await open_connection(settings, access, SameErrors()) as link:
            assert [(await link.measure(SECOND, str(n)))[1] for n in range(4)] == [0, 16_000, 24_000, 24_000]

    with_gateway(check, stream_window_ms=2500)


def test_an_option_that_is_refused_is_left_out_and_the_clip_asked_about_again() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with await open_connection(settings, access, SameErrors()) as link:
            reply, _ = await link.measure(SECOND, "one")
        assert (reply.failure, gateway.requests, access.wanted.burst) == (None, 2, False)

    with_gateway(check, errors={1: ("E0102", "burst is not served here")}, burst=True)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("E0200", None),
        ("E0400", None),
        ("E0301", FaultKind.BILLING),
        ("E0100", FaultKind.BAD_REQUEST),
        ("I0100", FaultKind.UNAVAILABLE),
    ],
)
def test_the_code_decides_what_an_error_costs(code: str, kind: FaultKind | None) -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with await open_connection(settings, access, SameErrors()) as link:
            if kind is not None:
                with pytest.raises(ProviderFault) as fault:
                    await link.measure(SECOND, "one")
                assert (fault.value.kind, fault.value.code) == (kind, code)
                return
            reply, _ = await link.measure(SECOND, "one")
            assert reply.failure is not None
            before = asyncio.get_running_loop().time()
            await link.rested()
            waited = asyncio.get_running_loop().time() - before
            assert (waited > 0.2) == (code == "E0400"), "a gateway in trouble is left alone for a moment"
            assert (await link.measure(SECOND, "two"))[0].failure is None

    with_gateway(check, errors={1: (code, "as scripted")})


def test_a_gateway_that_says_nothing_is_a_fault() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        with pytest.raises(ProviderFault, match="stopped answering") as fault:
            async with await open_connection(settings, access, SameErrors()) as link:
                await link.ask(wire.clip(SECOND, "one"))
        assert fault.value.kind is FaultKind.TIMEOUT

    with_gateway(check, Fault(kind=Kind.DEAF))


def test_a_token_that_was_revoked_is_replaced_once() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        await access.target()
        gateway.revoke_tokens()
        async with await open_connection(settings, access, SameErrors()) as link:
            assert (await link.measure(SECOND, "one"))[0].failure is None
        assert gateway.minted == 2

    with_gateway(check, auth="token")


def test_the_next_connection_is_open_before_the_last_is_left() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with RotatingConnection(settings, access) as line:
            first = await line.ready()
            assert await line.ready() is first
            await asyncio.sleep(31)
            second = await line.ready()
            assert (second is first, gateway.connections) == (False, 2)
            assert (await second.measure(SECOND, "one"))[0].failure is None

    with_gateway(check, rotate_after_s=30.0)


def test_where_no_other_connection_can_be_had_the_old_one_serves_on() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with RotatingConnection(settings, access) as line:
            first = await line.ready()
            await asyncio.sleep(31)
            assert [await line.ready() for _ in range(3)] == [first] * 3
            assert gateway.connections == 2, "it is not tried again at once"
            assert (await first.measure(SECOND, "one"))[0].failure is None

    with_gateway(check, habits=GatewayHabits(connections=1), rotate_after_s=30.0)


@pytest.mark.parametrize("echo_ids", [True, False])
def test_a_message_nobody_asked_for_is_not_taken_for_an_answer(echo_ids: bool) -> None:
    async def main() -> None:
        greeting = SHAPES["flat"]("W0105", "No speech.")
        async with Gateway(Ways(greeting=greeting, echo=echo_ids)) as gateway:
            settings = HumeV0Settings(url=gateway.url, api_key=Secret("spec-key"))
            async with await open_connection(settings, GatewayAccess(settings), SameErrors()) as link:
                await asyncio.sleep(0.1)
                for name in ("one", "two"):
                    reply, _ = await link.measure(speech(1.0, "Doubt").tobytes(), name)
                    assert reply.predictions["prosody"][0].scores[0].label == "doubt"

    run(main())


@pytest.mark.parametrize(("code", "reason"), [(1008, "E0300: no credit"), (1011, '{"code": "e0300"}')])
def test_a_close_that_gives_a_code_is_judged_by_it(code: int, reason: str) -> None:
    async def main() -> None:
        async with Gateway(Ways(closings={1: (code, reason)})) as gateway:
            settings = HumeV0Settings(url=gateway.url, api_key=Secret("spec-key"))
            async with await open_connection(settings, GatewayAccess(settings), SameErrors()) as link:
                with pytest.raises(ProviderFault, match="out of credit") as fault:
                    await link.measure(SECOND, "one")
                assert fault.value.kind is FaultKind.BILLING

    run(main())


def test_a_refused_handshake_that_gives_a_code_is_judged_by_it() -> None:
    async def main() -> None:
        async with Gateway(Ways(refusals={1: (403, SHAPES["nested"]("E0300", "none"))})) as gateway:
            settings = HumeV0Settings(url=gateway.url, api_key=Secret("spec-key"))
            with pytest.raises(ProviderFault, match="out of credit"):
                await open_connection(settings, GatewayAccess(settings), SameErrors())

    run(main())


def test_on_a_plan_of_one_the_other_waits_says_so_and_has_its_turn() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        told: list[str] = []
        another = GatewayAccess(settings)  # of another meeting, or another process

        async def ask() -> None:
            async with RotatingConnection(settings, another, held=told.append) as line:
                assert (await (await line.ready()).measure(SECOND, "other"))[0].failure is None

        async with asyncio.TaskGroup() as group, RotatingConnection(settings, access) as line:
            await (await line.ready()).measure(SECOND, "one")
            assert line.rest() is None
            group.create_task(ask())
            await asyncio.sleep(5.0)
            assert line.rest() is Outcome.SHARED
        (sentence,) = told
        assert "the only connection" in sentence
        assert "emotion.hume_v0.connections" in sentence
        assert [len(traffic.texts) for traffic in gateway.traffic] == [1, 1]

    with_gateway(check, habits=GatewayHabits(connections=1), connections=1)


def test_on_a_plan_of_one_the_old_connection_is_left_before_the_next_is_opened() -> None:
    async def check(gateway: HumeV0Emulator, settings: HumeV0Settings, access: GatewayAccess) -> None:
        async with RotatingConnection(settings, access) as line:
            for name in ("one", "two", "three"):
                await (await line.ready()).measure(SECOND, name)
                await asyncio.sleep(11)
        assert len(gateway.traffic) == 3

    with_gateway(check, habits=GatewayHabits(connections=1), connections=1, rotate_after_s=10.0)
