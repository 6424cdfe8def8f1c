"""Emulates a gateway with the wire of Hume v0."""
