"""What a person waits for, from the end of what was said to the model's first word on screen. Pure.

All moments are on one clock. A stage is ours, or a provider's: its published delay, its answer's own time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from wingman.bench.load import percentile

WIDTH = 36
"""Characters of a bar."""
EXACT_S = 1e-6
"""Seconds that were added are not exact."""
SHARES = (0.5, 0.9, 0.99)


class Owner(StrEnum):
    """Who a stage is waited for."""

    OURS = "ours"
    PROVIDER = "provider"
    CHOICE = "choice"
    """A card waits while somebody speaks whom it would disturb."""
    ALL = "all"


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
    due: float | None = None
    """When a card was decided on that the words alone did not bring; None where they did."""
    due_to: Owner = Owner.CHOICE
    """What was waited for until then: a better moment, or the provider that tells the tone of a voice."""
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


WITHIN = ("sound to the transcriber", "words on screen")
"""Stages that are not there where the transcriber is part of the service."""
DUE = {Owner.CHOICE: "held back", Owner.PROVIDER: "a tone that decides"}
Mark: TypeAlias = tuple[str, Owner, float | None]
"""A stage's name, who is waited for in it, and the moment at which it ends."""


def to_words(way: Moments) -> list[Stage]:
    """The stretches until the words were on screen, one after the other without a gap."""
    return _stretches(way, [*_heard(way), ("words on screen", Owner.OURS, way.words)])


def to_card(way: Moments) -> list[Stage]:
    """The stretches until an instant card was on screen; empty where there was none."""
    if way.card is None:
        return []
    decided = (DUE[way.due_to], way.due_to, way.due)
    return _stretches(way, [*_heard(way), decided, ("instant card on screen", Owner.OURS, way.card)])


def to_answer(way: Moments) -> list[Stage]:
    """The stretches until the model's first word was on screen; empty where it never was."""
    if way.asked is None or way.answered is None or way.shown is None:
        return []
    marks: list[Mark] = [
        *_heard(way),
        (DUE[way.due_to], way.due_to, way.due),
        ("tone of the voice", Owner.PROVIDER, way.tone),
        ("request to the model", Owner.OURS, way.asked),
        ("model's first word", Owner.PROVIDER, way.answered),
        ("first word on screen", Owner.OURS, way.shown),
    ]
    return _stretches(way, marks)


def _heard(way: Moments) -> list[Mark]:
    heard = ("sound to the transcriber", Owner.OURS, way.told - way.provider_s)
    return [heard, ("pause and transcription", Owner.PROVIDER, way.told)]


def _stretches(way: Moments, marks: Sequence[Mark]) -> list[Stage]:
    """Each from where the one before ended; one that would end earlier (it was asked early) has no length.

    So together they are as long as the whole.
    """
    found, at = [], way.spoke
    for name, owner, end in marks:
        if end is not None and not (name in WITHIN and end - at < EXACT_S):
            found.append(Stage(name, owner, 1000 * (at - way.spoke), 1000 * max(0.0, end - at)))
            at = max(at, end)
    return found


def stages(way: Moments) -> Iterator[Stage]:
    """Every stretch of `way` once, in the order in which they begin."""
    told = {stage.name: stage for part in (to_words(way), to_card(way), to_answer(way)) for stage in part}
    yield from sorted(told.values(), key=lambda stage: stage.start)


def share_ms(part: Sequence[Stage], owner: Owner) -> float:
    """Milliseconds of these stretches in which this one was waited for."""
    return sum(stage.length for stage in part if stage.owner is owner)


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


WAYS: Sequence[tuple[str, Callable[[Moments], list[Stage]]]] = (("card", to_card), ("answer", to_answer))
WHOLE = ("whole", "own share")
"""How the rows begin that are no stage: of the whole way to something, all of it and what is ours."""


def rows(ways: Sequence[Moments]) -> list[Row]:
    """Every stage, then the whole of each way and our own share of it, which begin nowhere."""
    found: dict[str, list[Stage]] = {}
    for way in ways:
        for stage in stages(way):
            found.setdefault(stage.name, []).append(stage)
    table = [
        _row(name, of[0].owner, percentile([stage.start for stage in of], 0.5), [s.length for s in of])
        for name, of in found.items()
    ]
    table.sort(key=lambda row: row.start_ms)
    for name, part_of in WAYS:
        parts = [part for way in ways if (part := part_of(way))]
        if parts:
            whole = [_whole_ms(part) for part in parts]
            table.append(_row(f"whole, to the {name}", Owner.ALL, 0.0, whole))
            own = [share_ms(part, Owner.OURS) for part in parts]
            table.append(_row(f"own share, to the {name}", Owner.OURS, 0.0, own))
    return table


def typical(ways: Sequence[Moments]) -> list[str]:
    """For each way the one utterance that took as long as the middle one: its stretches, which add up."""
    lines = []
    for name, part_of in WAYS:
        parts = sorted((part for way in ways if (part := part_of(way))), key=_whole_ms)
        if parts:
            part = parts[len(parts) // 2]
            told = " + ".join(f"{stage.name} {stage.length:.0f}" for stage in part)
            lines.append(f"a typical {name}: {told} = {_whole_ms(part):.0f} ms")
    return lines


def _whole_ms(part: Sequence[Stage]) -> float:
    return sum(stage.length for stage in part)


def _row(name: str, owner: Owner, start: float, lengths: Sequence[float]) -> Row:
    p50, p90, p99 = (percentile(list(lengths), share) for share in SHARES)
    return Row(name=name, owner=owner, count=len(lengths), start_ms=start, p50_ms=p50, p90_ms=p90, p99_ms=p99)


def drawn(table: Sequence[Row]) -> list[str]:
    """The table with a bar a stage, from where it begins as a rule to where it ends as a rule."""
    whole = max((row.start_ms + row.p50_ms for row in table), default=0.0) or 1.0
    lines = [f"{'stage':<26}{'':<10}{'n':>4}{'p50':>8}{'p90':>8}{'p99':>8}  ms"]
    for row in table:
        bar = ""
        if not row.name.startswith(WHOLE):
            before = max(0, min(WIDTH - 1, round(WIDTH * row.start_ms / whole)))
            bar = " " * before + "━" * max(1, min(WIDTH - before, round(WIDTH * row.p50_ms / whole)))
        numbers = f"{row.p50_ms:>8.1f}{row.p90_ms:>8.1f}{row.p99_ms:>8.1f}"
        lines.append(f"{row.name:<26}{row.owner:<10}{row.count:>4}{numbers}  {bar}".rstrip())
    return lines
