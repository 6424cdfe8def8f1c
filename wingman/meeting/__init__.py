"""A meeting: its life and controls, its channels, the table of providers, and what it costs."""
