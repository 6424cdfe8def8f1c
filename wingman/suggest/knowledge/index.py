"""A folder of notes, indexed in memory with SQLite's FTS5 and ranked by BM25.

Markdown is split at its headings, text at blank lines, PDF at its pages. Looking up takes a
millisecond or two; reading the folder happens once, before the meeting. With embeddings the notes are
also found by meaning, as soon as that is known.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import structlog

from wingman.core.errors import InputError
from wingman.suggest.knowledge.embeddings import Clearance, EmbeddingIndex, always
from wingman.suggest.playbook.signals import normalise

log = structlog.get_logger(__name__)

SUFFIXES = (".md", ".markdown", ".txt", ".pdf")
LONGEST_SNIPPET = 320
"""Characters shown of one section."""
LONGEST_SECTION = 1200
MOST_BYTES = 32 * 1024 * 1024
"""Upper bound of one file; more is not notes."""
DEADLINE_S = 0.1
"""A look-up that takes longer is given up: a late snippet helps nobody."""
BEST = 3
MEANING_S = 0.12
"""How long a prompt waits for what embeddings find; with the look-up it stays below 200 ms."""
_RANK_OFFSET = 60
"""Reciprocal rank fusion: two lists count alike, and first places not for everything."""
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about an and any are as at be been but by can could did do does for from get going good got great had
        has have he hello her his how i if in is it its just know let like make many me might much my need no
        not of okay on one or our out per really right said say see she should so some sure tell than thank
        thanks that the their them then there these they think this those to too uh um up us very want was we
        well were what when where which who why will with would yeah yes you your ok may also
        """,
    )
)
"""Words that say nothing about the subject."""
_ENOUGH_TERMS = 2
"""Different words of the utterance that a section must hold to be worth showing."""


class Knowledge:
    """The index of one folder. Close it when the service ends (or use it as a context manager)."""

    def __init__(self, folder: Path | None = None, meaning: EmbeddingIndex | None = None) -> None:
        self._sections = 0
        self._meaning = meaning
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "create virtual table section using fts5(source unindexed, heading, body, "
            "tokenize='porter unicode61 remove_diacritics 2')"
        )
        if folder is not None:
            self._index(folder)

    def __enter__(self) -> Knowledge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Sections indexed."""
        return self._sections

    def close(self) -> None:
        self._database.close()

    async def run(self) -> None:
        """Have the notes read for their meaning, until cancelled; returns at once without embeddings."""
        if self._meaning is not None:
            rows = self._database.execute("select heading, body from section order by rowid")
            await self._meaning.run([f"{heading}\n{body}".strip() for heading, body in rows])

    def search(self, text: str, clear: Clearance = always) -> tuple[tuple[str, str], ...]:
        """Up to three (source, snippet) pairs for what was said, best first; empty when nothing fits.

        Never waits: what embeddings know about `text` counts when it is there already. `clear` is asked before
        `text` leaves this machine for them.
        """
        terms = _terms(text)
        if not self._sections or not terms:
            return ()
        found = self._by_words(terms)
        if self._meaning is not None:
            self._meaning.ask(text, clear)
            found = _fused([index + 1 for index in self._meaning.nearest(text)], found)
        return tuple(self._quoted(row, terms) for row in found[:BEST])

    async def settled(
        self, text: str, found: tuple[tuple[str, str], ...], clear: Clearance = always
    ) -> tuple[tuple[str, str], ...]:
        """`found`, or what `search` gives once the meaning of `text` is known; waits 120 ms at most."""
        if self._meaning is None or not self._sections or not _terms(text):
            return found
        return self.search(text, clear) if await self._meaning.known(text, MEANING_S, clear) else found

    def _by_words(self, terms: tuple[str, ...]) -> list[int]:
        """Row numbers by BM25, best first."""
        query = " OR ".join(f'"{term}"' for term in terms)
        give_up = time.monotonic() + DEADLINE_S
        self._database.set_progress_handler(lambda: int(time.monotonic() > give_up), 10_000)
        try:
            rows = self._database.execute(
                "select rowid, heading, body from section where section match ? "
                "order by bm25(section, 0, 4.0, 1.0) limit 8",
                (query,),
            ).fetchall()
        except sqlite3.OperationalError:
            log.warning("knowledge.too_slow", sections=self._sections)
            return []
        finally:
            self._database.set_progress_handler(None, 0)
        need = min(_ENOUGH_TERMS, len(terms))
        return [row[0] for row in rows if _shared(terms, f"{row[1]} {row[2]}") >= need]

    def _quoted(self, row: int, terms: tuple[str, ...]) -> tuple[str, str]:
        source, body = self._database.execute(
            "select source, body from section where rowid = ?", (row,)
        ).fetchone()
        return source, _snippet(body, terms)

    def _index(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(
                f"the knowledge folder {folder} does not exist; create it or clear suggest.knowledge",
                field="suggest.knowledge",
            )
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                self._add(path, path.relative_to(folder).as_posix())
        log.info("knowledge.ready", sections=self._sections)

    def _add(self, path: Path, name: str) -> None:
        if path.stat().st_size > MOST_BYTES:
            log.warning("knowledge.skipped", file=name, why="larger than 32 MB")
            return
        rows = [
            (f"{name} › {heading}" if heading else name, heading, part)
            for heading, body in _sections(path)
            for part in _parts(body)
        ]
        self._database.executemany("insert into section values (?, ?, ?)", rows)
        self._sections += len(rows)


def _fused(*rankings: list[int]) -> list[int]:
    """One ranking from several; rows that stand high in more than one come first, ties as in the first."""
    points: dict[int, float] = {}
    for ranking in rankings:
        for place, row in enumerate(ranking):
            points[row] = points.get(row, 0.0) + 1 / (_RANK_OFFSET + place)
    return sorted(points, key=lambda row: -points[row])


def _sections(path: Path) -> Iterator[tuple[str, str]]:
    """(heading, body) pairs of one file."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        yield from _pdf_pages(path)
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if suffix == ".txt":
        yield "", text
        return
    heading, body = "", ""
    for line in text.splitlines():
        title = re.match(r"#{1,6}\s+(.+?)\s*#*$", line)
        if title:
            yield heading, body
            heading, body = title[1], ""
        else:
            body += line + "\n"
    yield heading, body


