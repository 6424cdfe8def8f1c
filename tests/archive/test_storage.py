"""Files lie in a folder or in an object store, and both do the same."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import s3
from tests.support.s3 import object_store
from wingman.archive.object_storage import PART_BYTES, PART_S, ObjectStorage
from wingman.archive.storage import FolderStorage, Storage
from wingman.archive.storage_address import storage_of

BUCKET = f"s3://{s3.BUCKET}/calls"


@pytest.fixture(scope="module")
def store_url() -> Iterator[str]:
    """An S3 server on loopback, with one bucket."""
    with object_store() as store:
        yield store.url


def keys(url: str) -> dict[str, str]:
    return {"endpoint_url": url, "access_key": "a key", "secret_key": "a secret"}


@pytest.fixture(params=["folder", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return storage_of("", tmp_path)
    made = storage_of(BUCKET, tmp_path, **keys(request.getfixturevalue("store_url")))
    for meeting in ("m-1", "m-2"):
        made.remove(meeting)
    return made


def put(place: Storage, meeting: str, name: str, *pieces: bytes) -> None:
    file = place.create(meeting, name)
    for piece in pieces:
        file.write(piece)
    file.close()


def test_what_is_written_is_read_and_removed(place: Storage) -> None:
    put(place, "m-1", "tab.opus", b"one ", b"two")
    put(place, "m-1", "mic.opus", b"three")
    put(place, "m-2", "tab.opus", b"four")
    put(place, "m-1", "mic.opus", b"5")
    assert sorted(place.names("m-1")) == ["mic.opus", "tab.opus"]
    assert place.read("m-1", "tab.opus") == b"one two"
    assert place.read("m-1", "mic.opus") == b"5"
    place.remove("m-1")
    place.remove("m-1")
    assert place.names("m-1") == []
    assert place.read("m-2", "tab.opus") == b"four"
    assert place.names("../m-2") == []
    place.remove("../m-2")
    assert place.names("m-2") == ["tab.opus"]


def test_a_shared_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    place = storage_of(str(tmp_path / "shared"), tmp_path / "unused")
    assert isinstance(place, FolderStorage)
    put(place, "m-1", "tab.opus", b"x")
    assert stat.S_IMODE((tmp_path / "shared/meetings/m-1/tab.opus").stat().st_mode) == 0o600


def test_a_link_that_somebody_left_in_a_shared_folder_leads_nowhere(tmp_path: Path) -> None:
    place = storage_of(str(tmp_path / "shared"), tmp_path / "unused")
    put(place, "m-1", "tab.opus", b"sound")
    other, home = tmp_path / "other", tmp_path / "shared/meetings/m-1"
    other.write_bytes(b"of the user's")
    (home / "mic.opus").symlink_to(other)
    (home / "gone.opus").symlink_to(tmp_path / "nothing")
    for touch in (place.create, place.read):
        with pytest.raises(OSError, match="symbolic links"):
            touch("m-1", "mic.opus")
    place.remove("m-1")
    assert not home.exists()
    assert other.read_bytes() == b"of the user's"
    put(place, "m-2", "tab.opus", b"of another meeting")
    home.symlink_to(home.with_name("m-2"))  # and so for the folder itself
    for touch in (place.create, place.read):
        with pytest.raises(OSError, match="symbolic links"):
            touch("m-1", "tab.opus")
    assert place.names("m-1") == []
    place.remove("m-1")
    assert not home.is_symlink()
    assert place.read("m-2", "tab.opus") == b"of another meeting"


class Store:
    """What a store is told, and a clock turned by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        self.now = 0.0
        self.place = ObjectStorage.of(BUCKET, **keys(url))
        self.place._clock = lambda: self.now
        self.sent: list[str] = []
        self.refuses = False
        put: Callable[[str, bytes], None] = self.place._put

        def counted(path: str, content: bytes) -> None:
            if self.refuses:
                raise OSError(0, "the object store refuses")
            self.sent.append(path.rpartition("/")[2])
            put(path, content)

        monkeypatch.setattr(self.place, "_put", counted)


def test_a_call_goes_out_while_it_is_spoken(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    store = Store(monkeypatch, store_url)
    file = store.place.create("m-3", "tab.opus")
    file.write(b"a")
    assert store.sent == []
    store.now += PART_S
    file.write(b"b")
    assert store.sent == ["000000"]
    file.write(bytes(PART_BYTES))
    assert store.sent == ["000000", "000001"]
    file.write(b"c")
    # the node dies here: what was sent is there
    assert store.place.read("m-3", "tab.opus") == b"ab" + bytes(PART_BYTES)
    store.place.remove("m-3")


def test_a_store_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    monkeypatch.setattr("wingman.archive.object_storage.HELD_BYTES", 10)
    store = Store(monkeypatch, store_url)
    file = store.place.create("m-4", "tab.opus")
    store.refuses = True
    store.now += PART_S
    file.write(b"12345")
    store.now += PART_S
    with pytest.raises(OSError, match="refuses"):
        file.write(b"678901")
    store.refuses = False
    file.close()
    assert store.place.read("m-4", "tab.opus") == b"12345678901"
    store.place.remove("m-4")


def test_a_store_nobody_can_reach_is_one_sentence_without_its_keys(tmp_path: Path) -> None:
    place = storage_of(BUCKET, tmp_path, **keys("http://127.0.0.1:9"))
    with pytest.raises(OSError, match="object store refuses") as refused:
        place.read("m-1", "tab.opus")
    assert "secret" not in str(refused.value)
