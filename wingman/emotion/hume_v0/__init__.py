"""Gateways that speak the wire of Hume v0: voices, words and faces, live and as batch jobs."""
