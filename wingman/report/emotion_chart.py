"""The counterpart's emotion arc as a picture: one SVG, no script, readable without colour. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from wingman.core.expression_words import is_energy, look, tone, wording
from wingman.core.media import gap_words
from wingman.core.time import Channel, clock
from wingman.core.utterance import EmotionReading, Family
from wingman.report.exports import tone_of
from wingman.report.record import Record, Said
from wingman.report.statistics import ArcPoint

WIDTH, HEIGHT = 960, 262
LEFT, RIGHT, TOP, BOTTOM = 92, 14, 16, 58
STEP = (HEIGHT - TOP - BOTTOM) / 4
BREAK_SECONDS = 90.0
"""A longer silence between two readings is drawn as a break, not bridged by a line."""

NAMES = {2: "positive", 1: "engaged", 0: "neutral", -1: "doubtful", -2: "negative"}
ENERGY_NAMES = {1: "louder", 0: "as usual", -1: "calmer"}
"""Neither good nor bad: a voice against its own usual."""
SHAPES = {
    Family.POSITIVE: "M0-6L6 5L-6 5Z",
    Family.ENGAGED: "M0-6L6 0L0 6L-6 0Z",
    Family.NEUTRAL: "M-5-5H5V5H-5Z",
    Family.DOUBTFUL: "M-6-2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z",
    Family.LOW_ENERGY: "M-6-2H6V2H-6Z",
    Family.NEGATIVE: "M0 6L6-5L-6-5Z",
}
"""One shape per family: the arc must be readable without colour."""


CARDS = HEIGHT - BOTTOM + 26
"""Where the row of suggestions stands."""
ROW = 24
"""Pixels a row below the arc takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured besides the voices of the others: marks in a row of their own, in no arc."""

    name: str
    marks: tuple[tuple[Said, EmotionReading, str], ...]
    """What was said, the reading, and that in words."""


def beside(record: Record) -> tuple[Row, ...]:
    """Faces, words and the user's own voice, each where it was measured."""
    rows = (
        _row("their faces", record, Channel.TAB, lambda said: (said.face, look(said.face))),
        _row("their words", record, Channel.TAB, lambda said: (said.language, wording(said.language))),
        _row("your voice", record, Channel.MIC, lambda said: (said.emotion, tone(said.emotion))),
        _row("your face", record, Channel.MIC, lambda said: (said.face, look(said.face))),
        _row("your words", record, Channel.MIC, lambda said: (said.language, wording(said.language))),
    )
    return tuple(row for row in rows if row.marks)


def _row(
    name: str, record: Record, channel: Channel, read: Callable[[Said], tuple[EmotionReading | None, str]]
) -> Row:
    readings = ((said, *read(said)) for said in record.said if said.channel is channel)
    return Row(name, tuple((said, reading, words) for said, reading, words in readings if reading and words))


def svg(record: Record, arc: tuple[ArcPoint, ...]) -> str:
    """The arc over the meeting's length; below it the suggestions and what else was measured."""
    length = max(record.seconds, 1.0)
    rows = beside(record)
    height = HEIGHT + ROW * len(rows)
    parts = [
        f'<svg class="arc" viewBox="0 0 {WIDTH} {height}" role="group" aria-labelledby="arc-title arc-text">',
        f'<title id="arc-title">{heading(arc)}</title>',
        f'<desc id="arc-text">{escape(" ".join(filter(None, (describe(arc), describe_rows(rows)))))}</desc>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path class="hatch" d="M0 6L6 0"/></pattern></defs>',
        *_grid(length, ENERGY_NAMES if of_energy(arc) else NAMES, height),
        *_lost(record, length),
        *_lines(arc, length),
        *(_point(record, point, length) for point in arc),
        *_cards(record, length),
        *(part for n, row in enumerate(rows, 1) for part in _marks(row, CARDS + ROW * n, length)),
        "</svg>",
    ]
    return "".join(parts)


def of_energy(arc: tuple[ArcPoint, ...]) -> bool:
    """Were voices measured for their energy, not for what they express?"""
    return any(point.energy for point in arc)


def heading(arc: tuple[ArcPoint, ...]) -> str:
    """What the picture shows."""
    return "Voice energy of the others" if of_energy(arc) else "Tone of the others"


def describe_rows(rows: tuple[Row, ...]) -> str:
    """What else was measured in a sentence each, for those who cannot see it; empty for nothing."""
    sentences = []
    for row in rows:
        words = ", ".join(f"{word} at {clock(said.start)}" for said, _, word in row.marks[:8])
        more = f" and {len(row.marks) - 8} more" if len(row.marks) > 8 else ""
        sentences.append(f"{row.name.capitalize()}: {words}{more}.")
    return " ".join(sentences)


