"""What the terminal says of a meeting: the lines for what went wrong."""

from __future__ import annotations

import io

import pytest

from wingman.commands.terminal import Show
from wingman.core.errors import Branch, Health
from wingman.core.events import Envelope, Event, Media, ProviderStateChanged, TranscriptGap, UtteranceCreated
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF


def shown(data: Event, media: Media | None = None) -> str:
    out = io.StringIO()
    Show(out).envelope(Envelope(1, 1, data.TYPE, "m", 65.0, data, media))
    return out.getvalue()


@pytest.mark.parametrize(
    ("branch", "cause", "line"),
    [
        (Branch.EMOTION, GapCause.PROVIDER, "00:22   Them  [no tone for 1.7 s: provider]\n"),
        (Branch.TRANSCRIBE, GapCause.OVERRUN, "00:22   Them  [no words for 1.7 s: overrun]\n"),
        (Branch.TRANSCRIBE, GapCause.PAUSED, ""),
    ],
)
def test_a_stretch_nobody_heard_is_told(branch: Branch, cause: GapCause, line: str) -> None:
    gap = TranscriptGap(Channel.TAB, branch, cause)
    assert shown(gap, Media(Channel.TAB, 22.34, 24.04)) == line


def test_a_provider_that_is_retried_is_told() -> None:
    state = ProviderStateChanged(
        Branch.EMOTION, "hume", Health.RETRYING, Channel.TAB, "Hume broke; trying again"
    )
    assert "emotion: Hume broke; trying again" in shown(state)


def test_speakers_have_the_names_the_overlay_gives_them() -> None:
    said = [("tab:0", "Speaker 1"), ("tab:1", "Speaker 2"), ("tab", "Them"), ("mic", "You")]
    for speaker, name in said:
        data = UtteranceCreated("u-1", speaker, "Good morning.", 0.9, 0, EMOTION_OFF)
        assert f"{name}  Good morning." in shown(data, Media(Channel.TAB, 1.0, 2.0))
