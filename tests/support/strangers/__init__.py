"""Servers and senders written from the wire references alone: they share no code with the product."""
