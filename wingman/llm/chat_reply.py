"""One streamed answer in OpenAI's form, as servers that call themselves compatible send it. Pure.

Source: OpenAI's API reference, "Chat completion chunk object". Met half-way are: content as a list of parts, a
whole message or a plain text in place of a delta, usage that is no number, blanks around `[DONE]`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.json import JsonMapping
from wingman.core.surrogates import TextPieces, loads, whole
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Usage
from wingman.llm.reasoning import AnswerFilter

DONE = "[DONE]"
NORMAL_ENDS = frozenset(
    {"stop", "eos", "eos_token", "end_turn", "stop_sequence", "done", "complete", "finished"}
)
"""What servers call an answer that said all it had to say; any other reason cut it short."""
_SPEAKERS = frozenset({"", "assistant", "model", "bot"})
"""Roles whose words are the answer; some servers send the question back as well."""


class ChatReply:
    """Feed it the data of each event; it says what may be shown. Times are seconds of any clock."""

    def __init__(self, wary: bool = False) -> None:
        """`wary`: the model is known to begin with thoughts that no tag announces."""
        self._filter = AnswerFilter(wary)
        self._pieces = TextPieces()
        self._fed = 0.0
        self._reason: Any = None
        self._calls = False
        self.done = False
        """The server said that nothing more comes."""
        self.usage: Usage | None = None
        """What the server counted."""
        self.characters = 0
        """Of the answer and of what was thought."""

    @property
    def leaked(self) -> bool:
        """Thoughts were shown, because only their end was marked."""
        return self._filter.leaked

    def take(self, data: str, now: float) -> str:
        """What may be shown after this event. Raises `ProviderFault` when it is an error, or none at all."""
        if self.done or data.strip() in (DONE, ""):
            self.done = self.done or data.strip() == DONE
            return ""
        event = _event(data)
        self.usage = _counted(event) or self.usage
        choice = _choice(event)
        at_once = "stop" if choice.get("message") else None  # a message in place of deltas is all there is
        self._reason = choice.get("finish_reason") or self._reason or at_once
        self._calls = self._calls or _calls(choice)
        text = self._pieces.feed(_text(choice))
        self.characters += len(text)
        self._fed = now
        return self._filter.feed(text, now) if text else ""

    def finish(self) -> str:
        """The answer is over: what was held back and is no thought."""
        left = self._pieces.finish()
        return (self._filter.feed(left, self._fed) if left else "") + self._filter.finish()

    def check(self, *, streamed: bool = True) -> None:
        """Raise when the server said that it cut or refused the answer, or when the stream just stopped.

        A server may leave out either the reason or `[DONE]`; a stream with neither ended before the answer did.
        """
        if streamed and not self.done and self._reason is None:
            raise AnswerTruncated("the model's answer broke off", code="no_end")
        reason = str(self._reason or "stop").lower()
        if self._calls or reason in ("tool_calls", "function_call"):
            raise AnswerTruncated("the model wanted to call a tool, which it has not", code="tool_calls")
        match reason:
            case "length" | "max_tokens":
                raise AnswerTruncated("the model's answer ran into its length limit", code="length")
            case "content_filter":
                raise AnswerBlocked("the model refused to answer this", code="content_filter")
            case _:
                if reason not in NORMAL_ENDS:
                    raise AnswerTruncated(
                        f"the model's answer was cut short ({whole(reason[:40])})", code="no_end"
                    )


def served_models(body: bytes) -> list[str] | None:
    """The names in a list of models, in any of the forms in use; None when it is no list of models."""
    try:
        tree = loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if isinstance(tree, Mapping):
        tree = tree.get("data", tree.get("models"))
    if not isinstance(tree, list):
        return None
    names = (m.get("id") or m.get("name") or m.get("model") if isinstance(m, Mapping) else m for m in tree)
    return [name for name in names if isinstance(name, str)]


def message_of(tree: JsonMapping) -> str:
    """An error's own words, short enough to show."""
    error = tree.get("error")
    message = error.get("message", "") if isinstance(error, Mapping) else error
    return whole(" ".join(str(message or "").split())[:160])


def _event(data: str) -> JsonMapping:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        tree = None
    if isinstance(tree, list) and tree:
        tree = tree[0]  # Gemini behind this form wraps an error in an array
    if not isinstance(tree, Mapping):
        raise ProviderFault("the model's answer could not be read, or broke off", kind=FaultKind.PROTOCOL)
    failed = tree.get("object") == "error" or ("detail" in tree and "choices" not in tree)
    if failed and not tree.get("error"):
        raise ProviderFault(
            f"the model failed: {message_of({'error': tree.get('message') or tree.get('detail')})}",
            kind=FaultKind.UNAVAILABLE,
        )
    if tree.get("error"):
        limited = isinstance(tree["error"], Mapping) and str(tree["error"].get("code")) == "429"
        kind = FaultKind.RATE_LIMITED if limited else FaultKind.UNAVAILABLE
        raise ProviderFault(f"the model failed: {message_of(tree)}", kind=kind)
    return tree


def _choice(event: JsonMapping) -> JsonMapping:
    """The first answer; a server that gives several sends them mixed."""
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, Mapping) and not choice.get("index") else {}


def _calls(choice: JsonMapping) -> bool:
    """True when it asks for a tool: what it says beside that is no answer."""
    said = choice.get("delta") or choice.get("message")
    return isinstance(said, Mapping) and bool(said.get("tool_calls") or said.get("function_call"))


def _text(choice: JsonMapping) -> str:
    said = choice.get("delta") or choice.get("message")
    if isinstance(said, Mapping):
        return _plain(said.get("content")) if str(said.get("role") or "").lower() in _SPEAKERS else ""
    return _plain(choice.get("text"))


def _plain(content: Any) -> str:
    """The text of a content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        kind = content.get("type", "text")
        return _plain(content.get("text")) if kind in ("text", "output_text") else ""
    return "".join(map(_plain, content)) if isinstance(content, list) else ""


def _counted(event: JsonMapping) -> Usage | None:
    usage = event.get("usage")
    if not isinstance(usage, Mapping):
        return None
    return Usage(_whole(usage.get("prompt_tokens")), _whole(usage.get("completion_tokens")))


def _whole(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0
