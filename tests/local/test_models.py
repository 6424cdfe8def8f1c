"""Models fetched from a hub, added by hand, checked and removed: nothing counts that is not what it should
be."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.local import model_sources, models
from wingman.local.models import Model, ModelFile

CONTENT = {"config.json": b"{}" * 40, "model.bin": bytes(range(256)) * 5000}
HUB = ("hub",)


class Hub(ThreadingHTTPServer):
    """A model hub with one model; it may break off, lie, or know nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content = dict(CONTENT)
        self.stop_after = 1 << 60
        self.ranges: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        body = self.server.content.get(self.path.rsplit("/", 1)[-1])
        if body is None or not self.path.startswith("/acme/tiny/resolve/v1/"):
            self.send_error(404)
            return
        asked = self.headers.get("Range", "")
        self.server.ranges.append(asked)
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        self.wfile.write(body[first : first + self.server.stop_after])
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    files = tuple(ModelFile(n, len(b), hashlib.sha256(b).hexdigest()) for n, b in CONTENT.items())
    model = Model("tiny", "acme/tiny", "v1", files, 1, "English", "anything")
    monkeypatch.setitem(models.MODELS, "tiny", model)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server = Hub()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ignore(_size: int) -> None:
    pass


def test_a_model_is_fetched_checked_and_then_present(hub: Hub) -> None:
    assert not models.present("tiny")
    done: list[int] = []
    where = model_sources.fetch("tiny", done.append, sources=HUB)
    assert models.present("tiny")
    assert {name: (where / name).read_bytes() for name in CONTENT} == CONTENT
    assert sum(done) == sum(map(len, CONTENT.values()))
    assert models.remove("tiny")
    assert not models.present("tiny")
    assert not models.remove("tiny")


def test_a_download_that_broke_off_goes_on_where_it_stopped(hub: Hub) -> None:
    hub.stop_after = 100_000
    with pytest.raises(InputError, match="goes on from there"):
        model_sources.fetch("tiny", ignore, sources=HUB)
    assert not models.present("tiny")
    hub.stop_after = 1 << 60
    model_sources.fetch("tiny", ignore, sources=HUB)
    assert models.present("tiny")
    assert any(asked.startswith("bytes=") and asked != "bytes=0-" for asked in hub.ranges)


def test_a_file_that_is_not_the_one_we_know_is_thrown_away(hub: Hub) -> None:
    hub.content["model.bin"] = CONTENT["model.bin"][::-1]
    with pytest.raises(InputError, match=r"model\.bin is not the file it should be"):
        model_sources.fetch("tiny", ignore, sources=HUB)
    assert not models.present("tiny")
    assert list(models.folder("tiny").glob("model.bin*")) == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "gone"])
def test_without_the_hub_it_is_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    if endpoint == "gone":
        hub.content.clear()
    else:
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(InputError, match=r"the model tiny could not be fetched: 127\.0\.0\.1 "):
        model_sources.fetch("tiny", ignore, sources=HUB)


def test_a_full_disk_is_told_before_anything_is_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1 << 20})())
    with pytest.raises(InputError, match="make room"):
        model_sources.fetch("tiny", ignore, sources=HUB)
    assert hub.ranges == []


@pytest.mark.parametrize("name", ["..", "", "../../tmp", "a/b"])
def test_only_models_are_removed(hub: Hub, name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a model"):
        models.remove(name)


def test_a_model_changed_on_disk_is_noticed(hub: Hub) -> None:
    where = model_sources.fetch("tiny", ignore, sources=HUB)
    (where / "config.json").write_bytes(b"[]" * 40)
    with pytest.raises(InputError, match=r"config\.json"):
        models.check(models.MODELS["tiny"], where)


def test_a_name_nobody_knows_is_a_sentence(hub: Hub) -> None:
    with pytest.raises(InputError, match="wingman models add"):
        model_sources.fetch("vosk", ignore)
