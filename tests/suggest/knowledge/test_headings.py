"""Notes in the forms in which people keep them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.knowledge.headings import by_headings, tables
from wingman.suggest.knowledge.sections import headed, sections_in

FORMS = {
    "hashes": ("# Prices\nFrom 40.\n## Terms\nNet 14.", [("Prices", "From 40."), ("Terms", "Net 14.")]),
    "underlined": (
        "Prices\n======\nFrom 40.\n\nTerms\n-----\nNet 14.",
        [("Prices", "From 40."), ("Terms", "Net 14.")],
    ),
    "bold": ("**Prices**\nFrom 40.\n\n__Terms:__\nNet 14.", [("Prices", "From 40."), ("Terms", "Net 14.")]),
    "marked questions": (
        "Q: Do you ship abroad?\nA: To the EU.\n\nQ2. Can I pay later?\nA2. In 14 days.",
        [("Do you ship abroad?", "To the EU."), ("Can I pay later?", "In 14 days.")],
    ),
    "on one line": ("Q: Do you ship abroad? A: To the EU.", [("Do you ship abroad?", "To the EU.")]),
    "bold questions": ("**Wie lange dauert es?**\nZwei Tage.", [("Wie lange dauert es?", "Zwei Tage.")]),
    "French": ("Question : Vous livrez ?\nRéponse : Oui, en Europe.", [("Vous livrez?", "Oui, en Europe.")]),
    "numbered": (
        "1. Do you ship?\nYes.\n\n2. Do you fit?\nNo.",
        [("Do you ship?", "Yes."), ("Do you fit?", "No.")],
    ),
    "headings alone": (
        "# Delivery\n## Standard three days\n## Express next day\n# Warranty five years",
        [("Delivery", "- Standard three days\n- Express next day"), ("", "- Warranty five years")],
    ),
    "a question nobody answers": ("# Open\n## Do we ship?\n# Prices\nFrom 40.", [("Prices", "From 40.")]),
    "a rule between paragraphs": ("One.\n\n---\n\nTwo.", [("", "One.\n\n\nTwo.")]),
    "a question in a list": (
        "# Ask\n- Which size?\n- Which colour?",
        [("Ask", "- Which size?\n- Which colour?")],
    ),
}


@each("form", FORMS)
def test_a_topic_has_its_own_heading(form: str) -> None:
    text, expected = FORMS[form]
    assert [(heading, body.strip()) for heading, body in by_headings(text)] == expected


def test_plain_text_has_headings_in_capitals_and_before_colons() -> None:
    text = "OPENING HOURS\nMonday to Friday.\n\nParking:\nBehind the house.\n\nAsk for Tom: he knows."
    assert [heading for heading, _ in by_headings(text, plain=True)] == ["OPENING HOURS", "Parking"]
    assert [heading for heading, _ in by_headings(text)] == [""]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Hours:\nNine to five.\nParking:\nBehind the house.\nPT:\n32 an hour.", ["Hours", "Parking", "PT"]),
        ("Hours:\n- Monday, nine\n- Sunday, shut\nPool:\n- lanes at six", ["Hours", "Pool"]),
        ("Kit:\nWe come by bus and bring:\n- cloths\n- a mop", ["Kit"]),
        ("Kit:\nTom knows more,\nor call:\nthe office.", ["Kit"]),
    ],
    ids=["text", "lists", "a list is announced", "within a sentence"],
)
def test_plain_text_needs_no_blank_lines_between_topics(text: str, headings: list[str]) -> None:
    assert [heading for heading, _ in by_headings(text, plain=True)] == headings


@pytest.mark.parametrize("divider", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_row_of_a_table_names_its_columns(divider: str) -> None:
    rows = [["Product", "Size", "Price"], ["Oak shelf", "80 cm", "49 euros"], ["Pine box", "", "19 euros"]]
    content = "\ufeff" + "\r\n".join(divider.join(row) for row in rows)
    (section,) = sections_in("stock.csv", headed(content.encode(), "stock.csv"))
    assert section.statements == ("Oak shelf: Size 80 cm, Price 49 euros", "Pine box: Price 19 euros")


def test_a_long_table_is_read_in_parts_that_all_name_their_columns() -> None:
    text = "name;size;price\n" + "\n".join(f"shelf {n};{n} cm;{n} euros" for n in range(40))
    sections = tuple(sections_in("stock.csv", tables(text)))
    assert len(sections) == 3
    assert all("size" in statement for section in sections for statement in section.statements)


@given(st.text(alphabet="#*_-=QA:?. \n|ab1", max_size=120), st.booleans())
def test_no_text_is_lost_or_loses_the_reader(text: str, plain: bool) -> None:
    for heading, body in by_headings(text, plain=plain):
        assert body.strip()
        assert heading == heading.strip()


@given(st.text(max_size=200))
def test_any_table_can_be_read(text: str) -> None:
    for section in sections_in("a.csv", tables(text)):
        assert section.statements[0]


@pytest.mark.parametrize("cell", ["x" * 200_000, '"' + "y" * 200_000], ids=["long", "unclosed"])
def test_a_cell_too_long_for_a_table_loses_no_other_row(cell: str) -> None:
    read = "".join(body for _, body in tables(f"plan,price\nbasic,12\nodd,{cell}\npremium,40\n"))
    assert "basic" in read
    assert "premium" in read
