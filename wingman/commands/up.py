"""`wingman up`, and `wingman` alone: the service with its home page opened; one that runs already is only
opened."""

from __future__ import annotations

import argparse

import httpx

from wingman.commands import serve
from wingman.commands.common import base_url, login_command, settings_of

ANSWER_S = 2.0


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    root = base_url(settings.server.host, settings.server.port)
    if running(root):
        print(f"Wingman runs already: {root}/")
        login = login_command(arguments, settings.server.port)
        print(f"  not logged in there? `{login}` makes a link", flush=True)
        serve.open_page(f"{root}/")
        return 0
    arguments.open = True
    return serve.main(arguments)


def running(root: str) -> bool:
    """Does a Wingman answer at this address?"""
    try:
        answer = httpx.get(f"{root}/readyz", timeout=ANSWER_S, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.headers.get("content-type", "").startswith("application/json") and "status" in answer.text
