"""Readers that try what they must not, for the tests of the process they run in."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from wingman.core.errors import InputError


def lines(file: BinaryIO, ask: int) -> Iterator[str]:
    """The first `ask` lines."""
    for _ in range(ask):
        yield file.readline().decode().rstrip("\n")


def refuses(file: BinaryIO, ask: str) -> Iterator[str]:
    raise InputError(f"not {ask}", field="x", status=415)
    yield ""


def memory(file: BinaryIO, ask: int) -> Iterator[int]:
    yield len(bytearray(ask))


def endless(file: BinaryIO, ask: int) -> Iterator[int]:
    while True:
        ask ^= 1
    yield ask


def silent(file: BinaryIO, ask: int) -> Iterator[int]:
    import time

    time.sleep(ask)
    yield ask


def dies(file: BinaryIO, ask: int) -> Iterator[int]:
    yield 1
    os._exit(ask)


def huge(file: BinaryIO, ask: int) -> Iterator[bytes]:
    yield bytes(ask)


def breaks(file: BinaryIO, ask: str) -> Iterator[str]:
    raise {"recursion": RecursionError, "key": KeyError}[ask]
    yield ""


def secrets(file: BinaryIO, ask: str) -> Iterator[str]:
    yield " ".join(sorted(os.environ))


def attempts(file: BinaryIO, ask: str) -> Iterator[tuple[str, bool]]:
    """(what was tried, whether it went through) of what a decoder that was taken over would try next."""
    for name, attempt in {
        "open": lambda: os.open(ask, os.O_RDONLY),
        "create": lambda: os.open(f"{ask}.new", os.O_CREAT | os.O_WRONLY),
        "list": lambda: os.listdir("/"),
        "remove": lambda: os.unlink(ask),
        "rename": lambda: os.rename(ask, f"{ask}.moved"),
        "rights": lambda: os.chmod(ask, 0o777),
        "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "pair": socket.socketpair,
        "pipe": os.pipe,
        "duplicate": lambda: os.dup(0),
        "fork": _fork,
        "program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
        "program in a shell": lambda: subprocess.run(["/bin/true"], check=True),
        "kill": lambda: os.kill(os.getppid(), 0),
        "limits": _raise_limits,
    }.items():
        yield name, _goes(attempt)


def _goes(attempt: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError, ValueError):
        attempt()
        return True
    return False


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _raise_limits() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
