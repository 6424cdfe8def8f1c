"""A meeting as a file other programs read: Markdown, JSON, SRT, WebVTT, CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from wingman.core import encoders
from wingman.core.encoders import csv_cell, markdown, subtitle, webvtt
from wingman.core.errors import Branch, InputError
from wingman.core.events import SummaryReady
from wingman.core.expression_words import energy, is_energy, look, manner, with_sounds, wording
from wingman.core.media import GapCause, gap_words
from wingman.core.speakers import speaker_name
from wingman.core.time import clock
from wingman.core.utterance import EmotionReading, Family, ReadingStatus
from wingman.report.items import summary_of
from wingman.report.record import Record, Said, VocalSound
from wingman.report.statistics import Talk, figures

WORTH_A_LINE_S = 1.0
"""Shorter stretches that were not transcribed are not listed."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a meeting."""

    label: str
    """What a person calls it."""
    suffix: str
    media_type: str
    write: Callable[[Record], str]


def export(record: Record, name: str) -> tuple[Format, str]:
    """The meeting in the format `name`. Raises `InputError` for one that is not known."""
    chosen = FORMATS.get(name)
    if chosen is None:
        raise InputError(f"`format` must be one of {', '.join(FORMATS)}", field="format")
    return chosen, chosen.write(record)


def name_of(who: Said | Talk) -> str:
    """Who spoke, for a reader: the name the user gave them, or what they are called without one."""
    return who.name or speaker_name(who.speaker)


def tone_of(said: Said) -> str:
    """How it was said, in words: the voice, then the words, then the face; empty when nothing is known."""
    return "; ".join(manner(said.emotion, said.language, said.face))


def text_of(said: Said) -> str:
    """What was said, with the bursts beside it."""
    return with_sounds(said.text, said.sounds)


def lines_of(record: Record) -> list[Said | VocalSound]:
    """Utterances and the bursts between them, in order."""
    lines: list[Said | VocalSound] = [*record.said, *record.sounds]
    return sorted(lines, key=lambda line: line.start)


