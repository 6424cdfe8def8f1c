from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from wingman.cluster import subjects

names = st.text(min_size=1, max_size=60)


@given(names)
def test_any_name_is_one_token_and_comes_back(name: str) -> None:
    token = subjects.token(name)
    assert re.fullmatch(r"[A-Za-z0-9_=-]+", token)
    assert subjects.name(token) == name
    assert subjects.meeting_of(subjects.log(name, 16)) == name
    assert subjects.meeting_of(subjects.key(name)) == name


@given(names, names)
def test_two_names_never_share_a_subject(one: str, other: str) -> None:
    assert (subjects.log(one, 16) == subjects.log(other, 16)) == (one == other)


@given(names, st.integers(1, 256))
def test_a_meeting_is_always_in_the_same_shard(name: str, shards: int) -> None:
    assert 0 <= subjects.shard_of(name, shards) < shards
    assert subjects.log(name, shards).split(".")[1] == str(subjects.shard_of(name, shards))


def test_ordinary_ids_stay_readable() -> None:
    assert subjects.log("m-20261125-101112-abcdef", 16).endswith(".m-20261125-101112-abcdef")
