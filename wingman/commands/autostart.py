"""`wingman autostart`: what starts Wingman when you log in, as text, and where it belongs."""

from __future__ import annotations

import argparse
import os
import plistlib
import sys
from collections.abc import Sequence
from pathlib import Path

from wingman.config.folders import expanded
from wingman.config.settings import variables_of

SYSTEMD = """\
[Unit]
Description=Wingman, a meeting sidecar

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=2
UMask=0077

[Install]
WantedBy=default.target
"""
LABEL = "org.wingman.sidecar"
WHERE = {
    "systemd": "~/.config/systemd/user/wingman.service, then: systemctl --user enable --now wingman",
    "launchd": f"~/Library/LaunchAgents/{LABEL}.plist, then: launchctl load -w that file",
}


def main(arguments: argparse.Namespace) -> int:
    """Print the text; where it goes is told on stderr."""
    system = arguments.system or ("launchd" if sys.platform == "darwin" else "systemd")
    command = [*program(), "serve"]
    if arguments.config:
        command += ["--config", os.path.abspath(expanded(arguments.config))]  # it starts in another folder
    print(text(system, command), end="")
    print(f"save it as {WHERE[system]}", file=sys.stderr)
    if unseen := sorted({*variables_of(os.environ).values()}):
        print(
            f"it sees no variables of this shell ({', '.join(unseen)}); use the settings page or a file",
            file=sys.stderr,
        )
    return 0


def program() -> Sequence[str]:
    """How this very Wingman is started."""
    beside = Path(sys.prefix) / "bin" / "wingman"
    return (str(beside),) if beside.is_file() else (sys.executable, "-m", "wingman")


def text(system: str, command: Sequence[str]) -> str:
    """A systemd unit of the user's, or a launch agent."""
    if system == "launchd":
        agent = {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "Umask": 0o077,
        }
        return plistlib.dumps(agent).decode()
    return SYSTEMD.format(command=" ".join(_quoted(word) for word in command))


def _quoted(word: str) -> str:
    """A word as systemd reads it (systemd.syntax(7))."""
    plain = word.replace("%", "%%").replace("$", "$$")
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if escaped != word or any(sign in word for sign in " \t';") else word
