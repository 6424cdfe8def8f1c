"""One provider connection's upkeep: retry, watchdog, pacing, replay, and the map from its clock to ours."""
