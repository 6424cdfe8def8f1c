"""Faces in a film or an image from the command line: measured one picture after another, none of them kept."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from wingman.audio.sandboxed import probe
from wingman.audio.video_file import pictures, read_pictures
from wingman.config.settings import Settings
from wingman.core.emotion import EmotionSpan
from wingman.core.errors import InputError
from wingman.core.face_policy import FACE_NOTICES, FaceConsent, decide_faces
from wingman.core.time import seconds
from wingman.egress.outlet import Counted, outlet
from wingman.emotion.hume_v0.analyzer import info_of
from wingman.emotion.hume_v0.faces import measure_film
from wingman.emotion.recorded import RecordedFaceAnalyzer
from wingman.suggest.playbook.playbook import load_playbook

NOTICE = FACE_NOTICES[0]
TOP = 3


def decide(settings: Settings, consent: bool) -> None:
    """May faces be measured at all? Asked before a picture leaves. Raises `InputError`."""
    if not settings.emotion.hume_v0.url:
        raise InputError(
            "no gateway is set; set emotion.hume_v0.url to one that speaks the v0 API",
            field="emotion.hume_v0.url",
        )
    given = FaceConsent(NOTICE, "the command line") if consent else None
    decide_faces("tab", given, load_playbook(settings.suggest.playbook).refusal)


def is_silent(path: Path) -> bool:
    """Whether a file is a film without sound."""
    try:
        probe(path)
    except InputError:
        try:
            return next(pictures(path), None) is not None
        except InputError:
            return False
    return False


@dataclass(frozen=True, slots=True)
class Seen:
    """The faces of a film or an image, on its own clock, and what was sent to have them measured."""

    spans: tuple[EmotionSpan, ...]
    left: Counted


async def measure(path: Path, settings: Settings) -> Seen:
    """Raises `InputError`, `ProviderFault`."""
    gateway, left = settings.emotion.hume_v0, Counted()
    with outlet(left):
        spans = await measure_film(read_pictures(path, gateway.face_every_s), gateway)
    number = len(left.sendings)
    print(f"{left.size} bytes went to hume-v0: {number} picture{'s'[: number != 1]}", file=sys.stderr)
    return Seen(spans, left)


def recorded(seen: Seen, settings: Settings) -> RecordedFaceAnalyzer:
    """What was measured, as a meeting takes it."""
    return RecordedFaceAnalyzer(seen.spans, info_of(settings.emotion.hume_v0), seen.left)


async def show(path: Path, settings: Settings, *, consent: bool) -> int:
    """An image, or a film without sound: one line a face. Raises `InputError`, `ProviderFault`."""
    decide(settings, consent)
    spans = (await measure(path, settings)).spans
    for span in spans:
        best = ", ".join(f"{score.label} {score.value:.2f}" for score in span.scores[:TOP])
        at = seconds(span.span.end) - settings.emotion.hume_v0.face_every_s / 2
        sys.stdout.write(f"{at:7.1f} s  face {span.subject}: {best}\n")
    if not spans:
        sys.stdout.write("no face was found\n")
    return 0
