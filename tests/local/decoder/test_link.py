"""The way to the decode process: shared, restarted, and given up in words."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial

import pytest

from tests.support.local import turn_pcm
from tests.support.until import until
from wingman.local.decoder.link import DecodeLink, DecodeStream
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import Decode, Decoded, Engine, Kind

POCKETSPHINX = Engine("embedded")


class Asked:
    """A stream and everything that came back."""

    def __init__(self, engine: Engine = POCKETSPHINX) -> None:
        self.answers: list[Decoded] = []
        self.served: list[bool] = []
        self.shed = 0
        self.stream = DecodeStream(engine, self.answers.append, self._shed, lambda _: None, self.served.append)

    def _shed(self) -> None:
        self.shed += 1


async def test_what_was_asked_before_the_process_was_there_is_answered() -> None:
    link, asked = DecodeLink(DecoderSettings()), Asked()
    async with asyncio.TaskGroup() as tasks:
        owner = tasks.create_task(link.run())
        async with link.stream(asked.stream):
            asked.stream.ask(Decode(0, 0, Kind.FINAL, 0, turn_pcm()))
            await until(lambda: bool(asked.answers))
        owner.cancel()
    (answer,) = asked.answers
    assert answer.upto == len(turn_pcm()) // 2
    assert len(answer.words) > 8
    assert answer.decode_ms > 0


async def test_two_services_share_one_process() -> None:
    pids, everybody = [], [Asked(), Asked()]
    links = [DecodeLink(DecoderSettings()), DecodeLink(DecoderSettings())]
    async with asyncio.TaskGroup() as tasks:
        owners = [tasks.create_task(link.run()) for link in links]
        async with links[0].stream(everybody[0].stream), links[1].stream(everybody[1].stream):
            for asked in everybody:
                asked.stream.ask(Decode(0, 0, Kind.FINAL, 0, turn_pcm()))
            for asked in everybody:
                await until(partial(bool, asked.answers))
                pids.append(DecoderSettings().pid)
        for owner in owners:
            owner.cancel()
    assert pids[0] is not None
    assert pids[0] == pids[1]
    assert everybody[0].answers[0].words == everybody[1].answers[0].words


async def test_audio_is_sent_once_and_again_to_a_new_process() -> None:
    settings = DecoderSettings(threads=3)  # a process nobody else uses
    link, asked, pcm = DecodeLink(settings), Asked(), turn_pcm()
    half = len(pcm) // 4 * 2
    async with asyncio.TaskGroup() as tasks:
        owner = tasks.create_task(link.run())
        async with link.stream(asked.stream):
            await until(lambda: asked.served == [True])
            asked.stream.ask(Decode(0, 0, Kind.INTERIM, 0, pcm[:half]))
            await until(lambda: bool(asked.answers))
            os.kill(settings.pid or 0, signal.SIGKILL)
            asked.stream.ask(Decode(0, 0, Kind.FINAL, 0, pcm))
            await until(lambda: len(asked.answers) == 2)
        owner.cancel()
    assert asked.served == [True, False, True]
    assert [a.upto for a in asked.answers] == [half // 2, len(pcm) // 2]
    assert len(asked.answers[1].words) > len(asked.answers[0].words)


async def test_a_process_that_cannot_start_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr("wingman.local.decoder.link.PAUSE_S", 0.0)
    link, asked = DecodeLink(DecoderSettings(threads=4)), Asked()  # a process nobody else uses
    async with asyncio.TaskGroup() as tasks:
        owner = tasks.create_task(link.run())
        async with link.stream(asked.stream):
            await asked.stream.failed.wait()
        owner.cancel()
    assert asked.stream.fault is not None
    assert "keeps dying" in str(asked.stream.fault)


async def test_a_process_that_was_given_up_is_tried_again_for_a_later_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wingman.local.decoder.link.PAUSE_S", 0.0)
    settings = DecoderSettings(threads=5)  # nor this one
    link, first, second = DecodeLink(settings), Asked(), Asked()
    async with asyncio.TaskGroup() as tasks:
        owner = tasks.create_task(link.run())
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/bin/false")
            async with link.stream(first.stream):
                await first.stream.failed.wait()
        async with link.stream(second.stream):
            await until(lambda: second.served == [True])
        owner.cancel()
