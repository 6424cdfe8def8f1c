"""The names of streams and subjects. Pure.

WM_LOG_00…   streams   log.<shard>.<meeting>    every record of a meeting, in order
                       live.<shard>.<meeting>   the same, sent once more as soon as it is stored
WM_KEYS      stream    key.<meeting>            the key a meeting's records are sealed with
WM_NODES     stream    node.<node>              who is there
WM_SLOTS     stream    slot.<name>.<k>          connections that a vendor's plan allows
                       wait.<name>              somebody waits for one of them; not stored
WM_TABLES    stream    row.<kind>.<key>         rows of tables that all nodes have (grants)
WM_AUDIT     stream    audit.<chain>            every node's audit log
WM_CONFIG    stream    config.<name>            what all nodes must agree on
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from hashlib import blake2b

KEYS, NODES, SLOTS, CONFIG = "WM_KEYS", "WM_NODES", "WM_SLOTS", "WM_CONFIG"
AUDIT, AUDIT_ALL = "WM_AUDIT", "audit.*"
TABLES, TABLES_ALL = "WM_TABLES", "row.*.*"
WAITS_ALL = "wait.*"
LIVE_ALL = "live.>"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,200}")
ENCODED = "="
"""How a name begins that was not fit for a subject as it is."""


def token(name: str) -> str:
    """Any name as one token of a subject; names of letters, digits, `-` and `_` stay as they are."""
    if _PLAIN.fullmatch(name):
        return name
    return ENCODED + base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def name(of_token: str) -> str:
    """The inverse of `token`."""
    if not of_token.startswith(ENCODED):
        return of_token
    encoded = of_token.removeprefix(ENCODED)
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


@lru_cache(maxsize=4096)
def shard_of(meeting: str, shards: int) -> int:
    """Which stream a meeting's records are in, for good."""
    return blake2b(meeting.encode(), digest_size=1).digest()[0] % shards


def stream(shard: int) -> str:
    """The stream of a shard."""
    return f"WM_LOG_{shard:02d}"


def log(meeting: str, shards: int) -> str:
    """The one subject that holds a meeting."""
    return f"log.{shard_of(meeting, shards)}.{token(meeting)}"


def meeting_of(subject: str) -> str:
    """The meeting of a `log.` or `live.` subject, or of a `key.` one."""
    return name(subject.rpartition(".")[2])


def key(meeting: str) -> str:
    """Where a meeting's key is kept."""
    return f"key.{token(meeting)}"


def node(node_id: str) -> str:
    """Where a node says that it is there."""
    return f"node.{token(node_id)}"


def ask(node_id: str) -> str:
    """Where a node answers questions."""
    return f"wm.node.{token(node_id)}"


def slot(name: str, number: int) -> str:
    """One of so many connections."""
    return f"slot.{name}.{number}"


def waits(name: str) -> str:
    """Where a node says that it waits for one."""
    return f"wait.{name}"


def audit(chain: str) -> str:
    """Where the entries of one node's audit log are told."""
    return f"audit.{chain}"


def row(name: str) -> str:
    """Where a row is kept; `name` is `<kind>.<key>`."""
    kind, _, key = name.partition(".")
    return f"row.{token(kind)}.{token(key)}"


def row_of(subject: str) -> str:
    """The inverse."""
    _, kind, key = subject.split(".")
    return f"{name(kind)}.{name(key)}"
