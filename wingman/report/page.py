"""The report page: one self-contained HTML file without a line of script. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from wingman.archive.egress_ledger import Account, Total
from wingman.core.emotion_policy import POLICY_WORDS
from wingman.core.encoders import html as escape
from wingman.core.events import SummaryItem, SummaryReady
from wingman.core.expression_words import is_energy
from wingman.core.media import GapCause, gap_words
from wingman.core.speakers import speaker_name
from wingman.core.time import Channel, clock
from wingman.report import emotion_chart
from wingman.report.exports import FORMATS, lines_of, name_of, text_of, tone_of
from wingman.report.extractive import ORIGIN
from wingman.report.items import summary_of
from wingman.report.record import Lost, Record, Said, ShownCard, VocalSound
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
SERVED = {
    "embedded": "local English recogniser",
    "prosody": "loudness meter",
    "hume-v0": "Hume gateway",
    "generativeai": "Gemini",
    "cues": "cards of the playbook",
    "openai": "a model of your own",
}
"""Providers whose names say nothing to people."""
HELD = {
    "user_speaking": "held while you spoke",
    "cooldown": "held for a pause between cards",
    "in_flight": "held while another card was written",
}
"""Why a card waited, in words."""
KINDS = (("Decisions", "decision"), ("Promises", "action"), ("Open questions", "question"))
SCRIPT = "../static/pages/report.js"
"""Relative to the page's address: it may stand below a session's own path."""


@cache
def style() -> str:
    """The page's style sheet."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@cache
