"""Scripted meetings that judge when Wingman speaks, and the harness that plays them.

`tuning/` may be looked at while rules change; `heldout/` is only ever reported on.
"""
