"""`wingman replay BUNDLE`: a recorded meeting run again, as it was or with one thing changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from wingman.archive.bundle import Bundle
from wingman.archive.sample_coverage import opened
from wingman.commands.common import background, run_until_signal, settings_of
from wingman.commands.terminal import Show
from wingman.config.settings import Settings
from wingman.core.codec import encode
from wingman.core.encoders import plain
from wingman.core.errors import InputError, WingmanError
from wingman.core.events import Envelope
from wingman.core.json import JsonObject
from wingman.emotion.base import VoiceAnalyzer
from wingman.meeting.api import MeetingSpec
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.providers import (
    ProviderFactory,
    build_model,
    choose_emotion,
    choose_transcriber,
)
from wingman.replay.replay import Changes, Difference, compare, compare_joined, replay, with_changes
from wingman.replay.reprocess import Listeners, reprocess
from wingman.stt.base import Transcriber

CHOICES: dict[str, tuple[str, ...]] = {
    "model": ("gemini", "generativeai", "openai"),
    "transcriber": ("deepgram", "whisper", "moonshine", "embedded"),
    "meter": ("hume", "hume-v0", "prosody"),
}
SECTIONS = ("suggest", "correlate", "transcribe", "emotion")
WAYS = "playbook=, model=, transcriber= or meter=NAME, or a setting of " + ", ".join(f"{s}.*" for s in SECTIONS)


@dataclass(slots=True)
class Wanted:
    """What `--with` asks for."""

    names: dict[str, str] = field(default_factory=dict)
    """`playbook` or one of `CHOICES` → the name that was given."""
    settings: dict[str, JsonObject] = field(default_factory=lambda: {name: {} for name in SECTIONS})
    """Section → changes by dotted name."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Wanted:
        """Raises `InputError` for something that cannot be changed."""
        wanted = cls()
        for text in texts:
            wanted.take(*text.partition("="))
        return wanted

    def take(self, name: str, equals: str, value: str) -> None:
        """Take one `--with NAME=VALUE`. Raises `InputError` for one that changes nothing."""
        section, _, setting = name.partition(".")
        if not equals or not value:
            raise InputError(f"--with {name!r} gives no value; write {WAYS}", field="with")
        if name == "playbook" or value in CHOICES.get(name, ()):
            self.names[name] = value
        elif name in CHOICES:
            raise InputError(f"--with {name}= must be one of {', '.join(CHOICES[name])}", field="with")
        elif section in SECTIONS and setting:
            self.settings[section][setting] = _value(value)
        else:
            raise InputError(f"--with cannot change {name!r}; write {WAYS}", field="with")

    @property
    def hears(self) -> bool:
        """The sound has to be heard anew."""
        heard = ("transcriber", "meter")
        return any(name in self.names for name in heard) or any(map(self.settings.get, SECTIONS[2:]))

    def heard_with(self, settings: Settings) -> Settings:
        """The settings of who hears it. Raises `InputError` for one that does not exist."""
        transcribe = with_changes(settings.transcribe, "transcribe", self.settings["transcribe"])
        emotion = with_changes(settings.emotion, "emotion", self.settings["emotion"])
        if "transcriber" in self.names:
            transcribe = with_changes(transcribe, "transcribe", {"provider": self.names["transcriber"]})
        if "meter" in self.names:
            emotion = with_changes(emotion, "emotion", {"provider": self.names["meter"]})
        return msgspec.structs.replace(settings, transcribe=transcribe, emotion=emotion)


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    wanted = Wanted.of(arguments.changes)
    path = Path(arguments.bundle)
    if not path.is_file():
        raise InputError(
            f"there is no bundle {path}; make one with: wingman export ID --format bundle", field="bundle"
        )
    bundle, gaps = opened(path)
    if gaps:
        print(f"{gaps} stretches are shown as gaps: nobody says what became of their sound", file=sys.stderr)
    return run_until_signal(_replay(arguments, settings, wanted, bundle))


async def _replay(arguments: argparse.Namespace, settings: Settings, wanted: Wanted, bundle: Bundle) -> int:
    speed = 1.0 if arguments.realtime else 0.0
    if not arguments.changes:
        show = Show(settled=not arguments.realtime)
        on_event = _write if arguments.json else show.envelope
        correlate = settings.correlate
        await replay(bundle, settings.suggest, correlate=correlate, speed=speed, on_event=on_event)
        if not arguments.json:
            print(f"\n{show.summary()}")
        return 0
    before = await replay(bundle, settings.suggest, correlate=settings.correlate)
    heard = bundle
    if wanted.hears:
        heard = await _hear(bundle, wanted.heard_with(settings), wanted, realtime=arguments.realtime)
    model = build_model(settings, wanted.names["model"]) if "model" in wanted.names else None
    try:
        playbook = wanted.names.get("playbook", "")
        changes = Changes(playbook, wanted.settings["suggest"], wanted.settings["correlate"], model)
        after = await replay(heard, settings.suggest, changes, correlate=settings.correlate, speed=speed)
    finally:
        if model is not None:
            await model.aclose()
    found = compare_joined(before.events, after.events) if wanted.hears or wanted.settings["correlate"] else []
    found += compare(before.events, after.events)
    _print(found, as_json=arguments.json)
    return 0


async def _hear(bundle: Bundle, settings: Settings, wanted: Wanted, *, realtime: bool) -> Bundle:
    """The bundle as other providers hear its sound; says on stderr what was sent to whom.

    Raises `WingmanError` when one of them gave up: half a meeting would be compared with a whole one.
    """
    providers, local = ProviderFactory(settings), LocalWorker(settings, live=realtime)
    transcriber: Callable[[], Transcriber | None] | None = None
    meter: Callable[[], VoiceAnalyzer | None] | None = None
    if "transcriber" in wanted.names or wanted.settings["transcribe"]:
        chosen = choose_transcriber(settings, providers.here).provider
        transcriber = partial(providers.transcriber, chosen, MeetingSpec(), local)
    if "meter" in wanted.names or wanted.settings["emotion"]:
        choose_emotion(settings, providers.here, "counterpart")
        meter = partial(providers.voice_analyzer, local)
    async with background(local.run()):
        heard = await reprocess(bundle, Listeners(transcriber, meter), realtime=realtime)
    for name, seconds in heard.sent.items():
        print(f"sent {seconds:.0f} s of audio to {name}", file=sys.stderr)
    for name, seconds in heard.unheard.items():
        late = (
            f"{seconds:.1f} s reached {name} too late to be answered; what it would say of them is not compared"
        )
        print(late, file=sys.stderr)
    if heard.faults:
        raise WingmanError(" ".join(heard.faults))
    return heard.bundle


def _write(envelope: Envelope) -> None:
    sys.stdout.write(encode(envelope).decode() + "\n")
    sys.stdout.flush()


def _print(found: Sequence[Difference], *, as_json: bool) -> None:
    if as_json:
        lines = [msgspec.json.encode(one).decode() for one in found]
    else:
        lines = [line for one in found for line in _difference(one)]
        lines.append(f"{len(found)} moments differ" if found else "no difference")
    sys.stdout.write("".join(f"{plain(line)}\n" for line in lines))


def _difference(one: Difference) -> list[str]:
    before = [f"  - {text}" for text in one.before or ("(silent)",)]
    after = [f"  + {text}" for text in one.after or ("(silent)",)]
    return [f"“{one.said}”" if one.said else "(unprompted)", *before, *after]


def _value(text: str) -> Any:
    """A number, boolean or list where it reads as one, else the text."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
