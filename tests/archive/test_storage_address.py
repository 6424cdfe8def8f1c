from __future__ import annotations

from pathlib import Path

import pytest

from wingman.archive.storage import FolderStorage
from wingman.archive.storage_address import storage_of
from wingman.core.errors import InputError


def test_a_path_is_a_folder_and_none_is_the_one_at_hand(tmp_path: Path) -> None:
    for url, folder in (("", tmp_path), (str(tmp_path / "shared"), tmp_path / "shared")):
        place = storage_of(url, tmp_path)
        assert isinstance(place, FolderStorage)
        assert place.folder == folder


@pytest.mark.parametrize("url", ["s3://", "ftp://somewhere/x"])
def test_an_address_nobody_knows_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        storage_of(url, tmp_path)
    assert refused.value.field == "deliver.store.url"
