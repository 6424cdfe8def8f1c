"""The system call filter, run as the kernel runs it: what is listed passes, and threads, and nothing else."""

from __future__ import annotations

import pytest

from wingman.sandbox.limits import _CALLS, ALLOW, ENOSYS, EPERM, THREAD, program

MACHINES = sorted(_CALLS)
OPEN_FILE = {"x86_64": 257, "aarch64": 56}
SOCKET = {"x86_64": 41, "aarch64": 198}


def answer(machine: str, call: int, flags: int = 0, architecture: int | None = None) -> int:
    """Classic BPF over the kernel's record of a call: its number, the architecture, its first argument."""
    calls = _CALLS[machine]
    record = {0: call, 4: calls.architecture if architecture is None else architecture, 16: flags}
    steps, at, held = program(calls), 0, 0
    while True:
        code, when_true, when_false, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                held = record[operand]
            case 0x15:
                at += when_true if held == operand else when_false
            case 0x45:
                at += when_true if held & operand else when_false
            case _:
                return operand


@pytest.mark.parametrize("machine", MACHINES)
def test_only_what_is_listed_is_allowed(machine: str) -> None:
    calls = _CALLS[machine]
    allowed = {call for call in range(600) if answer(machine, call) == ALLOW}
    assert allowed == set(calls.allowed) - {calls.clone, calls.clone3}
    assert OPEN_FILE[machine] in allowed or answer(machine, OPEN_FILE[machine]) == EPERM
    assert answer(machine, SOCKET[machine]) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_may_be_made_and_processes_not(machine: str) -> None:
    calls = _CALLS[machine]
    assert answer(machine, calls.clone, THREAD) == ALLOW
    assert answer(machine, calls.clone) == EPERM
    assert answer(machine, calls.clone3, THREAD) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_are_refused(machine: str) -> None:
    assert answer(machine, _CALLS[machine].allowed[0], architecture=0x40000003) == EPERM
