"""How every streaming provider's link is retried."""

from __future__ import annotations

from wingman.config.section import AtLeastOne, Count, NotNegative, NotNegativeOrNever, Section


class RetrySettings(Section, frozen=True):
    """How a provider link is retried. Shared by all streaming providers."""

    first_min_ms: Count = 100
    """Shortest wait before the first retry, in milliseconds."""
    first_max_ms: Count = 250
    """Longest wait before the first retry, in milliseconds; the jitter lies between the two."""
    cap_s: NotNegative = 10.0
    """No wait grows beyond this many seconds (a provider's own Retry-After may)."""
    quick_s: NotNegative = 5.0
    """A connection that achieved nothing and lived less than this many seconds was a quick failure."""
    quick_limit: AtLeastOne = 12
    """After this many quick failures in a row the branch gives up."""
    openings_per_minute: AtLeastOne = 20
    """Connections opened within a minute, whatever ends them: each may be billed, and all are a load."""
    give_up_s: NotNegativeOrNever = 600.0
    """Without any success for this many seconds the branch gives up; `.inf`: never."""
