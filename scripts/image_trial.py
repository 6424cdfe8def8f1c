"""Try an image's root as its configuration says, without a container engine: bubblewrap stands in for it.

python -m scripts.image_trial ROOT IMAGE.json

The root is read-only, the network empty but for loopback; the process is the image's user without a capability.
It must come up, answer its own health check, be unable to write anything but /data and /tmp, and end when told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

START_S, END_S = 60.0, 90.0
WRITES = (
    "for at in / /usr /etc /usr/local/lib; do touch $at/x 2> /dev/null && echo $at; done; touch /data/x /tmp/x"
)
"""Says where something could be written that should not be."""


def trial(root: Path, config: dict[str, Any]) -> None:
    """Raises `SystemExit` with what did not hold."""
    user, group = _ids(root, config["User"])
    if user == 0:
        raise SystemExit("the image runs as root")
    with tempfile.TemporaryDirectory() as data:
        os.chown(data, user, group)
        command = [*config["Entrypoint"], *config["Cmd"]]
        running = subprocess.Popen(_inside(root, Path(data), config, user, group, command))
        try:
            pid = _child(running)
            _until_healthy(pid, config["Healthcheck"]["Test"][1:], running)
            said = _beside(pid, user, group, ["sh", "-c", WRITES])
            if said.returncode or said.stdout.strip():
                raise SystemExit(f"written where nothing should be, or not where it should: {said}")
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            if f"Uid:\t{user}" not in status or "CapEff:\t0000000000000000" not in status:
                raise SystemExit(f"the process is not what the image says:\n{status}")
            os.kill(pid, 15)
            running.wait(END_S)
            if os.listdir(data) == []:
                raise SystemExit("nothing was kept in /data")
        finally:
            running.kill()
            running.wait()


def _ids(root: Path, name: str) -> tuple[int, int]:
    for line in (root / "etc/passwd").read_text(encoding="utf-8").splitlines():
        found = line.split(":")
        if name in (found[0], found[2]):
            return int(found[2]), int(found[3])
    raise SystemExit(f"the image has no user {name}")


def _inside(
    root: Path, data: Path, config: dict[str, Any], user: int, group: int, command: list[str]
) -> list[str]:
    variables = [word for entry in config["Env"] for word in ("--setenv", *entry.split("=", 1))]
    return [
        "bwrap", "--cap-add", "ALL", "--ro-bind", str(root), "/", "--perms", "1777", "--tmpfs", "/tmp",
        "--dev", "/dev", "--proc", "/proc", "--bind", str(data), "/data", "--unshare-net", "--unshare-ipc",
        "--unshare-uts", "--die-with-parent", "--new-session", "--clearenv", *variables,
        *_as(user, group), *command,
    ]  # fmt: skip


def _as(user: int, group: int) -> list[str]:
    return [
        "setpriv", "--reuid", str(user), "--regid", str(group), "--clear-groups", "--no-new-privs",
        "--inh-caps=-all", "--bounding-set=-all",
    ]  # fmt: skip


def _child(running: subprocess.Popen[bytes]) -> int:
    """The process that bubblewrap has started."""
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        for pid in children.read_text(encoding="utf-8").split():
            if b"wingman" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
        time.sleep(0.1)
    raise SystemExit("the image's process did not start")


def _beside(pid: int, user: int, group: int, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run something in the same namespaces, with the same rights."""
    environ = dict(
        entry.split("=", 1) for entry in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in entry
    )
    enter = ["nsenter", "--target", str(pid), "--mount", "--net", "--root", *_as(user, group), *command]
    return subprocess.run(enter, env=environ, capture_output=True, text=True, check=False, timeout=20)


def _until_healthy(pid: int, check: list[str], running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and running.poll() is None:
        user, group = (int(Path(f"/proc/{pid}").stat().st_uid), int(Path(f"/proc/{pid}").stat().st_gid))
        if _beside(pid, user, group, check).returncode == 0:
            return
        time.sleep(0.5)
    raise SystemExit("the image does not answer its own health check")


if __name__ == "__main__":
    trial(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))["Docker"]["config"])
