"""Speech to words. One file or folder per provider behind the `Transcriber` protocol in `base`."""
