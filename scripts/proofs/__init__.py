"""One module a proof; each has `measure()`, which returns its figures. Run one with `scripts/prove NAME`."""
