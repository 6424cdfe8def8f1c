"""What the terminal says when a disk refuses."""

from __future__ import annotations

import io

import pytest

from wingman.commands.terminal import Show
from wingman.core.codec import envelope
from wingman.core.events import AudioState, StorageState


@pytest.mark.parametrize("kind", [AudioState, StorageState])
def test_a_disk_that_refuses_is_told_in_the_terminal(kind: type[AudioState | StorageState]) -> None:
    out = io.StringIO()
    show = Show(out)
    show.envelope(envelope(1, "m-1", 1.0, kind("storing")))
    assert out.getvalue() == ""
    show.envelope(envelope(2, "m-1", 1.0, kind("lost", "The disk refuses.")))
    assert "! The disk refuses." in out.getvalue()
    assert show.tally.errors == 1
