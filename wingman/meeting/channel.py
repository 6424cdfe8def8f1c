"""One channel of a live meeting: what its source writes into, and the branches that read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wingman.core.emotion import EmotionEvent
from wingman.core.emotion_policy import Policy, measured_channels
from wingman.core.errors import Branch
from wingman.core.events import Publish
from wingman.core.speech import Final, TimedEvent
from wingman.core.time import SAMPLE_RATE, SampleTime
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import FaceAnalyzer, TextAnalyzer, VoiceAnalyzer
from wingman.events.claims import Position
from wingman.meeting.accounting import Accounting
from wingman.meeting.branches import BranchStarter, settle
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.channel_readers import ChannelReaders, Store, store_sound
from wingman.meeting.text_and_faces import TextAndFaces
from wingman.meeting.tone_branch import ToneBranch
from wingman.meeting.transcript_branch import TranscriptBranch
from wingman.stt.base import Transcriber

LATE_BRANCH_S = 2.0
"""What the other branches get when the transcriber has used the whole budget."""
FAST_LAG_S = 20.0
"""How far a reader may be behind a source that is faster than real time, where the tape holds twice as much."""


@dataclass(frozen=True, slots=True)
class BranchBuilders:
    """Makers of one channel's branches; None where a branch is switched off."""

    transcriber: Callable[[], Transcriber | None]
    voice: Callable[[], VoiceAnalyzer | None]
    text: Callable[[], TextAnalyzer | None]
    language: Callable[[], TextAnalyzer | None] = lambda: None
    """For the words beside a voice."""
    faces: Callable[[], FaceAnalyzer] | None = None
    """None where no face can be measured."""
    sound: Store | None = None
    """None where nobody asked for the sound to be stored."""


@dataclass(frozen=True, slots=True)
class ChannelCallbacks:
    """Where a channel's events go."""

    speech: Callable[[TimedEvent], None]
    emotion: Callable[[EmotionEvent], None]
    publish: Publish


class ChannelPipeline:
    """Starts, stops and settles a channel's branches. Its tasks belong to the meeting's group."""

    def __init__(
        self,
        channel_input: ChannelInput,
        providers: BranchBuilders,
        callbacks: ChannelCallbacks,
        tasks: asyncio.TaskGroup,
        accounting: Accounting,
    ) -> None:
        self.input = channel_input
        self._providers = providers
        self._publish = callbacks.publish
        self._tasks = tasks
        self._readers = readers = ChannelReaders(channel_input.tape)
        starter = BranchStarter(channel_input.channel, tasks, accounting)
        self.words = TranscriptBranch(channel_input, readers, starter, providers.transcriber, callbacks.speech)
        self._tone = ToneBranch(channel_input, readers, starter, callbacks.emotion)
        self.beside = TextAndFaces(starter, callbacks.emotion)
        self._storing: asyncio.Task[None] | None = None

    # --- starting and stopping ----------------------------------------------------------------

    def start_storing(self) -> None:
        """Store the channel's sound, where that was asked for; a pause is a hole on the tape."""
        if self._providers.sound is not None:
            storing = store_sound(self._providers.sound, self.input, self._readers, self._publish)
            self._storing = self._tasks.create_task(storing)

    def measure(self, policy: Policy, correlator: Correlator) -> None:
        """Stop the analyzer and start the one `policy` allows, from this very sample on."""
        channel = self.input.channel
        voice = self._providers.voice() if channel in measured_channels(policy) else None
        text = self._providers.text() if policy == "text-only" else None
        correlator.expect_emotion(channel, self._tone.use(voice, text))
        self.beside.use_text(None if text is not None else self._providers.language(), correlator)

    def look(self, faces: bool, correlator: Correlator) -> None:
        """Measure faces from here on, or no more."""
        maker = self._providers.faces if faces else None
        self.beside.use_faces(maker() if maker else None, correlator)

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves."""
        self._tone.hold(held)
        self.beside.hold(held)
        if held:
            self.input.pause()
        else:
            self.input.resume()

    def retry(self, branch: Branch) -> bool:
        """Try a branch that has given up again now. False when it has not, or there is none."""
        if branch in (Branch.LANGUAGE, Branch.FACE):
            return self.beside.retry(branch)
        return self.words.retry() if branch is Branch.TRANSCRIBE else self._tone.retry()

    async def heard_out(self) -> None:
        """No more sound comes: wait for the transcriber for as long as it takes, or until it gives up."""
        self.input.tape.close()
        self.words.last_call()
        await self.words.heard_out()

    def renew(self) -> None:
        """Settings have changed: branches that gave up are made anew, and tried again now."""
        self.words.renew()
        self._tone.renew(self._providers.voice)

    async def finish(self, deadline: float, *, told: bool = True) -> None:
        """No more audio comes: every branch answers for what it has, until `deadline` on the loop's clock.

        Words first: an analyzer of words needs them. What nobody has answered for then is told as a gap, if
        `told`.
        """
        self.input.tape.close()
        self.words.last_call()
        self._tone.last_call()
        await self.words.settle(deadline)
        if told:
            self.words.tell_rest()
        self._tone.close()
        self.beside.close()
        deadline = max(deadline, asyncio.get_running_loop().time() + LATE_BRANCH_S)
        await self._tone.settle(deadline)
        for task in self.beside.tasks:
            await settle(task, deadline)
        if self._storing is not None:
            await settle(self._storing, deadline)

    # --- what is asked of it ------------------------------------------------------------------

    @property
    def emotion(self) -> str:
        """Who measures how things are said here now; empty when nobody does."""
        return self._tone.provider

    @property
    def pays_for_emotion(self) -> bool:
        """A remote analyzer is listening."""
        return self._tone.pays or self.beside.pays

    @property
    def lag(self) -> int:
        """Samples by which the slowest reader is behind that still gets on."""
        return self._readers.lag(but=self._tone.stuck)

    @property
    def answered(self) -> SampleTime:
        """Media time up to which every branch has certainly answered."""
        both = (self.words.answered, self._tone.answered)
        return min((at for at in both if at is not None), default=self.input.position)

    def place(self, wall: float, open_since: SampleTime | None) -> Position:
        """How far it has come at this wall time; words that are not told yet begin at `open_since`."""
        return Position(self.input.position, self.words.settled(open_since), wall - self.input.quiet_s)

    def settled(self, final: Final) -> None:
        """Let the words that are settled be measured."""
        self.beside.hear(final)
        self._tone.hear(final)


async def room(
    channels: Iterable[ChannelPipeline], tape_s: float, held: Callable[[], bool] = lambda: False
) -> None:
    """Wait as long as `held()`, or a reader is further behind than a tape can bear."""
    limit = min(FAST_LAG_S, tape_s / 2) * SAMPLE_RATE
    # readers move on several tasks; there is no one event to wait for
    while held() or any(channel.lag > limit for channel in channels):  # noqa: ASYNC110 - it is looked now and then
        await asyncio.sleep(0.02)
