"""What a reading process may still do once its file is open: compute, and answer. Applied from inside it.

Portable (POSIX): no new descriptor of any kind, so no file and no socket; no byte written to a disk; so much
memory beyond what it began with; so much processor time. On Linux the kernel is asked, too, which takes no
privilege: Landlock takes the file system and TCP away, a system call filter all but a few dozen calls (no
socket, no program, no process). Where a kernel has neither, the portable part stands alone. Windows has none.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1 << 20
PAGE: Final = 4096
SET_NO_NEW_PRIVILEGES, SET_SECCOMP, SECCOMP_FILTER = 38, 22, 2
CREATE_RULESET, RESTRICT_SELF = 444, 446
"""Landlock's system calls; the same numbers on every architecture."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost."""

    memory_mb: int = 512
    """Beyond what the process holds before it reads."""
    cpu_s: int = 20
    stall_s: float = 30.0
    """Seconds of the clock between two answers."""
    answer_mb: int = 64
    """One answer."""


@dataclass(frozen=True, slots=True)
class _Calls:
    """What a machine's kernel calls by which number."""

    architecture: int
    clone: int
    clone3: int
    allowed: tuple[int, ...]
    """Reading and writing what is open, memory, threads' locks, clocks, randomness, signals, the end."""


_CALLS: Final = {
    "x86_64": _Calls(
        0xC000003E, 56, 435,
        (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 24, 25, 28, 35, 39, 60, 63, 72, 98, 99, 131,
         186, 202, 204, 218, 219, 228, 229, 230, 231, 262, 273, 309, 318, 324, 334),
    ),
    "aarch64": _Calls(
        0xC00000B7, 220, 435,
        (25, 57, 62, 63, 64, 65, 66, 67, 73, 79, 80, 93, 94, 96, 98, 99, 101, 113, 114, 115, 123, 124, 128, 132,
         134, 135, 139, 160, 165, 168, 172, 178, 179, 214, 215, 216, 222, 226, 233, 278, 283, 293),
    ),
}  # fmt: skip
EPERM, ENOSYS, ALLOW, THREAD = 0x00050001, 0x00050026, 0x7FFF0000, 0x00010000
"""Answers of a filter, and the flag of `clone` that makes a thread and no process."""


def confine(limits: Limits) -> None:
    """Give everything up that reading does not need. What was opened and imported before stays usable."""
    if sys.platform == "win32":
        return
    _limit_resources(limits)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _close_file_system(libc)
        _filter_calls(libc)


def _limit_resources(limits: Limits) -> None:
    import resource

    statm = Path("/proc/self/statm")
    held = int(statm.read_text().split()[0]) * PAGE if statm.exists() else 2048 * MEGABYTE
    for which, value in (
        (resource.RLIMIT_AS, held + limits.memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        hard = resource.getrlimit(which)[1]
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (wanted, wanted))


def _close_file_system(libc: ctypes.CDLL) -> None:
    """Landlock with everything handled and nothing allowed (Linux 5.13 and later)."""
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    rules = struct.pack("=QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    buffer = ctypes.create_string_buffer(rules, len(rules))
    ruleset = libc.syscall(CREATE_RULESET, buffer, ctypes.c_size_t(size), 0)
    if ruleset >= 0:
        libc.syscall(RESTRICT_SELF, ruleset, 0)


def _filter_calls(libc: ctypes.CDLL) -> None:
    """A system call filter (seccomp): what is not on the short list fails with EPERM."""
    calls = _CALLS.get(platform.machine())
    if calls is None:
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program(calls)))
    filtered = struct.pack("@HP", len(code) // 8, ctypes.addressof(code))
    libc.prctl(SET_SECCOMP, SECCOMP_FILTER, ctypes.create_string_buffer(filtered, len(filtered)), 0, 0)


def program(calls: _Calls) -> list[tuple[int, int, int, int]]:
    """The filter as (instruction, steps to jump when true, when false, operand): classic BPF."""
    load, equal, has, answer = 0x20, 0x15, 0x45, 0x06
    many = len(calls.allowed)
    listed = [(equal, many - number, 0, call) for number, call in enumerate(calls.allowed)]
    return [
        (load, 0, 0, 4),
        (equal, 0, many + 3, calls.architecture),
        (load, 0, 0, 0),
        (equal, many + 4, 0, calls.clone),
        (equal, many + 2, 0, calls.clone3),
        *listed,
        (answer, 0, 0, EPERM),
        (answer, 0, 0, ALLOW),
        (answer, 0, 0, ENOSYS),  # the C library then takes `clone`, whose flags can be seen
        (load, 0, 0, 16),
        (has, 0, 1, THREAD),
        (answer, 0, 0, ALLOW),
        (answer, 0, 0, EPERM),
    ]
