"""What left this machine, how long things are kept, and how they are removed for good."""
