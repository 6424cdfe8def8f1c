"""What is measured of a channel beside the voice: the words themselves, and faces. Each behind its own wall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Branch, InputError, Progress, ProviderState
from wingman.core.speech import Final
from wingman.core.time import SampleTime
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import FaceAnalyzer, TextAnalyzer
from wingman.emotion.faces.pictures import Picture
from wingman.meeting.branches import BranchStarter, RunningBranch


class TextAndFaces:
    """Starts, stops and settles these branches for one channel. Its tasks belong to the meeting's group."""

    def __init__(self, starter: BranchStarter, emit: Callable[[EmotionEvent], None]) -> None:
        self._starter = starter
        self._channel = starter.channel
        self._emit = emit
        self._text: TextAnalyzer | None = None
        self._faces: FaceAnalyzer | None = None
        self._running: dict[Branch, RunningBranch] = {}

    @property
    def pays(self) -> bool:
        """A remote provider is asked."""
        return any(one is not None and one.info.remote for one in (self._text, self._faces))

    def use_text(self, analyzer: TextAnalyzer | None, correlator: Correlator) -> None:
        """Measure words with this one from here on; None: with nobody."""
        self._stop(Branch.LANGUAGE)
        self._text = analyzer
        correlator.expect_emotion(self._channel, analyzer.info if analyzer else None, Branch.LANGUAGE)
        if analyzer is not None:
            attempt = partial(analyzer.run, self._channel, partial(self._on_event, Branch.LANGUAGE))
            self._running[Branch.LANGUAGE] = self._starter.start(
                Branch.LANGUAGE, analyzer.info.name, attempt, self._emit
            )

    def use_faces(self, analyzer: FaceAnalyzer | None, correlator: Correlator) -> None:
        """Measure pictures with this one from here on; None: with nobody, at once."""
        self._stop(Branch.FACE)
        self._faces = analyzer
        correlator.expect_emotion(self._channel, analyzer.info if analyzer else None, Branch.FACE)
        if analyzer is not None:
            attempt = partial(analyzer.run, self._channel, partial(self._on_event, Branch.FACE))
            self._running[Branch.FACE] = self._starter.start(
                Branch.FACE, analyzer.info.name, attempt, self._emit
            )

    def hear(self, final: Final) -> None:
        """Settled words; a remote analyzer gets none while the meeting is paused."""
        if self._text is None:
            return
        text = " ".join(word.text for word in final.words)
        name, remote = self._text.info.name, self._text.info.remote
        if not remote or self._starter.accounting.words(name, text):
            self._text.hear(final)

    def show(self, picture: Picture) -> bool:
        """A picture of this channel. Whether it will be measured; raises `InputError` when faces are off."""
        if self._faces is None:
            raise InputError(
                f"faces of channel `{self._channel}` are not measured; set `faces`, with its acknowledgement",
                field="faces",
                status=409,
            )
        return self._faces.show(picture)

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves."""
        for analyzer in (self._text, self._faces):
            if analyzer is not None:
                analyzer.hold(held)

    def advance(self, now: SampleTime) -> None:
        """The channel has come to `now`: say up to where faces are told."""
        if self._faces is not None:
            self._emit(Progress(Branch.FACE, self._channel, self._faces.advance(now)))

    def retry(self, branch: Branch) -> bool:
        """Try a branch that has given up again now. False when it has not, or there is none."""
        running = self._running.get(branch)
        return running is not None and running.runner.retry()

    def close(self) -> None:
        """No more words and pictures will come."""
        for running in self._running.values():
            running.runner.last_call()
        for analyzer in (self._text, self._faces):
            if analyzer is not None:
                analyzer.close()

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What still runs; to be waited for after `close`."""
        return [running.task for running in self._running.values()]

    def _stop(self, branch: Branch) -> None:
        if (running := self._running.pop(branch, None)) is not None:
            running.task.cancel()

    def _on_event(self, branch: Branch, event: EmotionEvent) -> None:
        if (running := self._running.get(branch)) is not None:
            if isinstance(event, EmotionSpan):
                running.runner.worked()
            elif isinstance(event, ProviderState):
                running.runner.observe(event)
        self._emit(event)
