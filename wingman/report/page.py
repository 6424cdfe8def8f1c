"""The report page: one self-contained HTML file without a line of script. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from wingman.archive.egress_ledger import Account, Total
from wingman.core.encoders import html as escape
from wingman.core.events import SummaryItem, SummaryReady
from wingman.core.speakers import speaker_name
from wingman.core.time import Channel, clock
from wingman.report import emotion_chart
from wingman.report.exports import FORMATS, lines_of, name_of, text_of, tone_of
from wingman.report.extractive import ORIGIN, summarize
from wingman.report.record import Card, Heard, Lost, Record, Said
from wingman.report.statistics import Figures, Talk, figures

GAP_SECONDS = 1.0
"""Shorter stretches that were not heard are not worth a line."""

FATES = {
    "completed": "shown",
    "superseded": "replaced",
    "expired": "expired",
    "failed": "failed",
    "open": "shown",
}
SOUNDS = {Channel.TAB: "The others", Channel.MIC: "You"}
POLICIES = {
    "off": "voice emotion off",
    "counterpart": "voice emotion of the others",
    "self": "voice emotion of yourself",
    "text-only": "tone from words only",
}


@cache
def style() -> str:
    """The page's style sheet."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@cache
def content_security_policy() -> str:
    """What the page may load: its own style sheet, by its hash, and the meeting's stored sound."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; media-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def page(record: Record, *, links: bool = True, sound: Collection[Channel] = ()) -> str:
    """The whole page. Without `links` (a file on its own) the downloads are left out.

    `sound` are the channels whose stored sound the service can play.
    """
    numbers = figures(record)
    summary = record.summary or summarize(record)
    title = escape(record.title or f"Meeting {record.id}")
    body = [
        f"<h1>{title}</h1>",
        _meta(record),
        _tiles(record, numbers),
        _summary(summary),
        _arc(record, numbers),
        _talk_figures(numbers),
        _cards(record.cards),
        _sound(record, sound),
        _missing(record),
        _transcript(record),
        _ledger(record.ledger),
        _files(record) if links else "",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{title}</title><style>{style()}</style></head>'
        f"<body><main>{''.join(body)}</main></body></html>"
    )


def _meta(record: Record) -> str:
    when = datetime.fromtimestamp(record.started_at, UTC)
    facts = [when.strftime("%A %d %B %Y, %H:%M UTC").replace(" 0", " "), clock(record.seconds)]
    if record.playbook:
        facts.append(f"playbook {record.playbook}")
    facts.append(POLICIES.get(record.emotion_policy, record.emotion_policy))
    facts += [", ".join(dict.fromkeys(name for name in record.providers if name and name != "off"))]
    return f'<p class="meta">{"".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)}</p>'


def _tiles(record: Record, numbers: Figures) -> str:
    tiles = [(clock(record.seconds), "length")]
    if numbers.user_share:
        tiles.append((f"{numbers.user_share:.0%}", "of the talking was yours"))
    tiles.append((f"{sum(t.questions for t in numbers.talk)}", "questions were asked"))
    if numbers.shown:
        tiles.append((f"{numbers.used} of {numbers.shown}", "suggestions were used"))
    if numbers.latency_ms is not None:
        tiles.append((f"{numbers.latency_ms:.0f} ms", "from question to suggestion"))
    cells = "".join(f'<div class="tile"><b>{value}</b><span>{label}</span></div>' for value, label in tiles)
    return f'<div class="tiles">{cells}</div>'


def _summary(summary: SummaryReady) -> str:
    if not summary.text and not summary.items:
        empty = '<p class="gist">Too little was said to sum it up.</p>'
        return f'<section class="panel"><h2>Summary</h2>{empty}</section>'
    groups = []
    for title, kind in (("Decisions", "decision"), ("Action items", "action"), ("Open questions", "question")):
        items = [item for item in summary.items if item.kind == kind]
        if items:
            rows = "".join(_item(item) for item in items)
            groups.append(f'<div><h3>{title}</h3><ul class="items">{rows}</ul></div>')
    note = (
        "Sentences as they were said: no model was asked."
        if summary.origin == ORIGIN
        else f"Written by {summary.origin}; every item links to the line that proves it."
    )
    return (
        f'<section class="panel"><h2>Summary</h2><p class="gist">{escape(summary.text)}</p>'
        f'<div class="columns">{"".join(groups)}</div><p class="note">{escape(note)}</p></section>'
    )


def _item(item: SummaryItem) -> str:
    owner = f' <span class="chip own">{escape(item.owner)}</span>' if item.owner else ""
    time = f'<a class="time" href="#{escape(item.utterance)}">{clock(item.at)}</a>'
    return f"<li>{time}<span>{escape(item.text)}{owner}</span></li>"


def _arc(record: Record, numbers: Figures) -> str:
    if not numbers.arc:
        return ""
    known = f"Tone is known for {numbers.arc_coverage:.0%} of what they said."
    description = emotion_chart.describe(numbers.arc)
    note = f"{known} {description} An estimate from voice or words, not a fact about a person."
    picture = f'<div class="scroll">{emotion_chart.svg(record, numbers.arc)}</div>'
    return (
        f'<section class="panel"><h2>How they sounded</h2>{picture}<p class="note">{escape(note)}</p></section>'
    )


def _talk_figures(numbers: Figures) -> str:
    if not numbers.talk:
        return ""
    rows = "".join(_talk_row(talk) for talk in numbers.talk)
    heads = ("", "talk", "time", "words/min", "questions", "cut in", "longest turn")
    head = "".join(f"<th>{head}</th>" for head in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'<section class="panel"><h2>Who talked</h2>{_bar(numbers)}<div class="scroll">{table}</div></section>'
    )


def _talk_row(talk: Talk) -> str:
    cells = (
        escape(name_of(talk)),
        f"{talk.share:.0%}",
        clock(talk.seconds),
        f"{talk.words_per_minute:.0f}",
        talk.questions,
        talk.interruptions,
        clock(talk.longest),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bar(numbers: Figures) -> str:
    if not 0 < numbers.user_share < 1:
        return ""
    mine = round(numbers.user_share * 1000)
    return (
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img">'
        f"<title>You {numbers.user_share:.0%}, they {1 - numbers.user_share:.0%}</title>"
        f'<rect class="mine" width="{mine - 3}" height="10"/>'
        f'<rect class="theirs" x="{mine + 3}" width="{997 - mine}" height="10"/></svg>'
    )


def _cards(cards: Iterable[Card]) -> str:
    shown = [card for card in cards if card.text or card.fate == "failed"]
    if not shown:
        return ""
    return (
        '<section class="panel"><h2>Suggestions</h2><div class="cards">'
        f"{''.join(_card(card) for card in shown)}</div></section>"
    )


def _card(card: Card) -> str:
    used = card.feedback in ("used", "copied", "pinned")
    facts = [card.reason.replace("_", " "), card.feedback or FATES.get(card.fate, card.fate), card.origin]
    if card.latency_ms is not None:
        facts.append(f"{card.latency_ms:.0f} ms to the first text")
    if card.total_ms is not None:
        facts.append(f"{card.total_ms:.0f} ms in all")
    where = clock(card.at)
    if card.utterance:
        where = f'<a href="#{escape(card.utterance)}">{where}</a>'
    title = f"<b>{escape(card.title)}</b> " if card.title else ""
    kind = f'<span class="chip">{escape(card.kind)}</span>'
    return (
        f'<article id="{escape(card.id)}" class="{"used" if used else "shown"}">'
        f'<span class="dim">{where} {kind}</span>'
        f"<p>{title}{escape(card.text or card.detail)}</p>"
        f'<span class="dim">{escape(" · ".join(fact for fact in facts if fact))}</span></article>'
    )


def _sound(record: Record, channels: Collection[Channel]) -> str:
    if not channels:
        return ""
    players = "".join(
        f'<figure><figcaption>{SOUNDS[channel]}</figcaption><audio controls preload="none"'
        f' src="../api/meetings/{escape(record.id)}/audio/{channel}"></audio></figure>'
        for channel in channels
    )
    note = "The sound of this call is stored and goes when the meeting is deleted."
    return f'<section class="panel"><h2>Listen</h2>{players}<p class="note">{note}</p></section>'


def _missing(record: Record) -> str:
    if not record.losses:
        return ""
    rows = "".join(f"<li><span>{escape(loss)}</span></li>" for loss in record.losses)
    return f'<section class="panel"><h2>What is missing</h2><ul class="items">{rows}</ul></section>'


def _transcript(record: Record) -> str:
    if not record.said and not record.sounds:
        return ""
    entries: list[Said | Heard | Lost] = [
        *lines_of(record),
        *(gap for gap in record.lost if gap.end - gap.start >= GAP_SECONDS),
    ]
    entries.sort(key=lambda entry: entry.start)
    turns = "".join(_entry(entry) for entry in entries)
    return f'<section class="panel"><h2>Transcript</h2><div class="talk">{turns}</div></section>'


def _entry(entry: Said | Heard | Lost) -> str:
    match entry:
        case Said():
            return _turn(entry)
        case Heard():
            who = escape(speaker_name(entry.channel))
            return f'<div class="gap">{clock(entry.start)} {who}: {escape(entry.word)}</div>'
        case Lost():
            return _gap(entry)


def _turn(said: Said) -> str:
    words = escape(tone_of(said))
    tone = f'<span class="f-{escape(said.emotion.family)}">{words}</span>' if words else ""
    time = f'<a href="#{escape(said.id)}">{clock(said.start)}</a>'
    return (
        f'<div class="turn {said.channel}" id="{escape(said.id)}"><header><b>{escape(name_of(said))}</b>'
        f"{time}{tone}</header><p>{escape(text_of(said))}</p></div>"
    )


def _gap(gap: Lost) -> str:
    reason = {"paused": "paused"}.get(gap.cause, f"not heard: {gap.cause.replace('_', ' ')}")
    return f'<div class="gap">{clock(gap.start)} to {clock(gap.end)} {escape(reason)}</div>'


def _ledger(ledger: Account) -> str:
    if not ledger.totals and not ledger.pauses:
        return ""
    rows = "".join(_ledger_row(total) for total in ledger.totals)
    head = "<tr><th></th><th>what</th><th>seconds</th><th>kB</th></tr>"
    table = f'<div class="scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'
    notes = []
    if not ledger.totals:
        table, notes = "", ["Nothing left this machine."]
    if ledger.pauses:
        leaked = sum(pause.bytes for pause in ledger.pauses)
        notes.append(f"{len(ledger.pauses)} pause(s), during which {leaked} bytes were sent.")
    return (
        f'<section class="panel"><h2>What left this machine</h2>{table}'
        f'<p class="note">{escape(" ".join(notes))}</p></section>'
    )


def _ledger_row(total: Total) -> str:
    what = f"{total.kind} of {'your microphone' if total.channel is Channel.MIC else 'the tab'}"
    cells = (
        escape(total.to),
        escape(what if total.channel else total.kind),
        f"{total.seconds:.0f}" if total.seconds else "",
        f"{total.bytes / 1000:.0f}",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _files(record: Record) -> str:
    links = "".join(
        f'<a href="../api/meetings/{escape(record.id)}/export?format={name}" download>{form.label}</a>'
        for name, form in FORMATS.items()
    )
    return f'<p class="files">{links}</p>'
