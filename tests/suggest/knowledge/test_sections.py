from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.knowledge.index import read_sections
from wingman.suggest.knowledge.sections import sections_of

NOTES = """\
# Prices
| From | NBR | FKM |
|---|---|---|
| 1 | £4.85 | £13.20 |
| 50 | £4.30 |  |

- Smallest order £75.
1. Delivered in two days. Free from £250.

Ask before noon. Otherwise it
is the day after.

## Terms
| Term | Less |
|---|---|
| Two years | 4 % |
"""


def test_a_note_is_taken_apart_into_what_can_be_cited(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(NOTES)
    prices, terms = read_sections(tmp_path)
    assert (prices.source, terms.source) == ("list.md › Prices", "list.md › Terms")
    assert prices.statements == (
        "1: NBR £4.85, FKM £13.20",
        "50: NBR £4.30",
        "Smallest order £75.",
        "Delivered in two days. Free from £250.",
        "Ask before noon.",
        "Otherwise it is the day after.",
    )
    assert terms.statements == ("Two years: 4 %",)
    assert prices.passages[1] == "Prices: 1: NBR £4.85, FKM £13.20"
    assert len(terms.passages) == 1


def test_a_brief_is_read_sentence_by_sentence() -> None:
    found = sections_of("Second call with Dr. Anna Held. Limit: 40 euros.\n- She signs below 5,000.", "brief")
    assert [section.statements[0] for section in found] == [
        "Second call with Dr. Anna Held.",
        "Limit: 40 euros.",
        "She signs below 5,000.",
    ]


def test_a_text_is_read_in_the_encoding_it_was_saved_in(tmp_path: Path) -> None:
    said = "Verlängerung: 1.200 € je Büro. Prix “ferme”."
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "cp1252")):
        (tmp_path / f"{number}.md").write_bytes(said.encode(encoding))
    (tmp_path / "4.md").write_bytes(b"\xfe\xff" + said.encode("utf-16-be"))
    (tmp_path / "5.md").write_bytes(said.encode() + b" \xe4.")
    (tmp_path / "6.txt").write_bytes(said.encode("utf-16-le"))
    (tmp_path / "7.txt").write_bytes(said.encode("utf-32"))
    found = [" ".join(section.statements) for section in read_sections(tmp_path)]
    assert found == [said] * 5 + [f"{said} \ufffd."], "and what is no text is none"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for section in sections_of(text, "brief"):
        assert section.statements[0]
