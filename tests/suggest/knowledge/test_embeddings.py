"""Notes found by meaning, against a real server that hashes words; whatever it does, words still work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.llm.gemini.test_client import gemini
from tests.suggest.models import QUICK
from tests.suggest.support import Published, running, said
from tests.suggest.test_coach import BARE, coach
from tests.support.until import until
from wingman.app import open_service
from wingman.config.section import Secret
from wingman.config.settings import build
from wingman.config.suggest import EmbeddingSettings
from wingman.core.addresses import is_remote
from wingman.core.errors import InputError
from wingman.core.events import SuggestionCompleted
from wingman.suggest.coach import CoachParts
from wingman.suggest.knowledge import embeddings
from wingman.suggest.knowledge.embeddings import BATCH, EmbeddingIndex
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.suggest.knowledge.index import Knowledge, Snippet
from wingman.testing.gemini.server import INSTANT, GeminiEmulator
from wingman.testing.openai.server import ChatEmulator, ChatFault

SYNONYMS = {"refund": "money", "reimburse": "money", "purchase": "order", "cancelled": "withdraw"}
NOTES = """\
# Refund
Refund purchase within thirty days.

# Security
All data is stored in Frankfurt and encrypted at rest.

# Onboarding
A specialist moves the data of one office in two days.
"""
ENCRYPTED = "is the data encrypted at rest"
OTHER_WORDS = "would they reimburse an order"
"""Shares no word with the note it is about."""
PATIENT_S = 20.0


@asynccontextmanager
async def indexed(
    emulator: ChatEmulator, folder: Path, *, until_ready: bool = True, **settings: Any
) -> AsyncIterator[Knowledge]:
    """A folder whose meaning is read from the emulator beside us."""
    fields: dict[str, Any] = {"url": emulator.url, "model": "embedder", "at_least": 0.4} | settings
    known = EmbeddingIndex(HttpEncoder(EmbeddingSettings(**fields)), fields["at_least"])
    with Knowledge(folder, known) as knowledge:
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(knowledge.run())
            try:
                if until_ready:
                    await ready(known)
                yield knowledge
            finally:
                reader.cancel()


async def told_by_words(notes: Path, text: str) -> tuple[Snippet, ...]:
    """What a model is told where there is no encoder."""
    with Knowledge(notes) as alone:
        return await alone.settled(text, alone.search(text))


async def ready(known: EmbeddingIndex) -> None:
    async with asyncio.timeout(PATIENT_S):
        await until(lambda: known.ready)


async def asked(emulator: ChatEmulator, count: int) -> None:
    async with asyncio.timeout(PATIENT_S):
        await until(lambda: len(emulator.requests) >= count)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "faq.md").write_text(NOTES)
    return tmp_path


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what must be found, however loaded the machine is."""
    monkeypatch.setattr("wingman.suggest.knowledge.index.MEANING_S", PATIENT_S)


