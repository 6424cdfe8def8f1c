"""Where a service answers: one address, or several nodes of which any will do."""

from __future__ import annotations

from wingman.core.errors import InputError


class Addresses:
    """The address in use, and the next one when nobody answers there."""

    def __init__(self, url: str) -> None:
        """`url`: one address, or several with commas between them. Raises `InputError` for none."""
        self._all = [one.strip().rstrip("/") for one in url.split(",") if one.strip()]
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
