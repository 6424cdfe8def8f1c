"""The whole service as a person runs it: `wingman serve` in a process of its own, in a fresh data folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

TOKEN = "a-token-long-enough-for-a-test"
ADDRESS = re.compile(r"https?://[\d.:]+")


class WholeService:
    """`wingman serve`; it can be killed and started again on the same port with the same folder."""

    def __init__(self, folder: Path, variables: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._variables = variables or {}
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def root(self) -> str:
        """The home page with the token in it."""
        return f"{self.url}/?token={TOKEN}"

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environment |= {
            "WINGMAN_SERVER__TOKEN": TOKEN,
            "WINGMAN_DELIVER__DATA_DIR": str(self.folder),
            **self._variables,
        }
        command = [sys.executable, "-m", "wingman", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = ADDRESS.search(line)
        assert found, f"the service did not start: {line!r}"
        self.port = int(found[0].rpartition(":")[2])

    def kill(self) -> None:
        """End as a crash does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._close()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._close()

    def _close(self) -> None:
        assert self._process is not None
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def client(self) -> httpx.Client:
        """A program's access to it."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def past_meeting(self, title: str, lines: list[tuple[str, str]]) -> str:
        """A meeting that is over: made over the API, its lines added as notes."""
        with self.client() as client:
            meeting: str = client.post("/api/meetings", json={"title": title}).json()["id"]
            for _, text in lines:
                client.post(f"/api/meetings/{meeting}/notes", json={"text": text})
            client.post(f"/api/meetings/{meeting}/end")
        return meeting


@contextlib.contextmanager
def deepgram_emulator(*arguments: str) -> Iterator[str]:
    """`wingman emulate deepgram`; yields its address. It takes the key `local-key`."""
    command = [sys.executable, "-m", "wingman", "emulate", "deepgram", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1]
        yield address
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def until(condition: object, seconds: float = 10.0) -> bool:
    """Wait until a callable gives something true; False when it does not in time."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
