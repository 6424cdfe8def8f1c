"""Notes are read in a process that can do nothing else: a PDF or a Word file may be made to do harm.

One process reads many files; one that it dies of is left out, with a reason, and another process goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import BinaryIO, Final

import msgspec

from wingman.core.errors import InputError
from wingman.sandbox.limits import Limits
from wingman.sandbox.reading import Reader
from wingman.suggest.knowledge.sections import Section, headed, sections_in

MOST_BYTES: Final = 32 * 1024 * 1024
"""Upper bound of one file; more is not notes."""
BATCH_BYTES: Final = 2 * MOST_BYTES
"""Bytes of all files that one process is given."""
MOST_PARTS: Final = 20_000
"""Parts of one document; a library has fewer."""
LONGEST_RUN: Final = 500
"""Characters without a blank. What looks for words takes the square of their length, and a picture in a text is
one word, as base64 or hexadecimal digits."""
_RUN: Final = re.compile(rf"(?<!\S)\S{{{LONGEST_RUN + 1},}}")
_PART: Final = re.compile(
    rf".{{100,{LONGEST_RUN}}}(?<=[。！？；，、])(?!\d)"
    rf"|.{{1,{LONGEST_RUN}}}(?!(?<=[\d.,])[\d.,])"
    rf"|.{{1,{LONGEST_RUN}}}"
)
"""As much of one as may be: up to a stop, as Chinese and Japanese have them, or else to where no number is torn
apart, unless it is a run itself."""
_UNWRITABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What breaks a line, colours a terminal, turns a text round or is no sign."""
LIMITS: Final = Limits(memory_mb=768, cpu_s=60, stall_s=30.0)
FIELD: Final = "suggest.knowledge"


class Note(msgspec.Struct, frozen=True):
    """One document as it was understood."""

    name: str
    parts: tuple[tuple[str, str], ...] = ()
    """(heading, body) in order."""
    sections: tuple[Section, ...] = ()
    problem: str = ""
    """Why nothing in it can be read, in one sentence."""
    begun: bool = False
    """Only says that the reading of this file begins."""


def read_notes(files: Sequence[tuple[str, Path]]) -> Iterator[Note]:
    """Each file, by the name it is cited by, as a note; in order. Blocking."""
    for batch in _batches(files):
        yield from _read(batch)


def _batches(files: Sequence[tuple[str, Path]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    for name, path in files:
        batch.append((_legible(name), _content(path)))
        if sum(len(content) for _, content in batch) >= BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _legible(name: str) -> str:
    """A folder may hold names that are no UTF-8, or that break lines; cards and logs cite them."""
    return _UNWRITABLE.sub("\ufffd", name)


def _content(path: Path) -> bytes:
    """At most one byte more than is read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        return b""  # it went away meanwhile


def _read(batch: list[tuple[str, bytes]]) -> Iterator[Note]:
    while batch:
        suffixes = {PurePath(name).suffix.lower() for name, _ in batch}
        modules = [module for suffix in suffixes for module in _NEEDED.get(suffix, ("encodings.cp1252",))]
        reader: Reader[Note] = Reader(
            "wingman.suggest.knowledge.notes_reader:noted",
            Note,
            LIMITS,
            tuple(modules),
            FIELD,
        )
        current = batch[0][0]
        done = 0
        try:
            for note in reader.read(msgspec.msgpack.encode(batch), None, "these notes"):
                current, done = note.name, done + (not note.begun)
                if not note.begun:
                    yield note
            return
        except InputError as costly:
            yield Note(current, problem=str(costly).replace("these notes", current, 1))
            batch = batch[done + 1 :]


_NEEDED: Final = {
    ".pdf": ("pypdf.*", "encodings.*"),
    ".docx": ("mammoth.*", "encodings.cp437", "xml.dom.minidom", "xml.dom.expatbuilder", "xml.parsers.expat"),
}
"""What is imported before a kind is read. What is not installed is said when it is missed."""


def noted(file: BinaryIO, _: None) -> Iterator[Note]:
    """In the reading process."""
    for name, content in msgspec.msgpack.decode(file.read(), type=list[tuple[str, bytes]]):
        yield Note(name, begun=True)
        try:
            if len(content) > MOST_BYTES:
                raise InputError(f"{name} is larger than 32 MB; cut it into parts", field=FIELD, status=413)
            found = zip(range(MOST_PARTS), headed(content, name), strict=False)
            parts = tuple((_parted(heading), _parted(body)) for _, (heading, body) in found)
            yield Note(name, parts, tuple(sections_in(name, parts)))
        except InputError as wrong:
            yield Note(name, problem=str(wrong))
        except RecursionError:
            yield Note(name, problem=f"{name} is nested too deep to be read; save it again, or as text")


def _parted(text: str) -> str:
    """With a blank in every run that is too long."""
    return _RUN.sub(lambda run: " ".join(_PART.findall(run[0])), text)
