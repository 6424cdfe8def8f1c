"""Where a meeting's sound is stored."""

from __future__ import annotations

from wingman.config.section import Secret, Section


class StoreSettings(Section, frozen=True):
    """A folder, or a store with the S3 API that all nodes share (extra `s3`)."""

    url: str = ""
    """Empty for the data folder, the path of a (shared) folder, or s3://bucket/prefix."""
    endpoint_url: str = ""
    """Address of an S3-compatible store; empty for Amazon's."""
    region: str = ""
    """Region of the bucket; empty for us-east-1."""
    access_key: Secret = Secret()
    """Access key; empty takes the rights of the machine."""
    secret_key: Secret = Secret()
    """Its secret."""
