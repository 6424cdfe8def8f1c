from __future__ import annotations

import pytest

from wingman.core.redaction.effort import CHARACTERS_A_STEP, STEPS, Effort, TooDenseError


@pytest.mark.parametrize("characters", [0, 1, STEPS * CHARACTERS_A_STEP])
def test_a_text_of_ordinary_length_is_worth_so_many_steps(characters: int) -> None:
    effort = Effort(characters)
    for _ in range(STEPS):
        effort.spend(1)
    with pytest.raises(TooDenseError):
        effort.spend(1)


def test_a_longer_text_is_worth_more() -> None:
    effort = Effort(5 * STEPS * CHARACTERS_A_STEP)
    effort.spend(5 * STEPS)
    with pytest.raises(TooDenseError):
        effort.spend(1)
