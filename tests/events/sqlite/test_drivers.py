from __future__ import annotations

from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.core.events import UtteranceCreated
from wingman.core.utterance import EMOTION_OFF
from wingman.events.sqlite import drivers
from wingman.events.sqlite.log import SqliteLog

KEY = "corr'ect horse"


def everything(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())


async def test_nothing_said_can_be_read_from_an_encrypted_log(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    log = await SqliteLog.open(path, key=KEY)
    for number in range(50):
        log.append("m-1", UtteranceCreated(f"u-{number}", "tab", "marmalade", 0.9, 0, EMOTION_OFF), at=1.0)
    await log.flush()
    files = everything(tmp_path)
    assert b"marmalade" not in files
    assert b"SQLite format" not in files
    assert len(await log.search("marmalade")) == 50
    await log.aclose()
    again = await SqliteLog.open(path, key=KEY)
    assert len(await again.read("m-1")) == 50
    await again.aclose()


@pytest.mark.parametrize(
    ("made_with", "opened_with", "sentence"),
    [
        (KEY, "wrong", "does not open with deliver.encryption_key"),
        (KEY, "", "or encrypted: set deliver.encryption_key"),
        ("", KEY, "stays without one"),
    ],
)
async def test_a_key_that_does_not_fit_is_said_in_words(
    tmp_path: Path, made_with: str, opened_with: str, sentence: str
) -> None:
    path = tmp_path / "events.db"
    await (await SqliteLog.open(path, key=made_with)).aclose()
    with pytest.raises(InputError, match=sentence) as refused:
        await SqliteLog.open(path, key=opened_with)
    assert KEY not in str(refused.value)
    await (await SqliteLog.open(path, key=made_with)).aclose()  # and no harm was done


async def test_without_the_extra_a_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "sqlcipher", None)
    with pytest.raises(InputError, match=r"wingman-sidecar\[encryption\]"):
        await SqliteLog.open(tmp_path / "events.db", key=KEY)
