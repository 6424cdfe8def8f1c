"""Emulates a server with OpenAI's chat completions and embeddings."""
