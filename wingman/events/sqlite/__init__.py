"""The event log of one machine: one SQLite file, one thread that writes, one that reads."""
