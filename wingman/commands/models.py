"""`wingman models`: see, fetch, add, time and remove local models. Nothing fetches on start."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import msgspec
from tqdm import tqdm

from wingman.audio.recording import probe, read
from wingman.commands.common import settings_of
from wingman.commands.installation import adding
from wingman.config.paths import SAMPLE
from wingman.config.settings import Settings
from wingman.config.stt import MoonshineSettings
from wingman.core.cores import usable_cores
from wingman.core.errors import InputError
from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE
from wingman.local import model_sources, models
from wingman.local.whisper.bench import Measured, measure
from wingman.stt import moonshine, whisper

MOONSHINE_MB = {"tiny-streaming": 78, "small-streaming": 224, "medium-streaming": 416}
"""Megabytes to download, word times included."""


def main(arguments: argparse.Namespace) -> int:
    """Run the action; returns the exit status. Raises `InputError`."""
    settings = settings_of(arguments, quiet=True)
    if arguments.name and arguments.action in ("list", "bench"):
        raise InputError(f"`models {arguments.action}` takes no name; leave it away", field="name")
    if not arguments.name and arguments.action in ("add", "remove"):
        raise InputError(f"`models {arguments.action}` needs a name; see: wingman models list", field="name")
    match arguments.action:
        case "fetch":
            return _fetch(settings, arguments.name or "")
        case "add":
            return _add(Path(arguments.name), arguments.as_name or "")
        case "bench":
            return _bench(settings)
        case "remove":
            return _remove(_whisper_name(arguments.name))
        case _:
            return _list(settings)


def _list(settings: Settings) -> int:
    chosen = settings.transcribe.whisper
    for name in models.names():
        model = models.MODELS.get(name)
        state = "here" if models.present(name) else "not here"
        told = (
            f"{model.megabytes:>5} MB  {state:<9} {model.suits}"
            if model
            else f"         {state:<9} added by you"
        )
        print(f"{'*' if name == chosen.model else ' '} whisper-{name:<18} {told}")
    for name, megabytes in MOONSHINE_MB.items():
        state = "here" if moonshine.model_present(_moonshine(settings, name)) else "not here"
        print(f"  moonshine-{name:<16} {megabytes:>5} MB  {state:<9} never measured by us")
    if chosen.model_dir:
        print(f"whisper takes its model from {chosen.model_dir} (`transcribe.whisper.model_dir`)")
    if not whisper.installed():
        print(f"the whisper extra is not installed: {adding('whisper')}")
    return 0


def _fetch(settings: Settings, name: str) -> int:
    wanted = name.removeprefix("moonshine-")
    if wanted in MOONSHINE_MB:
        return _fetch_moonshine(_moonshine(settings, wanted))
    wanted = _whisper_name(name or settings.transcribe.whisper.model)
    if models.present(wanted):
        print(f"whisper-{wanted} is here already: {models.folder(wanted)}")
        return 0
    model = models.MODELS.get(wanted)
    total = sum(file.size for file in model.files) if model else 0
    with tqdm(total=total, unit="B", unit_scale=True, file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def advance(size: int) -> None:
            bar.update(size)

        path = model_sources.fetch(wanted, advance)
    print(f"fetched whisper-{wanted} into {path}")
    if not whisper.installed():
        print(f"it needs the whisper extra: {adding('whisper')}")
    return 0


def _moonshine(settings: Settings, name: str) -> MoonshineSettings:
    return msgspec.structs.replace(settings.transcribe.moonshine, model=name)


def _fetch_moonshine(chosen: MoonshineSettings) -> int:
    with tqdm(total=100, unit="%", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def advance(share: float, _file: str) -> None:
            bar.update(round(share * 100) - bar.n)

        path = moonshine.fetch(chosen, advance)
    print(f"fetched moonshine-{chosen.model} into {path}")
    return 0


def _add(path: Path, as_name: str) -> int:
    """Take a model's folder in, for machines without a network. Raises `InputError`."""
    if not (path / "model.bin").is_file():
        raise InputError(
            f"{path} is no model folder: it needs config.json, model.bin and tokenizer.json", field="name"
        )
    name = as_name or path.resolve().name.removeprefix("faster-whisper-").removeprefix("whisper-")
    where = models.folder(name)
    if where.parent != models.root():
        raise InputError(f"{name} is not the name of a model; use --as NAME", field="as")
    if (model := models.MODELS.get(name)) is not None:
        models.check(model, path)
    _loads(path)
    files = [file for file in path.iterdir() if file.is_file()]
    models.room(where, sum(file.stat().st_size for file in files))
    where.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, where / file.name)
    models.note(where, name, "added")
    print(f"added whisper-{name}; use it with `transcribe.whisper.model: {name}`")
    return 0


def _loads(path: Path) -> None:
    """Decode a second of silence with it. Raises `InputError` when that fails."""
    if not whisper.installed():
        raise InputError(
            f"a model is tried before it is added, which needs the whisper extra: {adding('whisper')}"
        )
    try:
        measure(path, [bytes(SAMPLE_RATE * BYTES_PER_SAMPLE)])
    except OSError as failed:
        raise InputError(f"the model in {path} does not work here: {failed}", field="name") from None


def _remove(name: str) -> int:
    if not models.remove(name):
        print(f"there is no whisper-{name} here")
        return 1
    print(f"removed whisper-{name}")
    return 0


def _bench(settings: Settings) -> int:
    """Time every model that is here, and say which one suits this machine. Raises `InputError`."""
    if not whisper.installed():
        raise InputError(f"the whisper extra is not installed: {adding('whisper')}")
    chosen, cores = settings.transcribe.whisper, usable_cores()
    folders = {name: models.folder(name) for name in models.names() if models.present(name)}
    if chosen.model_dir and models.present(chosen.model, chosen.model_dir):
        folders[chosen.model] = models.folder(chosen.model, chosen.model_dir)
    if not folders:
        raise InputError("no model is here; run `wingman models fetch whisper-base` first", field="name")
    decoding = max(1, min(chosen.workers, cores))
    found = {name: _measured(name, folder, decoding) for name, folder in folders.items()}
    fluent = [name for name in folders if found[name].fluent]
    if not fluent:
        print("none of them is quick enough for live meetings here; set DEEPGRAM_API_KEY for those")
        return 0
    size = {name: (folders[name] / "model.bin").stat().st_size for name in fluent}
    print(f"for this machine: transcribe.whisper.model: {max(fluent, key=size.__getitem__)}")
    return 0


def _measured(name: str, folder: Path, decoding: int) -> Measured:
    one = measure(folder, _utterances())
    print(
        f"whisper-{name:<18} loads in {one.load_s:.1f} s, a sentence of 5 s takes {1000 * one.final_s:.0f} ms, "
        f"{one.channels(decoding)} channels talking at once with `transcribe.whisper.workers: {decoding}`"
    )
    return one


def _utterances() -> list[bytes]:
    """Stretches of 5 s of the bundled sample."""
    pieces = read(probe(SAMPLE), SAMPLE_RATE)
    sound = b"".join(p[1].pcm for p in pieces if isinstance(p, tuple) and isinstance(p[1], PcmBlock))
    size = 5 * SAMPLE_RATE * BYTES_PER_SAMPLE
    return [sound[first : first + size] for first in range(size, 8 * size, size)]


def _whisper_name(name: str) -> str:
    return name.removeprefix("whisper-")
