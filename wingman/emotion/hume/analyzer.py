"""Voice emotion by Hume's realtime expression API (the current generation, one WebSocket per channel).

Plain `websockets` carries the session, not the vendor's package: that one pulls in pydantic and a second
HTTP stack for seven message types, wraps the deprecated client of the same library, and hides exactly
what a link without wrong times needs: pings, the write buffer, close codes and who reconnects when. The
vendor's unmodified client judges the emulator instead.

The API refuses audio faster than real time, so nothing is ever replayed: after a drop the meter goes on
at the live edge and reports the unheard stretch as `Missed`. Rotation is gapless: the next session is
opened while the old one still listens, and the switch falls on a frame boundary. A session's configuration is
locked by its first frame, so other settings (`HumeAnalyzer.apply`) are a rotation as well.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from wingman.audio.tape import Cursor
from wingman.config.emotion import HumeSettings
from wingman.core.emotion import EmotionInfo, Scale
from wingman.core.errors import Branch, FaultKind, Missed, ProviderFault
from wingman.core.media import GapCause
from wingman.core.time import Channel, Span, samples_of_ms
from wingman.emotion.base import Emit
from wingman.emotion.hume.backlog import Backlog, Watermark
from wingman.emotion.hume.feeding import FeedRules, Step
from wingman.emotion.hume.ledger import PROVIDER, Heard, SessionLedger
from wingman.emotion.hume.session import UNANSWERED, HumeSession, SessionCallbacks, check, open_session
from wingman.link.backoff import Complaints
from wingman.link.supervisor import Identity, Outcome, Supervisor

log = structlog.get_logger(__name__)

ROTATION_RETRY_S = 30.0
"""How long to wait after a successor could not be opened; the old session serves on meanwhile."""


MAX_PATIENCE_FACTOR = 16


class HumeAnalyzer:
    """A `VoiceAnalyzer` on Hume's realtime API. One instance serves one channel of one meeting."""

    def __init__(self, settings: HumeSettings) -> None:
        self._settings = settings
        self._run: _Run | None = None

    @property
    def info(self) -> EmotionInfo:
        settings = self._settings
        return EmotionInfo(
            PROVIDER,
            remote=True,
            scale=Scale.PROBABILITY,
            floor=settings.floor,
            moderate=settings.moderate,
            strong=settings.strong,
        )

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Measure `audio` until it is exhausted; see `VoiceAnalyzer.run`."""
        supervisor = Supervisor(Identity(Branch.EMOTION, PROVIDER, channel), emit, self._settings.retry)
        self._run = run = _Run(self._settings, channel, audio, emit, supervisor)
        try:
            if not await supervisor.run(run.connection):
                run.give_up()
        finally:
            self._run = None

    def apply(self, settings: HumeSettings) -> None:
        """Use other settings from the next pause in speech on (`retry` from the next `run` on): no time moves.

        Raises `InputError` and changes nothing when the API would refuse one.
        """
        check(settings)
        self._settings = settings
        if self._run is not None:
            self._run.apply(settings)


class _Run:
    """The state of one `HumeAnalyzer.run`."""

    def __init__(
        self, settings: HumeSettings, channel: Channel, audio: Cursor, emit: Emit, supervisor: Supervisor
    ) -> None:
        self.settings = settings
        self._channel = channel
        self._emit = emit
        self._supervisor = supervisor
        self.backlog = Backlog(audio, settings, self._missed)
        self._watermark = Watermark(channel, emit)
        self._patience_factor = 1  # grows while sound draws no answer on session after session: it may be music
        self.burst = samples_of_ms(settings.burst_ms)  # how much haste this server has not refused yet
        self._rested = True  # the next session follows silence, not an outage
        self._relay: _Relay | None = None
        self._complaints = Complaints()

    def apply(self, settings: HumeSettings) -> None:
        """The next session has these settings, and it is due now."""
        self.settings = settings
        if self._relay is not None:
            self._relay.renew()

    async def connection(self) -> Outcome:
        """One session and its successors by rotation, until audio ends or rests, or something breaks."""
        if not await self.backlog.wait():
            return Outcome.DONE
        failed: ProviderFault | None = None
        outcome = Outcome.AGAIN
        async with asyncio.TaskGroup() as group:
            self._relay = relay = _Relay(self, group)
            try:
                await relay.begin()
                self._supervisor.opened()
                self.backlog.skip_to_live(GapCause.LIVE_EDGE if self._rested else GapCause.OUTAGE)
                outcome = await _Feed(self, relay, self.backlog).run()
            except ProviderFault as fault:
                failed = fault
            finally:
                self._relay = None
                relay.cut()
                await relay.drop_successor()
        self._rested = failed is None
        if failed is not None:
            if failed.code == UNANSWERED:
                self._patience_factor = min(2 * self._patience_factor, MAX_PATIENCE_FACTOR)
            elif failed.kind is FaultKind.PROTOCOL:  # each session has a price
                wait = self._complaints.heard(failed.code, asyncio.get_running_loop().time())
                failed.retry_after = max(wait, failed.retry_after or 0.0)
            raise failed
        return outcome

    def give_up(self) -> None:
        """Nothing more will be measured: what was recorded and not heard is missed."""
        self.backlog.skip_all(GapCause.OUTAGE)

    async def open(self) -> HumeSession:
        """A new session for the audio that comes next. Raises `ProviderFault`."""
        ledger = SessionLedger(self._channel, self.backlog.position)
        settings = self.settings
        patience = settings.measurement_timer_ms + settings.stall_timeout_s * 1000
        duty = SessionCallbacks(self._heard, samples_of_ms(patience * self._patience_factor))
        return await open_session(settings, ledger, duty)

    async def attend(self, session: HumeSession) -> None:
        """Listen to a session until it is over, then settle its account."""
        self._watermark.add(session.ledger)
        await session.run()
        if session.hasty:
            self.burst = 0
        for span in session.ledger.abandon():
            self._missed(span, GapCause.PROVIDER)
        if (refused := session.take_refused()) is not None:  # nobody can send it again on this session
            self._missed(refused.span, GapCause.PROVIDER)
        self._watermark.remove(session.ledger)

    def _heard(self, said: list[Heard]) -> None:
        for event in said:
            self._patience_factor = 1
            self._emit(event)
        if self._watermark.report() or said:
            self._supervisor.useful()

    def _missed(self, span: Span, cause: GapCause) -> None:
        self._emit(Missed(Branch.EMOTION, self._channel, span, cause))


class _Feed:
    """Audio from the tape into the session: a frame leaves in the very call that wrote its last sample.

    The API refuses audio faster than real time, so what piled up while the session was opened cannot simply be
    made up. A new session takes a short burst; what is behind that waits its turn by a timer, until a pause in
    speech gives frames away that hold nothing.
    """

    def __init__(self, run: _Run, relay: _Relay, backlog: Backlog) -> None:
        self._run = run
        self._relay = relay
        self._backlog = backlog
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._rules = FeedRules(now, samples_of_ms(run.settings.frame_ms) + run.burst)
        self._last = now
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._moving = False

    async def run(self) -> Outcome:
        """Returns when audio ends or rests, or the session is over. Raises `ProviderFault`."""
        self._backlog.on_change(self._move)
        try:
            while await self._more():
                self._relay.rotate(self._loop.time())
        finally:
            self._backlog.on_change(None)
            if self._timer is not None:
                self._timer.cancel()
        if self._relay.session.over.is_set():
            return self._relay.ended()
        ended = self._backlog.exhausted
        await self._relay.finish()
        return Outcome.DONE if ended else Outcome.AGAIN

    async def _more(self) -> bool:
        """Wait until the relay has something to do; False when the session is over, or audio ended or rests."""
        self._wake.clear()
        self._move()
        rest_after = self._run.settings.idle_close_s
        while not self._wake.is_set():
            if (left := self._last + rest_after - self._loop.time()) <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()
        return not (self._relay.session.over.is_set() or self._backlog.exhausted)

    # Plain calls, from the tape's callback or a timer.

    def _move(self) -> None:
        """Send what may be sent. Never raises, never waits."""
        if self._moving:  # skipping audio moves the cursor, and that calls here
            return
        self._moving = True
        try:
            self._send_due(self._loop.time())
        finally:
            self._moving = False

    def _send_due(self, now: float) -> None:
        session = self._relay.session
        while not session.over.is_set():
            if (refused := session.take_refused()) is not None:
                self._backlog.put_back(refused)
            if (block := self._backlog.next()) is None:
                break
            self._last = now
            if self._backlog.skip_to_live(GapCause.LIVE_EDGE) or self._backlog.withhold():
                continue
            verdict = self._rules.next(block, now, speaking=session.ledger.speaking)
            if verdict.step is Step.WAIT:
                self._later(verdict.wait_s)
                return
            if verdict.step is Step.SEND:
                session.send(block, verdict.loud)
            self._backlog.drop()
        if session.over.is_set() or self._backlog.exhausted or self._relay.due(now):
            self._wake.set()

    def _later(self, wait: float) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(wait, self._resume)

    def _resume(self) -> None:
        self._timer = None
        self._move()


class _Relay:
    """The session that is being sent to, and the change to its successor when it grows old."""

    def __init__(self, run: _Run, group: asyncio.TaskGroup) -> None:
        self._run = run
        self._group = group
        self._successor: asyncio.Task[HumeSession | None] | None = None
        self._due = 0.0
        self._session: HumeSession | None = None

    @property
    def session(self) -> HumeSession:
        """The session that is being sent to; there is one from `begin` on."""
        if self._session is None:
            raise RuntimeError("no session was begun")
        return self._session

    async def begin(self) -> None:
        """Open the first session. Raises `ProviderFault`."""
        self._take_over(await self._run.open())

    def ended(self) -> Outcome:
        """How the session ended by itself: raises its fault, or says that a new one may be opened."""
        if self.session.fault is not None:
            raise self.session.fault
        return Outcome.AGAIN

    async def finish(self) -> None:
        """End the session in order. A failure here loses nothing that was not reported as missed."""
        await self.session.finish()

    def due(self, now: float) -> bool:
        """Whether `rotate` has something to do."""
        if now < self._due:
            return False
        if self._successor is not None:
            return self._successor.done()
        return not self.session.ledger.speaking or now >= self._due + self._run.settings.rotate_grace_s

    def rotate(self, now: float) -> None:
        """Open a successor once the session is old and speech pauses; change over when it is ready."""
        if not self.due(now):
            return
        if self._successor is None:
            self._successor = self._group.create_task(self._open_successor(), name="hume-successor")
            return
        successor, self._successor = self._successor.result(), None
        if successor is None:
            self._due = now + ROTATION_RETRY_S
            return
        if successor.settings is not self._run.settings:  # they changed while it was opened
            self._group.create_task(successor.discard(), name="hume-discard")
            return
        self._group.create_task(self.session.finish(), name="hume-farewell")
        self._take_over(successor)

    def renew(self) -> None:
        """A successor is due now."""
        self._due = min(self._due, asyncio.get_running_loop().time())

    def cut(self) -> None:
        """Leave no socket behind, even when cancelling came before anybody listened. Idempotent."""
        if self._session is not None:
            self._session.cut()

    async def drop_successor(self) -> None:
        """Nobody needs the successor any more: leave no socket behind."""
        if self._successor is None:
            return
        self._successor.cancel()
        await asyncio.wait([self._successor])
        if not self._successor.cancelled() and (unused := self._successor.result()) is not None:
            await unused.discard()

    def _take_over(self, session: HumeSession) -> None:
        self._session = session
        self._run.backlog.apply(session.settings)
        current = session.settings is self._run.settings
        self._due = asyncio.get_running_loop().time() + (self._run.settings.rotate_after_s if current else 0.0)
        self._group.create_task(self._run.attend(session), name="hume-session")

    async def _open_successor(self) -> HumeSession | None:
        try:
            return await self._run.open()
        except ProviderFault as fault:
            log.warning("hume.rotation_failed", kind=fault.kind, code=fault.code, detail=str(fault))
            return None
