"""A service as users run it, in a process of its own, with a data folder that can be looked into."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from wingman.server import service_secret
from wingman.server.auth import Access
from wingman.server.grant_store import GrantStore


@dataclass(frozen=True, slots=True)
class Running:
    port: int
    token: str
    folder: Path
    process: asyncio.subprocess.Process
    access: Access
    """The same grants, from another process."""

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """With the owner's token, another one, or (empty) none."""
        named = self.token if token is None else token
        headers = {"Authorization": f"Bearer {named}"} if named else {}
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False, timeout=30
        )

    async def raw(self, request: bytes) -> bytes:
        """What comes back for these bytes; empty when we are cut off."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(15):
                return await reader.read(65_536)
        except (OSError, TimeoutError):
            return b""
        finally:
            writer.close()

    def memory(self) -> float:
        """Resident megabytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.asynccontextmanager
async def serving(folder: Path, *arguments: str, **environ: str) -> AsyncIterator[Running]:
    """`wingman serve` on a free port until this is left."""
    token = secrets.token_urlsafe(24)
    env = {
        **os.environ, "WINGMAN_DELIVER__DATA_DIR": str(folder), "WINGMAN_SERVER__TOKEN": token,
        "WINGMAN_SUGGEST__PROVIDER": "cues", "WINGMAN_TRANSCRIBE__PROVIDER": "embedded", **environ,
    }  # fmt: skip
    command = (sys.executable, "-m", "wingman", "serve", "--port", "0", *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    port = int(line.split("127.0.0.1:")[1].split("/")[0])
    key = environ.get("WINGMAN_DELIVER__ENCRYPTION_KEY", "")
    access = Access(token, GrantStore(folder / "trust.db", service_secret.load(folder), key))
    try:
        yield Running(port, token, folder, process, access)
    finally:
        access.store.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()
