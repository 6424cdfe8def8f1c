"""The vendor's names, as many as it has."""

from __future__ import annotations

from wingman.testing.hume_v0.names import BURSTS, LANGUAGE, VOICE


def test_there_are_as_many_as_the_vendor_says() -> None:
    assert (len(VOICE), len(LANGUAGE), len(BURSTS)) == (48, 53, 67)
    assert set(VOICE) < set(LANGUAGE)
    assert all(len(names) == len(set(names)) for names in (VOICE, LANGUAGE, BURSTS))
