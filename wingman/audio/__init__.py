"""The tee: one decoded stream, any number of independent readers."""
