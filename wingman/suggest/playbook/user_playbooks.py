"""One's own playbooks beside the shipped ones: a folder of files, each with its earlier versions.

playbooks/acme.yaml                     the playbook
playbooks/versions/acme/1790000000.yaml what it was until then
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog
import yaml

from wingman.core.errors import InputError
from wingman.core.json import JsonMapping, JsonObject
from wingman.core.replaced_file import write_whole
from wingman.suggest.playbook import sandboxed
from wingman.suggest.playbook.playbook import (
    Playbook,
    folder,
    list_playbooks,
    load_playbook,
    text_of,
    too_wide,
)
from wingman.suggest.playbook.signals import TOO_WIDE, Signal

log = structlog.get_logger(__name__)

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
KEPT_VERSIONS = 20
LONGEST = 256 * 1024
"""Characters of one playbook."""
DRAFT = "this playbook"


@dataclass(frozen=True, slots=True)
class PlaybookRow:
    """One playbook in a list."""

    name: str
    title: str
    voice_emotion: str
    own: bool
    triggers: int


@dataclass(frozen=True, slots=True)
class PlaybookVersion:
    """An earlier state of one's own playbook."""

    id: str
    at: float
    """Wall time at which it was replaced."""


@dataclass(frozen=True, slots=True)
class PlaybookPage:
    """One playbook whole."""

    playbook: JsonObject
    text: str
    """The same as YAML."""
    own: bool
    versions: tuple[PlaybookVersion, ...] = ()
    signals: tuple[str, ...] = tuple(Signal)
    """What a trigger can listen for beside phrases."""
    problem: str = ""
    """Why it can no longer be stored as it is, in one sentence; empty when it can."""


class Parse(Protocol):
    """See `playbook.parse_playbook`."""

    def __call__(self, text: str, origin: str, /, *, stored: bool = False) -> Playbook: ...


