"""Many nodes, one service: NATS JetStream carries the log, and what one node asks of another."""
