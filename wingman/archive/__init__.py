"""What is kept of a meeting: its sound, its bundle, the egress ledger, and for how long."""
