"""What the emulated model says: fit to the moment, the same every time."""

from __future__ import annotations

import pytest

from wingman.testing.gemini.answers import by_rules, scripted


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("how much does it cost", "what it includes"),
        ("I am frustrated", "I am sorry"),
        ("is it gdpr safe", "security overview"),
        ("hm", "in your own words"),
    ],
)
def test_it_answers_the_moment_not_the_talk_before(moment: str, says: str) -> None:
    prompt = f"<x:talk>\nnobody mentioned a price\n</x:talk>\n<x:moment>\n{moment}\n</x:moment>"
    assert says in by_rules("system", prompt)
    assert by_rules("system", prompt) == by_rules("system", prompt)


def test_a_probe_is_answered() -> None:
    assert by_rules("Answer with the one word: ready", "ready?") == "ready"


def test_a_script_ends_with_its_last_line() -> None:
    answer = scripted("a", "b")
    assert [answer("", "") for _ in range(4)] == ["a", "b", "b", "b"]
