from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.suggest.card.strange_answers import PLAIN, STRANGE, rules
from wingman.suggest.card.answer_check import AnswerCheck, Rules
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.playbook.moves import as_moves, move_book
from wingman.suggest.playbook.signals import SPOKEN

SECRET = "m3f9a1c07"
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
    ),
    language="en",
    words=45,
)
GOOD = (
    "Ask what the problem costs them each month, then name one plan and what it includes.",
    "“It is 40 dollars per user.” Then ask how many of the team would use it every day.",
    "Say it plainly: forty dollars a user, set-up 1250 once. Stop there and let them answer.",
    "Pass the question to Anna and promise an answer by Friday.",
    "No discount yet: ask for the term first, then trade one for the other.",
    "Answer yes or no first, then give one reason they can repeat to their board.",
    "Let me look: offer to send the price sheet from example.com/plans after the call.",
    "Think of the pilot as 2 steps: a team, then the rest. Which team would go first?",
    "Nothing is urgent here; ask which of the two dates suits them better.",
    'Ask: "What would have to be true for this to work for you?"',
    "Thank them",
)
FAULTY: tuple[tuple[str, str], ...] = (
    # nothing to add, in any dress
    ("pass", "PASS"),
    ("pass", "pass."),
    ("pass", "**PASS**"),
    ("pass", "PASS: nothing to add"),
    ("pass", "Pass - the user is already answering well."),
    ("pass", "[PASS]"),
    ("pass", "ＰＡＳＳ"),
    ("pass", "P\u200bA\u200bSS"),
    ("pass", "РАSS"),
    ("pass", '"Pass"'),
    ("pass", "That was answered already. PASS"),
    ("pass", "I have nothing to add."),
    ("pass", "There is nothing useful to add here, the price was named."),
    ("pass", "N/A"),
    ("pass", "None"),
    ("pass", "No suggestion."),
    ("pass", "Stay silent."),
    ("pass", "Nichts hinzuzufügen."),
    ("pass", "Rien à ajouter."),
    ("pass", "P.A.S.S."),
    # nothing at all
    ("empty", ""),
    ("empty", "  \n "),
    ("empty", "…"),
    # the prompt comes back
    ("leak", f"Ask about the budget. <{SECRET}:notes>"),
    ("leak", f"The token is {SECRET.upper()} as requested."),
    ("leak", "My token: m 3 f 9 a 1 c 0 7, keep it."),
    ("leak", "You whisper to one participant of a live meeting, so be brief."),
    ("leak", "Sure. State as fact only what the facts and notes say, they told me."),
    ("leak", "My system prompt says to be warm and concrete with them."),
    ("leak", "Ask about the budget.\nTask: Help the user with the price."),
    # thinking aloud
    ("reasoning", "<think>The user wants a price. I should anchor.</think>Name one plan."),
    ("reasoning", "<thinking>\nOkay.\n</thinking>\nName one plan."),
    ("reasoning", "Name one plan first. <think>or two?</think>"),
    ("reasoning", "<|channel|>analysis<|message|>The price is asked."),
    ("reasoning", "[THINK]they ask for a price[/THINK] Name it."),
    ("reasoning", "The user is being asked about pricing, so they should anchor."),
    ("reasoning", "Let me think about what they need to hear."),
    ("reasoning", "Okay, so the counterpart asks for a price and we should answer."),
    ("reasoning", "Thought: the price is the point.\nAnswer: name one plan."),
    ("reasoning", "Based on the conversation, they should name one plan."),
    ("reasoning", "Here's a suggestion for the user: name one plan."),
    ("reasoning", "Final answer: name one plan and its price."),
    ("reasoning", "Suggestion: name one plan and its price."),
    # refusing
    ("refusal", "I'm sorry, but I can't help with that request."),
    ("refusal", "As an AI language model, I have no access to prices."),
    # looks
    ("markup", "**Anchor** on value, then name one plan."),
    ("markup", "Name one plan.\n\n- what it costs\n- what it includes"),
    ("markup", "# Price\nName one plan."),
    ("markup", "```\nName one plan.\n```"),
    ("markup", "Use `plan-a` for them and say so."),
    ("markup", "1. Anchor on value\n2. Name one plan"),
    ("markup", "Name one <b>plan</b> and its price."),
    ("markup", '{"text": "Name one plan."}'),
    ("markup", "See [our plans](plans) and name one."),
    ("markup", "Name one plan.\\n\\nThen wait."),
    ("markup", "Name *one* plan and wait for them."),
    ("garbled", "Name one pl\ufffd\ufffdn."),
    ("garbled", "Name one plan \x1b[31mnow\x1b[0m."),
    ("garbled", "Soooooooooooooooo good, name it."),
    ("garbled", "a" * 300),
    # other voices, holes
    ("transcript", "Counterpart: And what about support?\nUser: It is included."),
    ("transcript", 'Name one plan. Counterpart: "Good." User: "Shall we?"'),
    ("transcript", "Assistant: name one plan."),
    ("placeholder", "Tell them it is [insert price] per user."),
    ("placeholder", "Thanks {name}, name one plan."),
    ("placeholder", "Say it is XX dollars per user."),
    # too much
    ("repetition", "Ask about the budget. Ask about the budget. Ask about the budget."),
    ("repetition", "Ask them about cost and ask them about cost and ask them about cost and more."),
    ("repetition", "no no no no no no"),
    ("length", "word salad goes on " + " ".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60))),
    ("echo", "How much does the enterprise plan cost per month?".replace("does", "").replace("cost", "costs")),
    # another language
    ("language", "Fragen Sie zuerst, was das Problem sie im Monat kostet, und nennen Sie dann einen Plan."),
    ("language", "Demandez d'abord ce que le problème leur coûte, puis donnez un seul prix."),
    ("language", "先问他们的预算,然后再报价格"),
    ("language", "Спросите их о бюджете"),
    # claims without a source
    ("number", "Tell them it is 49 dollars per user and month."),
    ("number", "We guarantee 99.9 % uptime, say so."),
    ("number", "Offer fifty percent off if they sign today."),
    ("number", "Say it takes 3 days, no more."),
    ("link", "Send them to https://wingman-offers.example.net/now for the price."),
    ("link", "Have them write to sales@evil.example.com about it."),
    # not to be asked for
    ("unsafe", "Ask them: please tell me your password so I can log in."),
    # half a sentence
    ("unfinished", "Ask what the problem costs them each month, then name the"),
    ("unfinished", "Ask what the problem costs them each month,"),
    ("unfinished", "Ask them (once"),
)


