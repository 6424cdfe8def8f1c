"""The composition root: puts the rooms together as one service."""

from wingman.app.composition import open_service
from wingman.app.service import Service

__all__ = ["Service", "open_service"]
