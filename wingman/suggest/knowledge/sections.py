"""Notes on disk as sections: Markdown and Word by their headings, text by blank lines, PDF by its pages."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from wingman.core.errors import InputError

log = structlog.get_logger(__name__)

SUFFIXES = (".md", ".markdown", ".txt", ".pdf", ".docx")
LONGEST_SECTION = 1200
"""Characters of one section; a longer one is parted at blank lines."""
MOST_BYTES = 32 * 1024 * 1024
"""Upper bound of one file; more is not notes."""
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


def read_sections(folder: Path) -> Iterator[Section]:
    """All sections of a folder, file by file. Raises `InputError` when it does not exist."""
    if not folder.is_dir():
        raise InputError(
            f"the knowledge folder {folder} does not exist; create it or clear suggest.knowledge",
            field="suggest.knowledge",
        )
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        if path.stat().st_size > MOST_BYTES:
            log.warning("knowledge.skipped", file=name, why="larger than 32 MB")
            continue
        try:
            read = list(headed(path))
        except InputError as unreadable:
            log.warning("knowledge.skipped", file=name, why=str(unreadable))
            continue
        for heading, body in read:
            for part in _parts(body):
                statements = tuple(_statements(part))
                if statements:
                    yield Section(f"{name} › {heading}" if heading else name, heading, statements)


def sections_of(text: str, source: str) -> tuple[Section, ...]:
    """A short text without a file (a brief), one section a sentence."""
    return tuple(Section(source, "", (statement,)) for part in _parts(text) for statement in _statements(part))


def headed(path: Path) -> Iterator[tuple[str, str]]:
    """(heading, body) pairs of one file. Raises `InputError` where nothing can be read in it."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        yield from _pdf_pages(path)
        return
    if suffix == ".docx":
        yield from _markdown(_docx_markdown(path))
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if suffix == ".txt":
        yield "", text
        return
    yield from _markdown(text)


def _markdown(text: str) -> Iterator[tuple[str, str]]:
    heading, body = "", ""
    for line in text.splitlines():
        title = re.match(r"#{1,6}\s+(.+?)\s*#*$", line)
        if title:
            yield heading, body
            heading, body = title[1], ""
        else:
            body += line + "\n"
    yield heading, body


def _docx_markdown(path: Path) -> str:
    """A Word document as Markdown. Raises `InputError` for what is none."""
    try:
        import mammoth  # 0.1 s that only those with such a document pay
    except ImportError:
        raise _unreadable(path, "a Word document") from None

    try:
        with path.open("rb") as file:
            return re.sub(r"\\([.()\-!#*_+])", r"\1", mammoth.convert_to_markdown(file).value)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as broken:
        raise InputError(
            f"{path.name} is not a readable Word document ({type(broken).__name__}); save it again as .docx, "
            "or as text",
            field="suggest.knowledge",
        ) from None


def _pdf_pages(path: Path) -> Iterator[tuple[str, str]]:
    try:
        import pypdf  # 0.2 s that only those with such a document pay
    except ImportError:
        raise _unreadable(path, "a PDF") from None

    try:
        for number, page in enumerate(pypdf.PdfReader(path).pages, start=1):
            yield f"page {number}", page.extract_text()
    except pypdf.errors.PyPdfError as broken:
        raise InputError(
            f"{path.name} is not a readable PDF ({broken}); save it again, or as text",
            field="suggest.knowledge",
        ) from None


def _unreadable(path: Path, kind: str) -> InputError:
    return InputError(
        f"{path.name} is {kind}, which needs pip install 'wingman-sidecar[documents]'; or save it as text",
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
        row, point = plain.startswith("|"), re.match(r"(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)", plain)
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
    yield from (sentence for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ\d\"“„«])", text) if sentence)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _row(cells: list[str], head: list[str]) -> str:
    """`| 50 | £4.30 | £11.90 |` below `| From | NBR | FKM |` as `50: NBR £4.30, FKM £11.90`."""
    first, *others = cells
    names = head[1:] if len(cells) > 2 and len(head) == len(cells) else [""] * len(others)
    rest = ", ".join(f"{name} {cell}".strip() for name, cell in zip(names, others, strict=True) if cell)
    return f"{first}: {rest}" if first and rest else first or rest
