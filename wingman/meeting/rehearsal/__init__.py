"""A written conversation played as a meeting: how playbooks are tried, and how figures are made."""

from wingman.meeting.rehearsal.noise import VARIANTS, Variant, distort
from wingman.meeting.rehearsal.player import Cast, Rehearsed, rehearse
from wingman.meeting.rehearsal.turns import ScriptedTurn, read_turns

__all__ = ["VARIANTS", "Cast", "Rehearsed", "ScriptedTurn", "Variant", "distort", "read_turns", "rehearse"]
