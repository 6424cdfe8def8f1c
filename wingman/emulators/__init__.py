"""Faithful local servers for the providers, and the fault scripts they run."""
