"""Numbers about a conversation: who talked, how fast, who cut in, and how the other side sounded. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.expression_words import is_energy
from wingman.core.time import Channel
from wingman.core.utterance import Family, ReadingStatus
from wingman.report.record import Record, Said
from wingman.suggest.playbook.signals import is_question

CUT_IN_SECONDS = 0.5
"""Talking over somebody for less than this is a backchannel or a clumsy hand-over, not an interruption."""

CUT_IN_WORDS = 3
"""An interruption says something: "yes" and "uh huh" do not interrupt."""

LEVELS = {
    Family.POSITIVE: 2,
    Family.ENGAGED: 1,
    Family.NEUTRAL: 0,
    Family.LOW_ENERGY: -1,
    Family.DOUBTFUL: -1,
    Family.NEGATIVE: -2,
}
"""Height of a family in the arc. Families are comparable across providers; scores are not."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What one speaker contributed."""

    speaker: str
    channel: Channel
    seconds: float
    share: float
    """Of all talk time, 0 to 1."""
    words: int
    words_per_minute: float
    """Of their own talk time; 0 when they hardly spoke."""
    questions: int
    interruptions: int
    """How often they cut in on somebody."""
    longest: float
    """Seconds of their longest uninterrupted turn."""
    name: str = ""
    """What the user calls them; empty when they gave no name."""


@dataclass(frozen=True, slots=True)
class ArcPoint:
    """How the counterpart sounded in one utterance."""

    at: float
    """Seconds of media time of its middle."""
    level: int
    """-2 (negative) to 2 (positive)."""
    family: Family
    label: str
    strength: str
    utterance: str
    energy: bool = False
    """True for a reading of a voice's energy: `level` is then 1 (louder), 0 or -1 (calmer), and no verdict."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything counted about one meeting."""

    talk: tuple[Talk, ...]
    """Most talkative first."""
    user_share: float
    """The user's (microphone's) share of talk time; 0 when there was no microphone."""
    arc: tuple[ArcPoint, ...]
    arc_coverage: float
    """Share of the counterpart's utterances whose tone is known."""
    shown: int
    """Suggestions that reached the screen."""
    used: int
    """Of those, used, copied or pinned."""
    latency_ms: float | None
    """Median time from trigger to the first text on screen."""
    wait_s: float | None = None
    """What a person waited: median time from the end of a sentence to its card; None when no sentence had
    one."""
    longest_wait_s: float | None = None


def figures(record: Record) -> Figures:
    """Count a meeting."""
    by_speaker: dict[tuple[Channel, str], list[Said]] = {}
    for said in record.said:
        by_speaker.setdefault((said.channel, said.speaker), []).append(said)
    total = sum(said.seconds for said in record.said)
    cut_ins = interruptions(record.said)
    talk = [_talk(key[1], said, total, cut_ins) for key, said in by_speaker.items()]
    talk.sort(key=lambda t: (-t.seconds, t.speaker))
    theirs = [said for said in record.said if said.channel is Channel.TAB]
    arc = tuple(point for said in theirs if (point := _arc_point(said)))
    shown = [card for card in record.cards if card.text]
    waits = sorted(card.wait_s for card in shown if card.wait_s is not None)
    latencies = sorted(c.latency_ms for c in shown if c.latency_ms is not None)
    return Figures(
        talk=tuple(talk),
        user_share=sum(t.share for t in talk if t.channel is Channel.MIC),
        arc=arc,
        arc_coverage=len(arc) / len(theirs) if theirs else 0.0,
        shown=len(shown),
        used=sum(card.helped for card in shown),
        latency_ms=latencies[len(latencies) // 2] if latencies else None,
        wait_s=waits[len(waits) // 2] if waits else None,
        longest_wait_s=waits[-1] if waits else None,
    )


def interruptions(said: tuple[Said, ...]) -> list[Said]:
    """The utterances that cut in on somebody else's: they begin well inside it and outlast it."""
    found = []
    for index, turn in enumerate(said):
        if turn.words < CUT_IN_WORDS:
            continue
        for other in said[max(0, index - 12) : index]:
            somebody_else = (other.channel, other.speaker) != (turn.channel, turn.speaker)
            inside = other.start + CUT_IN_SECONDS <= turn.start <= other.end - CUT_IN_SECONDS
            if somebody_else and inside and turn.end > other.end:
                found.append(turn)
                break
    return found


def _talk(speaker: str, said: list[Said], total: float, cut_ins: list[Said]) -> Talk:
    seconds = sum(turn.seconds for turn in said)
    words = sum(turn.words for turn in said)
    return Talk(
        speaker=speaker,
        channel=said[0].channel,
        seconds=seconds,
        share=seconds / total if total else 0.0,
        words=words,
        words_per_minute=words / seconds * 60 if seconds >= 1.0 else 0.0,
        questions=sum(is_question(turn.text) for turn in said),
        interruptions=sum(turn in cut_ins for turn in said),
        longest=max(turn.seconds for turn in said),
        name=said[0].name,
    )


def _arc_point(said: Said) -> ArcPoint | None:
    reading = said.emotion
    level = LEVELS.get(reading.family)
    if reading.status is not ReadingStatus.KNOWN or level is None:
        return None
    middle = (said.start + said.end) / 2
    return ArcPoint(middle, level, reading.family, reading.label, reading.strength, said.id, is_energy(reading))
