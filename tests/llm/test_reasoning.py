"""Thoughts never reach a card, however they are marked and wherever a mark is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.llm.reasoning import HOLD_S, AnswerFilter, thinks_aloud

ANSWER = "Ask which teams would use it first."

THOUGHTFUL = {
    "tags": f"<think>\nThey ask, careful.\n</think>\n\n{ANSWER}",
    "upper case": f"<THINK>careful</THINK>{ANSWER}",
    "another name": f"<thinking>careful</thinking> {ANSWER}",
    "reasoning": f"<reasoning>careful</reasoning>\n{ANSWER}",
    "twice": f"<think>careful</think><think>careful again</think>{ANSWER}",
    "brackets": f"[THINK]careful[/THINK]{ANSWER}",
    "kimi": f"◁think▷careful◁/think▷{ANSWER}",
    "tokens": f"<|begin_of_thought|>careful<|end_of_thought|>{ANSWER}",
    "command r": f"<|START_THINKING|>careful<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "end only": f"They ask, careful.\n</think>\n\n{ANSWER}",
    "harmony": "<|channel|>analysis<|message|>careful<|end|>"
    f"<|start|>assistant<|channel|>final<|message|>{ANSWER}",
    "harmony whole": "<|start|>assistant<|channel|>analysis<|message|>careful<|end|>"
    f"<|start|>assistant<|channel|>commentary<|message|>careful<|end|>"
    f"<|start|>assistant<|channel|>final <|constrain|>text<|message|>{ANSWER}<|return|>",
    "im_start": f"<|im_start|>assistant\n<think>careful</think>{ANSWER}<|im_end|>",
    "template": f"<|im_start|>assistant<|message|>{ANSWER}<|im_end|>",
    "plain": ANSWER,
    "empty thoughts": f"<think>\n\n</think>\n\n{ANSWER}",
}


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def shown(deltas: list[str], answer: AnswerFilter | None = None, gap: float = 0.0) -> str:
    answer = answer or AnswerFilter()
    return "".join(answer.feed(delta, n * gap) for n, delta in enumerate(deltas)) + answer.finish()


@each("size", [1, 2, 3, 5, 1000])
@each("kind", THOUGHTFUL)
def test_thoughts_are_never_shown(kind: str, size: int) -> None:
    assert shown(pieces(THOUGHTFUL[kind], size)) == ANSWER


@each("size", [1, 4, 1000])
@each("kind", [kind for kind in THOUGHTFUL if kind != "end only"])
def test_nor_when_the_model_is_slow(kind: str, size: int) -> None:
    assert shown(pieces(THOUGHTFUL[kind], size), gap=1.0) == ANSWER


@each("kind", THOUGHTFUL)
def test_a_wary_filter_waits_for_the_end_of_the_thoughts(kind: str) -> None:
    assert shown(pieces(THOUGHTFUL[kind], 3), AnswerFilter(wary=True), gap=1.0) == ANSWER


def test_unmarked_thoughts_of_a_slow_model_are_noticed() -> None:
    answer = AnswerFilter()
    shown(pieces(THOUGHTFUL["end only"], 4), answer, gap=1.0)
    assert answer.leaked
    quick = AnswerFilter()
    shown(pieces(THOUGHTFUL["end only"], 4), quick)
    assert not quick.leaked


def test_an_answer_of_thoughts_alone_is_empty() -> None:
    assert shown(["<think>careful, and then the length limit"]) == ""


def test_after_a_moment_text_is_shown_as_it_comes() -> None:
    answer = AnswerFilter()
    assert answer.feed("Ask ", 0.0) == ""
    assert answer.feed("which ", HOLD_S) == "Ask which "
    assert answer.feed("teams", HOLD_S) == "teams"


@each(
    "text",
    [
        "5 < 6 and 7 > 6",
        "List<String> is a type",
        "see [1] and [THIN] ice",
        "use <b>bold</b>",
        "a <- b",
        "x <|> y",
        "a<thinker>b",
        "I think so",
    ],
)
@each("size", [1, 1000])
def test_what_only_looks_like_a_mark_is_kept(text: str, size: int) -> None:
    assert shown(pieces(text, size), gap=1.0) == text


@given(st.text(st.sampled_from("ab <>/|[]◁▷think"), max_size=60), st.integers(1, 9))
def test_where_pieces_are_cut_makes_no_difference(text: str, size: int) -> None:
    assert shown(pieces(text, size)) == shown([text])


@pytest.mark.parametrize("name", ["deepseek-r1:14b", "QwQ-32B", "qwen3-30b-a3b-thinking-2507", "magistral:24b"])
def test_models_known_to_think_aloud(name: str) -> None:
    assert thinks_aloud(name)
    assert not thinks_aloud("llama-3.1-8b")
