"""The user's notes: read, cut into sections, and found by words and by meaning."""
