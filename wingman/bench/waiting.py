"""What a person waits for, from the end of what was said to the model's first word on screen. Pure.

All moments are on one clock. A stage is ours, or a provider's: its published delay, its answer's own time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wingman.bench.load import percentile

WIDTH = 36
"""Characters of a bar."""
SHARES = (0.5, 0.9, 0.99)


class Owner(StrEnum):
    """Who a stage is waited for."""

    OURS = "ours"
    PROVIDER = "provider"
    CHOICE = "choice"
    """A card waits while somebody speaks whom it would disturb."""


@dataclass(frozen=True, slots=True)
class Moments:
    """One utterance's way, in seconds of any clock; None where it did not come so far."""

    spoke: float
    """The packet that ends the speech was sent."""
    told: float
    """The final words left the transcriber; where it is part of the service: they were on screen."""
    words: float
    """The utterance was on screen."""
    provider_s: float = 0.0
    """Of `told` - `spoke`: what the transcriber takes by what is published of it."""
    card: float | None = None
    """An instant card was on screen."""
    held: float | None = None
    """Until then the card was held back; None where it was not."""
    tone: float | None = None
    """The service knew how it was said, before the model was asked; its prompt may wait for that."""
    asked: float | None = None
    """The request had reached the model."""
    answered: float | None = None
    """The model's first words left it."""
    shown: float | None = None
    """They were on screen."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of one utterance's way, in milliseconds after the end of the speech."""

    name: str
    owner: Owner
    start: float
    length: float


def stages(way: Moments) -> Iterator[Stage]:
    """The stretches of `way`, in the order in which they begin; one that would end early has no length."""

    def stage(name: str, owner: Owner, start: float, end: float) -> Stage:
        return Stage(name, owner, 1000 * (start - way.spoke), 1000 * max(0.0, end - start))

    heard = max(way.spoke, way.told - way.provider_s)
    if heard - way.spoke > 1e-6:  # seconds that were added are not exact
        yield stage("sound to the transcriber", Owner.OURS, way.spoke, heard)
    yield stage("pause and transcription", Owner.PROVIDER, heard, way.told)
    if way.words > way.told:
        yield stage("words on screen", Owner.OURS, way.told, way.words)
    due = way.told if way.held is None else max(way.told, way.held)
    if way.held is not None:
        yield stage("held back", Owner.CHOICE, way.told, due)
    if way.card is not None:
        yield stage("instant card on screen", Owner.OURS, due, way.card)
    if way.asked is None or way.answered is None or way.shown is None:
        return
    toned = due
    if way.tone is not None:
        toned = max(due, way.tone)
        yield stage("tone of the voice", Owner.PROVIDER, due, toned)
    yield stage("request to the model", Owner.OURS, toned, way.asked)
    asked = max(way.asked, way.told)  # it may have been asked early
    yield stage("model's first word", Owner.PROVIDER, asked, way.answered)
    yield stage("first word on screen", Owner.OURS, max(asked, way.answered), way.shown)


CARD = ("sound to the transcriber", "instant card on screen")
ANSWER = ("sound to the transcriber", "request to the model", "first word on screen")


def own_ms(way: Moments, names: Sequence[str]) -> float | None:
    """Our own share of the way that these stages make, in milliseconds; None where it was not gone."""
    found = {stage.name: stage.length for stage in stages(way)}
    return sum(found.get(name, 0.0) for name in names) if names[-1] in found else None


@dataclass(frozen=True, slots=True)
class Row:
    """A stage of many utterances: percentiles in milliseconds."""

    name: str
    owner: Owner
    count: int
    start_ms: float
    """When it begins after the end of the speech, as a rule."""
    p50_ms: float
    p90_ms: float
    p99_ms: float


def rows(ways: Sequence[Moments]) -> list[Row]:
    """Every stage, and our own share of the whole, which begins nowhere."""
    found: dict[str, list[Stage]] = {}
    for way in ways:
        for stage in stages(way):
            found.setdefault(stage.name, []).append(stage)
    table = [
        _row(name, of[0].owner, percentile([stage.start for stage in of], 0.5), [s.length for s in of])
        for name, of in found.items()
    ]
    table.sort(key=lambda row: row.start_ms)
    for name, part in (("own share, to the card", CARD), ("own share, to the answer", ANSWER)):
        shares = [share for way in ways if (share := own_ms(way, part)) is not None]
        if shares:
            table.append(_row(name, Owner.OURS, 0.0, shares))
    return table


def _row(name: str, owner: Owner, start: float, lengths: Sequence[float]) -> Row:
    p50, p90, p99 = (percentile(list(lengths), share) for share in SHARES)
    return Row(name, owner, len(lengths), start, p50, p90, p99)


def drawn(table: Sequence[Row]) -> list[str]:
    """The table with a bar a stage, from where it begins as a rule to where it ends as a rule."""
    whole = max((row.start_ms + row.p50_ms for row in table), default=0.0) or 1.0
    lines = [f"{'stage':<26}{'':<10}{'n':>4}{'p50':>8}{'p90':>8}{'p99':>8}  ms"]
    for row in table:
        bar = ""
        if not row.name.startswith("own share"):
            before = max(0, min(WIDTH - 1, round(WIDTH * row.start_ms / whole)))
            bar = " " * before + "━" * max(1, min(WIDTH - before, round(WIDTH * row.p50_ms / whole)))
        numbers = f"{row.p50_ms:>8.1f}{row.p90_ms:>8.1f}{row.p99_ms:>8.1f}"
        lines.append(f"{row.name:<26}{row.owner:<10}{row.count:>4}{numbers}  {bar}".rstrip())
    return lines
