"""Settings of a meeting's life."""

from __future__ import annotations

from wingman.config.section import AtLeastOne, NotNegative, PositiveOrNever, Section


class MeetingSettings(Section, frozen=True):
    """When a meeting ends by itself."""

    wind_down_s: NotNegative = 60.0
    """At the end, branches get this many seconds to answer for what they have; the rest is told as a gap.

    It holds for a meeting that is ended and for a service that is stopped: give its supervisor some more.
    """
    most: AtLeastOne = 500
    """So many meetings may run at a time; further ones are refused."""
    grace_s: NotNegative = 60.0
    """A meeting whose live sources have all ended ends by itself after this many seconds."""
    idle_end_s: PositiveOrNever = 900.0
    """A meeting whose sources were lost, or never came, ends after this many seconds; `.inf`: never."""
