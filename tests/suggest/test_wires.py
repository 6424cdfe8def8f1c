"""Answers as they come over the wire, whole and broken, through each client's real stream and a real coach."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.support.answered import SECRET, client_of, ended
from tests.support.wires import GEMINI, OPENAI, WORDS, Wire, serving

ROADS = [
    pytest.param(protocol, wire, id=f"{protocol}-{wire.name}")
    for protocol, wires in (("gemini", GEMINI), ("generativeai", GEMINI), ("openai", OPENAI))
    for wire in wires
    if protocol != "generativeai" or find_spec("google.generativeai") is not None
]


@pytest.mark.filterwarnings("ignore:A_REASON_OF_THE_FUTURE")
@pytest.mark.parametrize(("protocol", "wire"), ROADS)
async def test_a_card_ends_with_the_whole_answer_or_with_its_own_text(protocol: str, wire: Wire) -> None:
    async with serving(wire) as url, client_of(protocol, url) as model:
        origin, text, instant = await ended(model, SECRET)
    if wire.whole:
        assert (origin, text) == (protocol, WORDS)
    else:
        assert (origin, text) == ("playbook", instant)
