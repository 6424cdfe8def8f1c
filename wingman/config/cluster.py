"""Settings of a service that runs on several machines."""

from __future__ import annotations

from wingman.config.section import AtLeastOne, Positive, Secret, Section


class ClusterSettings(Section, frozen=True):
    """Where the nodes meet, and how they trust each other. Without `url` a service is one process on SQLite."""

    url: str = ""
    """NATS servers with JetStream, separated by commas (`tls://a:4222,tls://b:4222`); empty for one process."""
    key: Secret = Secret()
    """What seals every record, the same on all nodes: 16 random characters or more. Needed with `url`."""
    node: str = ""
    """This node's name; empty takes the host's."""
    ca: str = ""
    """File with the certificate that signed the servers'; empty trusts what the system trusts."""
    nkey: Secret = Secret()
    """This node's nkey seed (`SU…`); empty where the servers let everybody in."""
    one_folder: bool = False
    """All nodes are processes of one machine with one data folder; `serve --workers` sets it."""
    shards: AtLeastOne = 16
    """Streams the log is spread over. Fixed for good when the first node starts."""
    lease_s: Positive = 20.0
    """A node that has not been heard for so long is gone; more than the servers' longest election (9 s)."""
