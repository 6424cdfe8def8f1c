"""Envelopes as lines for a person: who said what, how, and what Wingman made of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TextIO

from wingman.core.encoders import plain
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    AudioState,
    CaptureLoss,
    Envelope,
    Media,
    MeetingEnded,
    ProviderStateChanged,
    StorageState,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionFailed,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceData,
    UtteranceRevised,
    VoiceSound,
)
from wingman.core.expression_words import is_energy, look, tone, with_sounds, wording
from wingman.core.media import GapCause
from wingman.core.speakers import speaker_name
from wingman.core.time import clock
from wingman.core.utterance import EmotionReading, Family, ReadingStatus

DIM, BOLD, CYAN, YELLOW, RED, RESET = "\x1b[2m", "\x1b[1m", "\x1b[36m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
CLEAR_LINE = "\r\x1b[2K"
PARTIAL_WIDTH = 100
TROUBLED = (Health.DOWN, Health.RETRYING, Health.DEGRADED)
UNREMARKABLE = (GapCause.PAUSED, GapCause.REANCHOR, GapCause.NOT_SENT, GapCause.RECONNECT)
"""Gaps that come from the sender, who knows of them."""


@dataclass(slots=True)
class Totals:
    """What came by, for the summary at the end."""

    utterances: int = 0
    joined: int = 0
    """Utterances whose emotion is known (in either revision)."""
    suggestions: int = 0
    errors: int = 0
    latencies_ms: list[float] = field(default_factory=list)


class Show:
    """Prints envelopes. Partials only where they can be wiped away again: on a terminal.

    `settled` prints each utterance once, when its tone is known (or known to be unknown).
    """

    def __init__(self, out: TextIO = sys.stdout, *, settled: bool = False) -> None:
        self._out = out
        self._settled = settled
        self._fancy = out.isatty()
        self._texts: dict[str, str] = {}
        self._open: set[str] = set()
        """Utterances whose tone is still to come."""
        self._created: dict[str, tuple[str, str]] = {}
        self.tally = Totals()

    def envelope(self, envelope: Envelope) -> None:  # noqa: C901 - one arm for each event that shows
        """Print what a reader of the terminal wants to know of one event."""
        envelope = replace(envelope, data=_safe(envelope.data))
        match envelope.data:
            case TranscriptPartial(text=text) as partial if text:
                if self._fancy:
                    line = f"{speaker_name(partial.speaker):>5}  {text}"[-PARTIAL_WIDTH:]
                    self._out.write(f"{CLEAR_LINE}{DIM}         {line}{RESET}")
                    self._out.flush()
            case UtteranceCreated() as said:
                self._said(envelope, said)
            case UtteranceRevised() as said:
                self._revised(envelope, said)
            case SuggestionCreated() as card:
                self._card(envelope, card)
            case SuggestionDelta() as delta:
                self._texts[delta.id] = self._texts.get(delta.id, "") + delta.text
            case SuggestionCompleted() as done:
                self._completed(envelope, done)
            case SuggestionFailed() as failed:
                self.tally.errors += 1
                self._line(envelope.at, f"{RED}  ! {failed.kind}: {failed.detail}{RESET}")
            case ProviderStateChanged() as state if state.health in TROUBLED:
                self.tally.errors += state.health is Health.DOWN
                self._line(envelope.at, f"{RED}  ! {state.branch}: {state.detail}{RESET}")
            case StorageState(detail=detail) | AudioState(detail=detail) if detail:
                self.tally.errors += 1
                self._line(envelope.at, f"{RED}  ! {detail}{RESET}")
            case CaptureLoss(detail=detail) if detail:
                self._line(_second(envelope), f"{YELLOW}  ! {detail}{RESET}")
            case TranscriptGap() as gap if envelope.media and gap.cause not in UNREMARKABLE:
                self._gap(envelope.media, gap)
            case VoiceSound(word=word) if envelope.media:
                who = speaker_name(envelope.media.channel)
                self._line(envelope.media.start, f"{DIM}{who:>5}  [{word}]{RESET}")
            case MeetingEnded(seconds=length):
                self._line(envelope.at, f"{DIM}meeting over after {length:.0f} s{RESET}")
            case _:
                pass

    def summary(self) -> str:
        """A sentence or two about what came by."""
        tally = self.tally
        text = (
            f"{tally.utterances} utterances ({tally.joined} with a measured tone), "
            f"{tally.suggestions} suggestions, {tally.errors} errors"
        )
        if tally.latencies_ms:
            ordered = sorted(tally.latencies_ms)
            text += f"; utterance → suggestion {ordered[len(ordered) // 2]:.0f} ms (median)"
        return text

    def _said(self, envelope: Envelope, said: UtteranceData) -> None:
        tally = self.tally
        tally.utterances += 1
        known = said.emotion.status is ReadingStatus.KNOWN
        tally.joined += known
        if not (known or said.settled):
            self._open.add(said.id)
        if self._settled and not said.settled:
            return
        self._spoken(envelope, said)

    def _revised(self, envelope: Envelope, said: UtteranceData) -> None:
        if said.emotion.status is ReadingStatus.KNOWN and said.id in self._open:
            self.tally.joined += 1
        self._open.discard(said.id)
        if self._settled:
            self._spoken(envelope, said)
            return
        text = said.text if len(said.text) <= 40 else said.text[:39] + "…"
        self._line(
            _second(envelope),
            f"{DIM}{speaker_name(said.speaker):>5}  “{text}” {_badges(said)}"
            f"{with_sounds('', said.sounds)}{RESET}",
        )

    def _spoken(self, envelope: Envelope, said: UtteranceData) -> None:
        name, badge = speaker_name(said.speaker), _badges(said)
        text = with_sounds(said.text, said.sounds)
        self._line(_second(envelope), f"{BOLD}{name:>5}{RESET}  {text}  {DIM}{badge}{RESET}")

    def _card(self, envelope: Envelope, card: SuggestionCreated) -> None:
        self.tally.suggestions += 1
        self._created[card.id] = (card.kind, card.text)
        if card.latency_ms is not None:
            self.tally.latencies_ms.append(card.latency_ms)
        if card.text:
            latency = f" +{card.latency_ms:.0f} ms" if card.latency_ms is not None else ""
            head = f"{card.kind} · {card.origin}{latency}"
            self._line(None, f"{YELLOW}    ▸ {card.text}{RESET}  {DIM}{head}{RESET}")

    def _completed(self, envelope: Envelope, done: SuggestionCompleted) -> None:
        kind, instant = self._created.get(done.id, ("", ""))
        text = done.text or self._texts.pop(done.id, "")
        if text == instant:
            return
        first = f" first word +{done.first_token_ms:.0f} ms" if done.first_token_ms is not None else ""
        self._line(None, f"{CYAN}    ▸ {text}{RESET}  {DIM}{kind} · {done.origin}{first}{RESET}")

    def _gap(self, media: Media, gap: TranscriptGap) -> None:
        who, seconds = speaker_name(media.channel), media.end - media.start
        what = "words" if gap.branch is Branch.TRANSCRIBE else "tone"
        self._line(media.start, f"{DIM}{who:>5}  [no {what} for {seconds:.1f} s: {gap.cause}]{RESET}")

    def _line(self, at: float | None, text: str) -> None:
        stamp = clock(at) if at is not None and at < 1e6 else "     "
        line = f"{stamp}  {text}"
        if self._fancy:
            line = CLEAR_LINE + line
        else:
            for code in (DIM, BOLD, CYAN, YELLOW, RED, RESET):
                line = line.replace(code, "")
        self._out.write(line.rstrip() + "\n")
        self._out.flush()


def _safe(value: Any) -> Any:
    """An event whose texts cannot steer a terminal: others chose them."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, tuple):
        return tuple(_safe(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: _safe(getattr(value, part.name)) for part in fields(value)})
    return value


def _second(envelope: Envelope) -> float | None:
    return envelope.media.start if envelope.media else None


def _badges(said: UtteranceData) -> str:
    """What is known of how something was said, voice, words and face apart."""
    beside = (f"[{words}]" for words in (wording(said.language), look(said.face)) if words)
    return " ".join(filter(None, (_badge(said.emotion), *beside)))


def _badge(emotion: EmotionReading) -> str:
    match emotion.status:
        case ReadingStatus.KNOWN:
            if is_energy(emotion):
                return f"[voice energy: {tone(emotion)}]"
            strength = "" if emotion.family is Family.NEUTRAL else f", {emotion.band or emotion.strength}"
            return f"[tone: {emotion.label}{strength}]"
        case ReadingStatus.UNKNOWN:
            return "[tone: unknown]"
        case ReadingStatus.PENDING:
            return "[tone: …]"
        case _:
            return ""
