from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bombs import entity_docx, inflating_docx, inflating_pdf, nested_pdf
from wingman.sandbox.limits import Limits
from wingman.suggest.knowledge import notes_reader
from wingman.suggest.knowledge.index import read_sections
from wingman.suggest.knowledge.notes_reader import read_notes

GOOD = b"# Prices\n\nThe plan costs 900 euros.\n"


def put(folder: Path, **files: bytes) -> list[tuple[str, Path]]:
    paths = [(name.replace("_", "."), folder / name.replace("_", ".")) for name in files]
    for (_, path), content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    return paths


def test_one_process_reads_them_all(tmp_path: Path) -> None:
    runs = f"# {'h' * 999}\n\n{'a' * 1001} {'1,' * 300}\t{'e' * 500} {'価' * 497}12,345.60円{'格' * 9}\n"
    first, second, long = read_notes(put(tmp_path, a_md=GOOD, b_txt=b"Closed in August.", c_md=runs.encode()))
    assert (first.name, first.sections[0].source, second.parts) == (
        "a.md",
        "a.md › Prices",
        (("", "Closed in August."),),
    )
    ((heading, body),) = long.parts
    words = [word for text in (heading, body, *long.sections[0].statements) for word in text.split()]
    assert any("12,345.60円" in word for word in words), "a number was torn apart"
    assert max(map(len, words)) == 500, "what looks for words takes the square of their length"
    assert "".join(f"{heading}{body}".split()) == "".join(runs.removeprefix("# ").split())


@pytest.mark.parametrize(
    ("name", "content", "harm"),
    [
        pytest.param("b_pdf", lambda: nested_pdf(6), "harmless: the reader has a bound", id="pdf-of-forms"),
        pytest.param("b_pdf", lambda: inflating_pdf(100_000_000), "harmless, too", id="pdf-that-unpacks"),
        pytest.param("b_docx", lambda: inflating_docx(100_000_000), "", id="word-that-unpacks"),
        pytest.param("b_docx", entity_docx, "", id="word-of-entities"),
        pytest.param("b_pdf", lambda: b"%PDF-1.7\n" + b"[" * 100_000, "", id="pdf-of-brackets"),
        pytest.param("b_md", lambda: b"x" * (notes_reader.MOST_BYTES + 1), "", id="too-long"),
    ],
)
def test_a_bomb_is_left_out_and_its_neighbours_are_read(
    tmp_path: Path, name: str, content: Callable[[], bytes], harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes_reader, "LIMITS", Limits(memory_mb=80, cpu_s=1))
    before, bomb, after = read_notes(put(tmp_path, a_md=GOOD, **{name: content()}, c_md=GOOD))
    assert before.sections == after.sections or (before.name, after.name) == ("a.md", "c.md")
    assert before.sections
    assert after.sections
    assert bomb.problem.startswith(name.replace("_", ".")) or "harmless" in harm
    assert sum(len(body) for _, body in bomb.parts) < 1_000_000


def test_a_file_that_went_away_holds_nothing(tmp_path: Path) -> None:
    (note,) = read_notes([("gone.md", tmp_path / "gone.md")])
    assert not note.sections


def test_a_name_that_nobody_can_write_is_cited_without_what_is_odd_in_it(tmp_path: Path) -> None:
    fine = ["Prix\u202f-\u00a0A.md", "می\u200cخواهم.md"]
    for name in [os.fsdecode(b"pr\xfcfung.md"), "two\nlines.md", "\x1b[31mred.txt", *fine]:
        (tmp_path / name).write_text("# Price\n\nThe starter plan costs 40 euros a month.\n")
    assert {section.source.partition(" › ")[0] for section in read_sections(tmp_path)} == {
        "pr\ufffdfung.md",
        "two\ufffdlines.md",
        "\ufffd[31mred.txt",
        *fine,
    }
