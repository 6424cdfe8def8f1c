from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from wingman.core.errors import InputError
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.library import NotesLibrary

PRICES = b"""# Prices

The enterprise plan costs 900 euros per month.

# Support

Support answers within two hours.
"""


@pytest.fixture
def library(tmp_path: Path) -> NotesLibrary:
    return NotesLibrary(tmp_path / "notes", None, Knowledge)


def test_what_was_dropped_is_shown_as_understood_and_quoted(library: NotesLibrary) -> None:
    document = library.put("prices.md", PRICES)
    assert [part.heading for part in document.headings] == ["Prices", "Support"]
    assert document.words == 13
    (quote, *_) = library.search("how much does the enterprise plan cost per month")
    assert (quote.source, "900 euros" in quote.text) == ("prices.md › Prices", True)
    library.remove("prices.md")
    assert not library.documents()
    assert not library.search("how much does the enterprise plan cost per month")


def test_every_document_is_listed_by_a_name_it_goes_by(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / os.fsdecode(b"pr\xffces.md")).write_bytes(PRICES)
    library = NotesLibrary(tmp_path / "notes", given, Knowledge)
    for name in ("👩\u200d💻.md", "no\u00adtes.md"):
        assert library.put(name, PRICES).name == name
        (own, other) = library.documents()
        assert (own.name, msgspec.json.decode(msgspec.json.encode(other))["name"]) == (name, "pr\ufffdces.md")
        library.remove(own.name)
    home = tmp_path / "notes"
    for raw in (b"pr\xffces.md", b"two\nlines.md", b" a:b.md", b"x" * 240 + b".md"):  # put there by other means
        (home / os.fsdecode(raw)).write_bytes(PRICES)
        (own, _) = library.documents()
        library.remove(msgspec.json.decode(msgspec.json.encode(own))["name"])
        assert not [*home.iterdir()]


def test_what_a_crash_left_of_a_document_goes_with_it(library: NotesLibrary, tmp_path: Path) -> None:
    library.put("prices.md", PRICES)
    for name, age in (
        (".prices.md.abcd_123.new", 60),
        (".other.md.abcd_123.new", 60),
        (".prices.md.abcdefgh.new", -60),
    ):
        (tmp_path / "notes" / name).write_bytes(PRICES)
        os.utime(tmp_path / "notes" / name, (time.time() - age,) * 2)
    library.remove("prices.md")
    left = sorted(path.name for path in (tmp_path / "notes").iterdir())
    assert left == [".other.md.abcd_123.new", ".prices.md.abcdefgh.new"], "another’s, and one being written"


def test_a_word_document_keeps_its_headings(library: NotesLibrary) -> None:
    document = library.put("offer.docx", word_document())
    assert [part.heading for part in document.headings] == ["Migration"]
    (quote, *_) = library.search("how many days does the migration take per office")
    assert "two days" in quote.text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.md", b"", "holds no text"),
        ("blank.txt", b" \n\n ", "holds no text"),
        ("broken.pdf", b"%PDF-1.4 nothing", "not a readable PDF"),
        ("broken.docx", b"PK nothing", "not a readable Word document"),
        ("zip.docx", b"", "not a readable Word document"),
        ("prices.xlsx", PRICES, "cannot be read"),
        ("prices", PRICES, "cannot be read"),
        ("../prices.md", PRICES, "plain file name"),
        ("a/b.md", PRICES, "plain file name"),
        (".hidden.md", PRICES, "plain file name"),
        ("x" * 200 + ".md", PRICES, "plain file name"),
        ("\U0001f600" * 70 + ".md", PRICES, "plain file name"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(
    library: NotesLibrary, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        library.put(name, content)
    assert not library.documents()


def test_the_configured_folder_stands_beside_and_is_not_touched(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "prices.md").write_bytes(PRICES)
    library = NotesLibrary(tmp_path / "notes", given, Knowledge)
    library.put("mine.md", b"# Holidays\n\nWe are closed in August.\n")
    own, configured = library.documents()
    assert (own.name, own.fixed) == ("mine.md", "")
    assert configured.fixed == f"from {given}"
    assert library.search("how much does the enterprise plan cost per month")
    with pytest.raises(InputError, match="no notes named"):
        library.remove("prices.md")


def word_document() -> bytes:
    """The smallest Word document with one heading and one paragraph."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Migration</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>The migration takes two days per office.</w:t></w:r></w:p></w:body></w:document>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", body)
    return made.getvalue()
