"""`wingman analyze FILE`: a recording's words joined with what a batch job measured in its voices."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from wingman.audio.sandboxed import probe
from wingman.audio.video_file import is_image
from wingman.commands import faces
from wingman.commands.common import INTERRUPTED, run_until_signal, settings_of
from wingman.commands.transcribe import Job, sources_of, transcribe
from wingman.config.settings import Settings
from wingman.core.emotion_policy import RECORDING, Consent, decide
from wingman.core.errors import InputError
from wingman.core.time import seconds
from wingman.egress import outlet as egress
from wingman.emotion.hume_v0.analyzer import info_of
from wingman.emotion.hume_v0.batch import analyze
from wingman.emotion.recorded import RecordedAnalyzer
from wingman.suggest.playbook.playbook import load_playbook


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    path = Path(arguments.file)
    if is_image(path) or (arguments.faces and faces.is_silent(path)):
        showing = faces.show(path, settings, consent=arguments.consent)
        return run_until_signal(showing, interrupted=INTERRUPTED)
    length = probe(path, sources_of(arguments)).duration  # a bad file gets its sentence before anything is sent
    return run_until_signal(_analyze(arguments, settings, length or 0.0), interrupted=INTERRUPTED)


def _decide(arguments: argparse.Namespace, settings: Settings) -> None:
    """May the voices be measured at all? Asked before a byte of them leaves. Raises `InputError`."""
    allowed = arguments.consent or _agreed()
    consent = Consent(RECORDING, "--consent on the command line") if allowed else None
    decision = decide("counterpart", consent, load_playbook(settings.suggest.playbook).refusal)
    if decision.policy == "off":
        raise InputError(f"the voices are not sent: {decision.reason}", field="playbook", status=403)


def _agreed() -> bool:
    """Ask whoever sits there; nobody does, and nobody has agreed, where it is run by a program."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(
            f"the recording is sent to be measured; add --consent to say: {RECORDING.text}",
            field="consent",
        )
    print(
        f"The recording goes to a provider that measures its voices. {RECORDING.text} [y/N] ",
        end="",
        file=sys.stderr,
    )
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


async def _analyze(arguments: argparse.Namespace, settings: Settings, length_s: float) -> int:
    gateway = settings.emotion.hume_v0
    if not gateway.url:
        raise InputError(
            "no gateway is set; set emotion.hume_v0.url to one that speaks the v0 API",
            field="emotion.hume_v0.url",
        )
    _decide(arguments, settings)
    if arguments.faces:
        faces.decide(settings, consent=True)
    with tqdm(file=sys.stderr, disable=not sys.stderr.isatty(), bar_format="{desc} {elapsed}") as bar:

        def show(state: str) -> None:
            bar.set_description_str(f"batch job: {state.lower().replace('_', ' ')}")

        left = egress.Counted()
        with egress.outlet(left):
            spans = await analyze(Path(arguments.file), gateway, length_s=length_s, progress=show)
    if not length_s and spans:  # the container does not say; what was measured does
        length_s = seconds(max(span.span.end for span in spans))
        left.sendings = [(left.size, length_s)]
    print(f"{left.size} bytes went to hume-v0: the recording, {length_s:.1f} s", file=sys.stderr)
    wishes = {"emotion": "counterpart", "realtime": False, "suggest": False, "store": False, "force": False}
    whole = argparse.Namespace(**{**vars(arguments), **wishes})
    jobs = [Job(Path(arguments.file))]
    return await transcribe(whole, settings, jobs, lambda: RecordedAnalyzer(spans, info_of(gateway), left))
