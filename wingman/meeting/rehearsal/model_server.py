"""Which protocol a model server speaks, found out by asking it."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from wingman.config.section import Secret
from wingman.config.settings import Settings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.llm.base import SuggestionModel
from wingman.meeting.providers import build_model

ASK_S = 5.0
KEY = "rehearsal"
"""Sent in place of a key: what the user's settings hold belongs to other servers."""


async def model_at(url: str, settings: Settings) -> SuggestionModel:
    """The model behind `url`, an OpenAI-compatible root (`…/v1`) or one that speaks Gemini's REST.

    Raises `InputError` for what is no address, `ProviderFault` when nobody answers there.
    """
    if not _is_address(url):
        raise InputError(
            f"--model {_shown(url)!r} is no address; write off, or one such as http://127.0.0.1:11434/v1",
            field="model",
        )
    root = url.rstrip("/").removesuffix("/chat/completions").removesuffix("/v1beta")
    protocol, root, served = await _ask(root, speaks_openai=root.endswith(("/v1", "/openai")))
    if protocol == "openai":
        model = settings.suggest.openai.model if settings.suggest.openai.url.rstrip("/") == root else ""
        section = msgspec.structs.replace(
            settings.suggest.openai, url=root, api_key=Secret(), model=model or served
        )
        suggest = msgspec.structs.replace(settings.suggest, openai=section)
    else:
        gemini = msgspec.structs.replace(settings.suggest.gemini, url=root, api_key=Secret(KEY))
        suggest = msgspec.structs.replace(settings.suggest, gemini=gemini)
    built = build_model(msgspec.structs.replace(settings, suggest=suggest), protocol)
    if built is None:
        raise InputError(
            f"--model {_shown(url)!r} speaks {protocol}, for which there is no client", field="model"
        )
    return built


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(httpx.URL(url).host) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        return False


def _shown(url: str) -> str:
    """Without a password, which an error must not tell."""
    return re.sub(r"(?<=//)[^/?#]*@", "", url)


async def _ask(root: str, *, speaks_openai: bool) -> tuple[Literal["openai", "gemini"], str, str]:
    """Protocol, root and the first model served; a server without a list is taken at its address' word."""
    roots = (root,) if speaks_openai else (f"{root}/v1", f"{root}/v1beta")
    async with httpx.AsyncClient(timeout=ASK_S, headers={"x-goog-api-key": KEY}) as http:
        for at in roots:
            try:
                answer = await http.get(f"{at}/models")
            except httpx.HTTPError as failed:
                raise ProviderFault(
                    f"nothing answers at {_shown(root)} ({type(failed).__name__}); start it, or use "
                    "--model off",
                    kind=FaultKind.NETWORK,
                ) from None
            listed = _listed(answer)
            if "models" in listed and "data" not in listed:
                return "gemini", root.removesuffix("/v1"), ""
            if "data" in listed:
                return "openai", at, _first(listed["data"])
    return ("openai", root, "default") if speaks_openai else ("gemini", root, "")


def _listed(answer: httpx.Response) -> dict[str, object]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _first(served: object) -> str:
    names = (
        [str(one["id"]) for one in served if isinstance(one, dict) and "id" in one]
        if isinstance(served, list)
        else []
    )
    return names[0] if names else "default"