def _pdf_pages(path: Path) -> Iterator[tuple[str, str]]:
    try:
        import pypdf
    except ImportError:
        raise InputError(
            f"{path.name} is a PDF and its reader is not installed; "
            "install wingman-sidecar[pdf], or save the file as text",
            field="suggest.knowledge",
        ) from None
    try:
        for number, page in enumerate(pypdf.PdfReader(path).pages, start=1):
            yield f"page {number}", page.extract_text()
    except pypdf.errors.PyPdfError as broken:
        log.warning("knowledge.skipped", file=path.name, why=f"not a readable PDF ({broken})")


def _parts(body: str) -> Iterator[str]:
    """A body in pieces of at most `LONGEST_SECTION` characters, split at blank lines."""
    piece = ""
    for paragraph in re.split(r"\n\s*\n", body):
        flat = " ".join(paragraph.split())
        if piece and len(piece) + len(flat) > LONGEST_SECTION:
            yield piece
            piece = ""
        piece = f"{piece} {flat}".strip()
    if piece:
        yield piece


def _terms(text: str) -> tuple[str, ...]:
    """The words worth looking up, each once."""
    words = (re.sub(r"'s$|[^\w]", "", word) for word in normalise(text).split())
    return tuple(dict.fromkeys(word for word in words if len(word) > 1 and word not in STOP_WORDS))[:24]


def _shared(terms: tuple[str, ...], text: str) -> int:
    """How many of the terms the text holds, endings aside."""
    words = {_stem(word) for word in normalise(text).split()}
    return sum(_stem(term) in words for term in terms)


def _stem(word: str) -> str:
    """Enough of the Porter stemmer to count what it matched."""
    return re.sub(r"(?:ing|ed|es|s|e)$", "", word) if len(word) > 4 else word.removesuffix("s")


def _snippet(body: str, terms: tuple[str, ...]) -> str:
    """The sentences around the best one, at most `LONGEST_SNIPPET` characters."""
    sentences = re.split(r"(?<=[.!?])\s+|\s+(?=[-*•] )", body)
    best = max(range(len(sentences)), key=lambda index: _shared(terms, sentences[index]))
    text = sentences[best]
    for sentence in sentences[best + 1 :]:
        if len(text) + 1 + len(sentence) > LONGEST_SNIPPET:
            break
        text = f"{text} {sentence}"
    return text if len(text) <= LONGEST_SNIPPET else f"{text[: LONGEST_SNIPPET - 1].rstrip()}…"
