"""What a brief keeps for its user is neither quoted, nor told as a fact, nor a source for a model's answer."""

from __future__ import annotations

import pytest

from wingman.core.sentence_ends import by_clause
from wingman.suggest.card.aloud import aloud, openly
from wingman.suggest.card.choice import slots_of
from wingman.suggest.card.composer import _sentences
from wingman.suggest.card.private import INWARD, PRIVATE
from wingman.suggest.playbook.playbook import Playbook

HEADINGS = {
    "en": ("Do not tell them", "Internal", "Confidential", "Between us"),
    "de": ("Nicht erwähnen", "Intern", "Vertraulich", "Unter uns"),
    "fr": ("À ne pas dire", "Confidentiel", "Usage interne", "Entre nous"),
    "es": ("No decir", "Confidencial", "Uso interno", "Entre nosotros"),
    "pt": ("Não dizer", "Confidencial", "Uso interno", "Entre nós"),
}
SHAPES = {
    "in one line": "Pets: one cat. {heading}: Zwölf rooms are damp. He moves in May.",
    "a list": "Pets: one cat.\n{heading}:\n- Zwölf rooms are damp\n- He moves in May",
    "numbers": "Pets: one cat.\n{heading}:\n1. Zwölf rooms are damp\n2. Month: he moves in May",
    "names in the list": "Pets: one cat.\n{heading}:\n- Rooms: Zwölf are damp\n- Month:\n  - he moves in May",
    "lines": "Pets: one cat.\n{heading}:\nRooms: Zwölf are damp\nMonth: he moves in May",
    "Markdown": "Pets: one cat.\n## {heading}\n\nZwölf rooms are damp.\n\nHe moves in May.",
    "bold": "Pets: one cat.\n**{heading}:**\n* Zwölf rooms are damp\n* He moves in May",
    "words behind the colon": "Pets: one cat.\n{heading}: the following\n- Rooms: Zwölf are damp\n- Month: May",
    "two colons": "Pets: one cat.\n{heading}: the following:\nRooms: Zwölf are damp\nMonth: he moves in May",
    "behind a sentence": "We have one cat. {heading}:\n- Rooms: Zwölf are damp\n\n- Month: he moves in May",
    "bold, letters": "Pets: one cat.\n**{heading}**: all this\n\na) Rooms: Zwölf are damp\nb) He moves in May",
    "in a list": "- Pets: one cat\n- {heading}: this\n  - Rooms: Zwölf are damp\n  - Month: May",
    "a dash": "Pets: one cat. {heading} – Zwölf rooms are damp. He moves in May.",
}
AFTER = {
    "a list": "\nParking: free.",
    "words behind the colon": "\nParking: free.",
    "bold": "\n\nParking: free.",
    "Markdown": "\n\n## Parking\n\nFree.",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("heading", [one for words in HEADINGS.values() for one in words])
def test_what_stands_under_a_heading_for_the_user_alone_is_said_by_nobody(heading: str, shape: str) -> None:
    brief = SHAPES[shape].format(heading=heading) + AFTER.get(shape, "")
    for parted, private in ((_sentences, INWARD), (by_clause, PRIVATE)):
        told = " ".join(aloud(brief, parted, private))
        assert "one cat" in told
        assert "ree." in told or shape not in AFTER
        assert "Zwölf" not in told
        assert "May" not in told


def test_a_fact_by_name_under_such_a_heading_is_none() -> None:
    playbook = Playbook(name="p", title="P", persona="", slots={"price": ""})
    brief = "Internal:\n- price: 44 dollars\n\nContract: twelve months"
    assert "price" in slots_of(playbook, brief)
    assert "price" not in slots_of(playbook, openly(brief))


@pytest.mark.parametrize("lead", ["Do not tell them: the following", "Please never tell them any of these"])
def test_such_a_list_ends_where_what_leads_it_does(lead: str) -> None:
    assert openly(f"We go on. {lead}\n- price: 44\n\nContract: one year") == "We go on.\nContract: one year"
    beside = f"- {lead}\n- price: 40 dollars\n\nContract: one year"
    assert openly(beside) == beside


def test_other_headings_hide_nothing() -> None:
    brief = "Offer:\n- price: 40 dollars\n- 12 months\n\n# Pets\nOne cat."
    assert openly(brief) == brief
