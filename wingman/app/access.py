"""Who may ask a service, and over which links it may ask others: checked before anything is opened."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

import structlog

from wingman.archive.private_folder import make_private
from wingman.config.folders import temporary
from wingman.config.paths import data_dir
from wingman.config.server import ServerSettings
from wingman.config.settings import Settings, fields_of
from wingman.core.addresses import is_remote
from wingman.core.errors import InputError
from wingman.events.sqlite import drivers
from wingman.server import service_secret
from wingman.server.auth import Access
from wingman.server.client_address import Proxies
from wingman.server.grant_store import GrantStore
from wingman.server.neighbours import hostname

log = structlog.get_logger(__name__)

SHORTEST_TOKEN = 16
"""Characters of a configured token; shorter ones could be guessed, and are warned about."""
PLAIN = ("ws://", "http://", "nats://")
"""How the addresses of links begin that everybody on the way can read."""


def open_access(settings: Settings, *, keep: bool = True) -> Access:
    """The grants of this service, kept in its data folder. Raises `InputError` when they cannot be had."""
    token = settings.server.token.reveal() or secrets.token_urlsafe(24)
    if len(token) < SHORTEST_TOKEN:
        log.warning("server.token is short enough to be guessed", use=f"{SHORTEST_TOKEN} or more characters")
    if not keep:
        return Access(token)
    folder = data_dir(settings)
    make_private(folder)
    key, cluster = settings.deliver.encryption_key.reveal(), settings.cluster
    secret = service_secret.load(folder)
    if cluster.url and not cluster.one_folder:  # what one node hands out opens every node
        secret = hmac.digest(cluster.key.reveal().encode(), b"wingman grants", "sha256")
    try:
        return Access(token, GrantStore(folder / "trust.db", secret, key))
    except drivers.Error as failed:
        raise InputError(
            f"the grants in {folder / 'trust.db'} cannot be had ({failed}); mend its permissions",
            field="deliver.data_dir",
            status=503,
        ) from None


def check_names(server: ServerSettings) -> None:
    """Raises `InputError` for a name of ours that no request could ever come under."""
    public = [server.public_url] if server.public_url else []
    for field, origins in (("server.public_url", public), ("server.allowed_origins", server.allowed_origins)):
        for origin in origins:
            if not _is_origin(origin, web=field == "server.public_url"):
                raise InputError(
                    f"`{field}` takes scheme, host and port alone, such as https://wingman.example.com: pages "
                    f"are served at the root of a host; {origin} is something else",
                    field=field,
                )
    for host in server.allowed_hosts:
        if any(sign in host for sign in "/*") or not (hostname(host) or hostname(f"[{host}]")):
            raise InputError(
                f"`server.allowed_hosts` takes names of hosts, such as wingman.example.com; {host} is none",
                field="server.allowed_hosts",
            )


def _is_origin(text: str, *, web: bool) -> bool:
    try:
        parts = urlsplit(text)
        whole = bool(parts.scheme and parts.hostname and parts.port != -1) and "*" not in parts.netloc
    except ValueError:
        return False
    rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username)
    return whole and not any(rest) and (parts.scheme in ("http", "https") or not web)


def _begun(url: str) -> str:
    """As a client reads it: `HTTP://` is no other scheme than `http://`."""
    return url.strip().lower()


def check_links(settings: Settings) -> None:
    """Raises `InputError` for a provider elsewhere without TLS: key and sound would be readable.

    And for a proxy that is named by no address, a name of ours that is none, and a machine on which nothing can
    be put down for a moment (an upload, a decoder's socket).
    """
    if temporary() is None:
        raise InputError("no folder takes temporary files; set TMPDIR to one that does", field="TMPDIR")
    check_names(settings.server)
    Proxies.of(settings.server.trusted_proxies)
    if settings.server.plain_links:
        return
    for name, value in fields_of(settings):
        if not isinstance(value, str) or not name.endswith("url") or name == "server.public_url":
            continue
        if any(one.startswith(PLAIN) and is_remote(one) for one in map(_begun, value.split(","))):
            raise InputError(
                f"`{name}` is on another machine and has no TLS; use wss://, https:// or tls://, or set "
                "server.plain_links",
                field=name,
            )
