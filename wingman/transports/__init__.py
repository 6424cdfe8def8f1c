"""Audio in: every way a meeting's sound reaches the tape, placed on one gap-filled timeline."""
