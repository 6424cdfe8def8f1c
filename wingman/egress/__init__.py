"""The gate everything passes that leaves a meeting, and where it is written down."""
