"""`wingman serve`: the service until a signal ends it."""

from __future__ import annotations

import argparse

from wingman.app import open_service
from wingman.choose import choose
from wingman.commands.common import base_url, run_until_signal, settings_of
from wingman.config import Settings


def main(arguments: argparse.Namespace) -> int:
    return run_until_signal(_serve(settings_of(arguments)))


async def _serve(settings: Settings) -> int:
    async with open_service(settings) as service:
        choices = choose(settings, service.registry.facts, settings.emotion.policy)

        def ready(port: int) -> None:
            root = base_url(settings.server.host, port)
            print(f"Wingman is ready: {root}/?token={service.token}")
            print(f"  transcriber  {choices.transcriber.provider:<10} {choices.transcriber.why}")
            print(f"  emotion      {choices.emotion.provider:<10} {choices.emotion.why}")
            print(f"  suggestions  {choices.suggester.provider:<10} {choices.suggester.why}", flush=True)

        await service.serve(ready)
    return 0
