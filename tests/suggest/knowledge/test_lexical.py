from __future__ import annotations

from wingman.suggest.knowledge.lexical import LexicalIndex, stem, stems, units
from wingman.suggest.knowledge.sections import Section

SECTIONS = (
    Section("plans.md › Enterprise", "Enterprise", ("The enterprise plan costs 40 dollars a user.",)),
    Section("security.md › Data", "Data", ("All data is stored in Frankfurt.",)),
    Section("seals.md › Black", "Black", ("Black nitrile: up to 100 degrees on the housing.",)),
)


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("installation") == stem("installed")
    assert stem("plans") == stem("plan")
    assert stems("Yes, well, the plan") == ["plan"]


def test_a_word_without_end_is_looked_up_by_how_it_begins() -> None:
    """Both took hours."""
    assert stems("installation" * 50_000 + " a" * 3 + "a" * 200_000) == ["insta", "aaaaa"]
    assert len(units("a" * 200_000)) == 1


def test_the_turns_before_count_apart_and_once() -> None:
    index = LexicalIndex(SECTIONS)
    fit = index.fits("what do they go up to then", ("the gun said 130 on the housing", "your black ones"))[2]
    assert fit.words == 0
    assert fit.before > 1
    assert index.fits("the housing", ("the housing",))[2].before == 0


def test_a_section_is_found_by_what_it_is_about_alone() -> None:
    assert LexicalIndex(SECTIONS).fits("what's the damage")[0].facet > 0


def test_a_word_of_nearly_every_section_finds_nothing() -> None:
    many = tuple(Section(f"{n}.md", "", (f"The plan of customer {n}",)) for n in range(200))
    assert set(LexicalIndex(many).fits("the plan of customer 7")) == {7}


def test_an_empty_folder_finds_nothing() -> None:
    assert LexicalIndex(()).fits("what is the price") == {}