class UserPlaybooks:
    """Shipped playbooks can be looked at; one's own can be changed, and go back to what they were.

    Blocking: what is not shipped is read in a process of its own the first time it is seen.
    """

    def __init__(
        self,
        home: Path | None,
        clock: Callable[[], float] = time.time,
        parse: Parse = sandboxed.parse_playbook,
    ) -> None:
        """`home` is the folder of one's own; None keeps none. `parse` reads (text, its name)."""
        self._home = home
        self._clock = clock
        self._parse = parse

    def load(self, name_or_path: str) -> Playbook:
        """A playbook by name, one's own first, or by path. Raises `InputError`."""
        path = self._path(name_or_path)
        if path is None or not path.is_file():
            return load_playbook(name_or_path)
        playbook = self._parse(text_of(path), str(path), stored=True)
        if wide := too_wide(playbook):
            log.warning(
                "nothing listens for some phrases of a playbook", file=str(path), phrases=wide, why=TOO_WIDE
            )
        return playbook

    def is_own(self, name: str) -> bool:
        """Is there one of one's own by this name?"""
        path = self._path(name)
        return path is not None and path.is_file()

    def rows(self) -> Sequence[PlaybookRow]:
        """One's own first, then the shipped ones. One that was damaged outside is left out."""
        own = []
        for path in sorted(self._home.glob("*.yaml")) if self._home else ():
            try:
                own.append(_row(self._parse(text_of(path), str(path), stored=True), own=True))
            except InputError:
                continue
        return [*own, *(_row(playbook, own=False) for playbook in list_playbooks())]

    def page(self, name: str) -> PlaybookPage:
        """Raises `InputError(status=404)`."""
        path = self._path(name)
        own = path is not None and path.is_file()
        if path is None or not own:
            path = folder() / f"{name}.yaml"
            if not NAME.fullmatch(name) or not path.is_file():
                raise _unknown(name)
        text = text_of(path)
        playbook = self._parse(text, str(path), stored=True) if own else load_playbook(name)
        versions = self._versions(name) if own else ()
        return PlaybookPage(
            msgspec.to_builtins(playbook), text, own, versions, problem=self._problem(playbook, text)
        )

    def _problem(self, playbook: Playbook, text: str) -> str:
        try:
            if too_wide(playbook):
                self.check({}, text)
        except InputError as wrong:
            return str(wrong)
        return ""

    def check(self, playbook: JsonMapping, text: str) -> Playbook:
        """A draft, as plain values or as YAML. Raises `InputError` that names field and mend."""
        if text:
            if len(text) > LONGEST:
                raise InputError(f"a playbook may have at most {LONGEST} characters", field="text", status=413)
            return self._parse(text, DRAFT)
        try:
            return self._parse(written(playbook), DRAFT)
        except InputError as wrong:  # whoever fills in a form knows no lines
            raise InputError(re.sub(r"^(.+?), line \d+", r"\1", str(wrong)), field=wrong.field) from None

    def put(self, name: str, playbook: JsonMapping, text: str) -> None:
        """Store one's own playbook under `name`; what it was is kept. Raises `InputError`."""
        path = self._must_be_own(name)
        checked = self.check(playbook, text)
        if checked.name != name:
            raise InputError(
                f"the playbook calls itself `{checked.name}`; store it under that name or change `name`",
                field="name",
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keep_version(path)
        write_whole(path, (text or written(playbook)).encode())

    def remove(self, name: str) -> None:
        """Remove one's own playbook and its versions. Raises `InputError(status=404)`."""
        path = self._must_be_own(name)
        if not path.is_file():
            raise _unknown(name)
        path.unlink()
        for version in self._version_files(name):
            version.unlink()

    def restore(self, name: str, version: str) -> None:
        """Bring an earlier version back; the present one becomes a version. Raises `InputError`."""
        path = self._must_be_own(name)
        found = next((file for file in self._version_files(name) if file.stem == version), None)
        if found is None:
            raise InputError(f"`{name}` has no version `{version[:40]}`", field="version", status=404)
        content = found.read_bytes()
        self._keep_version(path)
        write_whole(path, content)

    def _path(self, name: str) -> Path | None:
        return self._home / f"{name}.yaml" if self._home and NAME.fullmatch(name) else None

    def _must_be_own(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise InputError(
                "a playbook’s name is 1 to 40 lower-case letters, digits and hyphens; rename it", field="name"
            )
        if (folder() / f"{name}.yaml").is_file():
            raise InputError(
                f"`{name}` is shipped with Wingman and stays as it is; copy it under another name",
                field="name",
                status=409,
            )
        path = self._path(name)
        if path is None:
            raise InputError("this service keeps no playbooks of its own", field="name", status=501)
        return path

    def _keep_version(self, path: Path) -> None:
        if not path.is_file():
            return
        kept = path.parent / "versions" / path.stem
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = int(self._clock() * 1000)
        while (kept / f"{stamp}.yaml").exists():
            stamp += 1
        write_whole(kept / f"{stamp}.yaml", path.read_bytes())
        for old in self._version_files(path.stem)[KEPT_VERSIONS:]:
            old.unlink()

    def _version_files(self, name: str) -> list[Path]:
        """Newest first."""
        if self._home is None:
            return []
        return sorted((self._home / "versions" / name).glob("*.yaml"), reverse=True)

    def _versions(self, name: str) -> tuple[PlaybookVersion, ...]:
        return tuple(PlaybookVersion(file.stem, int(file.stem) / 1000) for file in self._version_files(name))


def written(playbook: JsonMapping) -> str:
    """A playbook's plain values as YAML, without what says nothing. Raises `InputError`."""
    try:
        return yaml.safe_dump(_spare(playbook), sort_keys=False, allow_unicode=True, width=100)
    except RecursionError:
        raise InputError("this playbook is nested too deeply; simplify it", field="playbook") from None


def _spare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _spare(inner) for key, inner in value.items() if inner is not None and inner != []}
    if isinstance(value, (list, tuple)):
        return [_spare(inner) for inner in value]
    return value


def _row(playbook: Playbook, *, own: bool) -> PlaybookRow:
    return PlaybookRow(playbook.name, playbook.title, playbook.voice_emotion, own, len(playbook.triggers))


def _unknown(name: str) -> InputError:
    return InputError(
        f"there is no playbook named `{name[:40]}`; GET /api/playbooks lists them", field="playbook", status=404
    )
