"""Log first, then push: the event log, the hub that fans out to clients, and the snapshot for late ones."""
