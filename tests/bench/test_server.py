"""The service under load, as a process of its own."""

from __future__ import annotations

import sys

import pytest

from wingman.bench.server import main


def test_what_it_cannot_run_on_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["server", "--settings", '{"transcribe": {"provider": "deepgram"}}'])
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    with pytest.raises(SystemExit, match=r"wingman: .*DEEPGRAM_API_KEY"):
        main()
