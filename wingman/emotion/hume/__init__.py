"""Hume realtime: its session, its wire, and the ledger that maps its clock to `SampleTime`."""
