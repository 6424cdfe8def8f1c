"""The whole service as a person runs it: `wingman serve` in a process of its own, in a fresh data folder.

A proof starts it as a person does; a test, which asks about pages, forks it (`FORKED`).
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

import httpx

from tests.support import forked
from wingman.egress.http import trusted

TOKEN = "a-token-long-enough-for-a-test"
ADDRESS = re.compile(r"https?://[\d.:]+")


class Command(Protocol):
    """`wingman` running."""

    @property
    def stdout(self) -> IO[str] | None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float) -> int: ...


class Begin(Protocol):
    """How `wingman` is started."""

    def __call__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> Command: ...


def anew(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[str]:
    """A new interpreter, as a person starts it."""
    command = [sys.executable, "-m", "wingman", *arguments]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, env=environ, stdout=pipe, stderr=nowhere, text=True)


FORKED: Begin = forked.start


class WholeService:
    """`wingman serve`; it can be killed and started again on the same port with the same folder."""

    def __init__(self, folder: Path, variables: dict[str, str] | None = None, begin: Begin = anew) -> None:
        self.folder = folder
        self.port = 0
        self._variables = variables or {}
        self._begin = begin
        self._process: Command | None = None

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
        self._process = self._begin(["serve", "--port", str(self.port)], environment)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = ADDRESS.search(line)
        assert found, f"the service did not start: {line!r}"
        self.port = int(found[0].rpartition(":")[2])

    def kill(self) -> None:
        """End as a crash does."""
        assert self._process is not None
        self._process.kill()
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
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=trusted())

    def clear(self) -> None:
        """Forget what somebody did to it before: meetings, own playbooks, changed settings."""
        with self.client() as client:
            for meeting in client.get("/api/meetings?limit=500").json()["meetings"]:
                client.delete(f"/api/meetings/{meeting['id']}").raise_for_status()
            for playbook in client.get("/api/playbooks").json()["playbooks"]:
                if playbook["own"]:
                    client.delete(f"/api/playbooks/{playbook['name']}").raise_for_status()
            usual = {"suggest.verbosity": None, "deliver.retention_days": None}
            client.patch("/api/settings", json={"values": usual}).raise_for_status()

    def past_meeting(self, title: str, lines: list[tuple[str, str]]) -> str:
        """A meeting that is over: made over the API, its lines added as notes; those of `card` are shown."""
        with self.client() as client:
            meeting: str = client.post("/api/meetings", json={"title": title}).json()["id"]
            for who, text in lines:
                told = "cards" if who == "card" else "notes"
                client.post(f"/api/meetings/{meeting}/{told}", json={"text": text}).raise_for_status()
            client.post(f"/api/meetings/{meeting}/end")
        return meeting


@contextlib.contextmanager
def deepgram_emulator(*arguments: str, begin: Begin = anew) -> Iterator[str]:
    """`wingman emulate deepgram`; yields its address. It takes the key `local-key`."""
    process = begin(["emulate", "deepgram", *arguments], os.environ)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1]
        yield address
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
