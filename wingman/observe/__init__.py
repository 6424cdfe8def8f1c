"""Metrics, tracing, the loop watch and structlog set-up."""
