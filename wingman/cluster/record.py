"""What one message of a meeting's log holds, sealed with the meeting's own key. Pure but for the randomness.

The head stands in clear in the message's headers, and is bound to what is sealed: a record that was moved to
another meeting, or whose head was changed, does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wingman.core.errors import WingmanError
from wingman.core.passphrase import KEY_BYTES
from wingman.events.index import MeetingRow

NONCE_BYTES = 12
HEAD = "Wingman-Head"
VERSION = 1


class UnreadableError(WingmanError):
    """A record, or a key, that does not open: it was sealed with another key, or changed."""


@dataclass(frozen=True, slots=True)
class Head:
    """Who wrote a record, and which events it holds."""

    epoch: int
    """Counts the meeting's owners: each claim has the next one."""
    node: str
    """Who wrote it."""
    first: int
    """The `seq` of its first event, or of the one that will follow."""
    count: int
    """Events in it; 0 for a claim and for a state alone."""
    number: int
    """Counts the records of this node, so that one's own can be told from everybody else's."""
    version: int = VERSION

    @property
    def last(self) -> int:
        """The newest `seq` of the meeting once this is stored."""
        return self.first + self.count - 1

    @property
    def text(self) -> str:
        """As it stands in the header."""
        return f"{self.version} {self.epoch} {self.first} {self.count} {self.number} {self.node}"

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Head:
        """Read the header. Raises `UnreadableError`."""
        try:
            version, epoch, first, count, number, node = headers[HEAD].split(" ")
            head = cls(int(epoch), node, int(first), int(count), int(number), int(version))
        except (KeyError, ValueError):
            raise UnreadableError("this is no record of a meeting") from None
        if head.version > VERSION:
            raise UnreadableError("this record was written by a newer Wingman")
        return head


def author(headers: Mapping[str, str]) -> str:
    """Which node wrote a record, without a look at the rest of its head; empty where there is none."""
    return headers.get(HEAD, "").rpartition(" ")[2]


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How far each channel had come, so that a new owner can go on."""

    at: float = 0.0
    """The wall time that nodes share."""
    positions: dict[str, int] = {}
    """Channel → samples."""
    settled: dict[str, int] = {}
    """Channel → samples up to which all that was said is in the log."""
    reached_at: dict[str, float] = {}
    """Channel → wall time of `positions`; `at` where it is not told."""


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed."""

    row: MeetingRow
    """The meeting at a glance, after the events of this record."""
    born: int
    """Wall time of the meeting's beginning in nanoseconds: lists are in this order."""
    lines: tuple[bytes, ...] = ()
    heard: tuple[bytes, ...] = ()
    """Chunks of what the providers said."""
    plan: bytes = b""
    """In a claim and in a state: all that an owner needs beside the events."""
    mark: Mark = Mark()
    released: bool = False
    """Its owner has let go of the meeting: whoever comes may claim it. So says every record until a claim."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Body).decode


def new_key() -> bytes:
    """A key for one meeting."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, bound: str) -> bytes:
    """Encrypt (AES-256-GCM); it opens only with the same `bound`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound.encode())


def unseal(key: bytes, sealed: bytes, bound: str) -> bytes:
    """The inverse of `seal`. Raises `UnreadableError`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound.encode())
    except (InvalidTag, ValueError):
        raise UnreadableError("the key is another one, or what was sealed was changed") from None


def pack(key: bytes, meeting: str, head: Head, body: Body) -> bytes:
    """A record's message."""
    return seal(key, _encode(body), f"{meeting} {head.text}")


def unpack(key: bytes, meeting: str, head: Head, sealed: bytes) -> Body:
    """What a record's message holds. Raises `UnreadableError`."""
    try:
        return _decode(unseal(key, sealed, f"{meeting} {head.text}"))
    except msgspec.MsgspecError as broken:
        raise UnreadableError(f"this record cannot be read ({broken})") from None
