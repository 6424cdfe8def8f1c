"""A recording through a batch job of the local gateway."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.errors import InputError, ProviderFault
from wingman.core.time import Channel
from wingman.emotion.hume_v0.batch import PollSchedule, analyze, heard
from wingman.emotion.hume_v0.wire import wav
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.indexed_audio import IndexedSpeech

QUICK = PollSchedule(first_s=0.01)


async def measured(path: Path, key: str = "local-key") -> tuple[list[str], object]:
    told: list[str] = []
    async with HumeV0Emulator() as gateway:
        settings = HumeV0Settings(url=gateway.url, http_url=gateway.http_url, api_key=Secret(key))
        found = await analyze(path, settings, channel=Channel.MIC, progress=told.append, patience=QUICK)
    return list(dict.fromkeys(told)), found


async def test_a_recording_comes_back_in_media_time(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(IndexedSpeech().pcm(0, 16_000 * 12)))
    states, found = await measured(path)
    assert states == ["SUBMITTING", "QUEUED", "IN_PROGRESS", "FETCHING", "COMPLETED"]
    assert [(span.span.start, span.span.end) for span in found] == [  # type: ignore[attr-defined]  # spans alone
        (n * 44_800, n * 44_800 + 24_000) for n in range(4)
    ] + [(4 * 44_800, 192_000)]
    assert all(len(span.scores) == 48 and span.channel is Channel.MIC for span in found)  # type: ignore[attr-defined]  # likewise


async def test_a_job_that_fails_says_why(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"no media")
    with pytest.raises(ProviderFault, match="could not analyse the recording"):
        await measured(path)


async def test_a_wrong_key_is_final(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(bytes(3200)))
    with pytest.raises(ProviderFault) as refused:
        await measured(path, "wrong-key")
    assert refused.value.final


async def test_a_missing_file_and_a_missing_key_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        await analyze(tmp_path / "none.wav", HumeV0Settings(url="ws://127.0.0.1:9", api_key=Secret("k")))
    with pytest.raises(InputError, match=r"emotion\.hume_v0\.api_key"):
        await analyze(tmp_path / "none.wav", HumeV0Settings(url="ws://127.0.0.1:9"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["results", "predictions", "models", "prosody", "time"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_answer_is_spans_or_a_fault(answer: object) -> None:
    with contextlib.suppress(ProviderFault):
        assert isinstance(heard(answer, Channel.TAB), tuple)