def read(text: str, sizes: list[int], rules: Rules = RULES) -> tuple[str, AnswerFault | None]:
    """The whole answer in pieces of these sizes, over and over; what was shown, and the verdict."""
    check, shown, at, turn = AnswerCheck(rules), "", 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        shown += check.add(text[at : at + size])
        at, turn = at + size, turn + 1
    return shown + check.finish(), check.fault


@pytest.mark.parametrize("text", GOOD)
@pytest.mark.parametrize("size", [1, 3, 7, 40, 1000])
def test_a_good_answer_is_shown_whole(text: str, size: int) -> None:
    assert read(text, [size]) == (text, None)


@pytest.mark.parametrize(("fault", "text"), FAULTY)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_faulty_answer_is_found_out(fault: str, text: str, size: int) -> None:
    shown, found = read(text, [size])
    assert found == fault
    assert len(shown) < max(1, len(text))


@pytest.mark.parametrize("at", range(len(STRANGE)))
def test_nothing_strange_stays(at: int) -> None:
    language, text = STRANGE[at]
    for size in (1, 4, 1000):
        assert read(text, [size], rules(language))[1] is not None


@pytest.mark.parametrize("at", range(len(PLAIN)))
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
            assert read(text, [5], Rules(language=language, sources=(text,), words=60)) == (text, None)


@pytest.mark.parametrize("dress", ["SAY {}", "SAY: {}", "**SAY** {}", "SAY\n{}", "SPEAK: {}", "{}"])
@pytest.mark.parametrize("size", [1, 5, 1000])
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
    assert check.add(" it costs") == " what it"
    assert check.finish() == " costs"


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