def _style_hash() -> str:
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def content_security_policy() -> str:
    """What the page may load: its own style sheet, by its hash, and the meeting's stored sound."""
    return (
        f"default-src 'none'; style-src 'self' {_style_hash()}; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def page(record: Record, *, links: bool = True, sound: Collection[Channel] = ()) -> str:
    """The whole page. Without `links` (a file on its own) the downloads are left out.

    `sound` are the channels whose stored sound the service can play.
    """
    numbers = figures(record)
    summary = summary_of(record)
    title = escape(record.title or f"Meeting {record.id}")
    body = [
        _top() if links else "",
        f'<h1 dir="auto">{title}</h1>',
        _meta(record),
        '<div id="tools" hidden></div>' if links else "",
        _tiles(record, numbers),
        _summary(summary),
        _notes(record),
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
        f'<meta name="robots" content="noindex">{_script() if links else _alone()}<title>{title}</title>'
        f"<style>{style()}</style></head>"
        f'<body data-meeting="{escape(record.id)}"><main>{"".join(body)}</main></body></html>'
    )


def _alone() -> str:
    """What a file may do that is opened from a disk, where no server says so."""
    allowed = (
        f"default-src 'none'; style-src {_style_hash()}; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'


def _script() -> str:
    """What the page can do beside being read; a file on its own does without."""
    return (
        '<link rel="icon" href="../static/extension/icons/wingman.svg" type="image/svg+xml">'
        f'<script type="module" src="{SCRIPT}"></script>'
    )


def _top() -> str:
    return '<p class="top"><a href="../">All meetings</a></p>'


def _notes(record: Record) -> str:
    if not record.notes:
        return ""
    rows = "".join(
        f'<li id="{escape(note.id)}"><span class="time">{clock(note.at)}</span>'
        f'<span dir="auto">{escape(note.text)}</span>'
        f"{f' <span class=chip>{escape(note.by)}</span>' if note.by else ''}</li>"
        for note in record.notes
    )
    return f'<section class="panel" id="notes"><h2>Your notes</h2><ul class="items">{rows}</ul></section>'


def _meta(record: Record) -> str:
    when = datetime.fromtimestamp(record.started_at, UTC)
    began = when.strftime("%A %d %B %Y, %H:%M UTC").replace(" 0", " ")
    facts = [clock(record.seconds)]
    if record.playbook:
        facts.append(f"playbook {record.playbook}")
    policy = record.emotion_policy
    facts.append(POLICY_WORDS[policy].reported if policy in POLICY_WORDS else policy)
    facts += [f"#{tag}" for tag in record.tags]
    served = [SERVED.get(name, name.capitalize()) for name in record.providers if name and name != "off"]
    facts += [", ".join(dict.fromkeys(served))]
    rest = "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)
    return f'<p class="meta"><span><time datetime="{when.isoformat()}">{began}</time></span>{rest}</p>'


def _tiles(record: Record, numbers: Figures) -> str:
    tiles = [(clock(record.seconds), "length")]
    if numbers.user_share:
        tiles.append((f"{numbers.user_share:.0%}", "of the talking was yours"))
    tiles.append((f"{sum(t.questions for t in numbers.talk)}", "questions were asked"))
    if numbers.shown:
        tiles.append((f"{numbers.used} of {numbers.shown}", "suggestions were used"))
    if numbers.wait_s is not None:
        longest = f", {numbers.longest_wait_s:.1f} s at most" if numbers.longest_wait_s else ""
        tiles.append((f"{numbers.wait_s:.1f} s", f"from the end of a sentence to its card{longest}"))
    cells = "".join(f'<div class="tile"><b>{value}</b><span>{label}</span></div>' for value, label in tiles)
    return f'<div class="tiles">{cells}</div>'


def _summary(summary: SummaryReady) -> str:
    if not summary.text and not summary.items:
        empty = '<p class="gist">Too little was said to sum it up.</p>'
        return f'<section class="panel"><h2>Summary</h2>{empty}</section>'
    groups = []
    for title, kind in KINDS:
        items = [item for item in summary.items if item.kind == kind]
        if items:
            rows = "".join(_item(item) for item in items)
            groups.append(f'<div><h3>{title}</h3><ul class="items" data-kind="{kind}">{rows}</ul></div>')
    note = (
        "Sentences as they were said: no model was asked."
        if summary.origin == ORIGIN
        else f"Written by {summary.origin}; every item links to the line that proves it."
    )
    return (
        f'<section class="panel" id="summary"><h2>Summary</h2><p class="gist" dir="auto">{escape(summary.text)}'
        f'</p><div class="columns">{"".join(groups)}</div><p class="note">{escape(note)}</p></section>'
    )


def _item(item: SummaryItem) -> str:
    owner = f' <span class="chip own">{escape(item.owner)}</span>' if item.owner else ""
    due = f' <span class="chip">{escape(item.due)}</span>' if item.due else ""
    time = f'<a class="time" href="#{escape(item.utterance)}">{clock(item.at)}</a>'
    facts = f'data-item="{escape(item.id)}" data-owner="{escape(item.owner)}" data-due="{escape(item.due)}"'
    done = " class=done" if item.done else ""
    text = f'<span class="text" dir="auto">{escape(item.text)}</span>'
    return f"<li {facts}{done}>{time}<span>{text}{owner}{due}</span></li>"


def _arc(record: Record, numbers: Figures) -> str:
    rows = emotion_chart.beside(record)
    if not numbers.arc and not rows:
        return ""
    energy = emotion_chart.of_energy(numbers.arc)
    known = f"{'Energy' if energy else 'Tone'} is known for {numbers.arc_coverage:.0%} of what they said."
    description = emotion_chart.describe(numbers.arc)
    apart = (
        "What is below it (faces, words, your own voice) is measured apart and never mixed with it."
        if rows
        else ""
    )
    caution = (
        "How loud and lively a voice was against its own usual; it does not say how anybody felt."
        if energy
        else "An estimate from voice or words, not a fact about a person."
    )
    note = " ".join(filter(None, (known, description, apart, caution)))
    heading = emotion_chart.heading(numbers.arc)
    frame = f'<div class="scroll" tabindex="0" role="region" aria-label="{heading}">'
    picture = f"{frame}{emotion_chart.svg(record, numbers.arc)}</div>"
    return f'<section class="panel"><h2>{heading}</h2>{picture}<p class="note">{escape(note)}</p></section>'


def _talk_figures(numbers: Figures) -> str:
    if not numbers.talk:
        return ""
    rows = "".join(_talk_row(talk) for talk in numbers.talk)
    heads = ("", "talk", "time", "words/min", "questions", "cut in", "longest turn")
    head = "".join(f"<th>{head}</th>" for head in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'<section class="panel"><h2>Who talked</h2>{_bar(numbers)}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Who talked">{table}</div></section>'
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


def _cards(cards: Iterable[ShownCard]) -> str:
    shown = sorted((card for card in cards if card.text or card.fate == "failed"), key=lambda card: card.at)
    if not shown:
        return ""
    return (
        '<section class="panel"><h2>Suggestions</h2><div class="cards">'
        f"{''.join(_card(card) for card in shown)}</div></section>"
    )


def _card(card: ShownCard) -> str:
    used = card.helped
    facts = [card.reason.replace("_", " "), card.feedback or FATES.get(card.fate, card.fate), card.origin]
    if card.wait_s is not None:
        facts.append(_waited(card))
    if card.first_token_ms is not None:
        facts.append(f"the model’s first word after {card.first_token_ms / 1000:.1f} s")
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


def _waited(card: ShownCard) -> str:
    """What a person waited, and for what."""
    told = f"waited {card.wait_s:.1f} s"
    parts = []
    if card.recognition_s:
        parts.append(f"{card.recognition_s:.1f} s until the sentence was written down")
    if card.held:
        parts.append(HELD.get(card.held, card.held.replace("_", " ")))
    return f"{told} ({', '.join(parts)})" if parts else told


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
    entries: list[Said | VocalSound | Lost] = [
        *lines_of(record),
        *(gap for gap in record.lost if gap.end - gap.start >= GAP_SECONDS),
    ]
    entries.sort(key=lambda entry: entry.start)
    turns = "".join(_entry(entry) for entry in entries)
    return (
        f'<section class="panel" id="transcript"><h2>Transcript</h2><div class="talk">{turns}</div></section>'
    )


def _entry(entry: Said | VocalSound | Lost) -> str:
    match entry:
        case Said():
            return _turn(entry)
        case VocalSound():
            who = escape(speaker_name(entry.channel))
            return f'<div class="gap">{clock(entry.start)} {who}: {escape(entry.word)}</div>'
        case Lost():
            return _gap(entry)


def _turn(said: Said) -> str:
    words = escape(tone_of(said))
    family = "neutral" if is_energy(said.emotion) else escape(said.emotion.family)
    tone = f'<span class="f-{family}">{words}</span>' if words else ""
    time = f'<a class="moment" href="#{escape(said.id)}" data-at="{said.start:.1f}">{clock(said.start)}</a>'
    heard = f'<p class="heard" dir="auto">heard: {escape(said.heard)}</p>' if said.heard else ""
    return (
        f'<div class="turn {said.channel}" id="{escape(said.id)}" data-speaker="{escape(said.speaker)}">'
        f'<header><b dir="auto">{escape(name_of(said))}</b>{time}{tone}</header>'
        f'<p class="said" dir="auto">{escape(text_of(said))}</p>{heard}</div>'
    )


def _gap(gap: Lost) -> str:
    reason = gap_words(gap.cause) if gap.cause == GapCause.PAUSED else f"not heard: {gap_words(gap.cause)}"
    return f'<div class="gap">{clock(gap.start)} to {clock(gap.end)} {escape(reason)}</div>'


def _ledger(ledger: Account) -> str:
    if not ledger.totals and not ledger.pauses:
        return ""
    rows = "".join(_ledger_row(total) for total in ledger.totals)
    head = "<tr><th></th><th>what</th><th>seconds</th><th>kB</th></tr>"
    table = f'<div class="scroll" tabindex="0"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'
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
    kind = f"{total.count} {total.kind}" if total.count else total.kind
    what = f"{kind} of {'your microphone' if total.channel is Channel.MIC else 'the tab'}"
    cells = (
        escape(total.to),
        escape(what if total.channel else kind),
        f"{total.seconds:.0f}" if total.seconds else "",
        f"{total.bytes / 1000:.0f}",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


FILES = {"html": "One file to share", "bundle": "Bundle, to replay"}
NAMES = {name: form.label for name, form in FORMATS.items()}


def _files(record: Record) -> str:
    links = "".join(
        f'<a href="../api/meetings/{escape(record.id)}/export?format={name}" download>{label}</a>'
        for name, label in {**FILES, **NAMES}.items()
    )
    return f'<p class="files">{links}</p>'
