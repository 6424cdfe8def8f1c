"""Answers as bytes on the wire, in Gemini's and in OpenAI's form, whole and broken in many ways, and a server.

What a card may end with is `WORDS` or the playbook's own text; `whole` says which of the two is right.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from wingman.testing.http_server import LoopbackHttp, Reply, Request

WORDS = "Ask what they compare it with — and „since when“, in their own words."
_PARTS = ("SAY Ask what they ", "compare it with — and ", "„since when“, in their ", "own words.")
_HALF = ("SAY Ask what they ", "compare it with.")
"""An answer that reads as if it were whole."""
EVENTS = "text/event-stream"
CUT = b"\0cut"
"""In place of a piece: the connection breaks."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One answer of a server."""

    name: str
    pieces: Sequence[bytes]
    whole: bool
    """True when the words should be shown."""
    kind: str = EVENTS
    status: int = 200


@asynccontextmanager
async def serving(wire: Wire) -> AsyncGenerator[str, None]:
    """The root of a server that answers every request with this."""

    async def handle(request: Request, reply: Reply) -> None:
        await reply.begin(wire.status, wire.kind)
        for piece in wire.pieces:
            if piece == CUT:
                reply.abort()
                return
            await reply.chunk(piece)
        await reply.end()

    async with LoopbackHttp(handle) as server:
        yield server.url


def _sse(*events: Any) -> list[bytes]:
    return [f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode() for event in events]


def _bytes(pieces: Sequence[bytes], size: int) -> list[bytes]:
    whole = b"".join(pieces)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


# --- Gemini -------------------------------------------------------------------------------------


def _g(parts: Any, finish: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0, **more}
    return {"candidates": [candidate | ({"finishReason": finish} if finish else {})]}


def _g_said(*texts: str, finish: str | None = "STOP") -> list[dict[str, Any]]:
    last = len(texts) - 1
    return [_g([{"text": text}], finish if at == last else None) for at, text in enumerate(texts)]


def _g_end(finish: str) -> dict[str, Any]:
    return {"candidates": [{"finishReason": finish, "index": 0}]}


