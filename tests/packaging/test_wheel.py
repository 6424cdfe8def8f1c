"""The wheel carries everything the product needs, and types for those who import it."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENT_ALONE = """
[mypy]
cache_dir = /dev/null
follow_imports = skip
[mypy-wingman,wingman.client.*,wingman.core.*]
follow_imports = normal
"""
"""For a type checker, which would read eight hundred modules behind the client, most of them others', for seven
seconds of a core. Ours are checked where they are written."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel; what it depends on is borrowed from this one."""
    home = tmp_path_factory.mktemp("clean")
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return home / "bin" / "python"


def run(python: Path, arguments: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    # PYTHONPATH takes the packages but not the .pth file that would lead back to this checkout
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": sysconfig.get_paths()["purelib"],
        "PYTHONWARNINGS": "ignore",
    }
    return subprocess.run(
        [str(python), *arguments], cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_is_whole(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "wingman", "configs"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    wanted = {name if name.startswith("wingman/") else f"wingman/{name}" for name in tracked}
    assert wanted <= names
    assert "wingman/py.typed" in names


def test_the_wheel_says_whose_it_is_and_where_to_read_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [one for one in packed.namelist() if one.endswith(".dist-info/METADATA")]
        told = email.message_from_bytes(packed.read(name))
    links = dict(line.split(", ", 1) for line in told.get_all("Project-URL", []))
    assert not any(".example" in link for link in links.values()), "an address that is nobody's"
    assert told["Author"]
    assert told["License-Expression"] == "Apache-2.0"


def test_no_release_goes_out_without_an_address(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "CHANGELOG.md", "scripts/release"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    with (tmp_path / "CHANGELOG.md").open("a", encoding="utf-8") as page:
        page.write("\n## 9.9.9 (today)\n")
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "all"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)

    def release(*arguments: str) -> str:
        done = subprocess.run(
            ["scripts/release", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode, done.stdout
        return done.stderr

    assert "no address" in release("9.9.9")
    assert "https address" in release("9.9.9", "ftp://somewhere")
    address = "https://somewhere.example.org/wingman"
    assert "makes .venv" in release("9.9.9", address), "all else is checked first"
    (tmp_path / ".git/info/exclude").write_text(".venv\n", encoding="utf-8")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to("/bin/false")
    release("9.9.9", f"{address}/")  # goes no further than that
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Repository"] == address
    assert set(project["urls"]) == {"Repository", "Documentation", "Changelog", "Issues"}
    assert "wingman" in project["scripts"]


def test_it_runs_where_there_is_no_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed, ["-c", "import wingman; print(wingman.__file__)"], tmp_path)
    assert str(installed.parents[1]) in where.stdout, where.stderr
    told = run(installed, ["-m", "wingman", "--version"], tmp_path)
    assert told.returncode == 0, told.stderr
    doctor = run(installed, ["-m", "wingman", "doctor"], tmp_path)
    assert "transcriber" in doctor.stdout, doctor.stderr


def test_a_typed_program_that_uses_the_client_is_checked(installed: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("from wingman.client import Client\nreveal_type(Client)\n", encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(CLIENT_ALONE, encoding="utf-8")
    checked = run(
        installed, ["-m", "mypy", "--strict", "--python-executable", str(installed), str(program)], tmp_path
    )
    assert "py.typed" not in checked.stdout
    assert "url: str, token: str" in checked.stdout, checked.stdout + checked.stderr
    assert "wingman.client.client.Client" in checked.stdout, checked.stdout + checked.stderr
