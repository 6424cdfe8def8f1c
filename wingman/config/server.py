"""Settings of the HTTP side."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wingman.config.section import Port, Positive, Secret, Section


class ServerSettings(Section, frozen=True):
    """Where the service listens and who may ask."""

    host: str = "127.0.0.1"
    """Address to bind; keep it on loopback unless a TLS proxy stands in front."""
    port: Port = 8710
    """TCP port; 0 picks a free one."""
    token: Secret = Secret()
    """A token of the owner's for programs, 16 random characters or more; empty for none: grants do without."""
    public_url: str = ""
    """Address people use when a TLS proxy stands in front (`https://…`); links and cookies follow it."""
    plain_links: bool = False
    """Let keys and sound go to providers on other machines without TLS (`ws://`, `http://`)."""
    allowed_hosts: tuple[str, ...] = ()
    """Further Host header values to accept (a reverse proxy's name)."""
    allowed_origins: tuple[str, ...] = ()
    """Further Origin header values to accept (`chrome-extension://<id>`)."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of reverse proxies: their clients are told apart by `X-Forwarded-For`."""
    connections: Annotated[int, Meta(ge=16)] = 4096
    """So many connections are served at a time; further ones are told to try again (503)."""
    connections_per_address: Annotated[int, Meta(ge=1)] = 2048
    """The same for one address; behind a proxy set `trusted_proxies`, or everybody has the proxy's."""
    stall_seconds: Positive = 10.0
    """Seconds an event client may go without reading before it is closed (4408, resumable)."""

    def __post_init__(self) -> None:
        if self.host.startswith("[") and self.host.endswith("]"):  # an IPv6 address as URLs have it
            msgspec.structs.force_setattr(self, "host", self.host[1:-1])
