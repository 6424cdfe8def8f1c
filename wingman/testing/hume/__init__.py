"""Emulates Hume's realtime socket."""
