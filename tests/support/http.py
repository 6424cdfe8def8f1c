"""HTTP clients of tests: they share what they trust, whose reading costs more than most of what they ask."""

from __future__ import annotations

from typing import Any

import httpx

from wingman.egress.http import trusted


def http_client(url: str = "", **options: Any) -> httpx.AsyncClient:
    """An asynchronous client of a server at `url`; proxy variables are not read."""
    return httpx.AsyncClient(base_url=url, verify=trusted(), **{"trust_env": False, **options})
