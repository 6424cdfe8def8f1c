"""Wingman: a meeting sidecar that listens, reads the room and whispers while the question is still open."""

__version__ = "0.1.0"
