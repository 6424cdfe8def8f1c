from __future__ import annotations

import sys

import pytest

from wingman.server import file_descriptors

if sys.platform == "win32":
    pytest.skip("has no such limit", allow_module_level=True)
import resource


@pytest.mark.parametrize(
    ("limits", "places", "asked"),
    [
        ((256, resource.RLIM_INFINITY), 16_192, [(16_384, resource.RLIM_INFINITY)]),
        ((1024, 4096), 3904, [(4096, 4096)]),
        ((20_000, 20_000), 19_808, []),
        ((100, 100), 0, []),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 16_384, []),
    ],
    ids=str,
)
def test_there_is_room_for_what_the_system_grants(
    limits: tuple[int, int], places: int, asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: said.append(wanted))
    assert file_descriptors.connection_room() == places
    assert said == asked


def test_a_system_that_refuses_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert file_descriptors.connection_room() == 64
