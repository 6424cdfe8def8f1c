"""The ways in which pages, packages and samples write an error or a warning down. Pure.

Source: the vendor's pages (nested), its packages 0.7 to 0.13 (flat), its samples (inside a model's object).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from wingman.core.json import JsonObject

Message = JsonObject
ErrorShape: TypeAlias = Literal["flat", "nested", "typed", "bare", "model"]
WarningShape: TypeAlias = Literal["model", "flat", "nested", "error"]


def error(code: str, text: str, shape: ErrorShape = "flat", model: str = "prosody") -> Message:
    """A refusal in one of its shapes."""
    match shape:
        case "flat":
            return {"error": text, "code": code}
        case "nested":
            return {"error": {"code": code, "message": text}}
        case "typed":
            return {"type": "error", "code": code, "message": text}
        case "bare":
            return {"code": code, "message": text}
        case "model":
            return {model: {"error": {"code": code, "message": text}}}


def warning(code: str, text: str, model: str, shape: WarningShape = "model") -> Message:
    """A warning in one of its shapes; `error` is how the specification's own handler reads it."""
    match shape:
        case "model":
            return {model: {"warning": text, "code": code}}
        case "flat":
            return {"warning": text, "code": code}
        case "nested":
            return {"warning": {"code": code, "message": text}}
        case "error":
            return {"error": {"code": code, "message": text}}


def code_of(reply: Message) -> str:
    """The code of a refusal, whatever its shape; empty for a reply that is none."""
    parts = [value for name, value in reply.items() if isinstance(value, dict) and name != "warning"]
    for part in (reply, *parts):
        said = part.get("error")
        if isinstance(said, dict):
            return str(said.get("code", ""))
        if said or part.get("type") == "error" or ("code" in part and "message" in part):
            return str(part.get("code", ""))
    return ""
