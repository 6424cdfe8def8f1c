"""How Chromium is started: nothing faked that a test relies on.

`--use-fake-ui-for-media-stream` is never among the flags: it would replace the picked tab by a beeper that
passes any test for "some sound".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

CHROMIUM = Path("/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same engine without the browser around it: it shares no tab, hears no microphone, has no extensions, and
its pages cost a third."""
PLAYER_TITLE = "WM-PLAYER"
"""Title of the page whose tab `getDisplayMedia` picks by itself."""

OFF = (
    # Two pages of the address bar's own begin with every window: most of a second of a core each time.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright switches off: of several `--disable-features` only the last one holds.
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
BASE_FLAGS = (
    f"--disable-features={','.join(OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_shell(playwright: Playwright) -> Browser:
    """A browser for whatever is about pages alone; without the shell, the whole Chromium."""
    return playwright.chromium.launch(
        executable_path=str(SHELL if SHELL.exists() else CHROMIUM), args=BASE_FLAGS
    )


def launch(playwright: Playwright, sounds: Path) -> Browser:
    """A browser whose microphone plays `sounds/me.wav` and which shares the player's tab without asking."""
    flags = [
        *BASE_FLAGS,
        "--autoplay-policy=no-user-gesture-required",
        f"--auto-select-tab-capture-source-by-title={PLAYER_TITLE}",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sounds / 'me.wav'}",
    ]
    return playwright.chromium.launch(
        executable_path=str(CHROMIUM), args=flags, ignore_default_args=["--mute-audio"]
    )
