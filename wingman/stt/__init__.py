"""Speech to words. One file per provider behind the `Transcriber` protocol in `base`."""
