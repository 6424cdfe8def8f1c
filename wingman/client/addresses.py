"""Where a service answers: one address, or several nodes of which any will do."""

from __future__ import annotations

import httpx

from wingman.core.errors import InputError

HIGHEST_PORT = 65_535


class Addresses:
    """The address in use, and the next one when nobody answers there."""

    def __init__(self, url: str) -> None:
        """`url`: one address, or several with commas between them. Raises `InputError` for what is none."""
        self._all = [_checked(one.strip().rstrip("/")) for one in url.split(",") if one.strip()]
        if not self._all:
            raise InputError("give the service's address, such as http://127.0.0.1:8710", field="url")
        self._at = 0

    @property
    def here(self) -> str:
        """The one in use."""
        return self._all[self._at]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._all)

    def go_on(self) -> None:
        """Nobody answers here: use the next one."""
        self._at = (self._at + 1) % len(self._all)


def _checked(url: str) -> str:
    """The address. Raises `InputError` where no request can be made of it."""
    if not url.startswith(("http://", "https://")):
        raise InputError(f"a service's address begins with http:// or https://, not {url[:80]!r}", field="url")
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as odd:
        raise InputError(f"{url[:80]!r} is no address: {odd}", field="url") from None
    if not parts.host or parts.query or parts.fragment or (parts.port or 0) > HIGHEST_PORT:
        raise InputError(f"{url[:80]!r} is no address; write one such as http://127.0.0.1:8710", field="url")
    return url
