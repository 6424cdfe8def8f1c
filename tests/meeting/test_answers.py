"""A question to a stored meeting goes to the model that is in use, and stands in that meeting's ledger."""

from __future__ import annotations

import time
from typing import Any

from tests.report.test_summary import Model
from wingman.app import Service, open_service
from wingman.archive.egress_ledger import account
from wingman.config.settings import build
from wingman.core.events import Media, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.meeting.api import MeetingSpec
from wingman.report.answer import Answer
from wingman.report.record import Record, read, read_all
from wingman.testing.gemini.server import GeminiEmulator


def tree(**suggest: Any) -> dict[str, Any]:
    return {"transcribe": {"provider": "off"}, "suggest": {"meaning": "off", **suggest}}


async def asked(running: Service) -> tuple[Answer, Record]:
    """A meeting of one sentence, over, and what it says."""
    meeting = await running.manager.create(MeetingSpec())
    said = UtteranceCreated("u-1", "tab", "The pilot starts in March.", 0.9, 0, EMOTION_OFF)
    running.log.append(meeting.id, said, Media(Channel.TAB, 1.0, 2.0), at=time.time())
    await meeting.end("stopped")
    await running.log.flush()
    record = await read(running.log, meeting.id)
    return await running.manager.answer(record, "When does the pilot start?"), record


async def sent(running: Service, record: Record) -> int:
    """Bytes of text that the meeting's ledger says the model was sent."""
    await running.log.flush()
    totals = account(await read_all(running.log, record.id)).totals
    return sum(total.bytes for total in totals if (total.to, total.kind) == ("gemini", "text"))


async def test_the_model_in_use_answers_with_the_line() -> None:
    settings = build(tree(provider="cues"))
    async with open_service(settings, keep=False) as running:
        alone, _ = await asked(running)
        assert (alone.by, [line.utterance for line in alone.cited]) == ("", ["u-1"])
        running.manager.use(settings, Model("In March [1]."))
        told, _ = await asked(running)
        assert (told.text, told.by) == ("In March (00:01).", "gemini")


async def test_what_a_question_sends_stands_in_the_ledger() -> None:
    async with GeminiEmulator(key="local-key") as gemini:
        settings = build(tree(provider="gemini", gemini={"api_key": "local-key", "url": gemini.url}))
        async with open_service(settings, keep=False) as running:
            _, record = await asked(running)
            before = await sent(running, record)
            await running.manager.answer(record, "Who said so?")
            assert await sent(running, record) > before
