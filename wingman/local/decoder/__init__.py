"""One decode process per machine: its wire, its queue, the process, and the connection to it."""
