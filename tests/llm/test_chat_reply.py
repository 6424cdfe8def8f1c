"""Answers of servers that call themselves compatible."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Usage
from wingman.llm.chat_reply import ChatReply, served_models

ANSWER = "Ask which teams."


def event(delta: Any = None, **more: Any) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": None, **more}]})


def read(*events: str) -> str:
    reply = ChatReply()
    text = "".join(reply.take(data, 0.0) for data in events) + reply.finish()
    reply.check(streamed=False)
    return text


def test_a_sign_that_was_cut_in_two_is_one_and_half_of_one_is_none() -> None:
    cut = [event({"content": piece}) for piece in ("Yes \ud83d", "\ude00 and \udfff", "\ud83d")]
    assert read(*cut) == "Yes \U0001f600 and \ufffd\ufffd"


SHAPES = {
    "plain": [event({"content": "Ask "}), event({"content": "which teams."}), "[DONE]"],
    "a list of parts": [event({"content": [{"type": "text", "text": t} for t in ("Ask ", "which teams.")]})],
    "a list of strings": [event({"content": ["Ask ", "which teams."]})],
    "a nested text": [event({"content": [{"type": "text", "text": {"type": "text", "text": ANSWER}}]})],
    "thoughts as a part": [
        event({"content": [{"type": "thinking", "thinking": "careful"}, {"type": "text", "text": ANSWER}]})
    ],
    "thoughts beside": [event({"reasoning_content": "careful", "content": None}), event({"content": ANSWER})],
    "thoughts in tags": [event({"content": "<think>careful</thi"}), event({"content": f"nk>{ANSWER}"})],
    "a role first": [event({"role": "assistant"}), event({"content": ""}), event({"content": ANSWER})],
    "null content": [event({"content": None}), event({"content": ANSWER})],
    "a whole message": [json.dumps({"choices": [{"message": {"role": "assistant", "content": ANSWER}}]})],
    "a plain text": [json.dumps({"choices": [{"text": ANSWER}]})],
    "no choices": ['{"choices":[]}', '{"choices":null}', "{}", event({"content": ANSWER})],
    "null error": [json.dumps({"error": None, "choices": [{"delta": {"content": ANSWER}}]})],
    "blanks around the end": [event({"content": ANSWER}), " [DONE] "],
    "an empty event": ["", event({"content": ANSWER})],
    "something after the end": [event({"content": ANSWER}), "[DONE]", event({"content": "more"})],
    "odd usage": [event({"content": ANSWER}), '{"usage":{"prompt_tokens":"x","completion_tokens":null}}'],
}  # fmt: skip


@each("shape", SHAPES)
def test_the_answer_comes_out(shape: str) -> None:
    assert read(*SHAPES[shape]) == ANSWER


@pytest.mark.parametrize(
    "bad", ['{"choi', "hello", "5", "null", '{"error":{"message":"overloaded"}}', '[{"error":"x"}]']
)
def test_what_is_no_answer_is_a_fault(bad: str) -> None:
    with pytest.raises(ProviderFault):
        read(bad)


def test_a_cut_or_refused_answer_is_told() -> None:
    with pytest.raises(AnswerTruncated):
        read(event({"content": "Ask"}, finish_reason="length"))
    with pytest.raises(AnswerBlocked):
        read(event({}, finish_reason="content_filter"))


@pytest.mark.parametrize(
    "end", [["[DONE]"], [event({}, finish_reason="stop")], [event({}, finish_reason="eos")]]
)
def test_an_answer_ends_by_a_reason_or_by_its_mark(end: list[str]) -> None:
    reply = ChatReply()
    for data in (event({"content": ANSWER}), *end):
        reply.take(data, 0.0)
    reply.check()


def test_a_stream_that_just_stops_was_cut() -> None:
    reply = ChatReply()
    reply.take(event({"content": "Ask which"}), 0.0)
    with pytest.raises(AnswerTruncated, match="broke off"):
        reply.check()


def test_usage_is_counted() -> None:
    reply = ChatReply()
    reply.take('{"usage":{"prompt_tokens":7,"completion_tokens":5.0}}', 0.0)
    assert reply.usage == Usage(7, 5)


@each(
    ("body", "names"),
    [
        (b'{"data":[{"id":"m"}]}', ["m"]),
        (b'{"models":[{"name":"m"},{"model":"n"}]}', ["m", "n"]),
        (b'[{"id":"m"}]', ["m"]),
        (b'["m"]', ["m"]),
        (b'\xef\xbb\xbf{"data":[{"id":"m"},{"id":5},null]}', ["m"]),
        (b'{"data":[]}', []),
        (b'{"data":null}', None),
        (b"<html>", None),
        (b"5", None),
    ],
)
def test_a_list_of_models(body: bytes, names: list[str] | None) -> None:
    assert served_models(body) == names


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "content", "text", "type", "usage", "error"]), inner
        )
    ),
    max_leaves=10,
)


@given(anything)
def test_anything_is_read_or_a_fault(tree: Any) -> None:
    with contextlib.suppress(ProviderFault):
        assert isinstance(read(json.dumps(tree)), str)


def test_a_rate_limit_told_in_the_stream_is_one() -> None:
    with pytest.raises(ProviderFault) as failed:
        ChatReply().take('{"error": {"code": 429, "message": "quota"}}', 0.0)
    assert failed.value.kind is FaultKind.RATE_LIMITED