_G = _g_said(*_PARTS)
_G_ERROR = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}}
GEMINI: tuple[Wire, ...] = (
    Wire("plain", _sse(*_G), whole=True),
    Wire("crlf", [piece.replace(b"\n", b"\r\n") for piece in _sse(*_G)], whole=True),
    Wire("bytes one by one", _bytes(_sse(*_G), 1), whole=True),
    Wire(
        "letters in halves",
        _bytes(
            [
                json.dumps(_G[0]).encode()
                and b"".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in _G)
            ],
            7,
        ),
        whole=True,
    ),
    Wire("thoughts first", _sse(_g([{"text": "They want a price.", "thought": True}]), *_G), whole=True),
    Wire(
        "thoughts between",
        _sse(_G[0], _g([{"text": "Or a plan?", "thought": True}, {"text": _PARTS[1]}]), *_G[2:]),
        whole=True,
    ),
    Wire("signature alone", _sse(*_G, _g([{"thoughtSignature": "AbCd"}], "STOP")), whole=True),
    Wire("usage between", _sse(_G[0], {"usageMetadata": {"totalTokenCount": 7}}, *_G[1:]), whole=True),
    Wire("empty parts between", _sse(_G[0], _g([]), _g([{}]), _g([{"text": ""}]), *_G[1:]), whole=True),
    Wire("end apart", _sse(*_g_said(*_PARTS, finish=None), _g_end("STOP")), whole=True),
    Wire("fields of the future", _sse(*[event | {"novel": {"x": 1}} for event in _G]), whole=True),
    Wire("grounded", _sse(*_G[:-1], _g([{"text": _PARTS[-1]}], "STOP", groundingMetadata={})), whole=True),
    Wire("another candidate", _sse(_G[0], _g([{"text": "Something else."}], index=1), *_G[1:]), whole=True),
    Wire("no last blank line", [*_sse(*_G[:-1]), _sse(_G[-1])[0].rstrip(b"\n")], whole=True),
    Wire("function call", _sse(_g([{"functionCall": {"name": "search", "args": {}}}], "STOP")), whole=False),
    Wire("code", _sse(_g([{"executableCode": {"language": "PYTHON", "code": "x"}}], "STOP")), whole=False),
    Wire("no parts", _sse(_g([], "STOP")), whole=False),
    Wire("blank", _sse(*_g_said("  ", "\n")), whole=False),
    Wire("no candidates", _sse({"usageMetadata": {"totalTokenCount": 7}}), whole=False),
    Wire("nothing", [], whole=False),
    Wire("only thoughts", _sse(_g([{"text": "They want a price.", "thought": True}], "STOP")), whole=False),
    *(
        Wire(f"ends by {reason.lower()}", _sse(*_g_said(*_HALF, finish=None), _g_end(reason)), whole=False)
        for reason in (
            "SAFETY",
            "MAX_TOKENS",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "LANGUAGE",
            "OTHER",
            "MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "A_REASON_OF_THE_FUTURE",
        )
    ),
    Wire("blocked", _sse({"promptFeedback": {"blockReason": "SAFETY"}}), whole=False),
    Wire("blocked anew", _sse({"promptFeedback": {"blockReason": "A_REASON_OF_THE_FUTURE"}}), whole=False),
    Wire("no end", _sse(*_g_said(*_PARTS, finish=None)), whole=False),
    Wire("cut", [*_sse(*_G[:3]), CUT], whole=False),
    Wire("cut in an event", [*_sse(*_G[:2]), _sse(_G[2])[0][:30], CUT], whole=False),
    Wire("half an event", [*_sse(*_G[:2]), _sse(_G[2])[0][:30]], whole=False),
    Wire("error in the middle", _sse(*_g_said(*_HALF, finish=None), _G_ERROR), whole=False),
    Wire("half and no end", _sse(*_g_said(*_HALF, finish=None)), whole=False),
    Wire("half and cut", [*_sse(*_g_said(*_HALF, finish=None)), CUT], whole=False),
    Wire("error at the end", _sse(*_G, _G_ERROR), whole=False),
    Wire("error in place of it", [json.dumps(_G_ERROR).encode()], whole=False, kind="application/json"),
    Wire("a page", [b"<html><body>Sign in to the network</body></html>"], whole=False, kind="text/html"),
    Wire("pieces twice", _sse(_G[0], _G[0], _G[1], _G[1], *_G[2:]), whole=False),
    Wire("grows", _sse(*_g_said(*("".join(_PARTS[: n + 1])[4:] for n in range(4)))), whole=False),
    Wire("not utf-8", [piece.replace(b"Ask", b"A\xff\xfek") for piece in _sse(*_G)], whole=False),
    Wire("half a pair", _sse(*_g_said("SAY Ask what they \ud83d", "compare it with.")), whole=False),
    Wire("text is a number", _sse(_g([{"text": 42}], "STOP")), whole=False),
    Wire("null everywhere", _sse({"candidates": None}, {"candidates": [None]}), whole=False),
    Wire("lists of lists", _sse([[_G[0]]]), whole=False),
    Wire(
        "echo of the user",
        _sse(*_g_said("SAY Can you tell me how much the enterprise plan costs per month?")),
        whole=False,
    ),
)

# --- OpenAI -------------------------------------------------------------------------------------


