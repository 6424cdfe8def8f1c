"""A meeting as one portable file, and running it again."""
