"""Gemini by its two clients, on one prompt, stream, and table of faults."""
