"""`wingman replay BUNDLE`: a recorded meeting run again, as it was or with one thing changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from wingman.adapters import build_model
from wingman.bundle.archive import Bundle, unpack
from wingman.bundle.replay import Changes, Difference, compare, compare_joined, replay
from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.show import Show
from wingman.config import Settings
from wingman.model.codec import encode
from wingman.model.events import Envelope
from wingman.model.faults import InputError

MODELS = ("gemini", "generativeai", "openai")
WAYS = "playbook=NAME, suggest.FIELD=VALUE, correlate.FIELD=VALUE or model=NAME"


@dataclass(slots=True)
class Wanted:
    """What `--with` asks for."""

    playbook: str = ""
    model: str = ""
    suggest: dict[str, Any] = field(default_factory=dict)
    correlate: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Wanted:
        """Raises `InputError` for something that cannot be changed."""
        wanted = cls()
        for text in texts:
            wanted.take(*text.partition("="))
        return wanted

    def take(self, name: str, equals: str, value: str) -> None:
        section, _, setting = name.partition(".")
        if not equals or not value:
            raise InputError(f"--with {name!r} gives no value; write {WAYS}", field="with")
        if name == "playbook":
            self.playbook = value
        elif name == "model":
            if value not in MODELS:
                raise InputError(f"--with model= must be one of {', '.join(MODELS)}", field="with")
            self.model = value
        elif section == "suggest" and setting:
            self.suggest[setting] = _value(value)
        elif section == "correlate" and setting:
            self.correlate[setting] = _value(value)
        else:
            raise InputError(f"--with cannot change {name!r}; write {WAYS}", field="with")


def main(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments, quiet=True)
    wanted = Wanted.of(arguments.changes)
    path = Path(arguments.bundle)
    if not path.is_file():
        raise InputError(
            f"there is no bundle {path}; make one with: wingman export ID --format bundle", field="bundle"
        )
    return run_until_signal(_replay(arguments, settings, wanted, unpack(path)))


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
    model = build_model(settings, wanted.model) if wanted.model else None
    try:
        before = await replay(bundle, settings.suggest, correlate=settings.correlate)
        changes = Changes(wanted.playbook, wanted.suggest, wanted.correlate, model)
        after = await replay(bundle, settings.suggest, changes, correlate=settings.correlate, speed=speed)
    finally:
        if model is not None:
            await model.aclose()
    found = compare_joined(before.events, after.events) if wanted.correlate else []
    found += compare(before.events, after.events)
    _print(found, as_json=arguments.json)
    return 0


def _write(envelope: Envelope) -> None:
    sys.stdout.write(encode(envelope).decode() + "\n")
    sys.stdout.flush()


def _print(found: Sequence[Difference], *, as_json: bool) -> None:
    if as_json:
        lines = [msgspec.json.encode(one).decode() for one in found]
    else:
        lines = [line for one in found for line in _difference(one)]
        lines.append(f"{len(found)} moments differ" if found else "no difference")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


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
