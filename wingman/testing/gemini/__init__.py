"""Emulates Gemini's HTTP and gRPC."""
