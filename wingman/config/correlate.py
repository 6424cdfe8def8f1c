"""Settings of the join."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from wingman.config.section import AtLeastOne, NotNegative, Positive, Section, Share


class EchoSettings(Section, frozen=True):
    """How the microphone's echo of the tab is told apart."""

    enabled: bool = True
    """Drop words from the microphone that are only the tab's voice coming out of the loudspeaker."""
    max_lag_s: NotNegative = 1.0
    """An echo follows its original by at most this long."""
    wait_s: NotNegative = 4.0
    """How long, in media time, a microphone utterance may wait for a tab's transcript that is not there yet."""


class ShiftSettings(Section, frozen=True):
    """When a change of mood is worth an event."""

    baseline_utterances: Annotated[int, Meta(ge=2)] = 8
    """Known readings a speaker needs before a shift can be told from their normal voice."""
    threshold: Positive = 8.0
    """Evidence (in the speaker's own standard deviations, accumulated) that makes a shift; higher is calmer."""
    min_interval_s: NotNegative = 60.0
    """At most one shift per speaker in this many media seconds."""


class ContextSettings(Section, frozen=True):
    """How much of the talk goes into a prompt."""

    seconds: NotNegative = 180.0
    """How far back the prompt may look, in media seconds."""
    tokens: AtLeastOne = 1200
    """Upper bound of the rolling transcript in a prompt, in (estimated) tokens."""


class CorrelateSettings(Section, frozen=True):
    """How words and tone become utterances."""

    grace_s: NotNegative = 2.0
    """Media seconds an utterance waits for its emotion before it is settled without."""
    min_coverage: Share = 0.3
    """Share of an utterance that measurements must cover for its emotion to be known."""
    pause_s: NotNegative = 1.2
    """A silence this long ends an utterance even when the transcriber does not say so."""
    merge_pause_s: NotNegative = 0.8
    """A half sentence cut at a pause up to this long is merged with its continuation; 0 never merges."""
    lag_s: NotNegative = 0.7
    """How far a transcriber's reports may trail the audio before silence is taken as silence."""
    max_utterance_s: Positive = 30.0
    """Longer speech is cut at its next sentence end, or at a word after half as long again."""
    window_s: Positive = 120.0
    """How much emotion history is kept for transcripts that come late."""
    window_events: AtLeastOne = 2000
    """Upper bound of that history, in measurements per channel."""
    echo: EchoSettings = EchoSettings()
    shift: ShiftSettings = ShiftSettings()
    context: ContextSettings = ContextSettings()
