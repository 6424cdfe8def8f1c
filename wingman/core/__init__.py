"""The vocabulary every room shares. Pure: nothing here does I/O, reads a clock or starts a task."""
