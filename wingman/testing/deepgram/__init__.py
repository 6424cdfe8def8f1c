"""Emulates Deepgram's live socket and its requests."""
