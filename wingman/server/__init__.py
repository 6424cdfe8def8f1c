"""HTTP: WHIP, event streams, REST, pages, health and metrics. Routes only; the work is elsewhere."""
