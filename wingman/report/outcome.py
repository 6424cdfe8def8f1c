"""Whether a recording became a transcript: what a job's exit status is made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from wingman.core.errors import Branch, Health
from wingman.core.events import (
    CaptureLoss,
    CaptureState,
    Envelope,
    MeetingEnded,
    ProviderStateChanged,
    TranscriptGap,
    UtteranceCreated,
)
from wingman.core.losses import LossCause
from wingman.core.media import SOUNDLESS, GapCause

NOT_UNDERSTOOD = "what was heard in it could not be understood; is it in another language?"
FEW_PACKETS = 20
"""Undecodable packets up to this are junk at a file's edge, some half a second at most."""
WORTH_TELLING_S = 0.5
"""Less that was not heard is no word."""


class Status(IntEnum):
    """The exit status of a job; the worst of several counts."""

    WHOLE = 0
    """Everything the recording holds was heard."""
    FAILED = 1
    """The job failed, or nothing was heard."""
    INCOMPLETE = 3
    """Words came out, and a stretch was not transcribed, or the file is damaged or ends early."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a recording."""

    status: Status
    sentence: str = ""
    """What is missing and why; empty when nothing is."""
    utterances: int = 0


class OutcomeFold:
    """Feed it a meeting's events, oldest first."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._utterances = 0
        self._missed: dict[str, float] = {}
        self._down = self._gone = self._silent = ""
        self._cut = False
        self._failed = self._unclear = False

    def add(self, envelope: Envelope) -> None:
        match envelope.data:
            case UtteranceCreated():
                self._utterances += 1
            case TranscriptGap(branch=Branch.TRANSCRIBE, cause=GapCause.UNCLEAR):
                self._unclear = True  # it was heard, and no second run would hear more
            case TranscriptGap(branch=Branch.TRANSCRIBE, cause=cause) if cause not in SOUNDLESS:
                length = envelope.media.end - envelope.media.start if envelope.media else 0.0
                self._missed[cause] = self._missed.get(cause, 0.0) + length
            case ProviderStateChanged(branch=Branch.TRANSCRIBE, health=Health.DOWN, detail=detail):
                self._down = detail or "the transcriber gave up"
            case CaptureState(state="gone", detail=detail):
                self._gone = detail or "the recording could not be read"
            case CaptureLoss(cause=LossCause.SILENT | LossCause.QUIET, detail=detail):
                self._silent = detail
            case CaptureLoss(cause=LossCause.CUT_OFF):
                self._cut = True
            case CaptureLoss(cause=LossCause.UNDECODABLE, amount=amount) if amount > FEW_PACKETS:
                self._cut = True
            case MeetingEnded(reason="failed"):
                self._failed = True
            case _:
                pass

    def outcome(self) -> Outcome:
        missed = sum(self._missed.values())
        problem = self._gone or self._down or ("the meeting failed; see the log" if self._failed else "")
        if self._utterances and not self._failed and not self._gone:
            if missed < WORTH_TELLING_S:
                if not self._cut:
                    return Outcome(Status.WHOLE, "", self._utterances)
                sentence = f"the transcript of {self._title} is not whole: the file is damaged or ends early"
                return Outcome(Status.INCOMPLETE, sentence, self._utterances)
            causes = ", ".join(cause.replace("_", " ") for cause in sorted(self._missed))
            sentence = f"{missed:.1f} s of {self._title} were not transcribed ({causes})"
            return Outcome(Status.INCOMPLETE, f"{sentence}{self._because()}", self._utterances)
        if not self._utterances:
            nobody = NOT_UNDERSTOOD if self._unclear else "nobody was heard to speak in it"
            why = problem or self._silent or nobody
            return Outcome(Status.FAILED, f"no words came out of {self._title}: {why}")
        return Outcome(Status.FAILED, f"{self._title} was not finished: {problem}", self._utterances)

    def _because(self) -> str:
        return f": {self._down}" if self._down else ""


def outcome(title: str, events: Iterable[Envelope]) -> Outcome:
    """The outcome of a meeting's events, oldest first."""
    fold = OutcomeFold(title)
    for envelope in events:
        fold.add(envelope)
    return fold.outcome()
