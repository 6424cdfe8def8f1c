"""A stored meeting again: as it was, or as other settings and providers would have had it."""
