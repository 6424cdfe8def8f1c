"""What a person is told to type reaches the installation that told it."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from wingman.commands import installation
from wingman.commands.installation import adding, program


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in the working folder, which no shell looks into."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    for name in ("pip", "wingman"):
        (folder / "bin" / name).touch(0o755)
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return folder


def test_beside_a_checkout_it_is_the_checkouts(environment: Path) -> None:
    assert adding("whisper") == ".venv/bin/pip install 'wingman-sidecar[whisper]'"
    assert program() == ".venv/bin/wingman"


def test_elsewhere_the_path_is_whole(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/usr")
    assert program() == str(environment / "bin" / "wingman")


def test_in_an_active_environment_the_name_is_enough(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{environment / 'bin'}:/usr/bin")
    assert adding("meaning") == "pip install 'wingman-sidecar[meaning]'"
    assert program() == "wingman"


@pytest.mark.parametrize("name", ["my calls", "it's", "a;b", "$HOME", "(1)"])
def test_a_shell_reads_the_path_as_one_word(
    name: str, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = environment.parent / name / "env"
    shutil.copytree(environment, folder)
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "bin" / "python"))
    monkeypatch.chdir("/usr")
    extra = "wingman-sidecar[s3]"
    assert shlex.split(program()) == [str(folder / "bin" / "wingman")]
    assert shlex.split(adding("s3")) == [str(folder / "bin" / "pip"), "install", extra]
    (folder / "bin" / "pip").unlink()
    for found, words in ((object(), ["-m", "pip", "install", extra]), (None, [extra])):
        monkeypatch.setattr(installation, "find_spec", lambda _, found=found: found)
        typed = shlex.split(adding("s3"))
        assert typed[typed.index(sys.executable) + 1 :] == words


def test_what_others_made_is_added_to_by_them(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (environment / "bin" / "pip").unlink()
    monkeypatch.setattr(installation, "find_spec", lambda name: object())
    assert adding("s3") == f"{sys.executable} -m pip install 'wingman-sidecar[s3]'"
    monkeypatch.setattr(installation, "find_spec", lambda name: None)
    assert adding("s3") == f"uv pip install --python {sys.executable} 'wingman-sidecar[s3]'"
    pipx = environment.parent / "pipx" / "venvs" / "wingman-sidecar"
    shutil.copytree(environment, pipx)
    monkeypatch.setattr(sys, "prefix", str(pipx))
    assert adding("s3") == "pipx runpip wingman-sidecar install 'wingman-sidecar[s3]'"
