"""`wingman transcribe FILE…`: recordings in, transcripts and notes out.

Each recording becomes a meeting of its own, played as fast as the transcriber can take it. With an output file,
what is settled is also kept in `OUT.part` beside it, with `--store` in the meeting's folder (sealed where the
log is encrypted): a job that was cut off goes on from there when the same command is given again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tqdm import tqdm

from wingman.app import Service, open_service
from wingman.audio.channel_map import ChannelSource, parse_channel_map
from wingman.audio.recording import Recording
from wingman.audio.sandboxed import probe
from wingman.audio.video_file import is_image
from wingman.commands import faces as faces_of_film
from wingman.commands.common import INTERRUPTED, run_until_signal, settings_of
from wingman.commands.output_file import output_file, regular
from wingman.commands.terminal import Show
from wingman.config.paths import data_dir
from wingman.config.settings import Settings
from wingman.config.settings import plain as plain_settings
from wingman.core.codec import encode
from wingman.core.emotion_policy import RECORDING
from wingman.core.encoders import plain
from wingman.core.errors import InputError
from wingman.core.events import CaptureLoss, Envelope, MeetingEnded, SuggestionSkipped, TranscriptPartial
from wingman.core.threads import in_thread
from wingman.core.time import seconds
from wingman.emotion.base import FaceAnalyzer, VoiceAnalyzer
from wingman.events.hub import Subscription
from wingman.meeting.api import MeetingSpec
from wingman.meeting.import_journal import ImportJournals, Journal, job_of
from wingman.meeting.imports import ImportOptions, RecordingImport
from wingman.report.exports import export
from wingman.report.outcome import Outcome, OutcomeFold, Status
from wingman.report.record import read

tqdm.monitor_interval = 0  # a bar needs no thread to watch it
STEREO = "left=tab,right=mic"
SUFFIXES = {".txt": "txt", ".srt": "srt", ".vtt": "vtt", ".md": "md", ".json": "json", ".csv": "csv"}


@dataclass(frozen=True, slots=True)
class Job:
    """One recording of the command line, and where its text goes."""

    file: Path
    format: str = ""
    """Empty: its lines are shown as they come."""
    target: Path | None = None
    """None: standard output."""

    @property
    def made(self) -> Path | None:
        """The file that is made, behind a link; None where none is: standard output, a device, a pipe."""
        return regular(self.target) if self.target else None


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    files = [Path(name) for name in arguments.files]
    seen = [file for file in files if is_image(file) or (arguments.faces and faces_of_film.is_silent(file))]
    if arguments.json and arguments.format and arguments.output in (None, "", "-"):
        raise InputError(
            "--json and --format cannot both be printed; name a file for one of them with -o", field="format"
        )
    if seen and not arguments.faces:
        raise InputError(f"{seen[0]} is an image; add --faces to have its faces measured", field="files")
    heard = [file for file in files if file not in seen]
    jobs = jobs_of(heard, arguments.format or "", arguments.output or "")
    return run_until_signal(_both(arguments, settings, seen, jobs), interrupted=INTERRUPTED)


async def _both(
    arguments: argparse.Namespace, settings: Settings, seen: Sequence[Path], jobs: Sequence[Job]
) -> int:
    """What can only be seen, then what can be heard."""
    for path in seen:
        if len(seen) + len(jobs) > 1:
            sys.stdout.write(f"{plain(path.name)}\n")
        await faces_of_film.show(path, settings, consent=True)
    return await transcribe(arguments, settings, jobs) if jobs else 0


def jobs_of(files: Sequence[Path], form: str, output: str) -> list[Job]:
    """What is to be done. Raises `InputError` when the output cannot hold it."""
    if not output or output == "-":
        if len(files) > 1 and form not in ("", "txt", "md"):
            raise InputError(
                f"several recordings cannot be one {form} file; name a folder with -o", field="output"
            )
        return [Job(file, form) for file in files]
    target = Path(output)
    if len(files) == 1 and not target.is_dir() and not output.endswith(os.sep):
        return [Job(files[0], form or SUFFIXES.get(target.suffix.lower(), "txt"), target)]
    form = form or "txt"
    names = [file.stem for file in files]
    twice = {name for name in names if names.count(name) > 1}
    return [
        Job(file, form, target / f"{file.name if file.stem in twice else file.stem}.{form}") for file in files
    ]


async def transcribe(
    arguments: argparse.Namespace,
    settings: Settings,
    jobs: Sequence[Job],
    meter: Callable[[], VoiceAnalyzer] | None = None,
) -> int:
    """Do the jobs one after the other; the worst status counts. `meter` replaces the configured one."""
    if not arguments.suggest:
        silent = msgspec.structs.replace(settings.suggest, provider="off", mode="manual")
        settings = msgspec.structs.replace(settings, suggest=silent)
    # every file is looked at before anything is sent: a typing error in the last one costs no minute
    recordings = [_probed(job, arguments) for job in jobs]
    if len(jobs) == 1 and isinstance(recordings[0], InputError):
        raise recordings[0]
    worst = Status.WHOLE
    async with open_service(settings, keep=arguments.store) as service:
        for job, recording in zip(jobs, recordings, strict=True):
            if isinstance(recording, InputError):
                _say(str(recording))
                worst = max(worst, Status.FAILED, key=_severity)
                continue
            if len(jobs) > 1 and not arguments.force and _is_made(job):
                _say(f"{job.target} is there already; --force makes it anew")
                continue
            outcome = await _Run(arguments, service, job, recording, meter).run()
            worst = max(worst, outcome.status, key=_severity)
    return int(worst)


def _severity(status: Status) -> int:
    return (Status.WHOLE, Status.INCOMPLETE, Status.FAILED).index(status)


def _probed(job: Job, arguments: argparse.Namespace) -> Recording | InputError:
    try:
        track = arguments.track - 1 if arguments.track is not None else None
        return probe(job.file, sources_of(arguments), track=track, listen=True)
    except InputError as refused:
        return refused


def sources_of(arguments: argparse.Namespace) -> tuple[ChannelSource, ...]:
    """What the flags say about whose voice is where. Raises `InputError`."""
    return parse_channel_map(arguments.channels or (STEREO if arguments.stereo else None))


def _is_made(job: Job) -> bool:
    try:
        return job.target is not None and job.target.stat().st_mtime > job.file.stat().st_mtime
    except OSError:
        return False


class _Run:
    """One recording on its way through the pipeline."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        service: Service,
        job: Job,
        recording: Recording,
        meter: Callable[[], VoiceAnalyzer] | None,
    ) -> None:
        self._arguments = arguments
        self._service = service
        self._job = job
        self._recording = recording
        self._meter = meter

    async def run(self) -> Outcome:
        title, arguments = self._recording.title, self._arguments
        if self._recording.sides is not None and self._recording.sides.two_voices and not sources_of(arguments):
            _say(f"{title} has a voice on each side; --channels left=mic,right=tab keeps them apart")
        with self._progress() as advance:
            faces = await self._faces()
            kept = arguments.store or self._job.made is not None
            journal = self._journal if kept and not arguments.realtime else None
            options = ImportOptions(arguments.realtime, self._meter, faces, journal, advance)
            job = RecordingImport(self._service.manager, self._recording, options)
            outcome, meeting = await self._play(job)
            await self._write(meeting)
            if job.journal is not None and outcome.status is not Status.FAILED:
                await in_thread(job.journal.done)
        if outcome.sentence:
            _say(outcome.sentence)
        if arguments.store:
            _say(f"{title} is kept as meeting {meeting}; see: wingman report {meeting}")
        return outcome

    async def _faces(self) -> Callable[[], FaceAnalyzer] | None:
        """What the film's pictures show, where that is asked for; measured before its sound is played."""
        if not self._arguments.faces:
            return None
        settings = self._service.settings
        faces_of_film.decide(settings, consent=True)
        seen = await faces_of_film.measure(self._job.file, settings)
        return lambda: faces_of_film.recorded(seen, settings)

    async def _play(self, job: RecordingImport) -> tuple[Outcome, str]:
        spec = MeetingSpec(
            title=self._recording.title,
            emotion_policy=self._arguments.emotion,
            consent="" if self._arguments.emotion == "off" else RECORDING.name,
            by="--emotion on the command line",
            faces="tab" if self._arguments.faces else "",
            faces_consent=faces_of_film.NOTICE.name if self._arguments.faces else "",
        )
        meeting = await job.start(spec)
        watching = self._service.hub.subscribe(meeting.id)
        fold = OutcomeFold(self._recording.title)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(watching, fold))
                await job.run()
                await self._service.log.flush()
        finally:
            watching.close()
        return fold.outcome(), meeting.id

    async def _watch(self, watching: Subscription, fold: OutcomeFold) -> None:
        show = Show(sys.stdout, settled=True)
        while True:
            for frame in await watching.read():
                fold.add(frame.envelope)
                if self._arguments.json:
                    _write_json(frame.envelope)
                elif not self._job.format:
                    show.envelope(frame.envelope)
                elif isinstance(frame.envelope.data, CaptureLoss) and frame.envelope.data.detail:
                    _say(frame.envelope.data.detail)
                if isinstance(frame.envelope.data, MeetingEnded):
                    return

    async def _write(self, meeting: str) -> None:
        """The text, where one was asked for; a file appears whole or not at all."""
        form, target = self._job.format, self._job.target
        if not form:
            return
        await self._service.manager.summed_up(meeting)
        _, text = export(await read(self._service.log, meeting), form)
        if target is None:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        try:
            (self._job.made or target).parent.mkdir(parents=True, exist_ok=True)
            with output_file(target) as file:
                file.write(text.encode())
        except OSError as failed:
            raise InputError(f"cannot write {target}: {failed.strerror}", field="output") from None
        _say(f"written to {target}")

    def _journal(self, meeting: str) -> Journal:
        """What a job that was cut off goes on from: beside its output, or with the meeting that is stored."""
        settings, target = self._service.settings, self._job.made
        key = settings.deliver.encryption_key.reveal()
        if self._arguments.store or target is None:
            live = self._service.manager.live_ids()
            journal = ImportJournals(data_dir(settings), key).begin(self._name(), meeting, live)
        else:
            with contextlib.suppress(OSError):
                target.parent.mkdir(parents=True, exist_ok=True)
            journal = Journal(target.with_name(f"{target.name}.part"), self._name(), key)
        if journal.resumed_at:
            _say(f"{self._recording.title} goes on at {seconds(journal.resumed_at):.0f} s")
        return journal

    def _name(self) -> str:
        """The same for the same job: file, transcriber and what is read from it."""
        status = self._job.file.stat()
        engine = plain_settings(self._service.settings)["transcribe"]
        return job_of(
            self._job.file.resolve(), status.st_size, status.st_mtime_ns, self._recording.feeds, engine
        )

    @contextlib.contextmanager
    def _progress(self) -> Iterator[Callable[[float], None]]:
        total = round(self._recording.duration) if self._recording.duration else None
        form = "{desc} {percentage:3.0f} % of {total} s, {remaining} left" if total else "{desc} {n} s"
        quiet = not sys.stderr.isatty()
        name = self._recording.title[:30]
        with tqdm(total=total, desc=name, bar_format=form, file=sys.stderr, disable=quiet, leave=False) as bar:

            def advance(played: float) -> None:
                bar.update(round(played) - bar.n)

            yield advance


def _say(sentence: str) -> None:
    print(plain(f"wingman: {sentence}"), file=sys.stderr, flush=True)


def _write_json(envelope: Envelope) -> None:
    if not isinstance(envelope.data, TranscriptPartial | SuggestionSkipped):
        sys.stdout.write(encode(envelope).decode() + "\n")
        sys.stdout.flush()