def _markdown(record: Record) -> str:
    summary = summary_of(record)
    numbers = figures(record)
    when = datetime.fromtimestamp(record.started_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [f"# {markdown(record.title or record.id)}", f"{when}, {clock(record.seconds)}"]
    parts.append(_markdown_summary(summary, bool(record.said)))
    parts += _markdown_missing(record)
    rows = []
    for talk in numbers.talk:
        who = markdown(name_of(talk))
        counts = f"{talk.words_per_minute:.0f} | {talk.questions} | {talk.interruptions}"
        rows.append(f"| {who} | {talk.share:.0%} | {counts} |")
    if rows:
        head = "| who | talk time | words per minute | questions | interruptions |\n|---|---|---|---|---|"
        parts.append("\n".join(["## Figures", "", head, *rows]))
    shown = [card for card in record.cards if card.text]
    if shown:
        cards = []
        for card in shown:
            fate = f"{card.feedback or card.fate}, {card.origin}"
            cards.append(
                f"- {clock(card.at)} **{markdown(card.kind)}** {markdown(card.text)} ({markdown(fate)})"
            )
        parts.append("\n".join(["## Suggestions", "", *cards]))
    if record.notes:
        notes = [
            f"- {clock(note.at)} {markdown(note.text)}{f' ({markdown(note.by)})' if note.by else ''}"
            for note in record.notes
        ]
        parts.append("\n".join(["## Notes", "", *notes]))
    lines = []
    for said in lines_of(record):
        if isinstance(said, VocalSound):
            lines.append(f"**{clock(said.start)} {speaker_name(said.channel)}** _({markdown(said.word)})_\n")
            continue
        tone = f" _({markdown(tone_of(said))})_" if tone_of(said) else ""
        lines.append(f"**{clock(said.start)} {markdown(name_of(said))}**{tone}: {markdown(text_of(said))}\n")
    parts.append("\n".join(["## Transcript", "", *lines]).rstrip())
    return "\n\n".join(parts) + "\n"


def _markdown_missing(record: Record) -> list[str]:
    """What did not become words, as a section; none when nothing is missing."""
    told = [f"- {markdown(loss)}" for loss in record.losses]
    told += [
        f"- {clock(gap.start)} to {clock(gap.end)}: not transcribed ({markdown(gap_words(gap.cause))})"
        for gap in record.lost
        if gap.branch == Branch.TRANSCRIBE
        and gap.cause != GapCause.PAUSED
        and gap.end - gap.start >= WORTH_A_LINE_S
    ]
    return ["\n".join(["## What is missing", "", *told])] if told else []


def _markdown_summary(summary: SummaryReady, spoken: bool) -> str:
    nothing = "No sentence stood out." if spoken else "Nothing was said."
    note = " (extractive: sentences as they were said)" if summary.origin == "extractive" else ""
    lines = [f"## Summary{note}", "", markdown(summary.text) or nothing]
    for title, kind in (("Decisions", "decision"), ("Promises", "action"), ("Open questions", "question")):
        items = [item for item in summary.items if item.kind == kind]
        if items:
            lines += ["", f"### {title}", ""]
            for item in items:
                box = f"- [{'x' if item.done else ' '}] " if kind == "action" else "- "
                owner = f"**{markdown(item.owner)}**: " if item.owner else ""
                due = f", {markdown(item.due)}" if item.due else ""
                lines.append(f"{box}{owner}{markdown(item.text)} ({clock(item.at)}{due})")
    return "\n".join(lines)


def _text(record: Record) -> str:
    """One line a turn."""
    turns = ((clock(s.start), encoders.line(name_of(s)), encoders.line(text_of(s))) for s in record.said)
    return "".join(f"[{at}] {who}: {text}\n" for at, who, text in turns)


def _json(record: Record) -> str:
    whole = {"version": 1, "meeting": record, "figures": figures(record)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _srt(record: Record) -> str:
    blocks = []
    for number, said in enumerate(lines_of(record), 1):
        times = f"{_stamp(said.start, ',')} --> {_stamp(_shown_until(said), ',')}"
        blocks.append(f"{number}\n{times}\n{subtitle(_who(said))}: {subtitle(_what(said))}\n")
    return "\n".join(blocks)


def _webvtt(record: Record) -> str:
    blocks = ["WEBVTT\n"]
    for said in lines_of(record):
        times = f"{_stamp(said.start, '.')} --> {_stamp(_shown_until(said), '.')}"
        who, text = webvtt(_who(said)), webvtt(_what(said))
        name = f"{webvtt(said.id)}\n" if isinstance(said, Said) else ""
        blocks.append(f"{name}{times}\n<v {who}>{text}</v>\n")
    return "\n".join(blocks)


def _who(line: Said | VocalSound) -> str:
    return name_of(line) if isinstance(line, Said) else speaker_name(line.channel)


def _what(line: Said | VocalSound) -> str:
    return text_of(line) if isinstance(line, Said) else f"[{line.word}]"


CSV_COLUMNS = (
    *("start", "end", "channel", "speaker", "text", "emotion", "family", "strength"),
    *("face", "words", "sounds"),
)


def _emotion_cells(reading: EmotionReading) -> tuple[str, str, str]:
    """Label, family and strength; energy is no expression, so it has words alone."""
    if is_energy(reading):
        return energy(reading), "", ""
    strength = "" if reading.family is Family.NEUTRAL else reading.band or reading.strength
    return reading.label, str(reading.family), strength


def _csv(record: Record) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)
    for line in lines_of(record):
        known = isinstance(line, Said) and line.emotion.status is ReadingStatus.KNOWN
        reading = line.emotion if isinstance(line, Said) and known else None
        cells = [
            f"{line.start:.3f}",
            f"{line.end:.3f}",
            line.channel,
            _who(line),
            line.text if isinstance(line, Said) else "",
            *(_emotion_cells(reading) if reading else ("", "", "")),
            look(line.face) if isinstance(line, Said) else "",
            wording(line.language) if isinstance(line, Said) else "",
            ", ".join(sound.word for sound in line.sounds) if isinstance(line, Said) else line.word,
        ]
        rows.writerow([csv_cell(cell) for cell in cells])
    return out.getvalue()


def _shown_until(said: Said | VocalSound) -> float:
    return max(said.end, said.start + 0.5)  # players drop a cue of no length


def _stamp(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"


FORMATS = {
    "md": Format("Markdown", "md", "text/markdown; charset=utf-8", _markdown),
    "txt": Format("Text", "txt", "text/plain; charset=utf-8", _text),
    "json": Format("JSON", "json", "application/json", _json),
    "srt": Format("SRT", "srt", "application/x-subrip; charset=utf-8", _srt),
    "vtt": Format("WebVTT", "vtt", "text/vtt; charset=utf-8", _webvtt),
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", _csv),
}
"""By the name a user asks for."""
