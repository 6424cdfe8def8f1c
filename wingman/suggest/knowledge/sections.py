"""Notes as sections: texts by their headings and questions, tables by their rows, PDF by its pages."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from xml.parsers.expat import ExpatError

from wingman.core.errors import InputError
from wingman.core.sentence_ends import MAX_GOES_ON
from wingman.suggest.knowledge.headings import by_headings, tables

SUFFIXES = (".md", ".markdown", ".txt", ".csv", ".tsv", ".pdf", ".docx")
LONGEST_SECTION = 1200
"""Characters of one section; a longer one is parted at blank lines."""
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of a Word document without its packing."""
_POINT = re.compile(r"(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bHr\.)(?<!\bNr\.)(?<!\bNo\.)"
    rf"(?<!\bSr\.)(?<!\bSra\.)(?<!\bDra\.)(?<!\bProf\.){MAX_GOES_ON}\s+(?=[A-ZÀ-Þ\d\"“„«])"
)
"""Where a sentence ends; not behind a title (`Dr. Held`), nor before what is a maximum."""
_RULE = re.compile(r"[|\s:-]+")


@dataclass(frozen=True, slots=True)
class Section:
    """One place in the notes."""

    source: str
    """`file › heading`, as a card cites it."""
    heading: str
    statements: tuple[str, ...]
    """Sentences, list points and table rows, in order; each makes sense beside the heading."""

    @property
    def passages(self) -> tuple[str, ...]:
        """What an encoder reads: the section as a whole and, when it has several, each statement."""
        whole = "\n".join((self.heading, *self.statements)).strip()
        if len(self.statements) == 1:
            return (whole,)
        prefix = f"{self.heading}: " if self.heading else ""
        return (whole, *(f"{prefix}{statement}" for statement in self.statements))


def sections_in(name: str, parts: Iterable[tuple[str, str]]) -> Iterator[Section]:
    """The sections of a document, from its (heading, body) parts."""
    for heading, body in parts:
        for part in _parts(body):
            statements = tuple(_statements(part))
            if not heading and len(statements) > 2 and all(map(_POINT.match, part.splitlines())):
                yield from (Section(name, "", (statement,)) for statement in statements)  # a list of anything
            elif statements:
                yield Section(f"{name} › {heading}" if heading else name, heading, statements)


def sections_of(text: str, source: str) -> tuple[Section, ...]:
    """A short text without a file (a brief), one section a sentence."""
    return tuple(Section(source, "", (statement,)) for part in _parts(text) for statement in _statements(part))


def headed(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    """(heading, body) pairs of one file. Raises `InputError` where nothing can be read in it."""
    suffix = PurePath(name).suffix.lower()
    if suffix == ".pdf":
        yield from _pdf_pages(content, name)
        return
    if suffix == ".docx":
        yield from by_headings(_docx_markdown(content, name))
        return
    text = _text(content, name)
    yield from tables(text) if suffix in (".csv", ".tsv") else by_headings(text, plain=suffix == ".txt")


def _text(content: bytes, name: str) -> str:
    """UTF-8; UTF-16 where it begins with its mark (`Unicode` of Windows); else Windows-1252 (Excel's tables).

    Raises `InputError` for what is no text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
        if (
            not text.isascii() and text.replace("\ufffd", "").isascii()
        ):  # damaged UTF-8 would have whole signs, too
            text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise InputError(f"{name} is no text; save it as UTF-8", field="suggest.knowledge")
    return text


def _docx_markdown(content: bytes, name: str) -> str:
    """A Word document as Markdown. Raises `InputError` for what is none."""
    try:
        import mammoth  # 0.1 s that only those with such a document pay
    except ImportError:
        raise _unreadable(name, "a Word document") from None

    try:
        _check_unpacked(content, name)
        return re.sub(r"\\([.()\-!#*_+])", r"\1", mammoth.convert_to_markdown(io.BytesIO(content)).value)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, ExpatError) as broken:
        raise InputError(
            f"{name} is not a readable Word document ({type(broken).__name__}); save it again as .docx, "
            "or as text",
            field="suggest.knowledge",
        ) from None


def _check_unpacked(content: bytes, name: str) -> None:
    """A packed file can be made to unpack to anything. Raises `InputError`."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
            raise InputError(
                f"{name} unpacks to more than {MOST_UNPACKED >> 20} MB, which no text does; save it again",
                field="suggest.knowledge",
                status=413,
            )


def _pdf_pages(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    try:
        import pypdf  # 0.2 s that only those with such a document pay
    except ImportError:
        raise _unreadable(name, "a PDF") from None

    try:
        for number, page in enumerate(pypdf.PdfReader(io.BytesIO(content)).pages, start=1):
            yield f"page {number}", page.extract_text()
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError) as broken:
        raise InputError(
            f"{name} is not a readable PDF ({broken}); save it again, or as text",
            field="suggest.knowledge",
        ) from None


def _unreadable(name: str, kind: str) -> InputError:
    return InputError(
        f"{name} is {kind}, which needs pip install 'wingman-sidecar[documents]'; or save it as text",
        field="suggest.knowledge",
    )


def _parts(body: str) -> Iterator[str]:
    """A body in pieces of at most `LONGEST_SECTION` characters, split at blank lines."""
    piece = ""
    for paragraph in re.split(r"\n\s*\n", body):
        text = paragraph.strip()
        if piece and len(piece) + len(text) > LONGEST_SECTION:
            yield piece
            piece = ""
        piece = f"{piece}\n{text}".strip()
    if piece:
        yield piece


def _statements(part: str) -> Iterator[str]:
    """List points and table rows whole, running text by its sentences."""
    running: list[str] = []
    lines = [*(line.strip() for line in part.splitlines()), ""]
    head: list[str] = []
    for plain, after in zip(lines, [*lines[1:], ""], strict=True):
        row, point = plain.startswith("|"), _POINT.match(plain)
        if plain and not row and not point:
            running.append(plain)
            continue
        if running:
            yield from _sentences(" ".join(running))
            running = []
        if not row:
            head = []
        elif after.startswith("|") and _RULE.fullmatch(after):
            head = _cells(plain)
            continue
        if row and not _RULE.fullmatch(plain):
            yield _row(_cells(plain), head)
        elif point:
            yield plain[point.end() :]


def _sentences(text: str) -> Iterator[str]:
    yield from (sentence for sentence in _SENTENCE_END.split(text) if sentence)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _row(cells: list[str], head: list[str]) -> str:
    """`| 50 | £4.30 | £11.90 |` below `| From | NBR | FKM |` as `50: NBR £4.30, FKM £11.90`."""
    first, *others = cells
    names = head[1:] if len(cells) > 2 and len(head) == len(cells) else [""] * len(others)
    rest = ", ".join(f"{name} {cell}".strip() for name, cell in zip(names, others, strict=True) if cell)
    return f"{first}: {rest}" if first and rest else first or rest
