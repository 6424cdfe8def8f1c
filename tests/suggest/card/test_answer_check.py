from __future__ import annotations

import re
from dataclasses import replace
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.suggest.card.natural_answers import NATURAL, natural_rules
from tests.suggest.card.strange_answers import PLAIN, STRANGE, rules
from tests.suggest.card.vendor_answers import VENDOR
from tests.support.answers import FAULTY, GOOD, SECRET
from tests.support.each import each
from wingman.suggest.card.answer_check import AnswerCheck, Rules
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.playbook.moves import as_moves, move_book
from wingman.suggest.playbook.signals import SPOKEN

INSTRUCTIONS = (
    "You whisper to one participant of a live meeting (Sales call). The user sells.\n"
    "State as fact only what the facts and notes say, otherwise offer to find out; invent no numbers."
)
RULES = Rules(
    secret=SECRET,
    instructions=INSTRUCTIONS,
    moment="Can you tell me how much the enterprise plan costs per month?",
    sources=(
        "Can you tell me how much the enterprise plan costs per month?",
        "The enterprise plan costs 40 dollars per user; set-up is £1,250 once. See example.com/plans.",
        "Anna knows.",
    ),
    language="en",
    words=45,
)


def read(text: str, sizes: list[int], rules: Rules = RULES) -> tuple[str, AnswerFault | None]:
    """The whole answer in pieces of these sizes, over and over; what was shown, and the verdict."""
    check, shown, at, turn = AnswerCheck(rules), "", 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        shown += check.add(text[at : at + size])
        at, turn = at + size, turn + 1
    return shown + check.finish(), check.fault


@each("text", GOOD)
@each("size", [1, 3, 7, 40, 1000])
def test_a_good_answer_is_shown_whole(text: str, size: int) -> None:
    assert read(text, [size]) == (text, None)


@each(("fault", "text"), FAULTY)
@each("size", [1, 5, 1000])
def test_a_faulty_answer_is_found_out(fault: str, text: str, size: int) -> None:
    shown, found = read(text, [size])
    assert found == fault
    assert len(shown) < max(1, len(text))


@each("at", range(len(STRANGE)))
def test_nothing_strange_stays(at: int) -> None:
    language, text = STRANGE[at]
    for size in (1, 4, 1000):
        assert read(text, [size], rules(language))[1] is not None


@pytest.mark.parametrize("language", SPOKEN)
def test_nothing_of_any_vendors_dress_stays(language: str) -> None:
    found = {
        text: read(text, [size], rules(language))[1]
        for size in (1, 6)
        for told, text in VENDOR
        if told == language
    }
    assert [text for text, fault in found.items() if fault is None] == []


@pytest.mark.parametrize("language", SPOKEN)
def test_a_natural_answer_stays_with_its_numbers_in_another_form(language: str) -> None:
    texts = [text for told, text in NATURAL if told == language]
    for size in (1, 6, 1000):
        assert [read(text, [size], natural_rules(language)) for text in texts] == [
            (text, None) for text in texts
        ]


@each("at", range(len(PLAIN)))
def test_a_plain_answer_stays_in_every_language(at: int) -> None:
    language, text = PLAIN[at]
    for size in (1, 4, 1000):
        assert read(text, [size], rules(language)) == (text, None)


@pytest.mark.parametrize("language", SPOKEN)
def test_no_move_of_ours_would_be_refused(language: str) -> None:
    book = move_book(language)
    assert book is not None
    for moves in (*book.common.values(), *book.care.values()):
        for move in as_moves(moves):
            text = re.sub(r"[{}]", "", move.text)
            assert read(text, [40], Rules(language=language, sources=(text,), words=60)) == (text, None)


@each("dress", ["SAY {}", "SAY: {}", "**SAY** {}", "SAY\n{}", "SPEAK: {}", "{}"])
@each("size", [1, 5, 1000])
def test_the_decision_stands_before_the_words_and_is_not_shown(dress: str, size: int) -> None:
    assert read(dress.format(GOOD[0]), [size]) == (GOOD[0], None)


def test_a_decision_without_words_is_none() -> None:
    assert read("SAY", [1]) == ("", AnswerFault.EMPTY)
    assert read("SAY PASS", [1])[1] == "pass"


def test_words_are_awaited_where_nothing_shows_yet() -> None:
    check = AnswerCheck(replace(RULES, held=4))
    assert check.add("Ask what the ") == ""
    assert check.add("plan costs ") == "Ask what the plan costs"
    assert read("Thank them", [3], replace(RULES, held=4)) == ("Thank them", None)


def test_there_are_enough_shapes() -> None:
    assert len(FAULTY) >= 40
    assert {fault for fault, _ in FAULTY} == set(AnswerFault)


@given(st.sampled_from(FAULTY), st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_no_way_to_cut_an_answer_lets_a_fault_through(shape: tuple[str, str], sizes: list[int]) -> None:
    fault, text = shape
    shown, found = read(text, sizes)
    assert found is not None
    assert SECRET not in shown.lower()
    assert "<" not in shown
    assert "PASS" not in shown
    if fault in ("number", "link"):
        assert not {"49", "99.9", "fifty", "3", "https", "sales@evil.example.com"} & set(shown.split())


@given(st.sampled_from(GOOD), st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_no_way_to_cut_a_good_answer_changes_it(text: str, sizes: list[int]) -> None:
    assert read(text, sizes) == (text, None)


@given(st.text(max_size=80), st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_any_text_is_read_without_a_mishap(text: str, sizes: list[int]) -> None:
    shown, fault = read(text, sizes)
    if fault is None:
        assert shown.strip()
        assert "\n" not in shown


def test_the_first_word_is_shown_as_soon_as_it_is_whole() -> None:
    check = AnswerCheck(RULES)
    assert check.add("Ask") == ""
    assert check.add(" what") == "Ask"
    assert check.add(" it includes") == " what it"
    assert check.finish() == " includes"


def test_after_a_fault_nothing_more_is_shown() -> None:
    check = AnswerCheck(RULES)
    check.add("Name 49 plans")
    assert check.add(" and wait.") == ""
    assert check.finish() == ""
    assert check.fault == "number"


def test_lines_become_one() -> None:
    assert read("Name one plan.\n\nThen wait for them.\n", [4]) == ("Name one plan. Then wait for them.", None)


@pytest.mark.parametrize("language", ["", "ja", "multi"])
def test_a_language_that_cannot_be_told_is_not_judged(language: str) -> None:
    assert read("先问他们的预算。", [3], Rules(language=language)) == ("先问他们的预算。", None)


def test_the_answer_may_be_in_the_language_it_should_be_in() -> None:
    german = "Fragen Sie zuerst, was das Problem sie im Monat kostet, und nennen Sie dann einen Plan."
    assert read(german, [5], Rules(language="de-AT")) == (german, None)
    assert read(GOOD[0], [5], Rules(language="de"))[1] == "language"


def test_an_answer_without_end_is_read_no_further_than_it_may_be_long() -> None:
    began = thread_time()
    for run in ("a", "A", ".", "\n", "1.", "! ", "\u1112\u1161\u11ab "):
        for sizes in ([20_000], [700]):
            shown, fault = read(run * (20_000 // len(run)), sizes)
            assert fault is not None, run
            assert len(shown) < 45 * 12
    assert thread_time() - began < 2  # each took more than that
