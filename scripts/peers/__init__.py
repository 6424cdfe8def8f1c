"""Peer frameworks measured on the same fault scripts."""
