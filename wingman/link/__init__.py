"""One provider connection's upkeep: retry, watchdog, time map and pace.

Everything but `supervisor` and `socket` is pure: time is an argument, randomness is injected.
"""