def _o(delta: Any, finish: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def _o_said(*texts: str) -> list[dict[str, Any]]:
    return [_o({"role": "assistant", "content": ""}), *(_o({"content": text}) for text in texts)]


_O = _o_said(*_PARTS)
_STOP = _o({}, "stop")
_MESSAGE = {"choices": [{"message": {"role": "assistant", "content": f"SAY {WORDS}"}, "finish_reason": "stop"}]}
OPENAI: tuple[Wire, ...] = (
    Wire("plain", _sse(*_O, _STOP, "[DONE]"), whole=True),
    Wire("crlf", [piece.replace(b"\n", b"\r\n") for piece in _sse(*_O, _STOP, "[DONE]")], whole=True),
    Wire("cr alone", [piece.replace(b"\n", b"\r") for piece in _sse(*_O, _STOP, "[DONE]")], whole=True),
    Wire("bytes one by one", _bytes(_sse(*_O, _STOP, "[DONE]"), 1), whole=True),
    Wire("a mark first", [b"\xef\xbb\xbf", *_sse(*_O, _STOP, "[DONE]")], whole=True),
    Wire(
        "letters in halves",
        _bytes(
            [f"data: {json.dumps(one, ensure_ascii=False)}\n\n".encode() for one in (*_O, _STOP)]
            + _sse("[DONE]"),
            7,
        ),
        whole=True,
    ),
    Wire(
        "comments",
        [b": OPENROUTER PROCESSING\n\n", *_sse(*_O), b": ping\n\n", *_sse(_STOP, "[DONE]")],
        whole=True,
    ),
    Wire(
        "named events",
        [b"event: message\nid: 1\nretry: 10\n" + one for one in _sse(*_O, _STOP, "[DONE]")],
        whole=True,
    ),
    Wire(
        "no blank after the colon",
        [one.replace(b"data: ", b"data:") for one in _sse(*_O, _STOP, "[DONE]")],
        whole=True,
    ),
    Wire(
        "lines of one event",
        [
            json.dumps(one, indent=1).replace("\n", "\ndata: ").join(("data: ", "\n\n")).encode()
            for one in (*_O, _STOP)
        ],
        whole=True,
    ),
    Wire("done without a reason", _sse(*_O, "[DONE]"), whole=True),
    Wire("reason without done", _sse(*_O, _STOP), whole=True),
    Wire("ends by eos", _sse(*_O, _o({}, "eos"), "[DONE]"), whole=True),
    Wire("ends by end_turn", _sse(*_O, _o({}, "end_turn"), "[DONE]"), whole=True),
    Wire("usage last", _sse(*_O, _STOP, {"choices": [], "usage": {"prompt_tokens": 9}}, "[DONE]"), whole=True),
    Wire(
        "reasoning apart",
        _sse(_o({"reasoning_content": "They want a price."}), *_O, _STOP, "[DONE]"),
        whole=True,
    ),
    Wire(
        "reasoning elsewhere",
        _sse(_o({"reasoning": "Price.", "content": None}), *_O, _STOP, "[DONE]"),
        whole=True,
    ),
    Wire(
        "thought in tags", _sse(*_o_said("<thi", "nk>price</th", "ink>", *_PARTS), _STOP, "[DONE]"), whole=True
    ),
    Wire(
        "parts",
        _sse(
            _o({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Price."}]}]}),
            *(_o({"content": [{"type": "text", "text": part}]}) for part in _PARTS),
            _STOP,
            "[DONE]",
        ),
        whole=True,
    ),
    Wire(
        "another choice",
        _sse(*_O[:2], _o({"content": "Something else."}, index=1), *_O[2:], _STOP, "[DONE]"),
        whole=True,
    ),
    Wire("one message", [json.dumps(_MESSAGE).encode()], whole=True, kind="application/json; charset=utf-8"),
    Wire("one message, typed as events", [json.dumps(_MESSAGE).encode()], whole=True),
    Wire("one message, typed as text", [json.dumps(_MESSAGE).encode()], whole=True, kind="text/plain"),
    Wire("events, typed as json", _sse(*_O, _STOP, "[DONE]"), whole=True, kind="application/json"),
    Wire("events, typed as text", _sse(*_O, _STOP, "[DONE]"), whole=True, kind="text/plain"),
    Wire(
        "packed",
        [gzip.compress(b"".join(_sse(*_O, _STOP, "[DONE]")))],
        whole=True,
        kind=f"{EVENTS}\r\ncontent-encoding: gzip",
    ),
    Wire(
        "fields null",
        _sse(*({**one, "usage": None, "error": None} for one in (*_O, _STOP)), "[DONE]"),
        whole=True,
    ),
    Wire(
        "tool call",
        _sse(_o({"tool_calls": [{"function": {"name": "search"}}]}), _o({}, "tool_calls"), "[DONE]"),
        whole=False,
    ),
    Wire(
        "words and a tool call",
        _sse(
            *_o_said("Let me look that up for them."), _o({"tool_calls": [{}]}), _o({}, "tool_calls"), "[DONE]"
        ),
        whole=False,
    ),
    Wire("function call", _sse(*_o_said(*_HALF), _o({}, "function_call"), "[DONE]"), whole=False),
    Wire("refusal", _sse(_o({"refusal": "I can't help."}), _STOP, "[DONE]"), whole=False),
    Wire("only reasoning", _sse(_o({"reasoning_content": "They want a price."}), _STOP, "[DONE]"), whole=False),
    Wire("only thoughts", _sse(*_o_said("<think>They want a price."), _STOP, "[DONE]"), whole=False),
    *(
        Wire(f"ends by {reason}", _sse(*_o_said(*_HALF), _o({}, reason), "[DONE]"), whole=False)
        for reason in (
            "length",
            "content_filter",
            "error",
            "abort",
            "insufficient_system_resource",
            "max_tokens",
            "cancelled",
        )
    ),
    Wire("no end", _sse(*_O), whole=False),
    Wire("cut", [*_sse(*_o_said(*_HALF)), CUT], whole=False),
    Wire("cut in an event", [*_sse(*_o_said(*_HALF)), b'data: {"choices": [{"del', CUT], whole=False),
    Wire("half an event", [*_sse(*_o_said(*_HALF)), b'data: {"choices": [{"del'], whole=False),
    Wire(
        "error in the middle",
        _sse(*_o_said(*_HALF), {"error": {"message": "out of memory"}}, "[DONE]"),
        whole=False,
    ),
    Wire(
        "error as an object",
        _sse(*_o_said(*_HALF), {"object": "error", "message": "no memory", "code": 500}, "[DONE]"),
        whole=False,
    ),
    Wire("error as a detail", _sse(*_o_said(*_HALF), {"detail": "no memory"}, "[DONE]"), whole=False),
    Wire("error as text", _sse(*_o_said(*_HALF), {"error": "no memory"}, "[DONE]"), whole=False),
    Wire(
        "error event",
        [*_sse(*_o_said(*_HALF)), b"event: error\ndata: no memory\n\n", *_sse("[DONE]")],
        whole=False,
    ),
    Wire("error at the end", _sse(*_O, {"error": {"message": "out of memory"}}), whole=False),
    Wire(
        "error in place of it",
        [b'{"error": {"message": "no such model"}}'],
        whole=False,
        kind="application/json",
    ),
    Wire("error in place of events", [b'{"error": {"message": "no such model"}}'], whole=False),
    Wire("a page", [b"<html>Sign in</html>"], whole=False, kind="text/html"),
    Wire("nothing", [], whole=False),
    Wire("done at once", _sse("[DONE]"), whole=False),
    Wire("blank", _sse(*_o_said(" ", "\n"), _STOP, "[DONE]"), whole=False),
    Wire("pieces twice", _sse(*_O[:2], _O[1], _O[2], _O[2], *_O[3:], _STOP, "[DONE]"), whole=False),
    Wire(
        "grows", _sse(*_o_said(*("".join(_PARTS[: n + 1])[4:] for n in range(4))), _STOP, "[DONE]"), whole=False
    ),
    Wire("content is a number", _sse(_o({"content": 42}), _STOP, "[DONE]"), whole=False),
    Wire(
        "another role",
        _sse(_o({"role": "user", "content": "Ask what they compare it with."}), _STOP, "[DONE]"),
        whole=False,
    ),
    Wire("not utf-8", [one.replace(b"Ask", b"A\xff\xfek") for one in _sse(*_O, _STOP, "[DONE]")], whole=False),
    Wire(
        "half a pair",
        _sse(*_o_said("SAY Ask what they \ud83d", "compare it with."), _STOP, "[DONE]"),
        whole=False,
    ),
    Wire(
        "lines without data",
        [json.dumps(one).encode() + b"\n" for one in (*_O, _STOP)],
        whole=False,
        kind="application/x-ndjson",
    ),
)
