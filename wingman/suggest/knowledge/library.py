"""Notes that were put into Wingman's own folder: stored, shown as they were understood, and found again."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.core.errors import InputError
from wingman.core.replaced_file import remove_left, replaced
from wingman.core.surrogates import whole
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.notes_reader import Note, read_notes
from wingman.suggest.knowledge.sections import SUFFIXES

LOOK_S = 1.0
"""How often it is seen whether other notes are in force."""
SHOWN_PARTS = 30
SHOWN_CHARACTERS = 240
LONGEST_NAME, LONGEST_BYTES = 120, 200
"""Of a file's name, in characters and in UTF-8; file systems take 255 bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a document as it was understood."""

    heading: str
    text: str
    """Its beginning."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document that cards may quote."""

    name: str
    bytes: int
    sections: int
    words: int
    headings: tuple[Part, ...] = ()
    """The first parts."""
    problem: str = ""
    """Why nothing of it can be quoted, in one sentence; empty when it can."""
    fixed: str = ""
    """Where it comes from when it cannot be removed here (the folder that the settings file names)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a card would quote."""

    source: str
    text: str


class NotesLibrary:
    """The notes of one's own in `home`, beside those of the configured folder. Reads files: not for an event
    loop."""

    def __init__(
        self,
        home: Path | None,
        configured: Path | None,
        build: Callable[[Sequence[Path]], Knowledge],
    ) -> None:
        """`home` is None for a service that keeps nothing; `build` makes an index of some folders."""
        self._home = home
        self._configured = configured
        self._build = build
        self._began = time.time()
        self.knowledge = self.index()

    def index(self) -> Knowledge:
        """A new index of all folders there are, which becomes the one in force."""
        self.knowledge = self._build(
            [folder for folder in (self._configured, self._home) if folder and folder.is_dir()]
        )
        return self.knowledge

    async def run(self) -> None:
        """Have the notes in force read for their meaning, and those that take their place, until cancelled."""
        while True:
            current = self.knowledge
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(current.run())
                while self.knowledge is current:  # noqa: ASYNC110 - indexes are made in threads
                    await asyncio.sleep(LOOK_S)
                reading.cancel()

    def documents(self) -> Sequence[Document]:
        """All of them, one's own first, by name."""
        given = f"from {self._configured}" if self._configured else ""
        return [*_documents(_files(self._home)), *_documents(_files(self._configured), given)]

    def put(self, name: str, content: bytes) -> Document:
        """Store a document. Raises `InputError`, and stores nothing, when nothing can be read in it."""
        path = self._place(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replaced(path) as file:
            file.write(content)
            file.flush()
            (note,) = read_notes([(path.name, Path(file.name))])
            found = _document(path.name, note, len(content))
            if found.problem:
                raise InputError(found.problem, field="body")
        self.index()
        return found

    def remove(self, name: str) -> None:
        """Raises `InputError(status=404)`."""
        # as it is told: what came into the folder otherwise may have a name that none could be given here
        told = [path for path in _files(self._home) if whole(path.name) == name]
        path = min(told, key=lambda path: path.name != name) if told else self._place(name)
        if not path.is_file():
            raise InputError(f"there are no notes named `{name[:80]}` here", field="name", status=404)
        path.unlink()
        remove_left(path, self._began)
        self.index()

    def search(self, question: str) -> Sequence[Quote]:
        """What a card would quote for this question, best first."""
        return [Quote(source, text) for source, text in self.knowledge.search(question)]

    def _place(self, name: str) -> Path:
        if self._home is None:
            raise InputError("this service keeps no notes", field="name", status=501)
        return self._home / checked_name(name)


def _documents(paths: Sequence[Path], fixed: str = "") -> list[Document]:
    notes = read_notes([(path.name, path) for path in paths])
    return [
        _document(whole(path.name), note, path.stat().st_size, fixed)
        for path, note in zip(paths, notes, strict=True)
    ]


def _document(name: str, note: Note, size: int, fixed: str = "") -> Document:
    """`name`: what it is removed by, where cards cite only what can be shown of it."""
    if note.problem:
        return Document(name, size, 0, 0, problem=note.problem, fixed=fixed)
    parts = [Part(heading, " ".join(text.split())) for heading, text in note.parts if text.strip()]
    words = sum(len(part.text.split()) for part in parts)
    if not words:
        return Document(name, size, 0, 0, problem=f"{name} holds no text that can be read", fixed=fixed)
    shown = tuple(Part(part.heading, _begin(part.text)) for part in parts[:SHOWN_PARTS])
    return Document(name, size, len(parts), words, shown, fixed=fixed)


def checked_name(name: str) -> str:
    """A plain file name that can be read. Raises `InputError`."""
    clean = " ".join(name.split())
    if (
        not clean
        or len(clean) > LONGEST_NAME
        or len(clean.encode("utf-8", "surrogatepass")) > LONGEST_BYTES
        or clean.startswith(".")
        or re.search(r'[/\\:*?"<>|\x00-\x1f]', clean)
    ):
        raise InputError(
            f"notes need a plain file name of at most {LONGEST_NAME} characters ({LONGEST_BYTES} bytes), "
            "such as prices.md",
            field="name",
        )
    if not clean.lower().endswith(SUFFIXES):
        raise InputError(
            f"`{clean}` cannot be read; use one of {', '.join(SUFFIXES)}", field="name", status=415
        )
    return clean


def _files(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _begin(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS].rstrip()}…"
