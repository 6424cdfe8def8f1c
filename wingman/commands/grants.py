"""`wingman grants`: who may do what, a new login link, and taking rights back; `wingman audit`: who did what.

Both work on the data folder itself: whoever can read that owns the service. A running one notices at once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

import msgspec

from wingman.app.access import open_access
from wingman.commands.common import base_url, settings_of
from wingman.config.settings import Settings
from wingman.core.encoders import terminal
from wingman.core.errors import InputError
from wingman.server.audit_log import AuditEntry
from wingman.server.auth import LOGIN_SECONDS, OWNER, Access
from wingman.server.grants import Grant, end_of
from wingman.server.routes.session import chosen, public


def main(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments, quiet=True)
    with _access(settings) as access:
        if arguments.command == "audit":
            return _audit(arguments, access)
        doing = {"list": _list, "login": _login, "create": _create, "revoke": _revoke}[arguments.action]
        return doing(arguments, access, settings)


@contextmanager
def _access(settings: Settings) -> Iterator[Access]:
    access = open_access(settings)
    try:
        yield access
    finally:
        access.store.close()


def _list(arguments: argparse.Namespace, access: Access, _: Settings) -> int:
    now = time.time()
    shown = [grant for grant in access.store.all() if arguments.all or grant.holds(now)]
    if arguments.json:
        _print([msgspec.json.encode(public(grant, now)).decode() for grant in shown])
    else:
        _print([_line(grant, now) for grant in shown] or ["no grants"])
    return 0


def _line(grant: Grant, now: float) -> str:
    state = (
        "revoked" if grant.revoked else "expired" if not grant.holds(now) else f"until {_date(grant.expires)}"
    )
    used = f"used {_date(grant.used)}" if grant.used else "never used"
    scopes = ",".join(sorted(grant.scopes))
    return (
        f"{grant.id}  {grant.role:<9}  {state:<22}  {used:<21}  {grant.meeting or '*'}  {scopes}  {grant.name}"
    )


def _login(_: argparse.Namespace, access: Access, settings: Settings) -> int:
    server = settings.server
    root = server.public_url.rstrip("/") or base_url(server.host, server.port)
    print(f"{root}/#login={access.login_code()}")
    print(f"works once, for {LOGIN_SECONDS // 60} minutes", file=sys.stderr)
    return 0


def _create(arguments: argparse.Namespace, access: Access, _: Settings) -> int:
    scopes = tuple(word for word in (arguments.scopes or "").replace(",", " ").split() if word)
    if arguments.scopes and not scopes:
        raise InputError("--scopes names none; leave it away for all that the role has", field="scopes")
    role, allowed = chosen(arguments.role, scopes)
    grant, token = access.make(
        role, by=OWNER, scopes=allowed, name=arguments.name, meeting=arguments.meeting or "",
        expires=end_of(role, time.time(), arguments.days),
    )  # fmt: skip
    print(token)
    print(f"{grant.id}: shown once; it is good until {_date(grant.expires)}", file=sys.stderr)
    return 0


def _revoke(arguments: argparse.Namespace, access: Access, _: Settings) -> int:
    gone = access.revoke(arguments.id)
    if not gone:
        raise InputError(f"there is no grant {arguments.id[:40]!r}, or it is over", field="grant")
    _print([f"revoked {one}" for one in gone])
    return 0


def _audit(arguments: argparse.Namespace, access: Access) -> int:
    entries = access.store.audit.entries(arguments.after, arguments.limit)
    if arguments.json:
        _print([msgspec.json.encode(asdict(entry)).decode() for entry in entries])
    else:
        _print([_entry(entry) for entry in entries])
    broken = access.store.audit.broken_at()
    if broken:
        print(f"wingman: the log was changed: entry {broken} does not fit the chain", file=sys.stderr)
    return 1 if broken else 0


def _entry(entry: AuditEntry) -> str:
    who = entry.grant or "-"
    return (
        f"{entry.seq:>6}  {_date(entry.at)}  {entry.what:<9}  {who:<9}  {entry.meeting or '-'}  {entry.detail}"
    )


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") if at else "never"


def _print(lines: list[str]) -> None:
    sys.stdout.write("".join(f"{terminal(line)}\n" for line in lines))