def describe(arc: tuple[ArcPoint, ...]) -> str:
    """The arc in a sentence, for those who cannot see it."""
    if not arc:
        return "No tone was measured."
    if of_energy(arc):
        louder = [clock(point.at) for point in arc if point.level > 0]
        calmer = [clock(point.at) for point in arc if point.level < 0]
        parts = [f"louder than usual at {', '.join(louder[:8])}" if louder else "never louder than usual"]
        parts.append(f"calmer at {', '.join(calmer[:8])}" if calmer else "never calmer")
        return f"{'; '.join(parts).capitalize()}."
    first, last = arc[0], arc[-1]
    low = min(arc, key=lambda point: point.level)
    high = max(arc, key=lambda point: point.level)
    return (
        f"Begins {first.family} at {clock(first.at)}, is highest ({high.family}) at {clock(high.at)}, "
        f"lowest ({low.family}) at {clock(low.at)}, and ends {last.family} at {clock(last.at)}."
    )


def _x(at: float, length: float) -> float:
    return round(LEFT + min(1.0, at / length) * (WIDTH - LEFT - RIGHT), 1)


def _y(level: int) -> float:
    return round(TOP + (2 - level) * STEP, 1)


def _grid(length: float, names: dict[int, str], height: int) -> list[str]:
    parts = []
    for level, name in names.items():
        y = _y(level)
        kind = "axis" if level == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{name}</text>')
    step = next(s for s in (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 10**9) if length / s <= 9)
    at = 0
    while at <= length:
        x = _x(at, length)
        parts.append(f'<text x="{x}" y="{height - 6}" text-anchor="middle">{clock(at)}</text>')
        at += step
    return parts


def _lost(record: Record, length: float) -> list[str]:
    parts = []
    for gap in record.lost:
        if gap.channel is Channel.TAB:
            x, end = _x(gap.start, length), _x(gap.end, length)
            title = f"{clock(gap.start)}: not heard ({gap_words(gap.cause)})"
            parts.append(
                f'<rect class="lost" x="{x}" y="{TOP}" width="{max(1.0, round(end - x, 1))}" '
                f'height="{HEIGHT - TOP - BOTTOM}"><title>{escape(title)}</title></rect>'
            )
    return parts


def _lines(arc: tuple[ArcPoint, ...], length: float) -> list[str]:
    runs: list[list[ArcPoint]] = []
    for point in arc:
        if runs and point.at - runs[-1][-1].at <= BREAK_SECONDS:
            runs[-1].append(point)
        else:
            runs.append([point])
    paths = []
    for run in runs:
        if len(run) > 1:
            d = "L".join(f"{_x(point.at, length)} {_y(point.level)}" for point in run)
            paths.append(f'<path class="line" d="M{d}"/>')
    return paths


def _point(record: Record, point: ArcPoint, length: float) -> str:
    said = record.utterance(point.utterance)
    quote = f"{clock(point.at)} {tone_of(said)}: {said.text[:120]}" if said else clock(point.at)
    place = f"translate({_x(point.at, length)} {_y(point.level)})"
    return (
        f'<a href="#{escape(point.utterance)}"><g transform="{place}">'
        f'<title>{escape(quote)}</title><path class="f-{_colour(point)}" d="{SHAPES[point.family]}"/></g></a>'
    )


def _marks(row: Row, y: int, length: float) -> list[str]:
    """One row: every mark with the shape of its family, and the words for it."""
    parts = [f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{row.name}</text>']
    for said, reading, words in row.marks:
        family = Family.NEUTRAL if is_energy(reading) or reading.family not in SHAPES else reading.family
        place = f"translate({_x((said.start + said.end) / 2, length)} {y}) scale(.8)"
        title = escape(f"{clock(said.start)} {words}: {said.text[:120]}")
        parts.append(
            f'<a href="#{escape(said.id)}"><g transform="{place}"><title>{title}</title>'
            f'<path class="f-{family}" d="{SHAPES[family]}"/></g></a>'
        )
    return parts


def _colour(point: ArcPoint) -> str:
    return str(Family.NEUTRAL if point.energy else point.family)


def _cards(record: Record, length: float) -> list[str]:
    y = CARDS
    marks = []
    for card in record.cards:
        if card.text:
            title = f"{clock(card.at)} suggested: {card.text[:120]}"
            used = "used" if card.helped else "shown"
            x = _x(card.at, length)
            marks.append(
                f'<a href="#{escape(card.id)}"><circle class="mark {used}" cx="{x}" cy="{y}" r="4">'
                f"<title>{escape(title)}</title></circle></a>"
            )
    if marks:
        marks.insert(0, f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">suggestions</text>')
    return marks
