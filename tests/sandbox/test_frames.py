"""What a reading process says is taken for a header and bytes, whatever they are."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.sandbox.frames import HEADER, Ended, Frame, Refusal, as_plain, from_plain, pack


@given(st.sampled_from(Frame), st.binary(max_size=300))
def test_a_frame_tells_its_kind_and_length(kind: Frame, content: bytes) -> None:
    packed = pack(kind, content)
    found, length = HEADER.unpack(packed[: HEADER.size])
    assert (Frame(found), packed[HEADER.size :]) == (kind, content)
    assert length == len(content)


@pytest.mark.parametrize(
    "ended", [Ended(), Ended(Refusal("no sound", "file", 415)), Ended(too_much=True), Ended(broken="KeyError")]
)
def test_an_end_comes_back_as_it_was(ended: Ended) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(ended), type=Ended) == ended


def test_a_path_is_text_on_the_way_and_nothing_else_of_ours_is() -> None:
    assert from_plain(Path, as_plain(Path("/a/b"))) == Path("/a/b")
    for wrong in (lambda: as_plain(object()), lambda: from_plain(Path, 3), lambda: from_plain(int, "x")):
        with pytest.raises(NotImplementedError):
            wrong()
