"""The sentence encoder as it is shipped: its own weights, off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from wingman.core.errors import ProviderFault
from wingman.local import sentence_encoder
from wingman.local.sentence_encoder import SIZE, SentenceEncoder

pytestmark = pytest.mark.skipif(not sentence_encoder.installed(), reason="the extra `meaning` is not installed")

PRICE = "How much does it cost per month?"
SAME = {"de": "Was kostet das im Monat?", "fr": "Combien ça coûte par mois ?", "es": "¿Cuánto cuesta al mes?"}
OTHER = "The train to the coast leaves from platform nine."


@pytest.fixture
def encoder() -> Iterator[SentenceEncoder]:
    made = SentenceEncoder()
    yield made
    made.close()


async def test_what_means_the_same_is_near_in_every_language(encoder: SentenceEncoder) -> None:
    price, other, *same = await encoder.encode([PRICE, OTHER, *SAME.values()])
    assert all(float(price @ vector) > 0.5 for vector in same)
    assert float(price @ other) < 0.3


async def test_vectors_have_length_one_whatever_the_text(encoder: SentenceEncoder) -> None:
    vectors = await encoder.encode(["", "?", "a" * 5000, "🙂 نعم", PRICE])
    assert vectors.shape == (5, SIZE)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


async def test_the_loop_goes_on_while_it_encodes(encoder: SentenceEncoder) -> None:
    names: set[str] = set()
    encode = encoder.encode_here

    def watched(texts: Sequence[str]) -> sentence_encoder.Vectors:
        names.add(threading.current_thread().name)
        return encode(texts)

    encoder.encode_here = watched  # type: ignore[method-assign]  # to see which thread it runs in
    turns = 0
    task = asyncio.create_task(encoder.encode([f"{PRICE} {n}" for n in range(200)], "passage"))
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 1
    assert names == {"sentence-encoder_0"}


async def test_other_weights_are_refused(encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_encoder, "WEIGHTS", "ffff")
    with pytest.raises(ProviderFault, match="not those Wingman was trained with"):
        await encoder.encode([PRICE])


async def test_one_that_was_closed_is_a_fault_and_no_crash() -> None:
    encoder = SentenceEncoder()
    encoder.close()
    with pytest.raises(ProviderFault, match="was closed"):
        await encoder.encode(["a last word"])


async def test_what_was_said_does_not_wait_for_what_was_written_down(encoder: SentenceEncoder) -> None:
    await encoder.load()
    written = [
        asyncio.create_task(encoder.encode([f"{OTHER} {m}.{n}" for n in range(20)], "passage")) for m in (1, 2)
    ]
    await asyncio.sleep(0)
    (said,) = await encoder.encode([PRICE])
    assert said.shape == (SIZE,)
    assert not any(task.done() for task in written)
    both = await asyncio.gather(*written)
    assert [len(vectors) for vectors in both] == [20, 20]


async def test_what_another_meeting_had_encoded_takes_no_thread(encoder: SentenceEncoder) -> None:
    cards = [f"{OTHER} {number}" for number in range(9)]
    first = await encoder.encode(cards, "passage")
    encoder.close()  # whoever needs its thread now fails
    assert np.array_equal(await encoder.encode(cards, "passage"), first)
    with pytest.raises(ProviderFault, match="was closed"):
        await encoder.encode([*cards, "what nobody has said before this"], "passage")


async def test_meetings_that_begin_together_have_their_cards_encoded_once(encoder: SentenceEncoder) -> None:
    cards = [f"{PRICE} {number}!" for number in range(9)]
    jobs, encode = list[Sequence[str]](), encoder.encode_here

    def watched(texts: Sequence[str]) -> sentence_encoder.Vectors:
        jobs.append(texts)
        return encode(texts)

    encoder.encode_here = watched  # type: ignore[method-assign]  # to see what its thread is given
    await encoder.load()
    meetings = await asyncio.gather(*(encoder.encode(cards, "passage") for _ in range(20)))
    assert [text for texts in jobs[1:] for text in texts] == cards
    assert all(np.array_equal(vectors, meetings[0]) for vectors in meetings)
