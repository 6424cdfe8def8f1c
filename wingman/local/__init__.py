"""Local providers that need no key and no network, in one worker process per meeting."""