@pytest.mark.usefixtures("patient")
async def test_a_note_is_found_although_it_shares_no_word(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator, indexed(emulator, notes) as knowledge:
        found = knowledge.search(OTHER_WORDS)
        assert found == ()  # nothing waits for the server
        found = await knowledge.settled(OTHER_WORDS, found)
        assert found == (("faq.md › Refund", "Refund purchase within thirty days."),)
        assert knowledge.search(OTHER_WORDS) == found  # now it is known


@pytest.mark.usefixtures("patient")
async def test_what_words_and_meaning_both_find_comes_first(tmp_path: Path) -> None:
    for name, text in (
        ("a.txt", "The enterprise plan has single sign-on, audit and export."),
        ("b.txt", "Reimburse: the enterprise plan gives money back on each order."),
    ):
        (tmp_path / name).write_text(text)
    question = "does the enterprise plan refund a purchase"
    async with (
        ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator,
        indexed(emulator, tmp_path) as knowledge,
    ):
        by_words = knowledge.search(question)
        best, *others = await knowledge.settled(question, by_words)
    assert best[0] == "b.txt"
    assert {best[0], *(source for source, _ in others)} == {"a.txt", "b.txt"}


@pytest.mark.usefixtures("patient")
async def test_small_talk_asks_nobody(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT) as emulator, indexed(emulator, notes) as knowledge:
        count = len(emulator.requests)
        assert await knowledge.settled("yes okay thank you", ()) == ()
        assert len(emulator.requests) == count
        weather = "the weather is nice in Lisbon"
        await knowledge.settled(weather, ())
        assert knowledge.search(weather) == (), (
            "a model may be told of notes that hardly fit, a card quotes none"
        )


async def test_a_slow_server_changes_nothing(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.suggest.knowledge.index.MEANING_S", 0.02)
    async with ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator, indexed(emulator, notes) as knowledge:
        emulator.play(ChatFault.STALL)
        by_words = knowledge.search(ENCRYPTED)
        assert [source for source, _ in by_words] == ["faq.md › Security"]
        assert await knowledge.settled(ENCRYPTED, by_words) == await told_by_words(notes, ENCRYPTED)


async def test_words_work_before_the_notes_have_been_read(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT) as emulator:
        emulator.play(ChatFault.STALL)
        async with indexed(emulator, notes, until_ready=False) as knowledge:
            await asked(emulator, 1)
            by_words = knowledge.search(ENCRYPTED)
            assert by_words
            assert await knowledge.settled(ENCRYPTED, by_words) == await told_by_words(notes, ENCRYPTED)
            assert len(emulator.requests) == 1


async def test_an_encoder_that_stands_still_is_waited_for_once(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "STUCK_S", 0.01)
    async with ChatEmulator(pace=INSTANT) as emulator:
        emulator.play(ChatFault.STALL)
        async with indexed(emulator, notes, until_ready=False) as knowledge:
            assert await knowledge.ready() is False
            assert knowledge.search(ENCRYPTED)


async def test_notes_are_read_in_small_batches(tmp_path: Path) -> None:
    (tmp_path / "many.md").write_text("\n\n".join(f"# Part {n}\nAbout {n}." for n in range(2 * BATCH + 6)))
    async with (
        ChatEmulator(pace=INSTANT) as emulator,
        indexed(emulator, tmp_path, api_key=Secret("sk")) as knowledge,
    ):
        sizes = [len(json.loads(request.body)["input"]) for request in emulator.requests]
        assert sizes == [BATCH, BATCH, 6]
        assert await knowledge.ready() is True
        assert {request.headers["authorization"] for request in emulator.requests} == {"Bearer sk"}


@pytest.mark.parametrize("fault", [ChatFault.OVERLOADED, ChatFault.EMPTY, ChatFault.CUT_JSON])
async def test_reading_goes_on_where_a_failure_stopped_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: ChatFault
) -> None:
    monkeypatch.setattr(embeddings, "REST_S", 0.01)
    (tmp_path / "many.md").write_text("\n\n".join(f"# Part {n}\nAbout {n}." for n in range(BATCH + 2)))
    async with ChatEmulator(pace=INSTANT) as emulator:
        emulator.play(None, fault)
        async with indexed(emulator, tmp_path):
            sizes = [len(json.loads(request.body)["input"]) for request in emulator.requests]
            assert sizes == [BATCH, 2, 2]


@pytest.mark.usefixtures("patient")
async def test_after_a_failed_question_words_stand_alone_for_a_while(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator, indexed(emulator, notes) as knowledge:
        emulator.play(ChatFault.OVERLOADED)
        assert await knowledge.settled(OTHER_WORDS, ()) == ()
        count = len(emulator.requests)
        assert await knowledge.settled("can i get a reimburse on my order", ()) == ()
        assert len(emulator.requests) == count


@pytest.mark.usefixtures("patient")
async def test_personal_data_does_not_leave_with_a_question(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT) as emulator, indexed(emulator, notes) as knowledge:
        await knowledge.settled("reimburse it to anna@example.com please", ())
        (text,) = json.loads(emulator.requests[-1].body)["input"]
    assert "anna@example.com" not in text
    assert "reimburse" in text


@pytest.mark.usefixtures("patient")
async def test_the_model_is_given_what_meaning_found(notes: Path) -> None:
    published = Published()
    async with (
        ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as server,
        indexed(server, notes) as knowledge,
        GeminiEmulator(pace=QUICK) as emulator,
        gemini(emulator) as model,
        running(coach(published, model, BARE, parts=CoachParts(knowledge=knowledge))) as one,
    ):
        one.hear(said(OTHER_WORDS))
        await published.until(SuggestionCompleted)
    prompt = json.loads(emulator.requests[0].body)["contents"][0]["parts"][0]["text"]
    assert "(faq.md › Refund) Refund purchase within thirty days." in prompt


async def test_without_notes_or_without_embeddings_nothing_runs(tmp_path: Path, notes: Path) -> None:
    with Knowledge(notes) as plain:
        await plain.run()
        found = plain.search(ENCRYPTED)
        assert await plain.settled(ENCRYPTED, found) == await told_by_words(notes, ENCRYPTED)
        assert [source for source, _ in found] == ["faq.md › Security"]
    async with ChatEmulator(pace=INSTANT) as emulator:
        empty = tmp_path / "empty"
        empty.mkdir()
        async with indexed(emulator, empty, until_ready=False) as knowledge:
            assert await knowledge.settled(OTHER_WORDS, ()) == ()
            assert emulator.requests == []


async def test_a_flood_of_questions_gives_up_the_oldest(notes: Path) -> None:
    known = EmbeddingIndex(HttpEncoder(EmbeddingSettings(url="http://127.0.0.1:9/v1")))
    assert not await known.known("anything", 0.0)
    async with ChatEmulator(pace=INSTANT) as emulator, indexed(emulator, notes) as knowledge:
        for number in range(embeddings.WAITING + 4):
            knowledge.search(f"data question number {number}")
        await asked(emulator, 2)
        inputs = [json.loads(request.body)["input"] for request in emulator.requests[1:]]
        assert inputs[0][0] == "data question number 4"
        assert len(inputs[0]) == embeddings.WAITING


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1", "http:///v1"])
def test_an_address_that_is_none_is_said_plainly(url: str) -> None:
    with pytest.raises(InputError, match=r"suggest\.embeddings\.url is .* use http://127"):
        HttpEncoder(EmbeddingSettings(url=url))


async def test_a_server_that_is_not_there_does_no_harm(notes: Path) -> None:
    known = EmbeddingIndex(HttpEncoder(EmbeddingSettings(url="http://127.0.0.1:9/v1")))
    with Knowledge(notes, known) as knowledge:
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(knowledge.run())
            await asyncio.sleep(0.05)
            assert not reader.done()
            found = knowledge.search(ENCRYPTED)
            assert found
            assert await knowledge.settled(ENCRYPTED, found) == await told_by_words(notes, ENCRYPTED)
            reader.cancel()


async def test_the_service_has_its_notes_read_beside_the_meetings(notes: Path) -> None:
    async with ChatEmulator(pace=INSTANT) as emulator:
        embeddings = {"url": emulator.url, "model": "embedder"}
        suggest = {"provider": "cues", "knowledge": str(notes), "embeddings": embeddings}
        async with open_service(build({"suggest": suggest}), keep=False):
            await asked(emulator, 1)
    assert emulator.requests[0].path == "/v1/embeddings"
    assert len(json.loads(emulator.requests[0].body)["input"]) == 3


@pytest.mark.usefixtures("patient")
async def test_what_leaves_is_cleared_first_and_counted_to_the_byte(notes: Path) -> None:
    cleared: list[int] = []
    text = "would they reimburse card 4111 1111 1111 1111"

    def clear(size: int) -> bool:
        cleared.append(size)
        return True

    async with ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator, indexed(emulator, notes) as knowledge:
        before = len(emulator.requests)
        await knowledge.settled(text, (), clear=clear)
        knowledge.search(text, clear=clear)  # known by now: nothing is sent again
        (sent,) = [json.loads(request.body)["input"] for request in emulator.requests[before:]]
    assert "4111" not in sent[0]
    assert cleared == [len(sent[0].encode())]


async def test_what_is_not_cleared_stays_here(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ChatEmulator(pace=INSTANT, synonyms=SYNONYMS) as emulator, indexed(emulator, notes) as knowledge:
        before = len(emulator.requests)
        assert await knowledge.settled(OTHER_WORDS, (), clear=lambda _size: False) == ()
        assert len(emulator.requests) == before
        monkeypatch.setattr("wingman.suggest.knowledge.index.MEANING_S", PATIENT_S)
        assert await knowledge.settled(OTHER_WORDS, ()) != ()  # it may be asked later all the same


@pytest.mark.parametrize(
    ("url", "away"),
    [
        ("http://127.0.0.1:1/v1", False),
        ("http://localhost/v1", False),
        ("http://[::1]:8/v1", False),
        ("https://api.example.com/v1", True),
        ("http://10.0.0.7/v1", True),
        ("", True),
    ],
)
def test_what_counts_as_another_machine(url: str, away: bool) -> None:
    assert is_remote(url) is away
