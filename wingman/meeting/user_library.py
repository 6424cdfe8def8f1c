"""What the user brings to every meeting."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.suggest.gate.habit_file import HabitFile
from wingman.suggest.knowledge.library import NotesLibrary
from wingman.suggest.playbook.user_playbooks import UserPlaybooks


@dataclass(frozen=True, slots=True)
class UserLibrary:
    """Notes, playbooks and what feedback has taught; each of them may change while meetings run."""

    notes: NotesLibrary
    playbooks: UserPlaybooks
    habit: HabitFile | None = None
    """None keeps what feedback has taught in each meeting."""
