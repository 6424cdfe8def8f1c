"""A log and a service with one stored meeting, for every command."""

from __future__ import annotations

from tests.support.cli import folder, it

__all__ = ["folder", "it"]
