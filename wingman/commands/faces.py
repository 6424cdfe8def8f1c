"""Faces in a film or an image from the command line: measured one picture after another, none of them kept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wingman.audio.video_file import read_pictures
from wingman.config.settings import Settings
from wingman.core.emotion import EmotionSpan
from wingman.core.errors import InputError
from wingman.core.face_policy import FACE_NOTICES, FaceConsent, decide_faces
from wingman.core.time import seconds
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


async def measure(path: Path, settings: Settings) -> tuple[EmotionSpan, ...]:
    """The faces of a film or an image, on its own clock. Raises `InputError`, `ProviderFault`."""
    gateway = settings.emotion.hume_v0
    return await measure_film(read_pictures(path, gateway.face_every_s), gateway)


def recorded(spans: tuple[EmotionSpan, ...], settings: Settings) -> RecordedFaceAnalyzer:
    """What was measured, as a meeting takes it."""
    return RecordedFaceAnalyzer(spans, info_of(settings.emotion.hume_v0))


async def show_image(arguments: argparse.Namespace, settings: Settings) -> int:
    """`wingman analyze IMAGE`: one line a face."""
    decide(settings, arguments.consent)
    spans = await measure(Path(arguments.file), settings)
    for span in spans:
        best = ", ".join(f"{score.label} {score.value:.2f}" for score in span.scores[:TOP])
        sys.stdout.write(f"{seconds(span.span.start):7.1f} s  face {span.subject}: {best}\n")
    if not spans:
        sys.stdout.write("no face was found\n")
    return 0
