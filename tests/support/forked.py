"""Commands in processes of their own that have their modules already: a fork of one that has imported them all.

A test of the command line needs a process for its output, its exit status and its environment, not for half
a second of imports. `run` and `start` ask a server, started once for all tests, which forks.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from tests.support.warm import warm

MARK = "tests.support.forked"
"""In the server's command line, so that the leak check knows it."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""A process with threads cannot be forked safely."""

_lock = threading.Lock()
_server: subprocess.Popen[bytes] | None = None


START_S = 100.0
"""What a command may take until it runs; the first waits for what all are forked from."""


class _Status:
    """What a fork tells of itself: which process it is, and with what status it ended."""

    def __init__(self, folder: Path) -> None:
        os.mkfifo(folder / "status")
        self._file = os.open(folder / "status", os.O_RDONLY | os.O_NONBLOCK)
        self._said = b""

    def pid(self, timeout: float) -> int | None:
        """None when it has not begun in time."""
        return int(self._said.split()[0]) if self._has_lines(1, timeout) else None

    def code(self, timeout: float) -> int | None:
        """None while it runs."""
        return int(self._said.split()[1]) if self._has_lines(2, timeout) else None

    def close(self) -> None:
        os.close(self._file)

    def _has_lines(self, count: int, timeout: float) -> bool:
        until = time.monotonic() + timeout
        waiting = select.poll()
        waiting.register(self._file, select.POLLIN)
        while self._said.count(b"\n") < count:
            left = until - time.monotonic()
            if not waiting.poll(max(0.0, 1000 * left)) or left < 0:
                return False
            piece = os.read(self._file, 100)
            if not piece:  # nobody has opened the other end yet
                time.sleep(0.005)
            self._said += piece
        return True


def run(
    arguments: Sequence[str], environ: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """`wingman` with these arguments and this environment. Raises `subprocess.TimeoutExpired`."""
    with tempfile.TemporaryDirectory(prefix="wingman-command-") as place:
        folder, command = Path(place), ["wingman", *arguments]
        with contextlib.closing(_Status(folder)) as status:
            _ask(arguments, environ, folder)
            if (code := status.code(timeout)) is None:
                if (pid := status.pid(0)) is not None:
                    os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout)
        out, err = ((folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
        return subprocess.CompletedProcess(command, code, out, err)


class Started:
    """A command that runs on: what tests use of `subprocess.Popen`. Its `stderr` is read by nobody."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.args = ["wingman", *arguments]
        self.returncode: int | None = None
        self._place = tempfile.TemporaryDirectory(prefix="wingman-command-")
        folder = Path(self._place.name)
        os.mkfifo(folder / "out")
        out = os.open(folder / "out", os.O_RDONLY | os.O_NONBLOCK)
        self.stdout = open(out, encoding="utf-8")  # noqa: SIM115 - closed when it has ended
        self._status = _Status(folder)
        _ask(arguments, environ, folder)
        if (pid := self._status.pid(START_S)) is None:
            self._close()
            raise subprocess.TimeoutExpired(self.args, START_S)
        os.set_blocking(out, True)
        self.pid = pid

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float) -> int:
        """The exit status. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            if (code := self._status.code(timeout)) is None:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = code
            self._close()
        return self.returncode

    def _close(self) -> None:
        self._status.close()
        self.stdout.close()
        self._place.cleanup()


def start(arguments: Sequence[str], environ: Mapping[str, str]) -> Started:
    """`wingman` with these arguments and this environment, for as long as it runs."""
    return Started(arguments, environ)


def prepare() -> None:
    """Start the server, for this process and those that are forked from it."""
    global _server
    _server = subprocess.Popen(
        [sys.executable, "-m", MARK],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **ONE_THREAD},
    )
    atexit.register(_end, _server)


def _ask(arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
    request = {"arguments": list(arguments), "environ": dict(environ), "cwd": os.getcwd()}
    (folder / "request").write_text(json.dumps(request), encoding="utf-8")
    with _lock:
        if _server is None:
            prepare()
        assert _server is not None
        assert _server.stdin is not None
        _server.stdin.write(os.fsencode(folder) + b"\n")  # so short that others' lines do not mix with it
        _server.stdin.flush()


def _end(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait()


def _serve() -> int:
    """Fork for each request until the input ends; in a fork, run the command and return its status."""
    gc.disable()
    for package in ("wingman.commands", "wingman.server.routes", "wingman.events.sqlite", "wingman.transports"):
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)
    warm()
    gc.freeze()  # a collection in a fork would touch, and so copy, all that it shares
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin.buffer:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watched(Path(os.fsdecode(line.removesuffix(b"\n"))))
    return 0


def _watched(folder: Path) -> NoReturn:
    try:
        request = json.loads((folder / "request").read_text(encoding="utf-8"))
        files = [os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK) for name in ("out", "err")]
    except OSError:  # whoever asked has given up
        os._exit(1)
    with open(folder / "status", "w", encoding="utf-8") as status:
        if (pid := os.fork()) == 0:
            _ending(lambda: _command(request, files))
        for file in files:
            os.close(file)
        print(pid, file=status, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=status, flush=True)
    os._exit(0)


def _ending(command: Callable[[], int]) -> NoReturn:
    """As an interpreter ends, but that it does not take apart what it has imported: that costs more than most
    commands."""
    try:
        code: object = command()
    except SystemExit as left:
        code = left.code
    except BaseException:  # noqa: BLE001 - shown as an interpreter shows it
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # what an interpreter does at its end
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _command(request: Mapping[str, object], files: Sequence[int]) -> int:
    from wingman.commands.cli import main

    with open(os.devnull, encoding="utf-8") as nothing:
        for number, file in enumerate((nothing.fileno(), *files)):
            os.set_blocking(file, True)
            os.dup2(file, number)
    for file in files:
        os.close(file)
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(request["environ"])  # type: ignore[call-overload]  # as it was sent
    arguments = [str(argument) for argument in request["arguments"]]  # type: ignore[attr-defined]  # likewise
    sys.argv = ["wingman", *arguments]
    return main(arguments)


if __name__ == "__main__":
    sys.exit(_serve())
