"""Local providers that need no key and no network: detectors and prosody in a worker process per meeting,
recognisers in one decode process per machine.
"""
