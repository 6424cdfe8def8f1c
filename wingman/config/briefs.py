"""What is to be known of an account before a call, kept for the next one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from wingman.core.errors import InputError
from wingman.core.vocabulary import LONGEST_NAME

MOST = 200
"""Accounts for which something is kept; the oldest is let go of."""
LONGEST_TEXT = 2000


def with_brief(kept: Mapping[str, str], account: str, text: str) -> dict[str, str]:
    """`kept` with one more, or another one under its name, the newest first; an empty text takes it away.

    Raises `InputError`.
    """
    name, text = account.strip(), text.strip()
    if not name:
        raise InputError("name the account the brief is for", field="account")
    for field, value, most in (("account", name, LONGEST_NAME), ("text", text, LONGEST_TEXT)):
        if len(value) > most:
            raise InputError(f"`{field}` may have at most {most} characters", field=field)
    rest = {other: brief for other, brief in kept.items() if other != name}
    return dict(islice({name: text, **rest}.items(), MOST)) if text else rest
